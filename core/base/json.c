#include "core/base/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json_inner.h"

enum { FEW_MEMBERS = 8 };

#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

static const cJSON *to_node(const struct json *value)
{
    return (const cJSON *)(const void *)value;
}

static const struct json *to_value(const cJSON *node)
{
    return (const struct json *)(const void *)node;
}

struct named {
    const cJSON *node;
    size_t index;
};

static int by_name(const void *left, const void *right)
{
    const struct named *a = left;
    const struct named *b = right;
    int order = strcmp(a->node->string, b->node->string);

    if (order != 0)
        return order;
    return a->index < b->index ? -1 : a->index > b->index;
}

static const cJSON *duplicate_of_few(const cJSON *object)
{
    const cJSON *earlier;
    const cJSON *node;

    for (node = object->child; node != NULL; node = node->next)
        for (earlier = object->child; earlier != node; earlier = earlier->next)
            if (strcmp(earlier->string, node->string) == 0)
                return node;
    return NULL;
}

/* A member whose name was there already, by sorting. */
static int duplicate_of_many(const cJSON *object, size_t count, const cJSON **ret_duplicate)
{
    struct named *members = calloc(count, sizeof *members);
    const cJSON *node;
    size_t i = 0;

    if (members == NULL)
        return -ENOMEM;
    for (node = object->child; node != NULL; node = node->next, i++)
        members[i] = (struct named){.node = node, .index = i};
    qsort(members, count, sizeof *members, by_name);
    for (i = 1; i < count; i++)
        if (strcmp(members[i - 1].node->string, members[i].node->string) == 0) {
            *ret_duplicate = members[i].node;
            break;
        }
    free(members);
    return 0;
}

/* Recursion is bounded by JSON_DEPTH_MAX. Sets *ret_duplicate, if there is one. */
static int find_duplicate(const cJSON *container, const cJSON **ret_duplicate)
{
    const cJSON *node;
    size_t count = 0;
    int result = 0;

    for (node = container->child; node != NULL && *ret_duplicate == NULL; node = node->next) {
        count++;
        if (node->child != NULL)
            result = find_duplicate(node, ret_duplicate);
        if (result < 0)
            return result;
    }
    if (*ret_duplicate != NULL || !cJSON_IsObject(container))
        return 0;
    if (count > FEW_MEMBERS)
        return duplicate_of_many(container, count, ret_duplicate);
    *ret_duplicate = duplicate_of_few(container);
    return 0;
}

/* Counts the member names before `wanted`, in the order of the text; true when found. */
static bool count_names(const cJSON *container, const cJSON *wanted, size_t *names)
{
    const cJSON *node;

    for (node = container->child; node != NULL; node = node->next) {
        if (node == wanted)
            return true;
        if (cJSON_IsObject(container))
            ++*names;
        if (count_names(node, wanted, names))
            return true;
    }
    return false;
}

static int refuse_duplicates(const cJSON *root, const char *bytes, size_t length,
                             struct fault *fault)
{
    const cJSON *duplicate = NULL;
    size_t names = 0;
    size_t line = 0;
    size_t column = 0;

    if (find_duplicate(root, &duplicate) < 0)
        return fault_no_memory(fault);
    if (duplicate == NULL)
        return 0;
    (void)count_names(root, duplicate, &names);
    json_scan_place_of_name(bytes, length, names, &line, &column);
    return fault_set(fault, -EINVAL, "line %zu, column %zu: the member \"%.100s\" is there twice",
                     line, column, duplicate->string);
}

/* cJSON_ParseWithLengthOpts() may stop before the end; only space may be left. */
static bool only_space(const char *from, const char *end)
{
    for (; from < end; from++)
        if (*from != ' ' && *from != '\t' && *from != '\n' && *from != '\r')
            return false;
    return true;
}

/*
 * The text of numbers that are written with a point or an exponent: cJSON keeps what they are worth, and
 * 24.000 is not what everybody means by 24. It is kept where cJSON has the text of strings, and freed by
 * it as theirs.
 */
static bool is_of_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Of a document that was scanned and parsed. */
struct numbers {
    const char *at, *end;
};

static void skip_string(struct numbers *numbers)
{
    for (numbers->at++; *numbers->at != '"'; numbers->at++)
        if (*numbers->at == '\\')
            numbers->at++;
    numbers->at++;
}

/* There is one more. ('e' is also in true and false.) */
static size_t find_next(struct numbers *numbers)
{
    size_t left;
    size_t size = 0;

    while (*numbers->at != '-' && (*numbers->at < '0' || *numbers->at > '9')) {
        if (*numbers->at == '"')
            skip_string(numbers);
        else
            numbers->at++;
    }
    left = (size_t)(numbers->end - numbers->at);
    while (size < left && is_of_number(numbers->at[size]))
        size++;
    return size;
}

