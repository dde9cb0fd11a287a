/* key set | list: how a second view of savings spreads what is of no single department. */
#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/command/organisation_file.h"
#include "core/command/parts.h"
#include "core/store/department.h"
#include "scorecards/savings.h"

enum { NUMBER_TEXT = 48 };

static int key_set_check(const struct json *arguments, struct fault *fault)
{
    struct part_list parts;

    return parts_read(arguments, "share", &parts, fault);
}

static void answer(struct command_call *call, int32_t from_day, const struct part_list *parts)
{
    char number[NUMBER_TEXT];
    char day[CLOCK_DAY_TEXT];
    struct text text;

    text_init(&text, PARTS_TEXT_MAX);
    parts_words(parts, &text);
    decimal_format(SHARE_WHOLE - parts->sum, FILE_SHARE_DIGITS, number, sizeof(number));
    if (parts->sum != SHARE_WHOLE)
        text_printf(&text, "; %s of it stays %s", number, SAVINGS_CROSS_NAME);
    clock_format_day(from_day, day);
    result_only_message(call, "from %s %s is spread so: %s", day, SAVINGS_CROSS_NAME,
                        text_string(&text));
    text_release(&text);
}

static int key_set_apply(struct command_call *call, struct fault *fault)
{
    struct distribution_key keys[PARTS_MAX];
    struct organisation organisation = {0};
    struct part_list parts;
    int32_t from_day = 0;
    size_t i;
    int result = parts_read(call->arguments, "share", &parts, fault);

    (void)argument_day(call, "from", &from_day);
    (void)text_copy(call->subject, sizeof(call->subject), argument_text(call, "from", ""));
    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    if (result == 0)
        result = parts_find(&parts, &organisation, from_day, fault);
    if (result == 0)
        result = need_open_month(call->store, "the distribution keys", from_day, fault);
    for (i = 0; i < parts.count && result == 0; i++)
        keys[i] = (struct distribution_key){from_day, parts.parts[i].department->id,
                                            parts.parts[i].millionths};
    if (result == 0)
        result = distribution_keys_set(call->store, from_day, keys, parts.count, fault);
    if (result == 0)
        answer(call, from_day, &parts);
    organisation_release(&organisation);
    return result;
}

static int key_list_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    struct json_writer *writer = call->result;
    int result = organisation_read(call->store, &organisation, fault);
    size_t i;

    if (result < 0)
        return result;
    json_begin_object(writer);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < organisation.key_count; i++) {
        const struct distribution_key *key = &organisation.keys[i];
        const struct department *department =
            organisation_department_by_id(&organisation, key->department_id);

        json_begin_object(writer);
        result_day(writer, "from", key->from_day);
        result_text(writer, "department", department != NULL ? department->slug : "?");
        result_text(writer, "name",
                    department != NULL ? department_name_on(department, key->from_day) : "?");
        result_decimal(writer, "share", key->millionths, FILE_SHARE_DIGITS);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
    organisation_release(&organisation);
    return 0;
}

static const struct argument set_arguments[] = {
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "valid from that day"},
    {.name = "share",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "ID=SHARE",
     .help = "a department and its part, 0 to 1; several with commas, or given again",
     .is_repeated = true,
     .most = PARTS_TEXT_MAX,
     .source = SOURCE_DEPARTMENT},
    REASON_ARGUMENT(false),
    ARGUMENTS_END,
};

const struct command command_key_set = {
    .name = "key set",
    .summary = "how `savings --spread` divides Tværgående, from a day on; no figure changes",
    .help = "The keys change no figure: Tværgående is a row of every table. They are only for the\n"
            "view that divides it (`automagi savings --spread`). What they do not give away\n"
            "stays Tværgående there too.\n"
            "\n"
            "  automagi key set --from 2026-08-01 --share ds=0.4,bf=0.6",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .check = key_set_check,
    .apply = key_set_apply,
};

static const struct column list_columns[] = {
    {.member = "from", .heading = "from"},
    {.member = "department", .heading = "department"},
    {.member = "name", .heading = "name"},
    {.member = "share", .heading = "share", .is_right = true},
    COLUMNS_END,
};

const struct command command_key_list = {
    .name = "key list",
    .summary = "every version of the distribution keys",
    .kind = COMMAND_READS,
    .columns = list_columns,
    .empty = "no distribution keys; see `automagi key set --help`",
    .apply = key_list_apply,
};
