#include "grants.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "day.h"
#include "mask.h"
#include "money.h"

#define HEADER "case;supplier_cvr;from;to;amount;currency"

enum { FIELD_CASE, FIELD_CVR, FIELD_FROM, FIELD_TO, FIELD_AMOUNT, FIELD_CURRENCY, FIELD_COUNT };

/* One line, cut into its fields. */
struct row {
    char text[GRANTS_LINE_MAX + 1];
    char *fields[FIELD_COUNT];
    uint32_t line;
    char mark;
};

static int fail(char problem[GRANTS_PROBLEM_MAX], uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(char problem[GRANTS_PROBLEM_MAX], uint32_t line, const char *format, ...)
{
    char text[GRANTS_LINE_MAX + GRANTS_PROBLEM_MAX];
    int used = snprintf(text, sizeof(text), "linje %u: ", line);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text + used, sizeof(text) - (size_t)used, format, arguments);
    va_end(arguments);
    (void)mask_line(text, problem, GRANTS_PROBLEM_MAX);
    return -EINVAL;
}

/* Copies one line without its end. It must be UTF-8 without control characters. */
static int row_copy(struct row *row, const char *start, size_t length, char *problem)
{
    char clean[GRANTS_LINE_MAX + 1];
    char masked[GRANTS_LINE_MAX + 1];

    if (length > 0 && start[length - 1] == '\r')
        length--;
    if (length > GRANTS_LINE_MAX)
        return fail(problem, row->line, "linjen er over %d tegn", GRANTS_LINE_MAX);
    if (length == 0)
        return fail(problem, row->line, "linjen er tom; slet den");
    if (memchr(start, '\0', length) != NULL)
        return fail(problem, row->line, "linjen indeholder et nultegn; gem filen som UTF-8");
    memcpy(row->text, start, length);
    row->text[length] = '\0';
    /* mask_line shows what it changed; only the CPR numbers may differ. */
    memcpy(clean, row->text, length + 1);
    (void)mask_cpr(clean);
    (void)mask_line(row->text, masked, sizeof(masked));
    if (strcmp(clean, masked) != 0)
        return fail(problem, row->line,
                    "linjen indeholder tegn, der ikke er UTF-8-tekst; gem filen som UTF-8");
    if (strchr(row->text, '"') != NULL)
        return fail(problem, row->line, "anførselstegn bruges ikke i denne fil; fjern dem");
    return 0;
}

static int row_split(struct row *row, char *problem)
{
    char *at = row->text;
    size_t count = 0;

    for (;;) {
        if (count < FIELD_COUNT)
            row->fields[count] = at;
        count++;
        at = strchr(at, ';');
        if (at == NULL)
            break;
        *at++ = '\0';
    }
    if (count != FIELD_COUNT)
        return fail(problem, row->line, "linjen har %zu felter, men skal have %d", count,
                    (int)FIELD_COUNT);
    return 0;
}

static int row_days(const struct row *row, struct grant *grant, char *problem)
{
    if (day_parse(row->fields[FIELD_FROM], &grant->from) != 0)
        return fail(problem, row->line, "from er \"%s\", men skal være en dato som 2026-01-31",
                    row->fields[FIELD_FROM]);
    if (day_parse(row->fields[FIELD_TO], &grant->to) != 0)
        return fail(problem, row->line, "to er \"%s\", men skal være en dato som 2026-01-31",
                    row->fields[FIELD_TO]);
    if (grant->from > grant->to)
        return fail(problem, row->line, "bevillingen slutter (%s), før den begynder (%s)",
                    row->fields[FIELD_TO], row->fields[FIELD_FROM]);
    return 0;
}

