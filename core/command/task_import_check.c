/* The whole-file check of a task import. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/key_set.h"
#include "core/command/task_import_inner.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/reference_key.h"
#include "core/store/robot.h"
#include "core/store/store.h"

enum { WINDOW_TEXT = 32, OUTSIDE_TEXT = ROBOT_SLUG_MAX + 32 };
#define OUTSIDE_MORE " and more"

struct check {
    struct store *store;
    int64_t now_ms;
    struct organisation organisation;
    struct robot_list robots;
    const struct robot **by_slug;  /* all robots, sorted */
    bool *is_outside;              /* in the order of the robots: named in outside_robots */
    bool is_outside_cut;           /* no room to name more of them */
    struct key_set windows;        /* of robots: their references have not been erased */
    struct key_set wanted;         /* tasks taken back that the ledger does not hold; marked
                                     when an earlier line has them */
    struct import_progress *spans; /* of what clocks that stood ahead counted */
    unsigned char key[crypto_generichash_KEYBYTES];
    struct task_import import;
    size_t chunk_room;
    struct task_import_stream stream;
    struct fault line; /* what is wrong with the line that was read */
    struct task_import_wrong *wrong;
};

typedef int row_check(struct check *check, const struct task_row *row, struct fault *fault);

static int by_slug(const void *left, const void *right)
{
    const struct robot *const *a = left;
    const struct robot *const *b = right;

    return strcmp((*a)->slug, (*b)->slug);
}

static int slug_is(const void *slug, const void *element)
{
    const struct robot *const *robot = element;

    return strcmp(slug, (*robot)->slug);
}

static int sort_robots(struct check *check, struct fault *fault)
{
    size_t i;

    check->by_slug = calloc(check->robots.count + 1, sizeof *check->by_slug);
    check->is_outside = calloc(check->robots.count + 1, sizeof *check->is_outside);
    if (check->by_slug == NULL || check->is_outside == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < check->robots.count; i++)
        check->by_slug[i] = &check->robots.robots[i];
    qsort(check->by_slug, check->robots.count, sizeof *check->by_slug, by_slug);
    return 0;
}

/* NULL, with a fault, when there is no such robot. */
static const struct robot *find_robot(const struct check *check, const struct task_row *row,
                                      struct fault *fault)
{
    const struct robot *const *found =
        bsearch(row->robot, check->by_slug, check->robots.count, sizeof *check->by_slug, slug_is);

    if (found != NULL)
        return *found;
    (void)fault_set(fault, -EINVAL,
                    "line %" PRId64 ": the robot %s is not known; robots come with "
                    "automagi load ORG.json",
                    row->line, row->robot);
    return NULL;
}

/* Is the task known here as something the organisation has? */
static int check_names(const struct check *check, const struct task_row *row, int32_t day,
                       struct fault *fault)
{
    char text[CLOCK_DAY_TEXT];

    if (row->department != NULL &&
        organisation_department(&check->organisation, row->department) == NULL)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": the department %s is not known; "
                         "`automagi export -` shows those there are",
                         row->line, row->department);
    if (organisation_rate_on(&check->organisation, day) > 0)
        return 0;
    clock_format_day(day, text);
    return fault_set(fault, -EINVAL,
                     "line %" PRId64 ": there is no hourly rate for %s; load an organisation "
                     "whose first rate begins by then",
                     row->line, text);
}

/* The references of a window are looked up once: they are erased together. */
static int check_window(struct check *check, const struct task_row *row, const struct robot *robot,
                        int64_t window, struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    unsigned char key[KEY_SET_KEY];
    int result;

    memcpy(key, &robot->id, sizeof robot->id);
    memcpy(key + sizeof robot->id, &window, sizeof window);
    if (key_set_find(&check->windows, key) != NULL)
        return 0;
    result = reference_hash_existing(check->store, robot->id, robot->window, window, row->reference,
                                     hash, fault);
    if (result == -ENOKEY)
        return fault_prefix(fault, -EINVAL, "line %" PRId64, row->line);
    if (result < 0 && result != -ENOENT)
        return result;
    return key_set_add(&check->windows, key, fault);
}

/* One key for a robot, window and reference. */
static void task_key(const struct check *check, const struct robot *robot, int64_t window,
                     const char *reference, unsigned char key[static KEY_SET_KEY])
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, check->key, sizeof check->key, KEY_SET_KEY);
    (void)crypto_generichash_update(&state, (const unsigned char *)&robot->id, sizeof robot->id);
    (void)crypto_generichash_update(&state, (const unsigned char *)&window, sizeof window);
    (void)crypto_generichash_update(&state, (const unsigned char *)reference, strlen(reference));
    (void)crypto_generichash_final(&state, key, KEY_SET_KEY);
}

