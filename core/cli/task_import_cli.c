/* task import FILE.csv: the file is checked whole here, then sent in chunks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/progress.h"
#include "core/command/task_import.h"
#include "core/store/home.h"
#include "core/store/store.h"

enum { NAME_SIZE = 256, RESULT_MAX = 1024 };

struct importing {
    const struct cli_request *request;
    struct cli_session *session;
    struct progress *progress;
};

/* A file that can be read twice, and is not too large. */
static int open_file(const char *path, int *ret_fd, struct fault *fault)
{
    struct stat about;
    int result = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return fault_set(fault, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) < 0)
        result = fault_set(fault, -errno, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(about.st_mode))
        result = fault_set(fault, -EBADF, "%s: not a regular file", path);
    else if (about.st_size > TASK_IMPORT_SIZE_MAX)
        result = fault_set(fault, -E2BIG, "%s: larger than 1 GiB; split it", path);
    if (result < 0)
        (void)close(fd);
    else
        *ret_fd = fd;
    return result;
}

/* What lists of imports call the file: the last part of its path. */
static void name_file(const char *path, char name[static NAME_SIZE])
{
    const char *slash = strrchr(path, '/');

    (void)text_copy(name, NAME_SIZE, slash == NULL ? path : slash + 1);
    if (name[0] == '\0' || !text_is_line(name, strlen(name)))
        (void)text_copy(name, NAME_SIZE, "tasks");
}

static int check_file(const struct cli_request *request, int fd, int64_t now_ms,
                      struct task_import *ret_import, struct fault *fault)
{
    struct task_import_wrong wrong = {.count = 0};
    struct progress *progress;
    struct store *store = NULL;
    int result = store_open(request->home, STORE_READ, &store, fault);
    int i;

    if (result < 0)
        return result;
    progress = progress_begin("task import: checking the file", NULL, 0);
    result = task_import_check(store, fd, now_ms, ret_import, &wrong, fault);
    progress_end(progress);
    store_close(store);
    /* One wrong line is the fault itself; of several the fault is the last line of a list. */
    for (i = 0; wrong.count > 1 && i < wrong.count && i < TASK_IMPORT_WRONG_SHOWN; i++)
        (void)fprintf(stderr, "%s\n", wrong.lines[i].text);
    return result;
}

static int send_request(void *context, const char *command, const char *arguments,
                        struct json **ret_result, struct fault *fault)
{
    struct importing *importing = context;

    return cli_session_send(importing->session, command, arguments, importing->request->by,
                            ret_result, fault);
}

static void show_progress(void *context, int64_t rows)
{
    const struct importing *importing = context;

    progress_at(importing->progress, rows);
}

static void put_count(struct json_writer *writer, const char *name, int64_t value)
{
    json_key(writer, name);
    json_put_int(writer, value);
}

/* {"rows","new","repeated","not_done","undone","waiting","leased","repeated_undone","late","late_booked_in",
 * "outside_operation"} */
static void write_answer(const struct task_import *import, const struct task_import_answer *answer,
                         struct text *target)
{
    struct json_writer writer;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    put_count(&writer, "rows", answer->rows);
    put_count(&writer, "new", answer->new_rows);
    put_count(&writer, "repeated", answer->repeated);
    put_count(&writer, "not_done", answer->not_done);
    put_count(&writer, "undone", answer->undone);
    put_count(&writer, "waiting", answer->met.waiting);
    put_count(&writer, "leased", answer->met.leased);
    put_count(&writer, "repeated_undone", answer->met.repeated_undone);
    put_count(&writer, "late", answer->late);
    json_key(&writer, "late_booked_in");
    json_put_string(&writer, answer->late_booking[0] != '\0' ? answer->late_booking : NULL);
    put_count(&writer, "outside_operation", import->outside_operation);
    json_end_object(&writer);
}

/* What was counted is not done again unasked. */
static void print_on_queue(const struct task_import_answer *answer)
{
    if (answer->met.waiting > 0)
        (void)printf("%" PRId64 " %s of them on a queue %s for a person now: `automagi queue "
                     "list --state waiting --note-contains \"import %" PRId64 ",\"`\n",
                     answer->met.waiting, answer->met.waiting == 1 ? "item" : "items",
                     answer->met.waiting == 1 ? "waits" : "wait", answer->import_id);
    if (answer->met.leased > 0)
        (void)printf(
            "%" PRId64 " %s of them %s in the hands of a run, which may do %s again; that is "
            "not counted\n",
            answer->met.leased, answer->met.leased == 1 ? "item" : "items",
            answer->met.leased == 1 ? "is" : "are", answer->met.leased == 1 ? "it" : "them");
}

