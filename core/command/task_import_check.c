/* The whole-file check of a task import. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/key_set.h"
#include "core/command/task_import_inner.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "core/store/reference_key.h"
#include "core/store/robot.h"
#include "core/store/store.h"

struct check {
    struct store *store;
    int64_t now_ms;
    struct organisation organisation;
    struct robot_list robots;
    const struct robot **by_slug; /* all robots, sorted */
    struct key_set windows;       /* of robots: their references have not been erased */
    struct key_set wanted;        /* tasks taken back that the ledger does not hold; marked
                                     when an earlier line has them */
    unsigned char key[crypto_generichash_KEYBYTES];
    struct task_import import;
    size_t chunk_room;
};

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
    if (check->by_slug == NULL)
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
        return fault_set(fault, -EINVAL, "line %" PRId64 ": the department %s is not known",
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

/* A task that is taken back and is not in the ledger must be on an earlier line. */
static int check_undone(struct check *check, const struct task_row *row, const struct robot *robot,
                        int64_t window, struct fault *fault)
{
    unsigned char hash[REFERENCE_HASH_SIZE];
    unsigned char key[KEY_SET_KEY];
    bool has = false;
    int result = reference_hash_existing(check->store, robot->id, robot->window, window,
                                         row->reference, hash, fault);

    if (result == 0)
        result = ledger_has(check->store, robot->id, window, hash, &has, fault);
    if (result < 0 && result != -ENOENT)
        return result;
    if (has)
        return 0;
    task_key(check, robot, window, row->reference, key);
    return key_set_add(&check->wanted, key, fault);
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
    window = robot_window_of(robot->window, day);
    result = check_window(check, row, robot, window, fault);
    if (result == 0 && row->outcome == IMPORT_UNDONE)
        result = check_undone(check, row, robot, window, fault);
    return result;
}

static int end_chunk(struct check *check, struct task_import_stream *stream, struct fault *fault)
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
    task_import_stream_end_chunk(stream, import->chunks[import->chunk_count++]);
    return 0;
}

static int check_rows(struct check *check, int fd, struct fault *fault)
{
    struct task_import_stream stream;
    struct task_row row;
    int result = task_import_stream_open(&stream, fd, check->now_ms, fault);

    while (result == 0) {
        result = task_import_stream_next(&stream, &row, fault);
        if (result <= 0)
            break;
        result = check_row(check, &row, fault);
        if (result == 0 && task_import_stream_is_full(&stream))
            result = end_chunk(check, &stream, fault);
    }
    if (result == 0 && !task_import_stream_is_full(&stream))
        result = end_chunk(check, &stream, fault);
    if (result == 0) {
        check->import.rows = stream.rows;
        (void)crypto_generichash_final(&stream.content, check->import.content_hash,
                                       TASK_IMPORT_HASH);
    }
    task_import_stream_close(&stream);
    return result;
}

static int check_wanted_row(struct check *check, const struct task_row *row, struct fault *fault)
{
    const struct robot *robot;
    struct key_set_entry *wanted;
    unsigned char key[KEY_SET_KEY];
    int64_t window;

    if (row->outcome != IMPORT_DONE && row->outcome != IMPORT_UNDONE)
        return 0;
    robot = find_robot(check, row, fault);
    if (robot == NULL)
        return -EINVAL;
    window = robot_window_of(robot->window, clock_local_day(row->completed_ms));
    task_key(check, robot, window, row->reference, key);
    wanted = key_set_find(&check->wanted, key);
    if (wanted == NULL)
        return 0;
    if (row->outcome == IMPORT_DONE)
        wanted->is_marked = true;
    else if (!wanted->is_marked)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": there is no done task of %s with this reference to "
                         "take back, in the ledger or on an earlier line; completed_at must "
                         "be the task's own",
                         row->line, row->robot);
    return 0;
}

/* Reads the file again for the tasks that must be on an earlier line. */
static int check_wanted(struct check *check, int fd, struct fault *fault)
{
    struct task_import_stream stream;
    struct task_row row;
    int result = task_import_stream_open(&stream, fd, check->now_ms, fault);

    while (result == 0) {
        result = task_import_stream_next(&stream, &row, fault);
        if (result <= 0)
            break;
        result = check_wanted_row(check, &row, fault);
    }
    task_import_stream_close(&stream);
    return result;
}

static int check_file(struct check *check, int fd, struct fault *fault)
{
    int result = organisation_read(check->store, &check->organisation, fault);

    if (result == 0)
        result = robot_list_read(check->store, &check->robots, fault);
    if (result == 0)
        result = sort_robots(check, fault);
    if (result == 0)
        result = check_rows(check, fd, fault);
    if (result == 0 && check->wanted.count > 0)
        result = check_wanted(check, fd, fault);
    return result;
}

int task_import_check(struct store *store, int fd, int64_t now_ms, struct task_import *ret_import,
                      struct fault *fault)
{
    struct check check = {.store = store, .now_ms = now_ms};
    int result;

    if (sodium_init() < 0)
        return fault_set(fault, -EIO, "libsodium cannot be used");
    key_set_init(&check.windows);
    key_set_init(&check.wanted);
    crypto_generichash_keygen(check.key);
    result = check_file(&check, fd, fault);
    key_set_release(&check.windows);
    key_set_release(&check.wanted);
    free(check.by_slug);
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
