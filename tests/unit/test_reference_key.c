#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "core/store/reference_key.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static char path[200];

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_begin(&queue);
    (void)snprintf(path, sizeof path, "%s/keys/franco/2025", queue.home);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int hash(const char *reference, unsigned char *target)
{
    return reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2025, reference, target,
                          &queue.fault);
}

static int hash_existing(const char *reference, unsigned char *target)
{
    return reference_hash_existing(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2025, reference,
                                   target, &queue.fault);
}

static int check(void)
{
    return reference_key_check(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2025, &queue.fault);
}

/* ---- where the home lies */

/* A key that was put into another home would be thrown away with it, and no reference or payload be readable. */
static void no_key_is_made_in_another_home(void **state)
{
    unsigned char target[REFERENCE_HASH_SIZE];
    char moved[sizeof queue.home + 8];

    (void)state;
    (void)snprintf(moved, sizeof moved, "%s.moved", queue.home);
    assert_int_equal(hash("one", target), 0);
    queue_commit(&queue);
    assert_int_equal(rename(queue.home, moved), 0);
    assert_int_equal(mkdir(queue.home, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/keys", queue.home);
    assert_int_equal(mkdir(path, 0700), 0);
    queue_begin(&queue);
    assert_int_equal(reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2026, "two",
                                    target, &queue.fault),
                     -ESTALE);
    assert_non_null(strstr(queue.fault.text, "the home was moved"));
    assert_int_equal(hash("one", target), -ESTALE); /* and not: it has been erased */
    store_rollback(queue.store);
    assert_int_equal(rmdir(path), 0); /* nothing was put there */
    assert_int_equal(rmdir(queue.home), 0);
    assert_int_equal(rename(moved, queue.home), 0);
    queue_begin(&queue);
    assert_int_equal(hash("one", target), 0);
}

/* ---- text */

static void expect_mask(const char *reference, const char *expected)
{
    char target[REFERENCE_MASKED_MAX];

    reference_mask(reference, WINDOW_YEAR, target);
    assert_string_equal(target, expected);
    assert_true(reference_is_masked(target, strlen(target), WINDOW_YEAR));
}

static void expect_mask_for_ever(const char *reference, const char *expected)
{
    char target[REFERENCE_MASKED_MAX];

    reference_mask(reference, WINDOW_EVER, target);
    assert_string_equal(target, expected);
    assert_true(reference_is_masked(target, strlen(target), WINDOW_EVER));
}

/* An invoice or a case is not a person. */
static void masks_less_what_counts_once_for_ever(void **state)
{
    (void)state;
    expect_mask_for_ever("A", "*A");
    expect_mask_for_ever("12345678|FAKTURA-00012345", "*URA-00012345");
    expect_mask_for_ever("\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80"
                         "aaaaaaaa\xC3\xA6",
                         "*\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80"
                         "aaaaaaaa\xC3\xA6");
    expect_mask_for_ever("sag 010190-1234", "*");
    expect_mask_for_ever("010190 1234 blanket 12345678901", "*");
    expect_mask_for_ever("15010203--1234", "*"); /* cut, it would seem to be one */
    assert_false(reference_is_masked("*12345", 6, WINDOW_YEAR));
    assert_false(reference_is_masked("*0101901234", 11, WINDOW_EVER));
    assert_false(reference_is_masked("*1234567890123", 14, WINDOW_EVER));
    assert_false(reference_is_masked("12", 2, WINDOW_EVER));
    assert_false(reference_is_masked("", 0, WINDOW_EVER));
    assert_false(reference_is_masked(NULL, 0, WINDOW_EVER));
}

static void masks(void **state)
{
    (void)state;
    expect_mask("A", "*");
    expect_mask("AB", "*");
    expect_mask("ABC", "*C");
    expect_mask("FAKTURA-00012345", "*2345");
    expect_mask("ABCDEFGHIJ", "*HIJ");
    expect_mask("\xC3\xA6\xC3\xB8\xC3\xA5", "*\xC3\xA5");
    expect_mask("010190-1234", "*");
    expect_mask("0101901234", "*");
    expect_mask("sag 610190-1234/2", "*");
    expect_mask("010203 1234", "*");
    expect_mask("01-02-03-1234", "*");
    expect_mask("01 02 03 1234", "*");
    expect_mask("CPR:01.02.03/1234", "*");
    expect_mask("010203\xE2\x80\x93"
                "1234",
                "*");
    expect_mask("990190-1234", "*234"); /* no such day */
    expect_mask("12345678901234", "*1234");
    expect_mask("aaaaaaaa\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80",
                "*\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
}

/* ---- keys */

static void hashes_by_key(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];
    unsigned char two[REFERENCE_HASH_SIZE];
    struct stat file;

    (void)state;
    assert_int_equal(hash_existing("A", one), -ENOENT);
    queue_need(&queue, hash("A", one));
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode, S_IFREG | 0600);
    assert_int_equal(file.st_size, 32);
    queue_need(&queue, hash("A", two));
    assert_memory_equal(one, two, sizeof one);
    queue_need(&queue, hash("B", two));
    assert_memory_not_equal(one, two, sizeof one);
    queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2024, "A",
                                      two, &queue.fault));
    assert_memory_not_equal(one, two, sizeof one);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_begin(&queue);
    queue_need(&queue, hash_existing("A", two));
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(check(), 0);
    queue_commit(&queue);
    queue_verify(&queue);
}

