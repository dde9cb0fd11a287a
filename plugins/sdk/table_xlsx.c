#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "table_xlsx_inner.h"

enum { RELATION_MAX = 64 };

/* What a file of relations says: where a part is that another needs. */
struct relations {
    struct ag_xlsx *book;
    const char *type; /* the last part of the relation's type, or */
    const char *id;   /* its id */
    const char *base; /* the part that the targets are relative to */
    char target[AG_XLSX_NAME_MAX];
    char found_type[RELATION_MAX];
};

/* The workbook, on the way to the sheet that is asked for. */
struct choice {
    struct ag_xlsx *book;
    const char *part;  /* the workbook's */
    const char *sheet; /* NULL: the first visible one */
    char id[RELATION_MAX];
    size_t count; /* sheets that fit */
};

static int no_excel(const struct ag_xlsx *book)
{
    return ag_table_fail(book->problem, -EINVAL,
                         "filen er ikke en Excel-projektmappe (.xlsx); gem den som det");
}

/* The folder of a part, with its slash, as a number of bytes. */
static size_t folder_length(const char *part)
{
    const char *slash = strrchr(part, '/');

    return slash == NULL ? 0 : (size_t)(slash + 1 - part);
}

/* Puts a text at the end of another. False when it is too long. */
static bool append(char part[AG_XLSX_NAME_MAX], const char *text, size_t length)
{
    size_t used = strlen(part);

    if (length >= AG_XLSX_NAME_MAX - used)
        return false;
    memcpy(part + used, text, length);
    part[used + length] = '\0';
    return true;
}

/* Makes a part's name of a target, which is absolute or relative to `base`. One with ".." could
 * lead anywhere; no writer needs it for the parts of a workbook. */
static bool resolve(const char *base, const char *target, char part[AG_XLSX_NAME_MAX])
{
    bool is_absolute = *target == '/';

    part[0] = '\0';
    if (strstr(target, "..") != NULL || *target == '\0')
        return false;
    return append(part, base, is_absolute ? 0 : folder_length(base)) &&
           append(part, target + is_absolute, strlen(target + is_absolute));
}

static int on_relation(void *context, const struct ag_xlsx_tag *tag)
{
    struct relations *relations = context;
    char target[AG_XLSX_NAME_MAX];
    char type[AG_XLSX_NAME_MAX];
    char id[RELATION_MAX];
    const char *last;

    if (strcmp(tag->name, "Relationship") != 0 || relations->target[0] != '\0' ||
        !ag_xlsx_attribute(tag, "Type", type, sizeof(type)) ||
        !ag_xlsx_attribute(tag, "Id", id, sizeof(id)) ||
        !ag_xlsx_attribute(tag, "Target", target, sizeof(target)))
        return 0;
    last = strrchr(type, '/');
    last = last == NULL ? type : last + 1;
    if (relations->type != NULL ? strcmp(last, relations->type) != 0
                                : strcmp(id, relations->id) != 0)
        return 0;
    if (!resolve(relations->base, target, relations->target))
        relations->target[0] = '\0';
    (void)snprintf(relations->found_type, sizeof(relations->found_type), "%.*s",
                   (int)sizeof(relations->found_type) - 1, last);
    return 0;
}

/* Looks up what `base` ("" for the whole file) is related to. Nothing found is no fault: then
 * the target is empty. */
static int relation_find(struct relations *relations)
{
    struct ag_xlsx_listener listener = {on_relation, NULL, NULL, relations};
    size_t folder = folder_length(relations->base);
    const char *name = relations->base + folder;
    char part[AG_XLSX_NAME_MAX] = "";
    int result;

    if (!append(part, relations->base, folder) || !append(part, "_rels/", strlen("_rels/")) ||
        !append(part, name, strlen(name)) || !append(part, ".rels", strlen(".rels")))
        return no_excel(relations->book);
    result = ag_xlsx_parse(relations->book, part, &listener);
    return result == -ENOENT ? 0 : result;
}

static int on_workbook(void *context, const struct ag_xlsx_tag *tag)
{
    struct choice *choice = context;
    char name[AG_XLSX_NAME_MAX];
    char state[RELATION_MAX];
    char is_1904[AG_XLSX_CELL_NAME_MAX];
    char id[RELATION_MAX];

    if (strcmp(tag->name, "workbookPr") == 0) {
        (void)ag_xlsx_attribute(tag, "date1904", is_1904, sizeof(is_1904));
        choice->book->is_1904 = strcmp(is_1904, "1") == 0 || strcmp(is_1904, "true") == 0;
    }
    if (strcmp(tag->name, "sheet") != 0 || (choice->sheet == NULL && choice->count > 0))
        return 0;
    if (!ag_xlsx_attribute(tag, "name", name, sizeof(name)) ||
        !ag_xlsx_attribute(tag, "state", state, sizeof(state)) ||
        !ag_xlsx_attribute(tag, "id", id, sizeof(id)))
        return 0;
    if (choice->sheet != NULL ? !ag_table_same_name(name, choice->sheet)
                              : state[0] != '\0' && strcmp(state, "visible") != 0)
        return 0;
    choice->count++;
    (void)snprintf(choice->id, sizeof(choice->id), "%s", id);
    return 0;
}

