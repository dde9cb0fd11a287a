/*
 * command.c - any program as a robot.
 *
 * The program is started once per run and spoken to in lines of JSON on its descriptor 3;
 * plugins/README.md has the protocol. What matters here is what becomes of an item
 * when the program ends in the middle of it: nobody knows whether it was done. So it is
 * AG_BROKEN, which of a manual plugin leaves the item to a person, uncertain, and ends the run; what is
 * behind it, which the program never saw, is done by the next run. Never AG_BUSINESS: that says that
 * it was not done, and the item would be begun anew with other data.
 *
 * Each item is asked about once in a run, and in no other unless `transient` was answered, a stop interrupted a
 * `repeatable` one, or a person says so: also when the answer was lost on its way (this process, the host or the
 * daemon was killed before the result was durable), for then the item was begun, and waits, uncertain. After a
 * person's retry "attempt" begins at 1 again: a program that can see whether a reference was done looks, each time.
 * Answers bear no mark of what they answer. A line too many ends the run when it is there before the next item is
 * sent; when it comes later it is that item's answer, and nobody can tell.
 */
#include "automagi.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "lines.h"
#include "program.h"

enum { WORDS_MAX = 32, COLLECT_MAX = 100000 };

AG_NOTE("{"
        "\"id\":\"command\","
        "\"version\":\"1.0.0\","
        "\"title\":\"Et program i et hvilket som helst sprog\","
        "\"side_effects\":\"manual\","
        "\"folders\":{\"program\":\"Programmets mappe; det kører i den\"},"
        "\"configuration\":{\"type\":\"object\",\"required\":[\"program\"],\"properties\":{"
        "\"program\":{\"type\":\"array\",\"title\":\"Programmet og dets argumenter\","
        "\"description\":\"Det første ord søges i PATH og derefter i mappen program\","
        "\"minItems\":1,\"maxItems\":32,"
        "\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1024}},"
        "\"collect\":{\"type\":\"boolean\",\"default\":true,"
        "\"title\":\"Finder programmet selv sine opgaver?\"},"
        "\"repeatable\":{\"type\":\"boolean\",\"default\":false,"
        "\"title\":\"Må en opgave prøves igen, når programmet gik ned midt i den?\"},"
        "\"home\":{\"type\":\"boolean\",\"default\":false,"
        "\"title\":\"Får programmet kørslens egen mappe som HOME?\"}}}}");

struct state {
    cJSON *configuration;
    char *words[WORDS_MAX + 1]; /* into configuration */
    bool collect;
    bool repeatable;
    bool home;
    struct program program;
    char given_up[AG_NOTE_MAX]; /* why the program was ended before its time; "" */
};

/* A boolean member; absent leaves it as it was. */
static bool flag_take(const cJSON *root, const char *name, bool *flag)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, name);

    if (member != NULL && !cJSON_IsBool(member))
        return false;
    *flag = member == NULL ? *flag : cJSON_IsTrue(member);
    return true;
}

static bool configuration_take(struct state *state, const char *json)
{
    const cJSON *words;
    cJSON *word;
    size_t count = 0;

    state->collect = true;
    state->configuration = cJSON_Parse(json);
    words = cJSON_GetObjectItemCaseSensitive(state->configuration, "program");
    if (!cJSON_IsArray(words))
        return false;
    cJSON_ArrayForEach(word, words)
    {
        if (!cJSON_IsString(word) || word->valuestring[0] == '\0' || count == WORDS_MAX)
            return false;
        state->words[count++] = word->valuestring;
    }
    return count > 0 && flag_take(state->configuration, "collect", &state->collect) &&
           flag_take(state->configuration, "repeatable", &state->repeatable) &&
           flag_take(state->configuration, "home", &state->home);
}

static void command_close(const struct ag_host *host, void *pointer)
{
    struct state *state = pointer;
    char *polite = NULL;

    if (state == NULL)
        return;
    if (!host->stopping(host->run))
        polite = request_end();
    program_stop(&state->program, polite);
    free(polite);
    cJSON_Delete(state->configuration);
    free(state);
}