static void a_reader_makes_no_key(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];
    unsigned char two[REFERENCE_HASH_SIZE];
    struct store *reader = NULL;

    (void)state;
    queue_need(&queue, hash("A", one));
    queue_commit(&queue);
    queue_need(&queue, store_open(queue.home, STORE_READ, &reader, &queue.fault));
    queue_need(&queue, reference_hash_existing(reader, queue.policy.robot_id, WINDOW_YEAR, 2025,
                                               "A", two, &queue.fault));
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(
        reference_hash(reader, queue.policy.robot_id, WINDOW_YEAR, 2026, "A", two, &queue.fault),
        -ENOENT);
    assert_int_equal(
        reference_key_check(reader, queue.policy.robot_id, WINDOW_YEAR, 2025, &queue.fault), 0);
    store_close(reader);
}

static void an_unknown_robot_has_no_key(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];

    (void)state;
    assert_int_equal(reference_hash(queue.store, 77, WINDOW_YEAR, 2025, "A", one, &queue.fault),
                     -ENOENT);
}

static void a_destroyed_key_is_refused_by_name(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];

    (void)state;
    queue_need(&queue, hash("A", one));
    queue_commit(&queue);
    assert_int_equal(unlink(path), 0);
    queue_begin(&queue); /* noticed by the next transaction, though the key is in memory */
    assert_int_equal(hash("A", one), -ENOKEY);
    assert_non_null(strstr(queue.fault.text, "franco"));
    assert_non_null(strstr(queue.fault.text, "2025"));
    assert_int_equal(hash_existing("A", one), -ENOKEY);
    assert_int_equal(check(), -ENOKEY);
    assert_int_equal(access(path, F_OK), -1); /* and never replaced */
    queue_crash(&queue);
    queue_begin(&queue);
    assert_int_equal(hash("A", one), -ENOKEY);
    queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2024, "A",
                                      one, &queue.fault));
}

static void a_foreign_key_is_noticed(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];
    unsigned char other[33] = {7};

    (void)state;
    queue_need(&queue, hash("A", one));
    queue_commit(&queue);
    queue_begin(&queue);
    queue_need(&queue, file_write(AT_FDCWD, path, other, 32, 0600, &queue.fault));
    assert_int_equal(hash("A", one), -ENOKEY);
    assert_int_equal(check(), -ENOKEY);
    queue_need(&queue, file_write(AT_FDCWD, path, other, 31, 0600, &queue.fault));
    assert_int_equal(hash("A", one), -ENOKEY);
    queue_need(&queue, file_write(AT_FDCWD, path, other, 33, 0600, &queue.fault));
    assert_int_equal(hash("A", one), -ENOKEY);
}

static void a_link_is_not_followed(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];
    char other[256];

    (void)state;
    queue_need(&queue, hash("A", one));
    queue_commit(&queue);
    (void)snprintf(other, sizeof other, "%s.moved", path);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    queue_begin(&queue);
    assert_int_equal(hash("A", one), -EKEYREJECTED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0); /* nor is a folder a fault of the store's disk */
    assert_int_equal(hash("A", one), -EKEYREJECTED);
    assert_int_equal(check(), -EKEYREJECTED);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rename(other, path), 0);
    queue_need(&queue, hash("A", one));
}

static void a_file_of_an_undone_transaction_is_used(void **state)
{
    unsigned char one[REFERENCE_HASH_SIZE];
    unsigned char two[REFERENCE_HASH_SIZE];

    (void)state;
    queue_need(&queue, hash("A", one));
    store_rollback(queue.store);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM reference_key"), 0);
    queue_begin(&queue);
    queue_need(&queue, hash("A", two));
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM reference_key"), 1);
    queue_need(&queue, store_part_begin(queue.store, &queue.fault));
    queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2024, "A",
                                      one, &queue.fault));
    queue_need(&queue, store_part_end(queue.store, false, &queue.fault));
    queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2024, "A",
                                      two, &queue.fault));
    assert_memory_equal(one, two, sizeof one);
    queue_commit(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM reference_key"), 2);
    queue_verify(&queue);
}