/* Who imports them to have them counted is to know that they are not. */
static void print_repeated_undone(const struct task_import_answer *answer)
{
    bool is_one = answer->met.repeated_undone == 1;

    if (answer->met.repeated_undone > 0)
        (void)printf("%" PRId64 " of them %s, so nothing counts %s; what was done all the same "
                     "counts when it is imported under a reference of its own\n",
                     answer->met.repeated_undone,
                     is_one ? "repeats a task that was taken back"
                            : "repeat tasks that were taken back",
                     is_one ? "it" : "them");
}

/* As sentences. */
static void print_words(const struct task_import *import, const struct task_import_answer *answer)
{
    (void)printf("%" PRId64 " %s: %" PRId64 " new, %" PRId64 " repeated, %" PRId64
                 " not done, %" PRId64 " taken back%s\n",
                 answer->rows, answer->rows == 1 ? "row" : "rows", answer->new_rows,
                 answer->repeated, answer->not_done, answer->undone,
                 answer->was_imported ? "; this file was imported before" : "");
    print_on_queue(answer);
    print_repeated_undone(answer);
    if (answer->late > 0)
        (void)printf("%" PRId64 " of them %s booked in %s, for %s closed\n", answer->late,
                     answer->late == 1 ? "is" : "are", answer->late_booking,
                     answer->late == 1 ? "its month is" : "their months are");
    if (import->outside_operation > 0)
        (void)printf("%" PRId64 " of them %s outside their robot's operation: %s\n",
                     import->outside_operation, import->outside_operation == 1 ? "lies" : "lie",
                     import->outside_robots);
}

static int print_answer(const struct cli_request *request, const struct task_import *import,
                        const struct task_import_answer *answer, struct fault *fault)
{
    struct json *object = NULL;
    struct text text;
    int result;

    text_init(&text, RESULT_MAX);
    write_answer(import, answer, &text);
    result = json_parse(text_string(&text), text.length, RESULT_MAX, &object, fault);
    if (result == 0) {
        switch (request->format) {
        case CLI_TABLE:
            print_words(import, answer);
            break;
        case CLI_JSON:
            (void)printf("%s\n", text_string(&text));
            break;
        case CLI_CSV:
            cli_print_object_csv(object, stdout);
            break;
        }
    }
    json_free(object);
    text_release(&text);
    return result;
}

static int send_file(const struct cli_request *request, const struct task_import *import, int fd,
                     const char *path, int64_t now_ms, struct fault *fault)
{
    struct importing importing = {.request = request};
    struct task_import_sender sender = {.request = send_request,
                                        .context = &importing,
                                        .progress = show_progress,
                                        .home = request->home};
    struct task_import_answer answer = {0};
    char name[NAME_SIZE];
    int result = cli_session_open(request->home, &importing.session, fault);

    if (result < 0)
        return result;
    importing.progress = progress_begin("task import", "rows", import->rows);
    name_file(path, name);
    result = task_import_send(import, fd, name, now_ms, &sender, &answer, fault);
    progress_end(importing.progress);
    cli_session_close(importing.session);
    return result < 0 ? result : print_answer(request, import, &answer, fault);
}

int cli_task_import(const struct cli_request *request, struct fault *fault)
{
    const char *path = json_string(json_member(request->arguments, "file"));
    struct task_import import = {0};
    int64_t now_ms = clock_now_ms();
    int fd = -1;
    int result;

    result = home_check(request->home, fault);
    if (result == 0)
        result = open_file(path, &fd, fault);
    if (result < 0)
        return result;
    result = check_file(request, fd, now_ms, &import, fault);
    if (result == -EINVAL)
        result = fault_prefix(fault, result, "%s", path);
    if (result == 0)
        result = send_file(request, &import, fd, path, now_ms, fault);
    task_import_release(&import);
    (void)close(fd);
    return result;
}