static int keep(struct numbers *numbers, cJSON *number)
{
    size_t size = find_next(numbers);
    const char *text = numbers->at;

    numbers->at += size;
    if (memchr(text, '.', size) == NULL && memchr(text, 'e', size) == NULL &&
        memchr(text, 'E', size) == NULL)
        return 0;
    number->valuestring = cJSON_malloc(size + 1);
    if (number->valuestring == NULL)
        return -ENOMEM;
    memcpy(number->valuestring, text, size);
    number->valuestring[size] = '\0';
    return 0;
}

/* In the order of the text. Recursion is bounded by JSON_DEPTH_MAX. */
static int keep_each(struct numbers *numbers, cJSON *node)
{
    cJSON *child;
    int result = cJSON_IsNumber(node) ? keep(numbers, node) : 0;

    for (child = node->child; child != NULL && result == 0; child = child->next)
        result = keep_each(numbers, child);
    return result;
}

static int keep_number_texts(cJSON *root, const char *bytes, size_t length, struct fault *fault)
{
    struct numbers numbers = {.at = bytes, .end = bytes + length};

    return keep_each(&numbers, root) < 0 ? fault_no_memory(fault) : 0;
}

int json_parse(const char *bytes, size_t length, size_t limit, struct json **ret_document,
               struct fault *fault)
{
    const char *end = NULL;
    bool has_marks = false;
    cJSON *root;
    int result;

    if (length > limit)
        return fault_set(fault, -E2BIG, "the JSON is %zu bytes; at most %zu are allowed", length,
                         limit);
    result = json_scan(bytes, length, &has_marks, fault);
    if (result < 0)
        return result;
    root = cJSON_ParseWithLengthOpts(bytes, length, &end, 0);
    if (root == NULL)
        return fault_no_memory(fault);
    if (end == NULL || !only_space(end, bytes + length))
        result = fault_set(fault, -EINVAL, "line 1, column 1: more than one value");
    else
        result = refuse_duplicates(root, bytes, length, fault);
    if (result == 0 && has_marks)
        result = keep_number_texts(root, bytes, length, fault);
    if (result < 0) {
        cJSON_Delete(root);
        return result;
    }
    *ret_document = (struct json *)(void *)root;
    return 0;
}

const char *json_library_version(void)
{
    return cJSON_Version();
}

void json_free(struct json *document)
{
    cJSON_Delete((cJSON *)(void *)document);
}

bool json_is_object(const struct json *value)
{
    return cJSON_IsObject(to_node(value)) != 0;
}

bool json_is_array(const struct json *value)
{
    return cJSON_IsArray(to_node(value)) != 0;
}

bool json_is_string(const struct json *value)
{
    return cJSON_IsString(to_node(value)) != 0;
}

bool json_is_number(const struct json *value)
{
    return cJSON_IsNumber(to_node(value)) != 0;
}

bool json_is_bool(const struct json *value)
{
    return cJSON_IsBool(to_node(value)) != 0;
}

bool json_is_null(const struct json *value)
{
    return cJSON_IsNull(to_node(value)) != 0;
}

const struct json *json_member(const struct json *object, const char *name)
{
    if (!json_is_object(object))
        return NULL;
    return to_value(cJSON_GetObjectItemCaseSensitive(to_node(object), name));
}

const struct json *json_first(const struct json *container)
{
    return container != NULL ? to_value(to_node(container)->child) : NULL;
}

const struct json *json_next(const struct json *value)
{
    return to_value(to_node(value)->next);
}

size_t json_count(const struct json *container)
{
    const struct json *value;
    size_t count = 0;

    for (value = json_first(container); value != NULL; value = json_next(value))
        count++;
    return count;
}

const char *json_name(const struct json *member)
{
    const char *name = to_node(member)->string;

    return name != NULL ? name : "";
}

const char *json_string(const struct json *value)
{
    return json_is_string(value) ? to_node(value)->valuestring : NULL;
}

bool json_int64(const struct json *value, int64_t *ret_value)
{
    double number;

    if (!json_is_number(value))
        return false;
    number = to_node(value)->valuedouble;
    if (!(number >= -WHOLE_MAX && number <= WHOLE_MAX) || trunc(number) != number)
        return false;
    *ret_value = (int64_t)number;
    return true;
}

const char *json_number_text(const struct json *value)
{
    return json_is_number(value) ? to_node(value)->valuestring : NULL;
}

double json_double(const struct json *value)
{
    return json_is_number(value) ? to_node(value)->valuedouble : 0.0;
}

bool json_bool(const struct json *value)
{
    return cJSON_IsTrue(to_node(value)) != 0;
}

bool json_decimal(const struct json *value, unsigned digits, int64_t *ret_scaled)
{
    char plain[JSON_DECIMAL_SIZE];

    if (json_is_string(value))
        return decimal_parse(json_string(value), digits, ret_scaled);
    if (!json_is_number(value) || !json_format_decimal(json_double(value), plain))
        return false;
    return decimal_parse(plain, digits, ret_scaled);
}
