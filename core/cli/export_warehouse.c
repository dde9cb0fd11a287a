/* export warehouse: a drop into a folder, or as a tar to standard output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/progress.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/store.h"
#include "core/store/tar.h"
#include "plugins/sdk/whole_folder.h"
#include "scorecards/warehouse.h"

enum { PATH_SIZE = 4096, ANSWER_MAX = 16384, TAR_END_BLOCKS = 2 };

static int compose(const char *home, struct warehouse *warehouse, struct fault *fault)
{
    struct progress *progress = progress_begin("export warehouse", NULL, 0);
    struct store *store = NULL;
    int result = store_open(home, STORE_READ, &store, fault);

    if (result == 0)
        result = warehouse_compose(store, warehouse, fault);
    store_close(store);
    progress_end(progress);
    return result;
}

/* ---- into a folder ---- */

/* The folder it lies in and its name there; a / at the end is left out. */
static int split_path(const char *path, char parent[static PATH_SIZE], const char **ret_name,
                      char whole[static PATH_SIZE], struct fault *fault)
{
    size_t length = strlen(path);
    char *slash;

    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length >= PATH_SIZE)
        return fault_set(fault, -ENAMETOOLONG, "%.60s...: the path is too long", path);
    memcpy(whole, path, length);
    whole[length] = '\0';
    slash = strrchr(whole, '/');
    *ret_name = slash == NULL ? whole : slash + 1;
    if (slash == NULL)
        (void)snprintf(parent, PATH_SIZE, ".");
    else
        (void)snprintf(parent, PATH_SIZE, "%.*s", slash == whole ? 1 : (int)(slash - whole), whole);
    return 0;
}

static int put_folder(const struct warehouse *warehouse, const char *path, struct fault *fault)
{
    struct whole_folder_file files[WAREHOUSE_FILES_MAX];
    struct whole_folder folder;
    char why[WHOLE_FOLDER_WHY_MAX] = "";
    const char *name = NULL;
    char parent[PATH_SIZE];
    char whole[PATH_SIZE];
    int result = split_path(path, parent, &name, whole, fault);
    int fd;
    size_t i;

    if (result < 0)
        return result;
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fault_set(fault, -errno, "%s: its folder cannot be opened: %s", path,
                         strerror(errno));
    for (i = 0; i < warehouse->count; i++)
        files[i] = (struct whole_folder_file){.name = warehouse->files[i].name,
                                              .bytes = text_string(&warehouse->files[i].bytes),
                                              .size = warehouse->files[i].bytes.length};
    folder = (struct whole_folder){WAREHOUSE_MARK, files, warehouse->count};
    result = whole_folder_put(fd, name, &folder, why);
    (void)close(fd);
    return result < 0 ? fault_set(fault, result, "%s: no drop is written: %s", path, why) : 0;
}

/* ---- to standard output ---- */

static bool write_member(const struct warehouse_file *file, int64_t modified_s)
{
    static const unsigned char ZEROS[TAR_BLOCK];
    struct tar_member member = {.size_bytes = (int64_t)file->bytes.length,
                                .modified_s = modified_s};
    unsigned char block[TAR_BLOCK];
    unsigned padding = tar_padding(member.size_bytes);

    (void)text_copy(member.name, sizeof member.name, file->name);
    tar_header(&member, block);
    return fwrite(block, 1, sizeof block, stdout) == sizeof block &&
           fwrite(text_string(&file->bytes), 1, file->bytes.length, stdout) == file->bytes.length &&
           fwrite(ZEROS, 1, padding, stdout) == padding;
}

static int write_tar(const struct warehouse *warehouse, struct fault *fault)
{
    static const unsigned char END[TAR_END_BLOCKS * TAR_BLOCK];
    bool is_written = true;
    size_t i;

    for (i = 0; i < warehouse->count && is_written; i++)
        is_written = write_member(&warehouse->files[i], warehouse->instant_ms / 1000);
    if (!is_written || fwrite(END, 1, sizeof END, stdout) != sizeof END || fflush(stdout) != 0)
        return fault_set(fault, -EIO, "standard output cannot be written: %s", strerror(errno));
    return 0;
}

/* ---- what is said of it ---- */

static int64_t rows_of(const struct warehouse *warehouse)
{
    int64_t rows = 0;
    size_t i;

    for (i = 0; i < warehouse->count; i += warehouse->files[i].rows >= 0 ? 2 : 1)
        rows += warehouse->files[i].rows >= 0 ? warehouse->files[i].rows : 0;
    return rows;
}

static int print_answer(const struct cli_request *request, const struct warehouse *warehouse,
                        const char *path, struct fault *fault)
{
    char instant[CLOCK_INSTANT_TEXT];
    struct json_writer writer;
    struct text answer;
    int result;

    clock_format_instant(warehouse->instant_ms, instant);
    text_init(&answer, ANSWER_MAX);
    json_writer_init(&writer, &answer);
    json_begin_object(&writer);
    result_message(&writer, "%s: %zu files, %lld rows, as of %s", path, warehouse->count,
                   (long long)rows_of(warehouse), instant);
    result_text(&writer, "folder", path);
    result_text(&writer, "instant", instant);
    result_int(&writer, "files", (int64_t)warehouse->count);
    result_int(&writer, "rows", rows_of(warehouse));
    result_int(&writer, "schema_version", WAREHOUSE_SCHEMA_VERSION);
    if (warehouse->is_demo)
        result_bool(&writer, "demo", true);
    json_end_object(&writer);
    result = cli_print_written(request, &answer, fault);
    text_release(&answer);
    return result;
}

int cli_export_warehouse(const struct cli_request *request, struct fault *fault)
{
    const char *path = json_string(json_member(request->arguments, "folder"));
    struct warehouse warehouse = {.count = 0};
    int result = home_check(request->home, fault);

    if (result == 0)
        result = compose(request->home, &warehouse, fault);
    if (result == 0 && strcmp(path, "-") == 0) {
        result = write_tar(&warehouse, fault);
    } else if (result == 0) {
        result = put_folder(&warehouse, path, fault);
        if (result == 0)
            result = print_answer(request, &warehouse, path, fault);
    }
    warehouse_release(&warehouse);
    return result;
}