/* A task that is taken back and is not in the ledger must be on an earlier line, or counted by a clock that stood ahead. */
static int check_undone(struct check *check, const struct task_row *row, const struct robot *robot,
                        int64_t window, struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    unsigned char key[KEY_SET_KEY];
    struct import_row sought = {.reference = row->reference,
                                .completed_ms = row->completed_ms,
                                .outcome = row->outcome,
                                .business_day = row->business_day};
    bool has = false;
    int result = reference_hash_existing(check->store, robot->id, robot->window, window,
                                         row->reference, hash, fault);

    if (result == 0)
        result = ledger_has(check->store, robot->id, window, hash, &has, fault);
    if (result < 0 && result != -ENOENT)
        return result;
    if (!has) {
        sought.robot_id = robot->id;
        result = import_has_ahead(check->store, &sought, robot->window, check->now_ms,
                                  &check->spans, fault);
        if (result < 0)
            return result;
        has = result > 0;
    }
    if (has)
        return 0;
    task_key(check, robot, window, row->reference, key);
    return key_set_add(&check->wanted, key, fault);
}

/* Why a robot is not in operation on a day. */
static void outside_words(const struct robot *robot, int32_t day, char target[static OUTSIDE_TEXT])
{
    const struct robot_operation *operations = robot->operations;
    size_t count = robot->operation_count;
    char text[CLOCK_DAY_TEXT];

    if (count == 0) {
        (void)snprintf(target, OUTSIDE_TEXT, "%s (not begun)", robot->slug);
    } else if (operations[count - 1].to_day < day) {
        clock_format_day(operations[count - 1].to_day, text);
        (void)snprintf(target, OUTSIDE_TEXT, "%s (ended %s)", robot->slug, text);
    } else if (operations[0].from_day > day) {
        clock_format_day(operations[0].from_day, text);
        (void)snprintf(target, OUTSIDE_TEXT, "%s (begins %s)", robot->slug, text);
    } else {
        (void)snprintf(target, OUTSIDE_TEXT, "%s (suspended)", robot->slug);
    }
}

/* What was done is done, so the row is taken; but it is said. */
static void note_outside(struct check *check, const struct robot *robot, int32_t day)
{
    struct task_import *import = &check->import;
    bool *is_named = &check->is_outside[robot - check->robots.robots];
    size_t room = sizeof import->outside_robots - sizeof OUTSIDE_MORE;
    size_t length = strlen(import->outside_robots);
    char *end = import->outside_robots + length;
    char words[OUTSIDE_TEXT];

    import->outside_operation++;
    if (*is_named || check->is_outside_cut)
        return;
    *is_named = true;
    outside_words(robot, day, words);
    check->is_outside_cut = length + 2 + strlen(words) >= room;
    if (check->is_outside_cut) {
        (void)text_copy(end, sizeof OUTSIDE_MORE, OUTSIDE_MORE);
        return;
    }
    if (length > 0) {
        (void)text_copy(end, room - length, ", ");
        end += 2;
        length += 2;
    }
    (void)text_copy(end, room - length, words);
}

static int check_row(struct check *check, const struct task_row *row, struct fault *fault)
{
    const struct robot *robot = find_robot(check, row, fault);
    int32_t day = clock_local_day(row->completed_ms);
    int64_t window;
    int result;

    if (robot == NULL)
        return -EINVAL;
    result = check_names(check, row, day, fault);
    if (result < 0)
        return result;
    window = import_window(robot->window, row->business_day, row->completed_ms);
    result = check_window(check, row, robot, window, fault);
    if (result == 0 && row->outcome == IMPORT_UNDONE)
        result = check_undone(check, row, robot, window, fault);
    if (result == 0 && !robot_operates_on(robot, day))
        note_outside(check, robot, day);
    return result;
}

static int end_chunk(struct check *check, struct fault *fault)
{
    struct task_import *import = &check->import;
    void *larger;

    if (import->chunk_count == check->chunk_room) {
        check->chunk_room = check->chunk_room == 0 ? 64 : check->chunk_room * 2;
        larger = reallocarray(import->chunks, check->chunk_room, sizeof *import->chunks);
        if (larger == NULL)
            return fault_no_memory(fault);
        import->chunks = larger;
    }
    task_import_stream_end_chunk(&check->stream, import->chunks[import->chunk_count++]);
    return 0;
}

static int take_row(struct check *check, const struct task_row *row, struct fault *fault)
{
    int result = check_row(check, row, fault);

    if (result == 0 && task_import_stream_is_full(&check->stream))
        result = end_chunk(check, fault);
    return result;
}

/* Keeps what check->line says. */
static void note_wrong(struct check *check, bool is_last)
{
    struct task_import_wrong *wrong = check->wrong;

    if (wrong->count < TASK_IMPORT_WRONG_SHOWN)
        wrong->lines[wrong->count] = check->line;
    wrong->count++;
    wrong->is_cut = is_last || wrong->count == TASK_IMPORT_WRONG_MAX;
}

