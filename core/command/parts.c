#include "core/command/parts.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/department.h"
#include "core/store/robot.h"

enum { SHARE_DIGITS = 6, NUMBER_TEXT = 48, WORD_MAX = 128 };

/* The next word before a comma, without the spaces around it; where the one after it begins. */
static const char *next_word(const char *at, char word[static WORD_MAX])
{
    size_t span = strcspn(at, ",");
    size_t length = span;
    size_t lead = strspn(at, " ");

    if (lead > length)
        lead = length;
    while (length > lead && at[length - 1] == ' ')
        length--;
    length -= lead;
    if (length >= WORD_MAX)
        length = WORD_MAX - 1;
    memcpy(word, at + lead, length);
    word[length] = '\0';
    return at[span] == ',' ? at + span + 1 : NULL;
}

/* "bae=0.5", or "bae" alone where there are no shares. */
static bool read_part(const char *word, bool has_shares, struct part *part)
{
    size_t length = strcspn(word, "=");

    if (length >= PART_SLUG_MAX || (word[length] == '=') != has_shares)
        return false;
    memcpy(part->slug, word, length);
    part->slug[length] = '\0';
    return text_is_slug(part->slug) &&
           (!has_shares || (decimal_parse(word + length + 1, SHARE_DIGITS, &part->millionths) &&
                            part->millionths >= 0 && part->millionths <= SHARE_WHOLE));
}

static int refuse_sum(const char *name, int64_t sum, struct fault *fault)
{
    char text[NUMBER_TEXT];

    decimal_format(sum, SHARE_DIGITS, text, sizeof(text));
    return fault_set(fault, -EINVAL, "--%s: the shares add up to %s; at most 1 is allowed", name,
                     text);
}

static int take_part(const char *name, const char *word, bool has_shares, struct part_list *list,
                     struct fault *fault)
{
    struct part part = {.millionths = 0};
    size_t i;

    if (list->count == PARTS_MAX)
        return fault_set(fault, -EINVAL, "--%s: over %d departments; give fewer", name, PARTS_MAX);
    if (!read_part(word, has_shares, &part))
        return fault_set(fault, -EINVAL,
                         "--%s: expected %s with commas between them, not \"%.80s\"", name,
                         has_shares ? "departments' ids with a share from 0 to 1 of at most six "
                                      "decimals, such as bae=0.5,bf=0.3,"
                                    : "departments' ids",
                         word);
    for (i = 0; i < list->count; i++)
        if (strcmp(list->parts[i].slug, part.slug) == 0)
            return fault_set(fault, -EINVAL, "--%s: %s is named twice; keep one", name, part.slug);
    list->parts[list->count++] = part;
    list->sum += part.millionths;
    return 0;
}

static int read_list(const struct json *arguments, const char *name, bool has_shares,
                     struct part_list *list, struct fault *fault)
{
    const char *at = json_string(json_member(arguments, name));
    char word[WORD_MAX];
    int result = 0;

    list->count = 0;
    list->sum = 0;
    while (at != NULL && result == 0) {
        at = next_word(at, word);
        result = take_part(name, word, has_shares, list, fault);
    }
    if (result == 0 && list->sum > SHARE_WHOLE)
        result = refuse_sum(name, list->sum, fault);
    return result;
}

int parts_read(const struct json *arguments, const char *name, struct part_list *ret_list,
               struct fault *fault)
{
    return read_list(arguments, name, true, ret_list, fault);
}

int parts_read_ids(const struct json *arguments, const char *name, struct part_list *ret_list,
                   struct fault *fault)
{
    return read_list(arguments, name, false, ret_list, fault);
}

int department_named(const struct organisation *organisation, const char *slug,
                     const struct department **ret_department, struct fault *fault)
{
    const struct department *found = organisation_department(organisation, slug);

    if (found == NULL)
        return department_refuse(organisation, slug, fault);
    *ret_department = found;
    return 0;
}

void successors_words(const struct organisation *organisation, const struct department *department,
                      struct text *target)
{
    char number[NUMBER_TEXT];
    size_t i;

    for (i = 0; i < department->successor_count; i++) {
        const struct department_successor *part = &department->successors[i];
        const struct department *successor =
            organisation_department_by_id(organisation, part->successor_id);

        text_printf(target, "%s%s", i > 0 ? ", " : "", successor != NULL ? successor->slug : "?");
        if (part->millionths == SHARE_WHOLE)
            continue;
        decimal_format(part->millionths, SHARE_DIGITS, number, sizeof(number));
        text_printf(target, " %s", number);
    }
}

int department_need_going_on(const struct organisation *organisation,
                             const struct department *department, int32_t day, struct fault *fault)
{
    char ended[CLOCK_DAY_TEXT];
    struct text words;
    int result;

    if (!department_has_ended(department, day))
        return 0;
    clock_format_day(department->successors[0].from_day, ended);
    text_init(&words, PARTS_TEXT_MAX);
    successors_words(organisation, department, &words);
    result = fault_set(fault, -EINVAL, "%s ends on %s; give what it has to its successors: %s",
                       department->slug, ended, text_string(&words));
    text_release(&words);
    return result;
}

int department_need_target(const struct organisation *organisation,
                           const struct department *department, int32_t year, int32_t day,
                           struct fault *fault)
{
    char ended[CLOCK_DAY_TEXT];
    struct text into;
    int end_year;
    int month;
    int day_of_month;
    int result;

    if (!department_has_ended(department, day))
        return 0;
    clock_civil(department->successors[0].from_day, &end_year, &month, &day_of_month);
    if (year < end_year)
        return 0;
    clock_format_day(department->successors[0].from_day, ended);
    text_init(&into, PARTS_TEXT_MAX);
    successors_words(organisation, department, &into);
    result =
        fault_set(fault, -EPERM, "%s ends on %s, and its budget of %" PRId32 " is then that of %s",
                  department->slug, ended, year, text_string(&into));
    text_release(&into);
    return result;
}

void parts_words(const struct part_list *list, struct text *target)
{
    char number[NUMBER_TEXT];
    size_t i;

    for (i = 0; i < list->count; i++) {
        decimal_format(list->parts[i].millionths, SHARE_DIGITS, number, sizeof(number));
        text_printf(target, "%s%s %s", i > 0 ? ", " : "", list->parts[i].slug, number);
    }
}

int parts_find(struct part_list *list, const struct organisation *organisation, int32_t day,
               struct fault *fault)
{
    int result = 0;
    size_t i;

    for (i = 0; i < list->count && result == 0; i++) {
        struct part *part = &list->parts[i];

        result = department_named(organisation, part->slug, &part->department, fault);
        if (result == 0)
            result = department_need_going_on(organisation, part->department, day, fault);
    }
    return result;
}
