/*
 * Commands that change and commands that read, one after the other on the same installation, each first while its
 * calls fail in turn: it is refused with one line, and then answers as if nothing had been.
 *
 * EACH_CALL_MOST=N lets so many calls of a kind fail for each command, spread over all it makes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/sql.h"
#include "tests/standins/wrapped_calls.h"
#include "tests/unit/command_caller.h"

enum { MOST = 40, CALLS_MAX = 1 << 20 };

static const int64_t NOON = INT64_C(1750000000000); /* 2025-06-15T17:06:40+02:00 */

struct step {
    const char *command;
    const char *arguments; /* quotes written '; {...} of a file: FILE */
};

/* Most things a person does, in an order in which they are possible. */
static const struct step steps[] = {
    {"rate set", "{'from':'2025-06-01','kroner':'350','by':'Invented Person','reason':'new'}"},
    {"department add", "{'department':'b','name':'B'}"},
    {"department add", "{'department':'c','name':'C','from':'2025-05-01'}"},
    {"department rename",
     "{'department':'b','name':'BB','from':'2025-07-01','by':'Invented Head'}"},
    {"department area", "{'department':'b','area':'x','name':'X','from':'2025-06-01'}"},
    {"share set", "{'robot':'r','from':'2025-05-01','share':'a=0.5,b=0.25'}"},
    {"key set", "{'from':'2025-05-01','share':'a=0.5,b=0.5'}"},
    {"budget set",
     "{'department':'a','year':2025,'kroner':100000,'by':'Invented Head','reason':'x'}"},
    {"budget set",
     "{'department':'b','year':2025,'kroner':50000,'by':'Invented Head','reason':'x'}"},
    {"estimate set",
     "{'robot':'r','minutes':'6','from':'2025-04-01','task':'one moved','method':'stopwatch',"
     "'timings':'5,6,7','by':'Invented Owner'}"},
    {"estimate agreement", "{'robot':'r'}"},
    {"estimate sign", "{'robot':'r','by':'Invented Head'}"},
    {"estimate set", "{'robot':'form','minutes':'3','from':'2025-04-01','by':'Invented Owner'}"},
    {"estimate sign", "{'robot':'form','by':'Invented Head'}"},
    {"import begin", "{'file':'t.csv','rows':2,'content_hash':'"
                     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}"},
    {"import rows", "{'import':1,'first':0,'rows':[[2,'form','x',1746100000000,'done',1500,'a'],"
                    "[3,'form','y',1749900000000,'done',null,null]]}"},
    {"import finish", "{'import':1}"},
    {"robot add", "ROBOT"},
    {"trigger add", "{'robot':'r','cron':'0 9 * * *'}"},
    {"calendar put", "{'calendar':'town','days':[['2025-12-24','2025-12-24','closed']]}"},
    {"system set", "{'system':'opus','closed':'mon-fri 20:00-22:00'}"},
    {"limit set", "{'plugin':'ok','runs':2}"},
    {"queue add", "{'robot':'r','reference':'A-1','payload':'one'}"},
    {"queue add", "{'robot':'r','reference':'A-2','deadline':'2025-06-20T12:00'}"},
    {"queue defer", "{'item':[1],'until':'2025-06-16T12:00','reason':'not yet'}"},
    {"queue drop", "{'item':[2],'reason':'not wanted'}"},
    {"queue retry", "{'item':[2]}"},
    {"queue done", "{'item':[2],'reason':'by hand'}"},
    {"queue add", "{'robot':'r','reference':'A-3'}"},
    {"import begin", "{'file':'u.csv','rows':2,'content_hash':'"
                     "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}"},
    {"import rows", "{'import':2,'first':0,'rows':[[2,'r','A-1',1749900000000,'done',1500,'a'],"
                    "[3,'r','A-3',1749900000000,'done',null,null]]}"},
    {"import begin", "{'file':'v.csv','rows':2,'content_hash':'"
                     "20112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'}"},
    {"import rows", "{'import':3,'first':0,'rows':[[2,'r','B-1',1749900000000,'done',1500,'a']]}"},
    {"import end", "{'import':3,'reason':'its file is gone'}"},
    {"run", "{'robot':'r'}"},
    {"robot pause", "{'robot':'r'}"},
    {"why", "{'robot':'r'}"},
    {"robot resume", "{'robot':'r'}"},
    {"cost add", "{'robot':'r','development':true,'kroner':'5000','hours':'40','on':'2025-04-01','"
                 "borne-by':'a',"
                 "'what':'DEMO','by':'Invented Person'}"},
    {"cost add",
     "{'robot':'r','running':true,'monthly':'100','borne-by':'a','from':'2025-05-01','what':'DEMO',"
     "'by':'Invented Person'}"},
    {"cost stop", "{'id':2,'on':'2025-06-30','by':'Invented Person'}"},
    {"gain add",
     "{'robot':'r','kroner':'1234.56','on':'2025-05-03','what':'DEMO','document':'DEMO note',"
     "'by':'Invented Person'}"},
    {"backlog add",
     "{'title':'Letters','sender':'Invented Sender','department':'a','today':'Copied by hand',"
     "'trouble':'Two systems','wish':'That they are ready'}"},
    {"backlog change", "{'id':1,'hours':'120','go-live':'2025-11-01'}"},
    {"backlog score",
     "{'id':1,'saving':'0,1,2','time':'3','quality':'2,3,4','wellbeing':'none','rules':4,'digital':"
     "5,"
     "'structured':4,'stability':3,'interface':5,'systems':2,'by':'Invented Scorer'}"},
    {"backlog approve", "{'id':1,'by':'Invented Head'}"},
    {"backlog answer", "{'id':1,'answer':'next year','by':'Invented Owner'}"},
    {"backlog move", "{'id':1,'status':'development'}"},
    {"scorecard set",
     "{'robot':'r','parameter':'quality','indicator':'wrong accounts','unit':'per 100',"
     "'lower-is-better':true,'baseline':'8.5','baseline-on':'2025-03-31','baseline-n':200,"
     "'baseline-method':'drawn by lot','owner':'Invented Owner','review-on':'2025-12-10',"
     "'target':'2','target-on':'2026-12-31','by':'Invented Owner'}"},
    {"scorecard approve", "{'robot':'r','parameter':'quality','by':'Invented Approver'}"},
    {"scorecard set",
     "{'robot':'r','parameter':'quality','actual':'3','actual-on':'2025-06-10','evidence':'E0',"
     "'by':'Invented Owner'}"},
    {"scorecard gate",
     "{'robot':'r','item':'dpia','state':'red','note':'not made','by':'Invented Owner'}"},
    {"scorecard bands", "{'parameter':'saving','least':'1,2,3,4','by':'Invented Head'}"},
    {"scorecard weights", "{'saving':2,'by':'Invented Head'}"},
    {"round approve", "{'department':'a','year':2026,'by':'Invented Head'}"},
    {"estimate dispute",
     "{'robot':'r','reason':'it takes two','minutes':'2','by':'Invented Doubter'}"},
    {"period close", "{'month':'2025-05','by':'Invented Head'}"},
    {"estimate set",
     "{'robot':'form','minutes':'2','from':'2025-04-15','reason':'again','by':'Invented Owner'}"},
    {"estimate sign",
     "{'robot':'form','from':'2025-04-15','book-difference':true,'by':'Invented Head'}"},
    {"estimate answer", "{'dispute':1,'answer':'measured again','by':'Invented Head'}"},
    {"department merge", "{'departments':'c','into':'b','from':'2025-07-01','by':'Invented Head'}"},
    {"robot suspend", "{'robot':'r','from':'2025-08-01','to':'2025-08-10','reason':'holidays'}"},
    {"robot list", "{}"},
    {"robot show", "{'robot':'r'}"},
    {"trigger list", "{'robot':'r'}"},
    {"trigger next", "{'count':5}"},
    {"trigger show", "{'trigger':1}"},
    {"calendar list", "{}"},
    {"calendar show", "{'calendar':'town','year':2025}"},
    {"system list", "{}"},
    {"limit list", "{}"},
    {"runs", "{}"},
    {"queue list", "{'all':true}"},
    {"task list", "{'all':true}"},
    {"task show", "{'run':1,'seq':2}"},
    {"import list", "{}"},
    {"department list", "{'on':'2025-06-11'}"},
    {"share list", "{'robot':'r'}"},
    {"key list", "{}"},
    {"estimate history", "{'robot':'r'}"},
    {"estimate disputes", "{'all':true}"},
    {"document list", "{}"},
    {"document show", "{'document':1}"},
    {"rate list", "{}"},
    {"budget list", "{}"},
    {"budget realised", "{}"},
    {"cost list", "{}"},
    {"gain list", "{}"},
    {"pool list", "{}"},
    {"savings", "{}"},
    {"savings", "{'by':'robot','from':'2025-04-01','to':'2025-06-30','spread':true}"},
    {"explain",
     "{'figure':'savings','department':'a','from':'2025-04-01','to':'2025-06-30','recount':true}"},
    {"changes", "{'since':'2025-04'}"},
    {"net", "{}"},
    {"forecast", "{'year':2026}"},
    {"forecast", "{'backtest':true}"},
    {"gap", "{}"},
    {"gap", "{'department':'a'}"},
    {"scorecard", "{'robot':'r'}"},
    {"scorecard", "{}"},
    {"scorecard history", "{'robot':'r'}"},
    {"scorecard indicators", "{'all':true}"},
    {"scorecard gates", "{}"},
    {"scorecard settings", "{}"},
    {"backlog list", "{}"},
    {"backlog show", "{'id':1}"},
    {"round list", "{}"},
    {"round show", "{'department':'a'}"},
    {"period list", "{}"},
    {"period verify", "{}"},
    {"verify", "{}"},
    {"audit", "{}"},
};