/* Reads the file for one of the checks; what is wrong with a line is noted and no error. */
static int each_row(struct check *check, int fd, row_check *take)
{
    struct task_row row;
    int result = task_import_stream_open(&check->stream, fd, check->now_ms, &check->line);

    if (result == -EINVAL) { /* the header */
        note_wrong(check, true);
        return 0;
    }
    while (result == 0 && !check->wrong->is_cut) {
        result = task_import_stream_next(&check->stream, &row, &check->line);
        if (result == 0)
            break;
        if (result > 0)
            result = take(check, &row, &check->line);
        if (result == -EINVAL || result == -EILSEQ) {
            note_wrong(check, result == -EILSEQ);
            result = 0;
        }
    }
    return result;
}

static int check_rows(struct check *check, int fd)
{
    int result = each_row(check, fd, take_row);

    if (result == 0 && !task_import_stream_is_full(&check->stream))
        result = end_chunk(check, &check->line);
    if (result == 0) {
        check->import.rows = check->stream.rows;
        (void)crypto_generichash_final(&check->stream.content, check->import.content_hash,
                                       TASK_IMPORT_HASH);
    }
    task_import_stream_close(&check->stream);
    return result;
}

static int check_wanted_row(struct check *check, const struct task_row *row, struct fault *fault)
{
    const struct robot *robot;
    struct key_set_entry *wanted;
    unsigned char key[KEY_SET_KEY];
    char name[WINDOW_TEXT];
    int64_t window;

    if (row->outcome != IMPORT_DONE && row->outcome != IMPORT_UNDONE)
        return 0;
    robot = find_robot(check, row, fault);
    if (robot == NULL)
        return -EINVAL;
    window = import_window(robot->window, row->business_day, row->completed_ms);
    task_key(check, robot, window, row->reference, key);
    wanted = key_set_find(&check->wanted, key);
    if (wanted == NULL)
        return 0;
    if (row->outcome == IMPORT_DONE)
        wanted->is_marked = true;
    if (wanted->is_marked)
        return 0;
    robot_window_name(robot->window, window, name, sizeof name);
    return fault_set(fault, -EINVAL,
                     "line %" PRId64 ": there is no done task of %s with this reference to take "
                     "back in the window %s, in the ledger or on an earlier line; business_date "
                     "(else completed_at) must lie in the window of the task",
                     row->line, row->robot, name);
}

/* One line for all that is wrong; the lines themselves are in the list. */
static int say_wrong(const struct task_import_wrong *wrong, struct fault *fault)
{
    char shown[64] = "";

    if (wrong->count == 1)
        return fault_set(fault, -EINVAL, "%s", wrong->lines[0].text);
    if (wrong->count > TASK_IMPORT_WRONG_SHOWN)
        (void)snprintf(shown, sizeof shown, "; the first %d are shown", TASK_IMPORT_WRONG_SHOWN);
    return fault_set(fault, -EINVAL, "%s%d lines are wrong; nothing was imported%s%s",
                     wrong->is_cut ? "at least " : "", wrong->count, shown,
                     wrong->is_cut ? "; the rest of the file was not checked" : "");
}

static int check_file(struct check *check, int fd)
{
    int result = organisation_read(check->store, &check->organisation, &check->line);

    if (result == 0)
        result = robot_list_read(check->store, &check->robots, &check->line);
    if (result == 0)
        result = sort_robots(check, &check->line);
    if (result == 0)
        result = check_rows(check, fd);
    if (result == 0 && check->wrong->count == 0 && check->wanted.count > 0) {
        result = each_row(check, fd, check_wanted_row);
        task_import_stream_close(&check->stream);
    }
    return result;
}

int task_import_check(struct store *store, int fd, int64_t now_ms, struct task_import *ret_import,
                      struct task_import_wrong *wrong, struct fault *fault)
{
    struct check check = {.store = store, .now_ms = now_ms, .wrong = wrong};
    int result;

    if (sodium_init() < 0)
        return fault_set(fault, -EIO, "libsodium cannot be used");
    key_set_init(&check.windows);
    key_set_init(&check.wanted);
    crypto_generichash_keygen(check.key);
    result = check_file(&check, fd);
    if (result < 0)
        (void)fault_set(fault, result, "%s", check.line.text);
    else if (wrong->count > 0)
        result = say_wrong(wrong, fault);
    key_set_release(&check.windows);
    key_set_release(&check.wanted);
    import_spans_free(check.spans);
    free(check.by_slug);
    free(check.is_outside);
    robot_list_release(&check.robots);
    organisation_release(&check.organisation);
    if (result < 0)
        task_import_release(&check.import);
    else
        *ret_import = check.import;
    return result;
}

void task_import_release(struct task_import *import)
{
    if (import == NULL)
        return;
    free(import->chunks);
    import->chunks = NULL;
    import->chunk_count = 0;
}
