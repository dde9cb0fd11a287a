/* What was signed, and that nobody changed it since. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/signed_document.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"
#include "tests/unit/verify_home.h"

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct store *store;

static int set_up(void **state)
{
    (void)state;
    if (temp_home_make(home) < 0)
        return -1;
    temp_home_create(home);
    store = temp_home_open(home);
    return store_begin(store, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    return temp_home_remove(home);
}

static int add(const char *subject, const char *title, const char *body, int64_t *ret_id)
{
    return signed_document_add(
        store,
        &(struct signed_document_new){.kind = DOCUMENT_AGREEMENT,
                                      .subject = subject,
                                      .title = title,
                                      .body = body,
                                      .signed_by = "Invented Person 010203-1234",
                                      .signed_day = 20000,
                                      .made_ms = 7},
        ret_id, &fault);
}

static void what_was_added_is_read(void **state)
{
    static const unsigned char of_abc_line[4] = {0xed, 0xea, 0xaf, 0xf3}; /* sha256sum of "abc\n" */
    struct signed_document document = {.id = 0};
    int64_t id = 0;

    (void)state;
    assert_int_equal(add("ove", "Title", "abc\n", &id), 0);
    assert_int_equal(signed_document_read(store, id, &document, &fault), 0);
    assert_string_equal(document.body, "abc\n");
    assert_string_equal(document.subject, "ove");
    assert_string_equal(document.title, "Title");
    assert_string_equal(document.signed_by, "Invented Person [CPR]");
    assert_int_equal(document.signed_day, 20000);
    assert_int_equal(document.made_ms, 7);
    assert_int_equal(document.kind, DOCUMENT_AGREEMENT);
    assert_memory_equal(document.sha256, of_abc_line, sizeof of_abc_line);
    signed_document_release(&document);
    assert_int_equal(signed_document_read(store, id + 1, &document, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "document list"));
}

static void only_whole_lines_are_kept(void **state)
{
    int64_t id = 0;

    (void)state;
    assert_int_equal(add("ove", "Title", "", &id), -EINVAL);
    assert_int_equal(add("ove", "Title", NULL, &id), -EINVAL);
    assert_int_equal(add("ove", "Title", "no end", &id), -EINVAL);
    assert_int_equal(add("ove", "Title", "a\n\033[2Jb\n", &id), -EINVAL);
    assert_int_equal(add("ove", "Title", "a\n\xff\n", &id), -EINVAL);
    assert_int_equal(add("ove", "Two\nlines", "a\n", &id), -EINVAL);
    assert_int_equal(add("ove", "", "a\n", &id), -EINVAL);
    assert_int_equal(id, 0);
    assert_int_equal(add("ove", "Title", "a\n\næ\n", &id), 0);
}

static int note(const struct signed_document *document, void *context)
{
    char *names = context;

    assert_null(document->body);
    (void)strncat(names, document->title, 8);
    return names[0] == '!' ? 5 : 0;
}

static void they_are_found_by_subject_and_title(void **state)
{
    char names[64] = "";
    int64_t first = 0;
    int64_t again = 0;
    int64_t found = 0;

    (void)state;
    assert_int_equal(add("ove", "A", "a\n", &first), 0);
    assert_int_equal(add("aya", "B", "b\n", &found), 0);
    assert_int_equal(add("ove", "A", "c\n", &again), 0);
    assert_int_equal(signed_document_each(store, DOCUMENT_ANY, NULL, note, names, &fault), 0);
    assert_string_equal(names, "ABA");
    names[0] = '\0';
    assert_int_equal(signed_document_each(store, DOCUMENT_AGREEMENT, "aya", note, names, &fault),
                     0);
    assert_string_equal(names, "B");
    names[0] = '\0';
    assert_int_equal(signed_document_each(store, DOCUMENT_ROUND, NULL, note, names, &fault), 0);
    assert_string_equal(names, "");
    (void)strncat(names, "!", 2);
    assert_int_equal(signed_document_each(store, DOCUMENT_ANY, NULL, note, names, &fault), 5);
    assert_int_equal(signed_document_find(store, DOCUMENT_AGREEMENT, "ove", "A", &found, &fault),
                     0);
    assert_int_equal(found, again);
    assert_int_equal(signed_document_find(store, DOCUMENT_AGREEMENT, "ove", "B", &found, &fault),
                     0);
    assert_int_equal(found, 0);
}

#define HASH_OF_ABC "x'edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb'"
#define DOCUMENT_OF(hash)                                                                          \
    "INSERT INTO document(id, kind, subject, title, body, sha256, signed_by, signed_day, "         \
    "made_ms) "                                                                                    \
    "VALUES(9, 1, 'ove', 't', 'abc' || char(10), " hash ", 'x', 1, 1);"

static void verify_finds_what_was_changed(void **state)
{
    static const struct planted planted[] = {
        {DOCUMENT_OF(HASH_OF_ABC) "UPDATE document SET body = 'abd' || char(10);", 1,
         "document 9: its text"},
        {DOCUMENT_OF("zeroblob(32)"), 1, "document 9"},
        {DOCUMENT_OF("x'ed'"), ANY, "document 9"},
    };

    (void)state;
    temp_home_plant(verified.path, DOCUMENT_OF(HASH_OF_ABC));
    verify_home_good();
    VERIFY_EACH(planted);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_added_is_read),
        TEST(only_whole_lines_are_kept),
        TEST(they_are_found_by_subject_and_title),
        cmocka_unit_test_setup_teardown(verify_finds_what_was_changed, verify_home_set_up,
                                        verify_home_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
