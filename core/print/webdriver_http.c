/* One HTTP request to the driver and its answer, which a deadline, a stop and a limit can end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/print/webdriver_inner.h"

enum { URL_SIZE = 512, WAIT_MAX_MS = 1000 };

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    struct webdriver *driver = context;

    text_append(&driver->answer, bytes, size * count);
    return driver->answer.broken != 0 ? 0 : size * count; /* 0 ends the transfer */
}

int webdriver_open(const struct webdriver_settings *settings, struct webdriver **ret_driver,
                   struct fault *fault)
{
    struct webdriver *driver = calloc(1, sizeof(*driver));

    if (driver == NULL)
        return fault_no_memory(fault);
    driver->settings = *settings;
    text_init(&driver->answer, settings->answer_max_bytes);
    driver->multi = curl_multi_init();
    driver->easy = curl_easy_init();
    driver->headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    if (driver->multi == NULL || driver->easy == NULL || driver->headers == NULL) {
        webdriver_close(driver);
        return fault_no_memory(fault);
    }
    *ret_driver = driver;
    return 0;
}

void webdriver_close(struct webdriver *driver)
{
    if (driver == NULL)
        return;
    curl_slist_free_all(driver->headers);
    curl_easy_cleanup(driver->easy);
    (void)curl_multi_cleanup(driver->multi);
    text_release(&driver->answer);
    free(driver);
}

/* A driver listens on loopback: no proxy, no name to look up, no other protocol or place. */
static int set_up(struct webdriver *driver, const char *method, const char *url, const char *body,
                  struct fault *fault)
{
    CURL *easy = driver->easy;

    curl_easy_reset(easy);
    if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_PROXY, "") != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, driver->curl_says) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, driver) != CURLE_OK)
        return fault_no_memory(fault);
    /* The body is not copied: it outlives the request. */
    if (body != NULL && (curl_easy_setopt(easy, CURLOPT_HTTPHEADER, driver->headers) != CURLE_OK ||
                         curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body) != CURLE_OK))
        return fault_no_memory(fault);
    return 0;
}

static int wait_a_little(struct webdriver *driver, struct fault *fault)
{
    struct curl_waitfd stop = {.fd = driver->settings.stop_fd, .events = CURL_WAIT_POLLIN};
    int64_t left_ms = driver->settings.deadline_ms - clock_monotonic_ms();
    CURLMcode code;

    if (left_ms <= 0)
        return fault_set(fault, -ETIMEDOUT, "the browser did not answer in time");
    code = curl_multi_poll(driver->multi, &stop, stop.fd >= 0 ? 1 : 0,
                           left_ms < WAIT_MAX_MS ? (int)left_ms : WAIT_MAX_MS, NULL);
    if (code != CURLM_OK)
        return fault_set(fault, -EIO, "waiting for the browser: %s", curl_multi_strerror(code));
    if (stop.revents != 0)
        return fault_set(fault, -ECANCELED, "stopped while waiting for the browser");
    return 0;
}

/* How the one transfer of this client ended. */
static int judge(struct webdriver *driver, struct fault *fault)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(driver->multi, &left);
    CURLcode code =
        message != NULL && message->msg == CURLMSG_DONE ? message->data.result : CURLE_FAILED_INIT;

    if (driver->answer.broken == -E2BIG)
        return fault_set(fault, -E2BIG, "the browser's answer is over %zu MB",
                         driver->settings.answer_max_bytes / 1000000);
    if (driver->answer.broken != 0)
        return fault_no_memory(fault);
    if (code == CURLE_OK)
        return 0;
    return fault_set(fault, -ECONNRESET, "the browser's driver is gone: %s",
                     driver->curl_says[0] != '\0' ? driver->curl_says : curl_easy_strerror(code));
}

int webdriver_exchange(struct webdriver *driver, const char *method, const char *path,
                       const char *body, struct fault *fault)
{
    char url[URL_SIZE];
    int running = 1;
    int result;
    int length = snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", driver->settings.port, path);

    if (length < 0 || (size_t)length >= sizeof(url))
        return fault_set(fault, -EINVAL, "the browser's driver has no path this long: %.100s",
                         path);
    text_clear(&driver->answer);
    driver->curl_says[0] = '\0';
    result = set_up(driver, method, url, body, fault);
    if (result < 0)
        return result;
    if (curl_multi_add_handle(driver->multi, driver->easy) != CURLM_OK)
        return fault_no_memory(fault);
    while (result == 0) {
        if (curl_multi_perform(driver->multi, &running) != CURLM_OK)
            result = fault_set(fault, -EIO, "the browser's driver cannot be talked to");
        else if (running == 0)
            break;
        else
            result = wait_a_little(driver, fault);
    }
    if (result == 0)
        result = judge(driver, fault);
    (void)curl_multi_remove_handle(driver->multi, driver->easy);
    return result;
}