static struct caller caller;
static unsigned failed_calls;

static void open_store(void)
{
    struct fault fault = {.text = ""};

    store_close(caller.store);
    if (store_open(caller.home, STORE_WRITE, &caller.store, &fault) < 0)
        fail_msg("%s", fault.text);
}

static char *request_of(const struct step *step)
{
    static const char definition[] =
        "{\"id\":\"r\",\"plugin\":\"ok\",\"triggers\":[{\"cron\":\"30 6 "
        "* * *\"}]}";
    bool is_file = strcmp(step->arguments, "ROBOT") == 0;
    char *arguments = is_file ? caller_file("robot.json", definition) : strdup(step->arguments);
    struct text request;
    char *at;

    assert_non_null(arguments);
    for (at = arguments; *at != '\0' && !is_file; at++)
        if (*at == '\'')
            *at = '"';
    text_init(&request, COMMAND_REQUEST_MAX);
    text_printf(&request, "{\"command\":\"%s\",\"arguments\":%s}", step->command, arguments);
    free(arguments);
    return text_take(&request);
}

static int refuse(int result, const struct fault *fault, struct text *reply)
{
    assert_int_not_equal(fault->text[0], '\0');
    assert_null(strchr(fault->text, '\n'));
    text_clear(reply);
    text_printf(reply, "{\"ok\":false,\"error\":\"%d\"}", result);
    return result;
}

