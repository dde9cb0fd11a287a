/* The input's two parts, with a byte 0 between, are a schema and a value: what is checked never ends the program. */
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/json_schema.h"
#include "tests/fuzz/target.h"

enum { TEXT_MOST = 65536 };

static struct json *parse(const uint8_t *data, size_t size)
{
    struct json *document = NULL;
    struct fault fault = {.text = ""};

    if (data != NULL && json_parse((const char *)data, size, TEXT_MOST, &document, &fault) < 0) {
        must_be_fault(&fault);
        return NULL;
    }
    return document;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t value_size = 0;
    const uint8_t *value_bytes = second_part(data, &size, &value_size);
    struct json *schema = parse(data, size);
    struct json *value = parse(value_bytes, value_size);
    struct fault fault = {.text = ""};

    if (schema != NULL && json_schema_check(schema, &fault) < 0) {
        must_be_fault(&fault);
    } else if (schema != NULL && value != NULL &&
               json_schema_validate(schema, value, "configuration", &fault) < 0) {
        must_be_fault(&fault);
        must(strncmp(fault.text, "configuration", strlen("configuration")) == 0);
    }
    json_free(schema);
    json_free(value);
    return 0;
}
