/* import end: gives up an import that can never be finished. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/store/import.h"

struct sought {
    int64_t id;
    struct import_record found; /* id 0: there is none */
};

static int take(const struct import_record *import, void *context)
{
    struct sought *sought = context;

    if (import->id != sought->id)
        return 0;
    sought->found = *import;
    return ROWS_FULL;
}

int import_end_preview(struct command_call *call, struct fault *fault)
{
    struct sought sought = {.id = argument_number(call, "import", 0)};
    const struct import_record *found = &sought.found;
    int result = import_each(call->store, -1, take, &sought, fault);

    /* What else it is refused for is said when it is. */
    if (found->id != 0 && found->is_cut_short && found->applied < found->rows)
        effect_say(call,
                   "%" PRId64 " of the %" PRId64
                   " rows of %s %s in and what they counted stays; the other%s "
                   "not counted",
                   found->applied, found->rows, found->file, found->applied == 1 ? "is" : "are",
                   found->rows - found->applied == 1 ? " is" : "s are");
    return result < 0 ? result : 0;
}

static int import_end_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = argument_number(call, "import", 0);
    struct import_end end = {call_asker(call), argument_text(call, "reason", ""), call->now_ms};
    struct import_record import = {.id = 0};
    int result = import_give_up(call->store, id, &end, &import, fault);

    if (result < 0)
        return result;
    (void)snprintf(call->subject, sizeof(call->subject), "import %" PRId64, id);
    json_begin_object(call->result);
    if (import.is_given_up)
        result_message(call->result,
                       "import %" PRId64 " is given up; %" PRId64 " of its %" PRId64
                       " rows are in, and what they counted stays",
                       id, import.applied, import.rows);
    else
        result_message(call->result,
                       "import %" PRId64 " is finished: all of its %" PRId64 " rows were in", id,
                       import.rows);
    result_int(call->result, "import", id);
    result_int(call->result, "rows", import.rows);
    result_int(call->result, "applied", import.applied);
    json_end_object(call->result);
    return 0;
}

static const struct argument end_arguments[] = {
    {.name = "import",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "IMPORT",
     .help = "its number, as `import list` shows it",
     .least = 1,
     .most = INT64_C(1) << 53},
    REASON_ARGUMENT(true),
    ARGUMENTS_END,
};

const struct command command_import_end = {
    .name = "import end",
    .summary = "give up an import that was cut short and cannot be finished",
    .help =
        "When its file is gone, or is refused now. What is in stays counted, its runs end, and\n"
        "the rows that are not in are not counted. The same file imported later is a new\n"
        "import; what is counted already is repeated in it, and counts once.",
    .kind = COMMAND_CHANGES,
    .arguments = end_arguments,
    .preview = import_end_preview,
    .apply = import_end_apply,
};