static int row_grant(const struct row *row, struct grant *grant, char *problem)
{
    const char *case_id = row->fields[FIELD_CASE];
    const char *cvr = row->fields[FIELD_CVR];
    const char *amount = row->fields[FIELD_AMOUNT];
    const char *currency = row->fields[FIELD_CURRENCY];
    size_t length = strlen(case_id);

    memset(grant, 0, sizeof(*grant));
    grant->line = row->line;
    if (length == 0 || length >= sizeof(grant->case_id))
        return fail(problem, row->line, "case skal være på 1 til %d tegn", GRANTS_CASE_MAX - 1);
    if (case_id[0] == ' ' || case_id[length - 1] == ' ')
        return fail(problem, row->line, "case \"%s\" har mellemrum i enden; fjern dem", case_id);
    if (strspn(cvr, "0123456789") != 8 || cvr[8] != '\0')
        return fail(problem, row->line, "supplier_cvr er \"%s\", men skal være 8 cifre", cvr);
    if (row_days(row, grant, problem) != 0)
        return -EINVAL;
    if (money_parse(amount, row->mark, &grant->amount) != 0 || grant->amount < 0)
        return fail(problem, row->line,
                    "amount er \"%s\", men skal være et beløb som 12500%c00 uden tusindtegn",
                    amount, row->mark);
    if (strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3 || currency[3] != '\0')
        return fail(problem, row->line, "currency er \"%s\", men skal være tre bogstaver som DKK",
                    currency);
    memcpy(grant->case_id, case_id, length + 1);
    memcpy(grant->supplier_cvr, cvr, sizeof(grant->supplier_cvr));
    memcpy(grant->currency, currency, sizeof(grant->currency));
    return 0;
}

static int grants_add(struct grants *grants, const struct grant *grant, char *problem)
{
    struct grant *grown;

    if (grants->count >= GRANTS_MAX)
        return fail(problem, grant->line, "der er over %d bevillinger i filen", GRANTS_MAX);
    /* Room is doubled: at 0, 1, 2, 4, 8 ... grants it is used up. */
    if ((grants->count & (grants->count - 1)) == 0) {
        grown =
            realloc(grants->list, sizeof(*grown) * (grants->count == 0 ? 1 : grants->count * 2));
        if (grown == NULL)
            return fail(problem, grant->line, "der er ikke hukommelse nok til filen");
        grants->list = grown;
    }
    grants->list[grants->count++] = *grant;
    return 0;
}

/* One line of the file; the first is the header. */
static int line_take(struct grants *grants, struct row *row, const char *start, size_t length,
                     char *problem)
{
    struct grant grant;
    int error = row_copy(row, start, length, problem);

    if (error == 0 && row->line == 1)
        return strcmp(row->text, HEADER) == 0
                   ? 0
                   : fail(problem, 1, "overskriften er \"%s\", men skal være \"%s\"", row->text,
                          HEADER);
    if (error == 0)
        error = row_split(row, problem);
    if (error == 0)
        error = row_grant(row, &grant, problem);
    if (error == 0)
        error = grants_add(grants, &grant, problem);
    return error;
}

int grants_parse(struct grants *grants, const char *bytes, size_t size, char mark,
                 char problem[GRANTS_PROBLEM_MAX])
{
    const char *at = bytes;
    const char *end = bytes + size;
    struct row row = {.line = 0, .mark = mark};
    int error = 0;

    memset(grants, 0, sizeof(*grants));
    problem[0] = '\0';
    if (size > GRANTS_SIZE_MAX)
        return fail(problem, 1, "filen er over %d MiB", GRANTS_SIZE_MAX / (1024 * 1024));
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    if (at == end)
        return fail(problem, 1, "filen er tom; første linje skal være \"%s\"", HEADER);
    while (error == 0 && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = stop == NULL ? (size_t)(end - at) : (size_t)(stop - at);

        row.line++;
        error = line_take(grants, &row, at, length, problem);
        at = stop == NULL ? end : stop + 1;
    }
    return error;
}

void grants_release(struct grants *grants)
{
    if (grants == NULL)
        return;
    free(grants->list);
    memset(grants, 0, sizeof(*grants));
}

const struct grant *grants_next(const struct grants *grants, const char *case_id,
                                const char *supplier_cvr, const struct grant *previous)
{
    size_t i = previous == NULL ? 0 : (size_t)(previous - grants->list) + 1;

    for (; i < grants->count; i++) {
        const struct grant *grant = &grants->list[i];

        if (strcmp(grant->case_id, case_id) == 0 && strcmp(grant->supplier_cvr, supplier_cvr) == 0)
            return grant;
    }
    return NULL;
}