/* What a command that reads answers, or {"ok":false,"error":...}. */
static int look(const struct step *step, const char *request, struct text *reply)
{
    struct fault fault = {.text = ""};
    struct json *given = NULL;
    int result = json_parse(request, strlen(request), COMMAND_REQUEST_MAX, &given, &fault);

    if (result == 0)
        result = command_read(caller.store, command_find(step->command),
                              json_member(given, "arguments"), reply, &fault);
    json_free(given);
    return result < 0 ? refuse(result, &fault, reply) : 0;
}

/* In a transaction, which is kept or undone. */
static int carry_out(const struct step *step, const char *request, bool keep, struct text *reply)
{
    struct fault fault = {.text = ""};
    int result;

    if (command_find(step->command)->kind == COMMAND_READS)
        return look(step, request, reply);
    result = store_begin(caller.store, &fault);
    if (result < 0)
        return refuse(result, &fault, reply);
    result =
        command_execute(caller.store, request, strlen(request), "tester", reply, &caller.effects);
    if (result == 0 && keep && store_commit(caller.store, &fault) < 0)
        fail_msg("%s", fault.text);
    if (result < 0 || !keep)
        store_rollback(caller.store);
    return result;
}

static void says_why(const struct step *step, long call, enum wrapped_call kind,
                     const struct text *reply)
{
    struct fault fault = {.text = ""};
    struct json *document = NULL;
    const char *error;

    if (reply->broken == -ENOMEM)
        return; /* there was no room to say it, and who sends it sees that */
    if (json_parse(text_string(reply), reply->length, COMMAND_REPLY_MAX, &document, &fault) < 0)
        fail_msg("%s, call %ld of kind %u: %s", step->command, call, kind, fault.text);
    error = json_string(json_member(document, "error"));
    if (json_bool(json_member(document, "ok")) || error == NULL || strchr(error, '\n') != NULL)
        fail_msg("%s, call %ld of kind %u: %s", step->command, call, kind, text_string(reply));
    json_free(document);
}

