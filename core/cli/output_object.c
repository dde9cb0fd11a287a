/* One thing shown member by member. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/terminal.h"

enum { VALUE_MAX = 1024 * 1024, LABEL_MAX = 64 };

/* A member may be of a robot's own input, with any name. */
static void label_of(const struct json *member, char label[LABEL_MAX])
{
    struct text name;

    text_init(&name, VALUE_MAX);
    cli_append_line(json_name(member), &name);
    (void)text_copy(label, LABEL_MAX, text_string(&name));
    text_release(&name);
    for (; *label != '\0'; label++)
        if (*label == '_')
            *label = ' ';
}

/* The mark of a demo home stands above it. */
static const struct json *shown(const struct json *member)
{
    return member != NULL && strcmp(json_name(member), "demo") == 0 ? json_next(member) : member;
}

static bool is_plain(const struct json *value)
{
    return !json_is_object(value) && !json_is_array(value);
}

static bool is_all_plain(const struct json *container)
{
    const struct json *value;

    for (value = json_first(container); value != NULL; value = json_next(value))
        if (!is_plain(value))
            return false;
    return true;
}

static bool is_table(const struct json *value)
{
    return json_is_array(value) && json_is_object(json_first(value));
}

/* "ready 3, waiting 1" of an object, "a, b" of an array. */
static void append_list(const struct json *container, struct text *target)
{
    const struct json *value;
    struct text cell;
    char label[LABEL_MAX];

    text_init(&cell, VALUE_MAX);
    for (value = json_first(container); value != NULL; value = json_next(value)) {
        if (value != json_first(container))
            text_append_string(target, ", ");
        label_of(value, label);
        cli_cell(value, CLI_TABLE, &cell);
        text_printf(target, "%s%s%s", label, label[0] != '\0' ? " " : "", text_string(&cell));
    }
    text_release(&cell);
}

static void print_value(const struct json *value, FILE *target)
{
    bool is_state = strcmp(json_name(value), "state") == 0;
    struct text text;

    text_init(&text, VALUE_MAX);
    if (!is_plain(value) && json_first(value) == NULL)
        text_append_string(&text, "none");
    else if (!is_plain(value) && is_all_plain(value))
        append_list(value, &text);
    else
        cli_cell(value, CLI_TABLE, &text);
    terminal_put(is_state ? terminal_style_of(text_string(&text)) : STYLE_PLAIN,
                 text.length > 0 ? text_string(&text) : "-", target);
    (void)fputc('\n', target);
    text_release(&text);
}

/* Of a member of the object itself, whose name is the program's own. */
static void heading_of(const struct json *member, const struct column *labels,
                       char label[LABEL_MAX])
{
    for (; labels != NULL && labels->member != NULL; labels++)
        if (strcmp(labels->member, json_name(member)) == 0) {
            (void)text_copy(label, LABEL_MAX, labels->heading);
            return;
        }
    label_of(member, label);
}

void cli_print_object(const struct json *object, const struct column *labels, FILE *target)
{
    const struct json *member;
    char label[LABEL_MAX];
    size_t width = 0;

    for (member = shown(json_first(object)); member != NULL; member = shown(json_next(member))) {
        heading_of(member, labels, label);
        if (!is_table(member) && text_columns(label) > width)
            width = text_columns(label);
    }
    for (member = shown(json_first(object)); member != NULL; member = shown(json_next(member))) {
        heading_of(member, labels, label);
        if (is_table(member)) {
            terminal_put(STYLE_HEADING, label, target);
            (void)fputc('\n', target);
            if (cli_print_table(NULL, member, NULL, "  ", target) < 0)
                return;
            continue;
        }
        terminal_put(STYLE_HEADING, label, target);
        (void)fprintf(target, "%*s  ", (int)(width - text_columns(label)), "");
        print_value(member, target);
    }
}

void cli_print_object_csv(const struct json *object, FILE *target)
{
    const struct json *member;

    (void)fputs("member,value\r\n", target);
    for (member = json_first(object); member != NULL; member = json_next(member)) {
        (void)fprintf(target, "%s,", json_name(member));
        cli_csv_field(member, target);
        (void)fputs("\r\n", target);
    }
}
