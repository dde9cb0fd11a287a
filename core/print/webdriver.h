/*
 * webdriver.h - a small client of W3C WebDriver (https://www.w3.org/TR/webdriver2/), over libcurl.
 *
 * Speaks to one driver (chromedriver, geckodriver) on loopback and holds one session at a time. It
 * starts nothing: browser.h does. Proxy settings of the environment are not heeded, redirects are not
 * followed, and an answer is held against a limit while it comes in.
 *
 * Every call ends at the client's deadline (-ETIMEDOUT), and when `stop_fd` can be read
 * (-ECANCELED). What a driver refuses is -EIO with its error code and the first line of its message,
 * but -ENOTSUP for a command it does not know and -ECONNREFUSED for a session it cannot make; an answer
 * that is no WebDriver is -EPROTO, one too large -E2BIG, a driver that is gone -ECONNRESET.
 *
 * Threads: a client belongs to one thread.
 */
#ifndef AUTOMAGI_PRINT_WEBDRIVER_H
#define AUTOMAGI_PRINT_WEBDRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/base/text.h"

struct fault;
struct webdriver;

struct webdriver_settings {
    int port;                /* on 127.0.0.1 */
    int stop_fd;             /* a descriptor that can be polled; -1: nothing stops it */
    int64_t deadline_ms;     /* of clock_monotonic_ms() */
    size_t answer_max_bytes; /* of one answer */
};

/* Makes a client; connects to nothing yet. -ENOMEM. */
int webdriver_open(const struct webdriver_settings *settings, struct webdriver **ret_driver,
                   struct fault *fault) __attribute__((warn_unused_result));
/* Frees it. Takes NULL. A session that was not deleted stays with the driver. */
void webdriver_close(struct webdriver *driver);

/* capabilities: the JSON object "alwaysMatch" of the new session. */
int webdriver_new_session(struct webdriver *driver, const char *capabilities, struct fault *fault)
    __attribute__((warn_unused_result));
/* Returns when the page has loaded. */
int webdriver_navigate(struct webdriver *driver, const char *url, struct fault *fault)
    __attribute__((warn_unused_result));
/* W3C "Print Page". options: its JSON object. ret_pdf: initialised by the caller, whose limit it keeps
 * (-E2BIG); what it held is forgotten. */
int webdriver_print(struct webdriver *driver, const char *options, struct text *ret_pdf,
                    struct fault *fault) __attribute__((warn_unused_result));
/* The same by Chromium's own Page.printToPDF, which W3C's does not offer all of: bookmarks, the paper's
 * size from the page. params: its JSON object. -ENOTSUP: the driver is not Chromium's, or too old. */
int webdriver_print_chromium(struct webdriver *driver, const char *params, struct text *ret_pdf,
                             struct fault *fault) __attribute__((warn_unused_result));
int webdriver_delete_session(struct webdriver *driver, struct fault *fault)
    __attribute__((warn_unused_result));

/* Any command of the session: "POST" or "GET" or "DELETE", the path below /session/ID ("/url"; "" for
 * the session itself), and the body (NULL for none). ret_answer (may be NULL) is the whole answer,
 * whose member "value" is there; json_free() it. */
int webdriver_call(struct webdriver *driver, const char *method, const char *path, const char *body,
                   struct json **ret_answer, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
