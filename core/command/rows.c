/* The rows of an answer, at most so many. */
#include "core/base/json.h"
#include "core/command/nouns.h"

int64_t rows_begin(struct row_list *rows, struct command_call *call, int64_t usual)
{
    *rows = (struct row_list){.call = call, .limit = argument_number(call, "limit", usual)};
    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    return rows->limit + 1;
}

struct json_writer *rows_next(struct row_list *rows)
{
    if (rows->count == rows->limit) {
        rows->has_more = true;
        return NULL;
    }
    rows->count++;
    return rows->call->result;
}

void rows_end_list(struct row_list *rows)
{
    json_end_array(rows->call->result);
    if (rows->has_more)
        result_bool(rows->call->result, "more", true);
}

void rows_end(struct row_list *rows)
{
    rows_end_list(rows);
    json_end_object(rows->call->result);
}
