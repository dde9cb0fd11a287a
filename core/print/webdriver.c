/* The commands of WebDriver, and what a driver's errors mean. */
#include "core/print/webdriver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/base/fault.h"
#include "core/print/webdriver_inner.h"

enum { PATH_SIZE = 256, MESSAGE_MAX = 300, ANSWER_START = 80 };

/* {"value":{"error":CODE,"message":TEXT}}: the message's first line, which the stack follows. */
static int refused(const struct json *value, struct fault *fault)
{
    static const struct {
        const char *code;
        int result;
    } known[] = {{"unknown command", -ENOTSUP},
                 {"unknown method", -ENOTSUP},
                 {"unsupported operation", -ENOTSUP},
                 {"session not created", -ECONNREFUSED}};
    const char *code = json_string(json_member(value, "error"));
    const char *message = json_string(json_member(value, "message"));
    int result = -EIO;
    size_t length;
    size_t i;

    if (message == NULL)
        message = "";
    length = strcspn(message, "\n");
    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].code, code) == 0)
            result = known[i].result;
    return fault_set(fault, result, "the browser refused (%.60s): %.*s%s", code,
                     (int)(length < MESSAGE_MAX ? length : MESSAGE_MAX), message,
                     length == 0 ? "it does not say why" : "");
}

static int read_answer(struct webdriver *driver, struct json **ret_answer, struct fault *fault)
{
    const struct text *answer = &driver->answer;
    struct json *document = NULL;
    const struct json *value;
    int result = json_parse(text_string(answer), answer->length, answer->limit, &document, fault);

    if (result == -ENOMEM)
        return result;
    value = json_member(document, "value");
    if (value == NULL) {
        json_free(document);
        return fault_set(fault, -EPROTO, "what answers is no browser's driver: it says \"%.*s\"",
                         answer->length < ANSWER_START ? (int)answer->length : ANSWER_START,
                         text_string(answer));
    }
    if (json_string(json_member(value, "error")) != NULL) {
        result = refused(value, fault);
        json_free(document);
        return result;
    }
    *ret_answer = document;
    return 0;
}

static int call(struct webdriver *driver, const char *method, const char *path, const char *body,
                struct json **ret_answer, struct fault *fault)
{
    struct json *answer = NULL;
    int result = webdriver_exchange(driver, method, path, body, fault);

    if (result == 0)
        result = read_answer(driver, &answer, fault);
    text_clear(&driver->answer);
    if (result == 0 && ret_answer != NULL)
        *ret_answer = answer;
    else
        json_free(answer);
    return result;
}

int webdriver_call(struct webdriver *driver, const char *method, const char *path, const char *body,
                   struct json **ret_answer, struct fault *fault)
{
    char whole[PATH_SIZE + WEBDRIVER_SESSION_MAX];

    if (driver->session[0] == '\0')
        return fault_set(fault, -EINVAL, "the browser has no session");
    if (strlen(path) >= PATH_SIZE - sizeof("/session/"))
        return fault_set(fault, -EINVAL, "WebDriver has no command with a path this long");
    (void)snprintf(whole, sizeof(whole), "/session/%s%s", driver->session, path);
    return call(driver, method, whole, body, ret_answer, fault);
}

/* It becomes part of a path. */
static bool is_session_id(const char *id)
{
    return id != NULL && id[0] != '\0' && strlen(id) <= WEBDRIVER_SESSION_MAX &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") ==
               strlen(id);
}

int webdriver_new_session(struct webdriver *driver, const char *capabilities, struct fault *fault)
{
    struct json *answer = NULL;
    const char *id = NULL;
    struct text body;
    int result;

    text_init(&body, strlen(capabilities) + PATH_SIZE);
    text_printf(&body, "{\"capabilities\":{\"alwaysMatch\":%s}}", capabilities);
    result = body.broken != 0
                 ? fault_no_memory(fault)
                 : call(driver, "POST", "/session", text_string(&body), &answer, fault);
    text_release(&body);
    if (result < 0)
        return result;
    id = json_string(json_member(json_member(answer, "value"), "sessionId"));
    if (is_session_id(id))
        (void)text_copy(driver->session, sizeof(driver->session), id);
    else
        result = fault_set(fault, -EPROTO, "the browser's driver gives a session without an id");
    json_free(answer);
    return result;
}

int webdriver_navigate(struct webdriver *driver, const char *url, struct fault *fault)
{
    struct json_writer writer;
    struct text body;
    int result;

    text_init(&body, 2 * strlen(url) + PATH_SIZE);
    json_writer_init(&writer, &body);
    json_begin_object(&writer);
    json_key(&writer, "url");
    json_put_string(&writer, url);
    json_end_object(&writer);
    result = body.broken != 0
                 ? fault_no_memory(fault)
                 : webdriver_call(driver, "POST", "/url", text_string(&body), NULL, fault);
    text_release(&body);
    return result;
}

static int decode_pdf(const struct json *value, struct text *ret_pdf, struct fault *fault)
{
    static const char beginning[] = "%PDF-";
    const char *encoded = json_string(value);
    size_t encoded_length = encoded != NULL ? strlen(encoded) : 0;
    size_t size = encoded_length / 4 * 3 + 3;
    unsigned char *bytes = malloc(size);
    const char *end = NULL;
    size_t length = 0;
    int result = 0;

    if (bytes == NULL)
        return fault_no_memory(fault);
    if (encoded == NULL ||
        sodium_base642bin(bytes, size, encoded, encoded_length, NULL, &length, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != encoded + encoded_length || length < strlen(beginning) ||
        memcmp(bytes, beginning, strlen(beginning)) != 0) {
        result = fault_set(fault, -EPROTO, "what the browser printed is no PDF");
    } else if (length > ret_pdf->limit) {
        result = fault_set(fault, -E2BIG, "the PDF is over %zu MB", ret_pdf->limit / 1000000);
    } else {
        text_clear(ret_pdf);
        text_append(ret_pdf, bytes, length);
        if (ret_pdf->broken != 0)
            result = fault_no_memory(fault);
    }
    free(bytes);
    return result;
}

int webdriver_print(struct webdriver *driver, const char *options, struct text *ret_pdf,
                    struct fault *fault)
{
    struct json *answer = NULL;
    int result = webdriver_call(driver, "POST", "/print", options, &answer, fault);

    if (result == 0)
        result = decode_pdf(json_member(answer, "value"), ret_pdf, fault);
    json_free(answer);
    return result;
}

int webdriver_print_chromium(struct webdriver *driver, const char *params, struct text *ret_pdf,
                             struct fault *fault)
{
    struct json *answer = NULL;
    struct text body;
    int result;

    text_init(&body, strlen(params) + PATH_SIZE);
    text_printf(&body, "{\"cmd\":\"Page.printToPDF\",\"params\":%s}", params);
    result = body.broken != 0 ? fault_no_memory(fault)
                              : webdriver_call(driver, "POST", "/goog/cdp/execute",
                                               text_string(&body), &answer, fault);
    text_release(&body);
    if (result == 0)
        result = decode_pdf(json_member(json_member(answer, "value"), "data"), ret_pdf, fault);
    json_free(answer);
    return result;
}

int webdriver_delete_session(struct webdriver *driver, struct fault *fault)
{
    int result = webdriver_call(driver, "DELETE", "", NULL, NULL, fault);

    driver->session[0] = '\0';
    return result;
}
