/* webdriver_inner.h - one request and its answer. Private to webdriver*.c. */
#ifndef AUTOMAGI_PRINT_WEBDRIVER_INNER_H
#define AUTOMAGI_PRINT_WEBDRIVER_INNER_H

#include <curl/curl.h>

#include "core/base/text.h"
#include "core/print/webdriver.h"

enum { WEBDRIVER_SESSION_MAX = 128 };

struct webdriver {
    struct webdriver_settings settings;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char curl_says[CURL_ERROR_SIZE];
    struct text answer;                      /* its limit is answer_max_bytes */
    char session[WEBDRIVER_SESSION_MAX + 1]; /* "" for none */
};

/* Sends it and waits; the body of the answer is in driver->answer. 0 whatever the HTTP status says. */
int webdriver_exchange(struct webdriver *driver, const char *method, const char *path,
                       const char *body, struct fault *fault) __attribute__((warn_unused_result));

#endif