/* A call that fails and is not needed changes nothing in the answer. */
static void fail_at(const struct step *step, const char *request, const char *expected,
                    enum wrapped_call kind, long call)
{
    struct text reply;
    int result;

    text_init(&reply, COMMAND_REPLY_MAX);
    if (kind == WRAPPED_PREPARE)
        open_store(); /* statements are prepared once */
    wrapped_calls_fail(kind, call, SQLITE_NOMEM);
    result = carry_out(step, request, false, &reply);
    wrapped_calls_heal();
    if (result < 0 && !wrapped_calls_have_failed())
        fail_msg("%s: %s", step->command, text_string(&reply));
    if (result < 0)
        says_why(step, call, kind, &reply);
    else if (strcmp(text_string(&reply), expected) != 0 &&
             strstr(text_string(&reply), "out of memory") == NULL) /* what it looked at lacks it */
        fail_msg("%s, call %ld of kind %u: %s, not %s", step->command, call, kind,
                 text_string(&reply), expected);
    text_release(&reply);
    if (caller.store->has_failed)
        open_store(); /* such a handle may only be closed */
    failed_calls += wrapped_calls_have_failed();
}

/* How many calls of the kind it makes. */
static long calls_of(const struct step *step, const char *request, enum wrapped_call kind)
{
    struct text reply;

    text_init(&reply, COMMAND_REPLY_MAX);
    if (kind == WRAPPED_PREPARE)
        open_store();
    wrapped_calls_fail(kind, CALLS_MAX, SQLITE_NOMEM);
    (void)carry_out(step, request, false, &reply);
    wrapped_calls_heal();
    text_release(&reply);
    return CALLS_MAX - wrapped_calls_left();
}

static void fail_some(const struct step *step, const char *request, const char *expected, long most)
{
    static const enum wrapped_call kinds[] = {WRAPPED_PREPARE, WRAPPED_STEP, WRAPPED_ALLOCATION};
    size_t i;

    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        long count = calls_of(step, request, kinds[i]);
        long tries = count < most ? count : most;
        long number;

        for (number = 0; number < tries; number++)
            fail_at(step, request, expected, kinds[i], 1 + number * count / tries);
    }
}

static void commands_are_carried_out_or_refused(void **state)
{
    const char *asked = getenv("EACH_CALL_MOST");
    long most = asked != NULL ? strtol(asked, NULL, 10) : MOST;
    struct text expected;
    struct text reply;
    size_t i;

    (void)state;
    mp_set_memory_functions(NULL, NULL, NULL); /* who lacks memory for a fraction ends, by intent */
    caller_open_loaded(&caller, NOON, caller_town);
    caller_plant_plugin(&caller);
    text_init(&expected, COMMAND_REPLY_MAX);
    text_init(&reply, COMMAND_REPLY_MAX);
    for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char *request = request_of(&steps[i]);

        assert_non_null(request);
        text_clear(&expected);
        text_clear(&reply);
        if (carry_out(&steps[i], request, false, &expected) < 0)
            fail_msg("%s: %s", request, text_string(&expected));
        fail_some(&steps[i], request, text_string(&expected), most);
        if (carry_out(&steps[i], request, true, &reply) < 0)
            fail_msg("%s: %s", request, text_string(&reply));
        assert_string_equal(text_string(&reply), text_string(&expected));
        free(request);
    }
    text_release(&expected);
    text_release(&reply);
    caller_close(&caller);
    assert_true(failed_calls > sizeof steps / sizeof steps[0] * 8);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_carried_out_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
