/*
 * Whatever a browser's driver answers, a session, a page or a PDF comes of it, or a fault of one line. Answers are
 * the parts of the input; webdriver_http.c, which would fetch them, is not linked.
 */
#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/print/webdriver.h"
#include "core/print/webdriver_inner.h"
#include "tests/fuzz/target.h"

enum { ANSWER_MOST = 65536 };

static const uint8_t *answers;
static size_t answers_size;

int webdriver_exchange(struct webdriver *driver, const char *method, const char *path,
                       const char *body, struct fault *fault)
{
    size_t size = answers_size;
    size_t next_size = 0;
    const uint8_t *next = second_part(answers, &size, &next_size);

    (void)method;
    (void)path;
    (void)body;
    text_clear(&driver->answer);
    text_append(&driver->answer, answers, size);
    answers = next;
    answers_size = next_size;
    return driver->answer.broken != 0 ? fault_set(fault, -E2BIG, "the answer is too long") : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct webdriver driver = {.session = ""};
    struct fault fault = {.text = ""};
    struct text pdf;
    int result;

    answers = data;
    answers_size = size;
    text_init(&driver.answer, ANSWER_MOST);
    text_init(&pdf, ANSWER_MOST);
    result = webdriver_new_session(&driver, "{}", &fault);
    if (result == 0) {
        must(driver.session[0] != '\0' && strchr(driver.session, '/') == NULL);
        result = webdriver_navigate(&driver, "about:blank", &fault);
    }
    if (result == 0)
        result = webdriver_print(&driver, "{}", &pdf, &fault);
    if (result == 0)
        must(pdf.broken == 0 && pdf.length <= ANSWER_MOST);
    else
        must_be_fault(&fault);
    text_release(&pdf);
    text_release(&driver.answer);
    return 0;
}