static int32_t command_open(const struct ag_host *host, void **ret_state, char note[AG_NOTE_MAX])
{
    struct state *state = calloc(1, sizeof(*state));
    char problem[PROGRAM_PROBLEM_MAX] = "";
    int home = -1;
    int folder = host->folder(host->run, "program");

    if (state == NULL) {
        (void)snprintf(note, AG_NOTE_MAX, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
        return AG_TRANSIENT;
    }
    state->program.socket = -1;
    if (!configuration_take(state, host->configuration)) {
        (void)snprintf(note, AG_NOTE_MAX,
                       "Ret \"configuration\" i robot.json: \"program\" skal være programmet og "
                       "dets argumenter, fx [\"python3\", \"robot.py\"].");
        goto fail;
    }
    if (folder < 0) {
        (void)snprintf(note, AG_NOTE_MAX,
                       "Mappen \"program\" er ikke givet til robotten; ret \"folders\" i "
                       "robot.json.");
        goto fail;
    }
    if (state->home && (home = host->work_folder(host->run)) < 0) {
        (void)snprintf(note, AG_NOTE_MAX,
                       "Kørslens egen mappe kunne ikke laves; kontrollér pladsen på disken, eller "
                       "fjern \"home\" i robot.json.");
        goto fail;
    }
    if (program_start(&state->program, state->words, folder, home, problem) != 0) {
        (void)snprintf(note, AG_NOTE_MAX, "%s", problem);
        goto fail;
    }
    *ret_state = state;
    return AG_OK;
fail:
    command_close(host, state);
    return AG_BROKEN;
}

/* What is wrong with the conversation, for a note. */
static void talk_problem(struct state *state, int error, char note[AG_NOTE_MAX])
{
    const char *name = state->program.name;
    char ending[64];

    switch (error) {
    case -EPIPE:
        program_ending(&state->program, ending, sizeof(ending));
        (void)snprintf(note, AG_NOTE_MAX,
                       "Programmet \"%s\" %s, før det havde svaret; se, hvad det skrev, med "
                       "automagi tail.",
                       name, ending);
        return;
    case -E2BIG:
        (void)snprintf(note, AG_NOTE_MAX,
                       "Programmet \"%s\" skrev en linje på over 128 KiB; ret programmet, så store "
                       "data ligger i en fil.",
                       name);
        return;
    case -EPROTO:
        (void)snprintf(note, AG_NOTE_MAX,
                       "Programmet \"%s\" skrev en linje, før det var spurgt; ret programmet, så "
                       "det svarer én gang på hver linje.",
                       name);
        return;
    default:
        (void)snprintf(note, AG_NOTE_MAX, "Forbindelsen til programmet \"%s\" svigtede (%s).", name,
                       strerrorname_np(-error));
        return;
    }
}

static void line_problem(const struct state *state, const char *problem, char note[AG_NOTE_MAX])
{
    (void)snprintf(note, AG_NOTE_MAX,
                   "Programmet \"%s\" svarede forkert på descriptor 3: %s; ret programmet.",
                   state->program.name, problem);
}

/* One line of the answer to collect. AG_OK with *ret_more to go on. */
static int32_t collect_line(const struct ag_host *host, struct state *state,
                            const struct message *message, bool *ret_more, char *note)
{
    struct ag_item item = {.size = sizeof(item),
                           .priority = message->priority,
                           .business_day = message->business_day,
                           .reference = message->reference,
                           .payload = message->payload,
                           .deadline_ms = message->deadline_ms,
                           .not_before_ms = message->not_before_ms};
    int32_t outcome;

    switch (message->kind) {
    case MESSAGE_ADD:
        outcome = host->add(host->run, &item);
        *ret_more = outcome == AG_OK;
        if (outcome == AG_OK || outcome == AG_STOPPED)
            return AG_OK;
        line_problem(state, "opgaven blev afvist af køen", note);
        return AG_BROKEN;
    case MESSAGE_COLLECTED:
        *ret_more = false;
        return AG_OK;
    case MESSAGE_TRANSIENT:
    case MESSAGE_BROKEN:
        (void)snprintf(note, AG_NOTE_MAX, "%s", message->note);
        return message->kind == MESSAGE_BROKEN ? AG_BROKEN : AG_TRANSIENT;
    case MESSAGE_DONE:
    case MESSAGE_BUSINESS:
        line_problem(state, "det skal svare på collect med add og til sidst collected", note);
        return AG_BROKEN;
    }
    return AG_BROKEN;
}

static int32_t command_collect(const struct ag_host *host, void *pointer, char note[AG_NOTE_MAX])
{
    struct state *state = pointer;
    char problem[LINES_PROBLEM_MAX];
    struct message message;
    const char *line = NULL;
    size_t length = 0;
    int32_t outcome = AG_OK;
    size_t count = 0;
    bool more = true;
    char *request;
    int error;

    if (!state->collect)
        return AG_OK;
    request = request_collect(host);
    error = request == NULL ? -ENOMEM : program_ask(&state->program, host, request, &line, &length);
    free(request);
    while (error == 0 && outcome == AG_OK && more) {
        error = message_read(&message, line, length, problem);
        if (error == 0 && ++count > COLLECT_MAX) {
            line_problem(state, "det fandt over 100000 opgaver i én kørsel", note);
            outcome = AG_BROKEN;
        } else if (error == 0) {
            outcome = collect_line(host, state, &message, &more, note);
        } else {
            line_problem(state, error == -ENOMEM ? "der er ikke hukommelse nok" : problem, note);
            outcome = AG_BROKEN;
        }
        message_release(&message);
        if (error == 0 && outcome == AG_OK && more)
            error = program_next(&state->program, host, &line, &length);
        else
            error = 0;
    }
    if (error == 0 || error == -ECANCELED)
        return outcome;
    talk_problem(state, error, note);
    return AG_BROKEN;
}

/* The program took the item and gave no answer that can be used; `note` says why. What it says
 * from here could not be told apart from other answers, so it is ended. */
static int32_t give_up(const struct ag_host *host, struct state *state, int32_t otherwise,
                       char note[AG_NOTE_MAX])
{
    program_stop(&state->program, NULL);
    memcpy(state->given_up, note, sizeof(state->given_up));
    if (state->repeatable)
        return otherwise;
    host->log(host->run, AG_LOG_ERROR, "%s", note);
    (void)snprintf(note, AG_NOTE_MAX,
                   "Det er uvist, om opgaven blev udført; se efter, og luk den, eller prøv den "
                   "igen. %.800s",
                   state->given_up);
    lines_cut(note);
    return AG_BROKEN;
}

static int32_t answer_take(const struct ag_host *host, struct state *state,
                           const struct message *message, struct ag_result *result)
{
    switch (message->kind) {
    case MESSAGE_DONE:
    case MESSAGE_BUSINESS:
        (void)snprintf(result->note, AG_NOTE_MAX, "%s", message->note);
        (void)snprintf(result->department, AG_DEPARTMENT_MAX, "%s", message->department);
        return message->kind == MESSAGE_DONE ? AG_OK : AG_BUSINESS;
    case MESSAGE_TRANSIENT:
    case MESSAGE_BROKEN:
        (void)snprintf(result->note, AG_NOTE_MAX, "%s", message->note);
        return message->kind == MESSAGE_BROKEN ? AG_BROKEN : AG_TRANSIENT;
    case MESSAGE_ADD:
    case MESSAGE_COLLECTED:
        break;
    }
    line_problem(state, "det skal svare på perform med done, business, transient eller broken",
                 result->note);
    return give_up(host, state, AG_BROKEN, result->note);
}

static int32_t command_perform(const struct ag_host *host, void *pointer,
                               const struct ag_item *item, struct ag_result *result)
{
    struct state *state = pointer;
    char problem[LINES_PROBLEM_MAX];
    struct message message = {.payload = NULL};
    const char *line = NULL;
    size_t length = 0;
    char *request = NULL;
    int32_t outcome;
    int error;

    if (!program_lives(&state->program)) {
        talk_problem(state, -EPIPE, result->note);
        if (state->given_up[0] != '\0')
            memcpy(result->note, state->given_up, sizeof(state->given_up));
        return AG_BROKEN; /* it never saw this item */
    }
    request = request_perform(host, item);
    if (request == NULL) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Opgavens indhold og kørslens input fylder over 128 KiB som JSON; læg det "
                       "i en fil, og skriv filens navn i opgaven.");
        return AG_BUSINESS;
    }
    error = program_ask(&state->program, host, request, &line, &length);
    free(request);
    if (error == -ECANCELED) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Kørslen blev stoppet, mens programmet \"%s\" arbejdede.",
                       state->program.name);
        return give_up(host, state, AG_TRANSIENT, result->note);
    }
    if (error == 0) {
        error = message_read(&message, line, length, problem);
        if (error == 0) {
            outcome = answer_take(host, state, &message, result);
            message_release(&message);
            return outcome;
        }
        line_problem(state, problem, result->note);
    } else {
        talk_problem(state, error, result->note);
    }
    message_release(&message);
    outcome = give_up(host, state, AG_BROKEN, result->note);
    if (error == -EPROTO) { /* nothing was sent: the item is as it was */
        memcpy(result->note, state->given_up, sizeof(state->given_up));
        outcome = AG_BROKEN;
    }
    return outcome;
}

const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER,           .open = command_open,   .collect = command_collect,
    .perform = command_perform, .close = command_close,
};