static int sheet_missing(const struct choice *choice)
{
    if (choice->sheet == NULL)
        return ag_table_fail(choice->book->problem, -EINVAL,
                             "Excel-filen har intet synligt ark; vis det, der skal læses");
    return ag_table_fail(choice->book->problem, -EINVAL,
                         choice->count > 1
                             ? "Excel-filen har flere ark med navnet \"%.100s\"; omdøb de andre"
                             : "Excel-filen har intet ark med navnet \"%.100s\"; omdøb det, der "
                               "skal læses",
                         choice->sheet);
}

/* Finds the part of the chosen sheet. */
static int sheet_find(struct choice *choice, char part[AG_XLSX_NAME_MAX])
{
    struct ag_xlsx_listener listener = {on_workbook, NULL, NULL, choice};
    struct relations relations = {.book = choice->book, .id = choice->id, .base = choice->part};
    int result = ag_xlsx_parse(choice->book, choice->part, &listener);

    if (result == -ENOENT)
        return no_excel(choice->book);
    if (result == 0 && choice->count != 1)
        return sheet_missing(choice);
    if (result == 0)
        result = relation_find(&relations);
    if (result == 0 &&
        (relations.target[0] == '\0' || strcmp(relations.found_type, "worksheet") != 0))
        return ag_table_fail(
            choice->book->problem, -EINVAL,
            "arket i Excel-filen er ikke et regneark (måske et diagram); stil det, "
            "der skal læses, først");
    (void)snprintf(part, AG_XLSX_NAME_MAX, "%s", relations.target);
    return result;
}

/* Reads a part that belongs to the workbook, if it has one of that type. */
static int read_related(struct ag_xlsx *book, const char *workbook, const char *type,
                        int (*read)(struct ag_xlsx *book, const char *part))
{
    struct relations relations = {.book = book, .type = type, .base = workbook};
    int result = relation_find(&relations);

    return result < 0 || relations.target[0] == '\0' ? result : read(book, relations.target);
}

static int book_read(struct ag_xlsx *book, const char *sheet)
{
    struct relations root = {.book = book, .type = "officeDocument", .base = ""};
    struct choice choice = {.book = book, .part = root.target, .sheet = sheet};
    char part[AG_XLSX_NAME_MAX];
    int result = relation_find(&root);

    if (result < 0)
        return result;
    if (root.target[0] == '\0' || strstr(root.target, ".xml") == NULL) /* .xlsb has a .bin there */
        return no_excel(book);
    result = sheet_find(&choice, part);
    if (result == 0)
        result = read_related(book, root.target, "sharedStrings", ag_xlsx_read_strings);
    if (result == 0)
        result = read_related(book, root.target, "styles", ag_xlsx_read_formats);
    if (result == 0)
        result = ag_xlsx_read_sheet(book, part);
    if (result == -ENOENT)
        return no_excel(book);
    if (result == 0 && book->table->row_count == 0)
        return ag_table_fail(book->problem, -EINVAL,
                             "arket er tomt; det skal have en række med overskrifter");
    return result;
}

/* A table without rows, whose text has the empty cell alone. */
static struct ag_table *table_new(void)
{
    struct ag_table *table = calloc(1, sizeof(*table));
    void *text = NULL;

    if (table == NULL || ag_table_reserve(&text, &table->text_room, 0, 1, 1) < 0) {
        free(table);
        return NULL;
    }
    table->text = text;
    table->text[0] = '\0';
    table->text_length = 1;
    return table;
}

int ag_table_read_xlsx(int fd, const char *sheet, const struct ag_table_limits *limits,
                       struct ag_table **ret_table, char problem[AG_TABLE_PROBLEM_MAX])
{
    struct ag_xlsx book = {.limits = limits == NULL ? &ag_table_usual_limits : limits,
                           .problem = problem};
    char *bytes = NULL;
    size_t length = 0;
    int result = ag_table_read_file(fd, book.limits->file_bytes, &bytes, &length, problem);

    if (result < 0)
        return result;
    book.table = table_new();
    result = book.table == NULL ? ag_table_no_memory(problem) : ag_xlsx_open(&book, bytes, length);
    if (result == 0)
        result = book_read(&book, sheet);
    ag_xlsx_close(&book);
    free(bytes);
    free(book.strings);
    free(book.formats);
    if (result == 0) {
        *ret_table = book.table;
        book.table = NULL;
    }
    ag_table_free(book.table);
    return result;
}
