/*
 * What json_parse() takes is printed, read and printed again to the same text, and can be
 * used as a schema or refused as one.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/json_schema.h"
#include "core/base/text.h"

enum { SIZE_MAX_BYTES = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const struct json *document, struct text *target)
{
    if (json_print(document, target) != 0)
        abort();
}

static void check_getters(const struct json *value)
{
    const struct json *at;
    int64_t number;

    (void)json_double(value);
    (void)json_string(value);
    if (json_int64(value, &number) && (number > INT64_C(1) << 53 || -number > INT64_C(1) << 53))
        abort();
    (void)json_decimal(value, 2, &number);
    for (at = json_first(value); at != NULL; at = json_next(at))
        check_getters(at);
}

/* A refusal says why. */
static void need_reason(int result, const struct fault *fault)
{
    if (result < 0 && fault->text[0] == '\0')
        abort();
}

/* The document as a schema, and held against itself and its default. */
static void check_schema(const struct json *document)
{
    const struct json *value = json_member(document, "default");
    struct fault fault = {.text = ""};
    int result = json_schema_check(document, &fault);

    need_reason(result, &fault);
    if (result < 0)
        return;
    need_reason(json_schema_validate(document, document, "value", &fault), &fault);
    fault.text[0] = '\0';
    if (value != NULL)
        need_reason(json_schema_validate(document, value, "value", &fault), &fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json *document = NULL;
    struct json *again = NULL;
    struct fault fault = {.text = ""};
    struct text first;
    struct text second;

    if (json_parse((const char *)data, size, SIZE_MAX_BYTES, &document, &fault) < 0) {
        if (fault.text[0] == '\0' || document != NULL)
            abort();
        return 0;
    }
    text_init(&first, SIZE_MAX);
    text_init(&second, SIZE_MAX);
    print(document, &first);
    if (json_parse(first.bytes, first.length, SIZE_MAX, &again, &fault) < 0)
        abort();
    print(again, &second);
    if (first.length != second.length || memcmp(first.bytes, second.bytes, first.length) != 0)
        abort();
    check_getters(document);
    check_schema(document);
    json_free(again);
    json_free(document);
    text_release(&first);
    text_release(&second);
    return 0;
}
