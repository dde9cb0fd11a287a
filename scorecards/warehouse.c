/* A drop put together: every dataset of one view, then what says what they are. */
#include "scorecards/warehouse.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/version.h"
#include "core/store/store.h"
#include "scorecards/warehouse_inner.h"

enum { FILE_LIMIT = 256 * 1024 * 1024, SMALL_LIMIT = 1024 * 1024 };

static int check_text(const struct text *text, const char *name, struct fault *fault)
{
    if (text->broken == -E2BIG)
        return fault_set(fault, -E2BIG, "%s would have more than %zu bytes", name, text->limit);
    return text->broken != 0 ? fault_no_memory(fault) : 0;
}

/* Takes the text over, also when it fails. */
static int add_file(struct warehouse *warehouse, const char *stem, const char *ending,
                    struct text *bytes, int64_t rows, struct fault *fault)
{
    struct warehouse_file *file = &warehouse->files[warehouse->count];

    if (warehouse->count == WAREHOUSE_FILES_MAX) {
        text_release(bytes);
        return fault_set(fault, -E2BIG, "a drop has more than %d files", WAREHOUSE_FILES_MAX);
    }
    (void)snprintf(file->name, sizeof file->name, "%s.%s", stem, ending);
    file->bytes = *bytes;
    file->rows = rows;
    warehouse->count++;
    text_init(bytes, 0);
    return check_text(&file->bytes, file->name, fault);
}

static int add_dataset(const struct warehouse_source *source,
                       const struct warehouse_dataset *dataset, struct warehouse *warehouse,
                       struct fault *fault)
{
    struct warehouse_rows rows;
    int result;

    warehouse_rows_init(&rows, dataset->columns, FILE_LIMIT);
    result = dataset->write(source, &rows, fault);
    if (result == 0 && rows.is_misused)
        result = fault_set(fault, -EPROTO, "a row of %s is not as its columns say", dataset->name);
    if (result == 0)
        result = add_file(warehouse, dataset->name, "csv", &rows.csv, rows.count, fault);
    if (result == 0)
        result = add_file(warehouse, dataset->name, "jsonl", &rows.jsonl, rows.count, fault);
    warehouse_rows_release(&rows);
    return result;
}

static void put_file(struct json_writer *writer, const struct warehouse_file *file)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof digest + 1];

    (void)crypto_hash_sha256(digest, (const unsigned char *)text_string(&file->bytes),
                             file->bytes.length);
    json_begin_object(writer);
    json_key(writer, "file");
    json_put_string(writer, file->name);
    json_key(writer, "bytes");
    json_put_int(writer, (int64_t)file->bytes.length);
    json_key(writer, "rows");
    if (file->rows >= 0)
        json_put_int(writer, file->rows);
    else
        json_put_null(writer);
    json_key(writer, "sha256");
    json_put_string(writer, sodium_bin2hex(hex, sizeof hex, digest, sizeof digest));
    json_end_object(writer);
}

static void write_manifest(const struct warehouse_source *source, const struct warehouse *warehouse,
                           struct text *target)
{
    char instant[CLOCK_INSTANT_TEXT];
    struct json_writer writer;
    size_t i;

    clock_format_instant(warehouse->instant_ms, instant);
    json_writer_init(&writer, target);
    json_begin_object(&writer);
    json_key(&writer, "format"); /* first: WAREHOUSE_MARK */
    json_put_string(&writer, "automagi-warehouse");
    json_key(&writer, "schema_version");
    json_put_int(&writer, WAREHOUSE_SCHEMA_VERSION);
    json_key(&writer, "program");
    json_put_string(&writer, automagi_version);
    if (store_is_demo(source->store)) {
        json_key(&writer, "demo");
        json_put_bool(&writer, true);
    }
    json_key(&writer, "instant");
    json_put_string(&writer, instant);
    json_key(&writer, "store_generation");
    json_put_int(&writer, store_generation(source->store));
    json_key(&writer, "files");
    json_begin_array(&writer);
    for (i = 0; i < warehouse->count; i++)
        put_file(&writer, &warehouse->files[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    text_append_char(target, '\n');
}

static int add_descriptions(const struct warehouse_source *source, struct warehouse *warehouse,
                            struct fault *fault)
{
    struct text schema;
    struct text manifest;
    int result;

    text_init(&schema, SMALL_LIMIT);
    text_init(&manifest, SMALL_LIMIT);
    warehouse_write_schema(store_is_demo(source->store), &schema);
    result = add_file(warehouse, "schema", "json", &schema, -1, fault);
    if (result == 0) {
        write_manifest(source, warehouse, &manifest);
        result = add_file(warehouse, "manifest", "json", &manifest, -1, fault);
    }
    text_release(&manifest);
    text_release(&schema);
    return result;
}

static int compose(struct warehouse_source *source, struct warehouse *warehouse,
                   struct fault *fault)
{
    const struct saved_query everything = {.from_day = INT32_MIN, .to_day = INT32_MAX};
    const struct warehouse_dataset *dataset;
    int result = saved_cells_read(source->store, &everything, &source->cells, fault);

    for (dataset = warehouse_datasets; dataset->name != NULL && result == 0; dataset++)
        result = add_dataset(source, dataset, warehouse, fault);
    return result == 0 ? add_descriptions(source, warehouse, fault) : result;
}

int warehouse_compose(struct store *store, struct warehouse *ret_warehouse, struct fault *fault)
{
    struct warehouse warehouse = {.instant_ms = clock_now_ms(), .is_demo = store_is_demo(store)};
    struct warehouse_source source = {.store = store,
                                      .today = clock_local_day(warehouse.instant_ms)};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = compose(&source, &warehouse, fault);
    store_view_leave(store, is_entered);
    saved_cells_release(&source.cells);
    if (result < 0)
        warehouse_release(&warehouse);
    else
        *ret_warehouse = warehouse;
    return result;
}

void warehouse_release(struct warehouse *warehouse)
{
    size_t i;

    if (warehouse == NULL)
        return;
    for (i = 0; i < warehouse->count; i++)
        text_release(&warehouse->files[i].bytes);
    warehouse->count = 0;
}
