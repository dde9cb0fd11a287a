/*
 * Any bytes are a request to the daemon, which is carried out in a store and undone, or a refusal of one
 * line. The answer is JSON; and a second try in the same store is answered as the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/command.h"
#include "core/store/home.h"
#include "core/store/store.h"
#include "tests/fuzz/target.h"

#define NOW_MS INT64_C(1767222000000) /* 2026-01-01 */

/* What requests are about: a department, a robot with an estimate, an idea. */
static const char *const lived[] = {
    "{\"command\":\"load\",\"by\":\"Test "
    "Tester\",\"arguments\":{\"file\":{\"path\":\"t\",\"folder\":\"/\","
    "\"text\":\"{\\\"organisation\\\":\\\"Town\\\",\\\"rates\\\":[{\\\"from\\\":\\\"2025-01-01\\\","
    "\\\"kroner_per_hour\\\":\\\"342.07\\\"}],\\\"departments\\\":[{\\\"id\\\":\\\"a\\\","
    "\\\"names\\\":"
    "[{\\\"name\\\":\\\"A\\\",\\\"from\\\":\\\"2025-01-01\\\"}]}],\\\"robots\\\":[{\\\"id\\\":"
    "\\\"r\\\","
    "\\\"name\\\":\\\"R\\\",\\\"runs\\\":\\\"plugin\\\",\\\"operation\\\":[{\\\"from\\\":"
    "\\\"2025-04-01\\\",\\\"to\\\":null}],\\\"departments\\\":[{\\\"id\\\":\\\"a\\\",\\\"share\\\":"
    "\\\"0.5\\\",\\\"from\\\":\\\"2025-04-01\\\"}]},{\\\"id\\\":\\\"form\\\",\\\"name\\\":"
    "\\\"F\\\","
    "\\\"runs\\\":\\\"external\\\",\\\"operation\\\":[{\\\"from\\\":\\\"2025-04-01\\\",\\\"to\\\":"
    "null}]}]}\"}}}",
};

static struct store *open_store(void)
{
    const char *home = memory_folder();
    struct store *store = NULL;
    struct command_effects effects;
    struct fault fault = {.text = ""};
    struct text reply;
    bool is_made = false;
    size_t i;

    clock_pretend(NOW_MS);
    must(home_init(home, &is_made, &fault) == 0);
    must(store_open(home, STORE_WRITE, &store, &fault) == 0);
    text_init(&reply, COMMAND_REPLY_MAX);
    for (i = 0; i < sizeof lived / sizeof lived[0]; i++) {
        must(store_begin(store, &fault) == 0);
        if (command_execute(store, lived[i], strlen(lived[i]), "test", &reply, &effects) < 0) {
            (void)fprintf(stderr, "%s\n", text_string(&reply));
            must(false);
        }
        must(store_commit(store, &fault) == 0);
    }
    text_release(&reply);
    return store;
}

static void answer_hold(const struct text *reply, int result)
{
    struct json *answer = NULL;
    struct fault fault = {.text = ""};

    must(reply->broken == 0);
    must(json_parse(reply->bytes, reply->length, COMMAND_REPLY_MAX, &answer, &fault) == 0);
    if (!json_bool(json_member(answer, "ok"))) {
        must(result < 0);
        must_be_line(json_string(json_member(answer, "error")));
    }
    json_free(answer);
}

static void carry_out(struct store *store, const uint8_t *data, size_t size, struct text *reply)
{
    struct command_effects effects;
    struct fault fault = {.text = ""};
    int result;

    must(store_begin(store, &fault) == 0);
    result = command_execute(store, (const char *)data, size, "test", reply, &effects);
    store_rollback(store);
    answer_hold(reply, result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct store *store;
    struct text first;
    struct text second;

    if (store == NULL)
        store = open_store();
    text_init(&first, COMMAND_REPLY_MAX);
    text_init(&second, COMMAND_REPLY_MAX);
    carry_out(store, data, size, &first);
    carry_out(store, data, size, &second);
    must_be_same(&first, &second);
    text_release(&first);
    text_release(&second);
    return 0;
}
