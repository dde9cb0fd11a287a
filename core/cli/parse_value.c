#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/cli/parse_inner.h"

enum { FILE_MAX = 8 * 1024 * 1024 };

/* The folder a file lies in, absolute: what is relative in the file is relative to it. */
static int folder_of(const char *path, char target[static PATH_MAX], struct fault *fault)
{
    char parent[PATH_MAX];
    char *slash;

    if (!text_copy(parent, sizeof(parent), path))
        return fault_set(fault, -ENAMETOOLONG, "%.200s...: the path is too long", path);
    slash = strrchr(parent, '/');
    if (slash == NULL)
        (void)text_copy(parent, sizeof(parent), ".");
    else
        slash[slash == parent ? 1 : 0] = '\0';
    if (realpath(parent, target) == NULL)
        return fault_set(fault, -errno, "%s: %s", parent, strerror(errno));
    return 0;
}

static int put_file(struct json_writer *writer, const struct argument *argument, const char *path,
                    struct fault *fault)
{
    char inside[PATH_MAX];
    char folder[PATH_MAX];
    struct stat about;
    struct text text;
    int result;

    if (argument->in_folder != NULL && stat(path, &about) == 0 && S_ISDIR(about.st_mode) &&
        snprintf(inside, sizeof(inside), "%s/%s", path, argument->in_folder) < PATH_MAX)
        path = inside;
    text_init(&text, FILE_MAX);
    result = file_read(AT_FDCWD, path, &text, fault);
    if (result == 0)
        result = folder_of(path, folder, fault);
    if (result == 0 && !text_is_utf8(text_string(&text), text.length))
        result = fault_set(fault, -EILSEQ, "%s: is not UTF-8 text", path);
    if (result == 0) {
        json_begin_object(writer);
        json_key(writer, "path");
        json_put_string(writer, path);
        json_key(writer, "folder");
        json_put_string(writer, folder);
        json_key(writer, "text");
        json_put_string(writer, text_string(&text));
        json_end_object(writer);
    }
    text_release(&text);
    /* -EINVAL is for wrong usage; the file may be wrong, the usage is right. */
    return result == -EINVAL ? -EIO : result;
}

static void put_number(struct json_writer *writer, const char *value)
{
    int64_t number;

    if (text_to_int64(value, -(INT64_C(1) << 53), INT64_C(1) << 53, &number))
        json_put_int(writer, number);
    else
        json_put_string(writer, value); /* it is refused where all arguments are checked */
}

static int check_utf8(const struct argument *argument, const char *value, struct fault *fault)
{
    if (text_is_utf8(value, strlen(value)))
        return 0;
    return fault_set(fault, -EINVAL, "%s%s is not UTF-8 text", argument->is_positional ? "" : "--",
                     argument->name);
}

int parse_put_all(struct parsing *parsing, const struct argument *argument, size_t from,
                  struct fault *fault)
{
    size_t i;
    int result = 0;

    json_key(&parsing->arguments, argument->name);
    json_begin_array(&parsing->arguments);
    for (i = from; i < parsing->word_count && result == 0; i++) {
        result = check_utf8(argument, parsing->words[i], fault);
        if (result == 0)
            put_number(&parsing->arguments, parsing->words[i]);
    }
    json_end_array(&parsing->arguments);
    return result;
}

/* {"a": 1}, or @FILE that holds it. What is in a file may be wrong; then the usage is right. */
static int put_json(struct json_writer *writer, const char *name, const char *value,
                    struct fault *fault)
{
    bool is_file = value[0] == '@';
    struct json *document = NULL;
    struct text text;
    int result = 0;

    text_init(&text, FILE_MAX);
    if (is_file)
        result = file_read(AT_FDCWD, value + 1, &text, fault);
    else
        text_append_string(&text, value);
    if (result == 0 && text.broken != 0)
        result = fault_broken(fault, text.broken, "--%s: too long", name);
    if (result == 0) {
        result = json_parse(text_string(&text), text.length, FILE_MAX, &document, fault);
        if (result < 0)
            result = is_file ? fault_prefix(fault, -EIO, "%s", value + 1)
                             : fault_prefix(fault, -EINVAL, "--%s", name);
    }
    if (result == 0) {
        text_clear(&text);
        result = json_print(document, &text);
        json_put_raw(writer, text_string(&text));
    }
    json_free(document);
    text_release(&text);
    return result;
}

int parse_put(struct parsing *parsing, const struct argument *argument, const char *value,
              struct fault *fault)
{
    struct json_writer *writer = &parsing->arguments;
    int result = check_utf8(argument, value, fault);

    if (result < 0)
        return result;
    json_key(writer, argument->name);
    if (argument->kind == ARGUMENT_FILE)
        return put_file(writer, argument, value, fault);
    if (argument->kind == ARGUMENT_JSON)
        return put_json(writer, argument->name, value, fault);
    if (argument->kind == ARGUMENT_FLAG)
        json_put_bool(writer, true);
    else if (argument->kind == ARGUMENT_NUMBER)
        put_number(writer, value);
    else
        json_put_string(writer, value);
    return 0;
}
