/* How sentences, numbers and tables are put into a report. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scorecards/report/report_inner.h"

enum { PERCENT_OF_SHARE = SHARE_WHOLE / 1000 };

struct kept {
    struct kept *next;
    char *text;
};

const char *report_keep(struct composing *composing, struct text *text)
{
    struct kept *kept = malloc(sizeof *kept);
    int broken = text->broken == -E2BIG ? -E2BIG : -ENOMEM;
    char *taken = text_take(text);

    text_release(text);
    if (kept == NULL || taken == NULL) {
        free(kept);
        free(taken);
        composing->broken = broken;
        return "";
    }
    *kept = (struct kept){composing->kept, taken};
    composing->kept = kept;
    return taken;
}

void report_forget(struct composing *composing)
{
    while (composing->kept != NULL) {
        struct kept *next = composing->kept->next;

        free(composing->kept->text);
        free(composing->kept);
        composing->kept = next;
    }
}

const char *report_say(struct composing *composing, enum words id, const char *const *arguments)
{
    struct text text;

    text_init(&text, DOCUMENT_BYTES_MAX);
    words_put(&text, composing->language, id, arguments);
    return report_keep(composing, &text);
}

const char *report_word(const struct composing *composing, enum words id)
{
    return words(composing->language, id);
}

static const char *keep_string(struct composing *composing, const char *string)
{
    struct text text;

    text_init(&text, DOCUMENT_BYTES_MAX);
    text_append_string(&text, string);
    return report_keep(composing, &text);
}

const char *report_both(struct composing *composing, const char *first, const char *second)
{
    struct text text;

    if (first[0] == '\0' || second[0] == '\0')
        return first[0] == '\0' ? second : first;
    text_init(&text, DOCUMENT_BYTES_MAX);
    text_printf(&text, "%s %s", first, second);
    return report_keep(composing, &text);
}

const char *report_with(struct composing *composing, const char *first, const char *second)
{
    if (first[0] == '\0' || second[0] == '\0')
        return first[0] == '\0' ? second : first;
    return SAY(composing, WORDS_REPORT_AND_PART, first, second);
}

/* ---- numbers ---- */

static const char *with_sign(struct composing *composing, int64_t number, const char *shown)
{
    struct text text;

    text_init(&text, DOCUMENT_BYTES_MAX);
    text_printf(&text, "%s%s", number > 0 ? "+" : "", shown);
    return report_keep(composing, &text);
}

const char *shown_kroner(struct composing *composing, int64_t kroner)
{
    return keep_string(composing, language_kroner(composing->language, kroner).text);
}

const char *shown_change(struct composing *composing, int64_t kroner)
{
    return with_sign(composing, kroner, language_kroner(composing->language, kroner).text);
}

const char *shown_count(struct composing *composing, int64_t count)
{
    return shown_number(composing, count, 0);
}

const char *shown_more_tasks(struct composing *composing, int64_t count)
{
    return with_sign(composing, count,
                     shown_plural(composing, count, WORDS_REPORT_TASK, WORDS_REPORT_TASKS_UNIT));
}

const char *shown_number(struct composing *composing, int64_t scaled, unsigned digits)
{
    return keep_string(composing, language_number(composing->language, scaled, digits).text);
}

const char *shown_short(struct composing *composing, int64_t scaled, unsigned digits)
{
    return keep_string(composing, language_number_short(composing->language, scaled, digits).text);
}

/* Whole hours read better than tenths where nothing is added up. */
const char *shown_hours(struct composing *composing, int64_t tenths)
{
    return shown_plural(composing, (int64_t)decimal_divide_half_up(tenths, 10), WORDS_REPORT_HOUR,
                        WORDS_REPORT_HOURS);
}

const char *shown_minutes(struct composing *composing, int64_t hundredths)
{
    return SAY(composing, WORDS_REPORT_MINUTES, shown_short(composing, hundredths, 2));
}

const char *shown_percent(struct composing *composing, int64_t scaled, unsigned digits)
{
    return keep_string(composing, language_percent(composing->language, scaled, digits).text);
}

const char *shown_day(struct composing *composing, int32_t day)
{
    return keep_string(composing, language_day(composing->language, day).text);
}

const char *shown_day_short(struct composing *composing, int32_t day)
{
    return keep_string(composing, language_day_short(composing->language, day).text);
}

const char *shown_month(struct composing *composing, int32_t month)
{
    return keep_string(composing, language_month(composing->language, month).text);
}

const char *shown_year(struct composing *composing, int32_t year)
{
    struct text text;

    text_init(&text, DOCUMENT_BYTES_MAX);
    text_printf(&text, "%d", (int)year);
    return report_keep(composing, &text);
}

