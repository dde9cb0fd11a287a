#include "tests/unit/rows_import.h"

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/store/batch.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

void rows_begin(struct rows_import *rows, int64_t count)
{
    static unsigned char hash[32];
    struct queue *queue = rows->queue;
    struct import_record import = {0};

    hash[0]++;
    queue_need(queue,
               import_begin(queue->store, &(struct import_new){"tasks.csv", hash, count, "Bo"},
                            queue->now_ms, &import, &queue->fault));
    rows->id = import.id;
}

static int apply(struct rows_import *rows, const char *reference, enum import_outcome outcome,
                 int64_t number)
{
    struct queue *queue = rows->queue;
    struct import_row row = {
        .number = number,
        .line = number + 1,
        .robot_id = queue->policy.robot_id,
        .reference = reference,
        .completed_ms = queue->now_ms - rows->done_ago_ms,
        .outcome = outcome,
        .business_day = rows->business_day,
        .duration_ms = -1,
    };

    return import_apply(queue->store, rows->id, &row, queue->now_ms, &rows->met, &queue->fault);
}

void rows_apply(struct rows_import *rows, const char *reference, enum import_outcome outcome,
                int64_t number)
{
    queue_need(rows->queue, apply(rows, reference, outcome, number));
}

void rows_expect(struct rows_import *rows, const char *reference, int64_t number, int result,
                 const char *words)
{
    struct queue *queue = rows->queue;

    queue_need(queue, store_part_begin(queue->store, &queue->fault));
    assert_int_equal(apply(rows, reference, IMPORT_DONE, number), result);
    queue_need(queue, store_part_end(queue->store, false, NULL));
    assert_non_null(strstr(queue->fault.text, words));
}

int64_t rows_count(struct rows_import *rows, const char *column)
{
    char query[128];

    queue_need(rows->queue, batch_settle(rows->queue->store, &rows->queue->fault));
    (void)snprintf(query, sizeof query, "SELECT sum(%s) FROM import", column);
    return queue_ask(rows->queue, query);
}