static void holds_thousands_of_keys(void **state)
{
    static unsigned char hashes[5000][REFERENCE_HASH_SIZE];
    unsigned char again[REFERENCE_HASH_SIZE];
    int64_t day;

    (void)state;
    for (day = 0; day < 5000; day++)
        queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_DAY,
                                          15000 + day, "A", hashes[day], &queue.fault));
    for (day = 4999; day >= 0; day--) {
        queue_need(&queue, reference_hash(queue.store, queue.policy.robot_id, WINDOW_DAY,
                                          15000 + day, "A", again, &queue.fault));
        assert_memory_equal(again, hashes[day], sizeof again);
    }
}

/* ---- seals */

static int open_seal(const struct text *sealed, int64_t robot_id, int64_t window,
                     const char *expected_reference, const char *expected_payload)
{
    struct reference_opened opened;
    struct text plain;
    int result;

    text_init(&plain, 70000);
    result = reference_open(queue.store, &(struct reference_place){robot_id, WINDOW_YEAR, window},
                            (const unsigned char *)sealed->bytes, sealed->length, &plain, &opened,
                            &queue.fault);
    if (result == 0) {
        assert_string_equal(opened.reference, expected_reference);
        assert_string_equal(opened.payload, expected_payload);
    }
    text_release(&plain);
    return result;
}

static void seals_and_opens(void **state)
{
    struct text sealed;
    size_t i;
    int64_t robot_id = queue.policy.robot_id;
    int64_t other = queue.policy.robot_id + 1;

    (void)state;
    text_init(&sealed, 70000);
    queue_need(&queue,
               reference_seal(queue.store, &(struct reference_place){robot_id, WINDOW_YEAR, 2025},
                              "010190-1234", "{\"a\":1}", &sealed, &queue.fault));
    assert_null(memmem(sealed.bytes, sealed.length, "0190-12", 7));
    assert_int_equal(open_seal(&sealed, robot_id, 2025, "010190-1234", "{\"a\":1}"), 0);
    queue_need(&queue,
               reference_seal(queue.store, &(struct reference_place){robot_id, WINDOW_YEAR, 2024},
                              "x", "", &sealed, &queue.fault));
    assert_int_equal(open_seal(&sealed, robot_id, 2024, "x", ""), 0);
    assert_int_equal(open_seal(&sealed, robot_id, 2025, "x", ""), -EBADMSG);
    assert_int_equal(open_seal(&sealed, other, 2024, "x", ""), -ENOENT);
    for (i = 0; i < sealed.length; i++) {
        sealed.bytes[i] = (char)(sealed.bytes[i] ^ 1);
        assert_int_equal(open_seal(&sealed, robot_id, 2024, "x", ""), -EBADMSG);
        sealed.bytes[i] = (char)(sealed.bytes[i] ^ 1);
    }
    while (sealed.length > 0) {
        sealed.length--;
        assert_int_equal(open_seal(&sealed, robot_id, 2024, "x", ""), -EBADMSG);
    }
    text_release(&sealed);
}

static void no_two_seals_are_alike(void **state)
{
    struct text sealed[200];
    size_t i;
    size_t j;

    (void)state;
    for (i = 0; i < 200; i++) {
        text_init(&sealed[i], 1000);
        queue_need(&queue, reference_seal(
                               queue.store,
                               &(struct reference_place){queue.policy.robot_id, WINDOW_YEAR, 2025},
                               "A", "p", &sealed[i], &queue.fault));
        for (j = 0; j < i; j++)
            assert_memory_not_equal(sealed[i].bytes, sealed[j].bytes, 24);
    }
    for (i = 0; i < 200; i++)
        text_release(&sealed[i]);
}

static void payload_hashes_differ(void **state)
{
    unsigned char one[REFERENCE_PAYLOAD_HASH_SIZE];
    unsigned char two[REFERENCE_PAYLOAD_HASH_SIZE];

    (void)state;
    queue_need(&queue, reference_payload_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2025,
                                              "a", one, &queue.fault));
    queue_need(&queue, reference_payload_hash(queue.store, queue.policy.robot_id, WINDOW_YEAR, 2025,
                                              "b", two, &queue.fault));
    assert_memory_not_equal(one, two, sizeof one);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(masks),
        TEST(masks_less_what_counts_once_for_ever),
        TEST(hashes_by_key),
        TEST(a_reader_makes_no_key),
        TEST(an_unknown_robot_has_no_key),
        TEST(a_destroyed_key_is_refused_by_name),
        TEST(a_foreign_key_is_noticed),
        TEST(a_link_is_not_followed),
        TEST(a_file_of_an_undone_transaction_is_used),
        TEST(holds_thousands_of_keys),
        TEST(seals_and_opens),
        TEST(no_two_seals_are_alike),
        TEST(payload_hashes_differ),
        TEST(no_key_is_made_in_another_home),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