const char *shown_range(struct composing *composing, int32_t from_day, int32_t to_day)
{
    return SAY(composing, WORDS_REPORT_RANGE, shown_day(composing, from_day),
               shown_day(composing, to_day));
}

const char *shown_plural(struct composing *composing, int64_t count, enum words one,
                         enum words many)
{
    return keep_string(composing,
                       language_plural(composing->language, count, report_word(composing, one),
                                       report_word(composing, many))
                           .text);
}

/* ---- names ---- */

const char *shown_department(struct composing *composing, int64_t department_id)
{
    const struct department *department =
        organisation_department_by_id(report_organisation(composing), department_id);

    return department == NULL ? SAVINGS_CROSS_NAME
                              : department_name_on(department, composing->query.to_day);
}

/* "60 %", "12,5 %". */
static const char *shown_percent_short(struct composing *composing, int64_t millionths)
{
    bool is_whole = millionths % (SHARE_WHOLE / 100) == 0;

    return shown_percent(composing, millionths / (is_whole ? SHARE_WHOLE / 100 : PERCENT_OF_SHARE),
                         is_whole ? 0 : 1);
}

const char *shown_departments(struct composing *composing, const struct robot *robot, int32_t day)
{
    const struct robot_share *shares = NULL;
    size_t count = robot_shares_on(robot, day, &shares);
    struct text text;
    size_t i;

    if (count == 0)
        return SAVINGS_CROSS_NAME;
    text_init(&text, DOCUMENT_BYTES_MAX);
    for (i = 0; i < count; i++) {
        text_append_string(&text, i > 0 ? "; " : "");
        text_append_string(&text, shown_department(composing, shares[i].department_id));
        if (shares[i].millionths != SHARE_WHOLE)
            text_printf(&text, " %s", shown_percent_short(composing, shares[i].millionths));
    }
    return report_keep(composing, &text);
}

/* ---- blocks ---- */

void report_section(struct composing *composing, const char *id, enum words title)
{
    document_section(composing->document, id, 1, report_word(composing, title));
}

void report_subsection(struct composing *composing, const char *id, enum words title)
{
    document_section(composing->document, id, 2, report_word(composing, title));
}

void report_lead(struct composing *composing, const char *sentence)
{
    document_paragraph(composing->document, BLOCK_LEAD, sentence);
}

void report_paragraph(struct composing *composing, const char *sentence)
{
    document_paragraph(composing->document, BLOCK_PARAGRAPH, sentence);
}

void report_item(struct composing *composing, const char *sentence)
{
    document_paragraph(composing->document, BLOCK_LIST_ITEM, sentence);
}

void report_warning(struct composing *composing, const char *sentence)
{
    document_paragraph(composing->document, BLOCK_WARNING, sentence);
}

static size_t set_columns(const struct composing *composing, const struct report_column *columns,
                          size_t count,
                          struct document_column ret_columns[static DOCUMENT_COLUMNS_MAX])
{
    size_t i;

    for (i = 0; i < count && i < DOCUMENT_COLUMNS_MAX; i++)
        ret_columns[i] =
            (struct document_column){.id = columns[i].id,
                                     .heading = report_word(composing, columns[i].heading),
                                     .kind = columns[i].kind,
                                     .digits = columns[i].digits,
                                     .is_narrow = columns[i].is_narrow};
    return i;
}

struct document_table *report_table_titled(struct composing *composing, const char *id,
                                           const char *title, const struct report_column *columns,
                                           size_t count)
{
    struct document_column shown[DOCUMENT_COLUMNS_MAX];

    count = set_columns(composing, columns, count, shown);
    return document_table(composing->document, id, title, shown, count);
}

struct document_table *report_table(struct composing *composing, const char *id, enum words title,
                                    const struct report_column *columns, size_t count)
{
    return report_table_titled(composing, id, report_word(composing, title), columns, count);
}

struct document_table *report_data_table(struct composing *composing, const char *id,
                                         enum words title, const struct report_column *columns,
                                         size_t count)
{
    struct document_column shown[DOCUMENT_COLUMNS_MAX];

    count = set_columns(composing, columns, count, shown);
    return document_data_table(composing->document, id, report_word(composing, title), shown,
                               count);
}

void report_cell_percent(struct composing *composing, struct document_table *table,
                         const struct forecast_percent *percent)
{
    if (percent->is_defined)
        document_cell_number(table, percent->value);
    else
        document_cell_none(table, report_word(composing, WORDS_REPORT_NO_TARGET));
}

void report_cell_day(struct document_table *table, int32_t day)
{
    if (day == INT32_MIN || day == 0)
        document_cell_none(table, "");
    else
        document_cell_number(table, day);
}
