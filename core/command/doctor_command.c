/* doctor: the checks in their order, and their rows. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/base/version.h"
#include "core/command/doctor.h"
#include "core/command/nouns.h"
#include "core/store/store.h"

enum { CHECK_MAX = 2048, SAFE_MAX = 4 * CHECK_MAX };

void doctor_quote(const char *text, char target[static DOCTOR_FIX_MAX])
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+:@%,=";
    struct text quoted;
    const char *at;

    if (text[0] != '\0' && text[strspn(text, plain)] == '\0' &&
        text_copy(target, DOCTOR_FIX_MAX, text))
        return;
    text_init(&quoted, DOCTOR_FIX_MAX - 1);
    text_append_char(&quoted, '\'');
    for (at = text; *at != '\0'; at++) {
        if (*at == '\'')
            text_append_string(&quoted, "'\\''");
        else
            text_append_char(&quoted, *at);
    }
    text_append_char(&quoted, '\'');
    (void)text_copy(target, DOCTOR_FIX_MAX, quoted.broken == 0 ? text_string(&quoted) : "?");
    text_release(&quoted);
}

void doctor_fix(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(doctor->fix, sizeof(doctor->fix), format, arguments);
    va_end(arguments);
}

void doctor_fix_here(struct doctor *doctor, const char *format, ...)
{
    va_list arguments;
    struct text fix;
    char words[DOCTOR_FIX_MAX];

    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    text_init(&fix, DOCTOR_FIX_MAX - 1);
    text_printf(&fix, "automagi --home %s %s", doctor->quoted_home, words);
    if (fix.broken == -ENOMEM)
        doctor->writer.target->broken = fix.broken;
    (void)text_copy(doctor->fix, sizeof(doctor->fix), fix.broken == 0 ? text_string(&fix) : "");
    text_release(&fix);
}

void doctor_failed(struct doctor *doctor, int result, const char *what, const struct fault *fault)
{
    if (result < 0)
        doctor_row(doctor, DOCTOR_WRONG, "%s: %s", what,
                   fault->text[0] != '\0' ? fault->text : strerror(-result));
}

static const char *state_word(enum doctor_state state)
{
    switch (state) {
    case DOCTOR_OK:
        return "ok";
    case DOCTOR_NOTE:
        return "note";
    case DOCTOR_WRONG:
        return "wrong";
    }
    return "";
}

/* What was found can hold a robot's or a file's words. */
static void put_safe(struct json_writer *writer, const char *name, const char *text)
{
    struct text safe;

    text_init(&safe, SAFE_MAX);
    log_redact(text, strlen(text), &safe);
    if (safe.broken == -ENOMEM)
        writer->target->broken = safe.broken; /* half a line says something else */
    result_text_or_null(writer, name, text_string(&safe));
    text_release(&safe);
}

void doctor_row(struct doctor *doctor, enum doctor_state state, const char *format, ...)
{
    char check[CHECK_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(check, sizeof(check), format, arguments);
    va_end(arguments);
    json_begin_object(&doctor->writer);
    result_text(&doctor->writer, "state", state_word(state));
    put_safe(&doctor->writer, "check", check);
    put_safe(&doctor->writer, "fix", doctor->fix);
    json_end_object(&doctor->writer);
    doctor->fix[0] = '\0';
    doctor->rows++;
    doctor->wrong += state == DOCTOR_WRONG;
    doctor->notes += state == DOCTOR_NOTE;
}

/* Is the name one of "a, b, c"? */
static bool has_name(const char *names, const char *name)
{
    size_t length = strlen(name);
    const char *at = names;

    while (*at != '\0') {
        size_t one = strcspn(at, ",");

        if (one == length && strncmp(at, name, length) == 0)
            return true;
        at += one;
        at += strspn(at, ", ");
    }
    return false;
}

void doctor_name(struct doctor_names *names, const char *name)
{
    static const char more[] = " and more";
    size_t used = strlen(names->text);
    size_t left = sizeof(names->text) - used;

    if (names->is_cut || has_name(names->text, name))
        return;
    if (used == 0)
        (void)text_copy(names->first, sizeof(names->first), name);
    names->is_cut = strlen(name) + strlen(", ") + sizeof(more) > left;
    if (names->is_cut)
        (void)text_copy(names->text + used, left, more);
    else
        (void)snprintf(names->text + used, left, "%s%s", used > 0 ? ", " : "", name);
}

static void look(struct doctor *doctor)
{
    if (!doctor_home(doctor))
        return;
    doctor_disk(doctor);
    doctor_aside(doctor);
    doctor_store(doctor);
    if (doctor->store != NULL && store_is_demo(doctor->store))
        doctor_row(doctor, DOCTOR_NOTE,
                   "home: a demo home; everything in it is invented, and no robot runs there");
    doctor_daemon(doctor);
    doctor_keys(doctor);
    doctor_record(doctor);
    doctor_robots(doctor);
    doctor_imports(doctor);
    doctor_operation(doctor);
}

static void put_end(struct doctor *doctor)
{
    struct json_writer *writer = &doctor->writer;

    json_end_array(writer);
    result_bool(writer, "ok", doctor->wrong == 0);
    if (doctor->wrong == 0)
        result_message(writer, "nothing is wrong: %" PRId64 " checks, %" PRId64 " to know of",
                       doctor->rows, doctor->notes);
    else
        result_message(writer,
                       "doctor: %" PRId64 " of %" PRId64
                       " checks found something wrong; what puts it right is said with each",
                       doctor->wrong, doctor->rows);
    result_int(writer, "wrong", doctor->wrong);
    result_int(writer, "notes", doctor->notes);
}

int doctor_run(const struct doctor_settings *settings, struct text *result, struct fault *fault)
{
    struct robot_list list = {0};
    struct doctor doctor = {.settings = settings, .list = NULL};

    json_writer_init(&doctor.writer, result);
    doctor_quote(settings->home, doctor.quoted_home);
    json_begin_object(&doctor.writer);
    json_key(&doctor.writer, "rows");
    json_begin_array(&doctor.writer);
    doctor.list = &list;
    look(&doctor);
    doctor_system(&doctor);
    put_end(&doctor);
    json_end_object(&doctor.writer);
    robot_list_release(&list);
    store_close(doctor.store);
    if (memory_lacked())
        return fault_no_memory(fault);
    return result->broken != 0 ? fault_broken(fault, result->broken, "the answer is too long") : 0;
}

static const struct column columns[] = {
    {.member = "state", .heading = "state"},
    {.member = "check", .heading = "check"},
    {.member = "fix", .heading = "what to do"},
    COLUMNS_END,
};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "look at everything an installation needs; exit status 1 when something is wrong",
    .help =
        "One row for each check: ok, note (worth knowing), or wrong, and what puts it right, as a\n"
        "command to copy. Changes nothing; works without the daemon, and when the store does not\n"
        "open. `automagi verify` recounts what is in the store; this looks at what is around it.",
    .kind = COMMAND_LOCAL,
    .columns = columns,
};

static int version_apply(struct command_call *call, struct fault *fault)
{
    (void)fault;
    json_begin_object(call->result);
    result_text(call->result, "version", automagi_version);
    json_end_object(call->result);
    return 0;
}

/* Its answer comes from the writer's thread: so it tells that loop and writer go on. */
const struct command command_doctor_version = {
    .name = "doctor version",
    .kind = COMMAND_PART,
    .apply = version_apply,
};
