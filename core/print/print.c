/* print.c - what is asked of Chromium, and in which order. */
#include "core/print/print.h"

#include <errno.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/print/browser.h"
#include "core/print/webdriver.h"

enum { CAPABILITIES_MAX = 8192, URL_MAX = 4 * BROWSER_PATH_SIZE, ANSWER_BESIDE = 65536 };

/* Beyond its defaults: nothing that Chromium does by itself besides showing a page, no network, no
 * script, and memory shared through its own folder, for /dev/shm is small in containers. */
static const char *const SWITCHES[] = {
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--blink-settings=scriptEnabled=false",
    "--export-tagged-pdf",
};

/* A4 in inches; in both, the page's own size and margins (@page) go before these. */
#define BOOKMARKED                                                                                 \
    "\"printBackground\":true,\"preferCSSPageSize\":true,\"paperWidth\":8.267717,"                 \
    "\"paperHeight\":11.692913,\"generateTaggedPDF\":true,\"generateDocumentOutline\":true}"
#define PLAIN "\"background\":true,\"page\":{\"width\":21.0,\"height\":29.7}}"

static void write_capabilities(const struct browser *browser, bool is_confined, struct text *target)
{
    struct json_writer writer;
    size_t i;

    text_clear(target);
    json_writer_init(&writer, target);
    json_begin_object(&writer);
    json_key(&writer, "goog:chromeOptions");
    json_begin_object(&writer);
    json_key(&writer, "binary");
    json_put_string(&writer, browser->program);
    json_key(&writer, "args");
    json_begin_array(&writer);
    for (i = 0; i < sizeof(SWITCHES) / sizeof(SWITCHES[0]); i++)
        json_put_string(&writer, SWITCHES[i]);
    if (!is_confined)
        json_put_string(&writer, "--no-sandbox");
    json_end_array(&writer);
    json_end_object(&writer);
    json_end_object(&writer);
}

/* Chromium's sandbox needs user namespaces, or a helper of root's, and dies at once without; why it
 * died the driver does not say. What it shows is a page of ours without scripts, as nobody. */
static int new_session(struct webdriver *driver, const struct browser *browser,
                       bool *ret_unconfined, struct fault *fault)
{
    struct text capabilities;
    int result;

    text_init(&capabilities, CAPABILITIES_MAX);
    write_capabilities(browser, true, &capabilities);
    result = capabilities.broken != 0
                 ? fault_no_memory(fault)
                 : webdriver_new_session(driver, text_string(&capabilities), fault);
    if (result == -ECONNREFUSED) {
        write_capabilities(browser, false, &capabilities);
        result = capabilities.broken != 0
                     ? fault_no_memory(fault)
                     : webdriver_new_session(driver, text_string(&capabilities), fault);
        *ret_unconfined = result == 0;
    }
    text_release(&capabilities);
    return result;
}

static int print_shown(struct webdriver *driver, bool is_landscape, struct text *ret_pdf,
                       struct fault *fault)
{
    int result = webdriver_print_chromium(driver,
                                          is_landscape ? "{\"landscape\":true," BOOKMARKED
                                                       : "{\"landscape\":false," BOOKMARKED,
                                          ret_pdf, fault);

    if (result == -ENOTSUP)
        result = webdriver_print(driver,
                                 is_landscape ? "{\"orientation\":\"landscape\"," PLAIN
                                              : "{\"orientation\":\"portrait\"," PLAIN,
                                 ret_pdf, fault);
    return result;
}

static int print_in(const struct browser *browser, const struct print_order *order,
                    struct text *ret_pdf, bool *ret_unconfined, struct fault *fault)
{
    struct webdriver_settings settings = {.port = browser->port,
                                          .stop_fd = order->stop_fd,
                                          .deadline_ms = order->deadline_ms,
                                          /* base64 */
                                          .answer_max_bytes =
                                              ret_pdf->limit / 3 * 4 + ANSWER_BESIDE};
    struct webdriver *driver = NULL;
    struct text url;
    int result;

    text_init(&url, URL_MAX);
    result = browser_put_page(browser, text_string(order->html), order->html->length, &url, fault);
    if (result == 0)
        result = webdriver_open(&settings, &driver, fault);
    if (result == 0)
        result = new_session(driver, browser, ret_unconfined, fault);
    if (result == 0)
        result = webdriver_navigate(driver, text_string(&url), fault);
    if (result == 0)
        result = print_shown(driver, order->is_landscape, ret_pdf, fault);
    /* The session ends with the browser, which is killed: it has nothing to put in order. */
    webdriver_close(driver);
    text_release(&url);
    return result;
}

int print_page(const struct print_order *order, struct text *ret_pdf, bool *ret_unconfined,
               struct fault *fault)
{
    struct browser browser = {.life_fd = -1, .output_fd = -1};
    struct fault at_end = {.text = ""};
    bool is_unconfined = false;
    int ended;
    int result = browser_start(order->stop_fd, order->deadline_ms, &browser, fault);

    if (result < 0)
        return result;
    result = print_in(&browser, order, ret_pdf, &is_unconfined, fault);
    ended = browser_end(&browser, &at_end);
    if (result == 0 && ended < 0)
        result = fault_set(fault, ended, "%s", at_end.text);
    if (result == 0)
        *ret_unconfined = is_unconfined;
    return result;
}
