/* What is cut to fit into an item's note is cut between letters: Danish ones take two bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/text.h"
#include "core/store/store.h"
#include "tests/unit/lease_steps.h"

enum { TEXT_SIZE = 1000 };

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_EVER, IDEMPOTENT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

/* As many letters as fit into `size` bytes, the first at an even or odd place: one of the two is cut in two by
 * whoever counts bytes, wherever it is that he cuts. */
static void fill(char target[static TEXT_SIZE], size_t size, int shift)
{
    size_t at = 0;

    while (at < (size_t)shift)
        target[at++] = '-';
    for (; at + 2 < size; at += 2)
        memcpy(target + at, "ø", 2);
    target[at] = '\0';
}

static int check_note(const struct item_record *item, void *context)
{
    int *count = context;

    if (!text_is_line(item->note, strlen(item->note)))
        fail_msg("item %lld: its note is no UTF-8: %s", (long long)item->id, item->note);
    *count += strstr(item->note, "øø") != NULL;
    return 0;
}

/* So many notes hold some of the letters, and each is UTF-8. */
static void expect_notes(int state, int expected)
{
    int count = 0;

    queue_need(&queue, item_each(queue.store, &(struct item_filter){.state = state}, 10, check_note,
                                 &count, &queue.fault));
    assert_int_equal(count, expected);
}

static void who_has_an_item_tried_again(void **state)
{
    struct item_put_off put_off = {queue.now_ms + 1000, NULL, "later", queue.now_ms};
    char name[TEXT_SIZE];
    int shift;

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    lease_steps_lease(&queue, 2);
    queue_begin(&queue);
    for (shift = 0; shift < 2; shift++) {
        int64_t id = queue.leased[shift].id;

        fill(name, 200, shift);
        queue_need(&queue, lease_steps_take(&queue, (size_t)shift, BUSINESS, "why"));
        queue_need(&queue, item_retry(queue.store, id, name, NULL, queue.now_ms, &queue.fault));
        expect_notes(ITEM_READY, 1);
        put_off.by = name;
        queue_need(&queue, item_defer(queue.store, id, &put_off, &queue.fault));
        expect_notes(ITEM_DEFERRED, shift + 1);
    }
    queue_commit(&queue);
}

static void what_a_run_says_of_a_damaged_item(void **state)
{
    char said[TEXT_SIZE];
    int shift;

    (void)state;
    (void)lease_steps_add(&queue, 2, 0);
    lease_steps_lease(&queue, 2);
    store_close(queue.store);
    temp_home_plant(queue.home, "UPDATE item SET ref_hash = zeroblob(id)");
    queue.store = temp_home_open(queue.home);
    queue_begin(&queue);
    for (shift = 0; shift < 2; shift++) {
        fill(said, TEXT_SIZE, shift);
        queue_need(&queue, lease_steps_take(&queue, (size_t)shift, BUSINESS, said));
    }
    expect_notes(ITEM_WAITING, 2);
    queue_commit(&queue);
}

/* The first item's run ends while it is begun: it waits when it has no more tries, and rests when it has. */
static void end_begun(int side_effects, uint32_t tries, int shift)
{
    char why[TEXT_SIZE];

    fill(why, TEXT_SIZE, shift);
    queue.policy.side_effects = side_effects;
    queue.policy.attempts = tries;
    queue.why = why;
    (void)lease_steps_add(&queue, 1, 0);
    lease_steps_lease(&queue, 1);
    queue_begin(&queue);
    assert_int_equal(queue_release(&queue, ITEM_BEGUN_FIRST), tries == 1);
    expect_notes(tries == 1 ? ITEM_WAITING : ITEM_DEFERRED, 1);
    (void)queue_ask(&queue, "DELETE FROM item"); /* the next is alone */
    queue_run(&queue);
    queue_commit(&queue);
    queue_crash(&queue);
}

static void why_the_run_of_an_item_ended(void **state)
{
    int shift;

    (void)state;
    for (shift = 0; shift < 2; shift++) {
        end_begun(IDEMPOTENT, 3, shift);
        end_begun(IDEMPOTENT, 1, shift);
        end_begun(PROBEABLE, 1, shift);
        end_begun(MANUAL, 1, shift);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_an_item_tried_again),
        TEST(what_a_run_says_of_a_damaged_item),
        TEST(why_the_run_of_an_item_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
