/*
 * Organisations by chance, and their figures against recount_figures.py, which reads raw rows only.
 * RANDOM_ORGANISATIONS says how many (usually a few; tests/e2e/test_random_organisations.sh has
 * ten thousand), RANDOM_SEED the first one's seed, RANDOM_SHOW what is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/random_organisation.h"
#include "tests/unit/recounter.h"

#ifdef AUTOMAGI_SANITIZED
enum { USUAL = 40 };
#else
enum { USUAL = 200 };
#endif
enum { QUESTION_MOST = 1 << 22 };

static int64_t setting(const char *name, int64_t usual)
{
    const char *text = getenv(name);

    return text != NULL ? strtoll(text, NULL, 10) : usual;
}

static void test_random_organisations(void **state)
{
    static struct random_organisation town;
    struct recounter recounter;
    struct text question;
    int64_t first = setting("RANDOM_SEED", 1);
    int64_t count = setting("RANDOM_ORGANISATIONS", USUAL);
    size_t accepted = 0;
    size_t refused = 0;
    size_t tasks = 0;
    size_t months = 0;
    int64_t i;

    (void)state;
    recounter_open(&recounter);
    text_init(&question, QUESTION_MOST);
    for (i = 0; i < count; i++) {
        const char *verdict;

        random_organisation_live(&town, (uint64_t)(first + i));
        random_organisation_question(&town, &question);
        verdict = recounter_ask(&recounter, text_string(&question));
        if (strcmp(verdict, "ok") != 0)
            fail_msg("RANDOM_SEED=%" PRId64 " RANDOM_ORGANISATIONS=1: %s", first + i, verdict);
        accepted += town.accepted;
        refused += town.refused;
        tasks += town.task_count;
        months += town.closed_count;
        random_organisation_close(&town);
    }
    text_release(&question);
    recounter_close(&recounter);
    print_message("%" PRId64 " organisations: %zu references, %zu decisions taken, %zu refused, "
                  "%zu months closed\n",
                  count, tasks, accepted, refused, months);
    assert_true(months > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_organisations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
