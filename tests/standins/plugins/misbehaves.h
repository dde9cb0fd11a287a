/*
 * misbehaves.h - a plugin that does harm in the way that its configuration says: {"how": WORD, "in":
 * "open" | "collect" | "perform" | "probe" | "close", "number": N}. It finds three items and does them;
 * in perform() and probe() it is the second that it does harm in. Included once by each of
 * misbehaves_manual.c, _idempotent.c and _probeable.c, which differ in MISBEHAVES_ID and
 * MISBEHAVES_CLASS alone.
 *
 * When something could be done that must not be possible the item ends with AG_BROKEN, and its note
 * says what.
 */
#ifndef AUTOMAGI_STANDINS_MISBEHAVES_H
#define AUTOMAGI_STANDINS_MISBEHAVES_H

#include "tests/standins/plugins/misbehaves_pries.h"

static const struct {
    const char *word;
    int32_t (*act)(const struct harm *harm);
} harms[] = {
    {"null_write", harm_null_write},
    {"divide", harm_divide},
    {"illegal", harm_illegal},
    {"trap", harm_trap},
    {"bus", harm_bus},
    {"abort", harm_abort},
    {"raise", harm_raise},
    {"exit", harm_exit},
    {"exit_at_once", harm_exit_at_once},
    {"thread_exit", harm_thread_exit},
    {"recurse", harm_recurse},
    {"hang", harm_hang},
    {"spin", harm_spin},
    {"beat", harm_beat},
    {"ignore_term", harm_ignore_term},
    {"handlers", harm_handlers},
    {"kill_all", harm_kill_all},
    {"daemonise", harm_daemonise},
    {"browser", harm_browser},
    {"fork_bomb", harm_fork_bomb},
    {"fork_storm", harm_fork_storm},
    {"spin_many", harm_spin_many},
    {"threads", harm_threads},
    {"malloc", harm_malloc},
    {"malloc_rest", harm_malloc_rest},
    {"mmap", harm_mmap},
    {"memfd", harm_memfd},
    {"segment", harm_segment},
    {"descriptors", harm_descriptors},
    {"one_file", harm_one_file},
    {"many_files", harm_many_files},
    {"deep_tree", harm_deep_tree},
    {"raise_limits", harm_raise_limits},
    {"print_nul", harm_print_nul},
    {"print_escapes", harm_print_escapes},
    {"print_invalid", harm_print_invalid},
    {"print_no_line", harm_print_no_line},
    {"print_numbers", harm_print_numbers},
    {"long_note", harm_long_note},
    {"department", harm_department},
    {"add_again", harm_add_again},
    {"frame_type", harm_frame_type},
    {"frame_bytes", harm_frame_bytes},
    {"frame_length", harm_frame_length},
    {"result_other", harm_result_other},
    {"result_again", harm_result_again},
    {"result_long", harm_result_long},
    {"result_negative", harm_result_negative},
    {"after_end", harm_after_end},
    {"end_early", harm_end_early},
    {"lease_twice", harm_lease_twice},
    {"close_all", harm_close_all},
    {"other_channel", harm_other_channel},
    {"close_and_connect", harm_close_and_connect},
    {"swallow", harm_swallow},
    {"pass_descriptors", harm_pass_descriptors},
    {"open_home", harm_open_home},
    {"command", harm_command},
    {"processes_of_others", harm_processes_of_others},
    {"ptrace", harm_ptrace},
    {"surroundings", harm_surroundings},
};

/* What stands behind `member` in the configuration. */
static const char *configured(const char *configuration, const char *member)
{
    const char *at = strstr(configuration, member);

    return at != NULL ? at + strlen(member) : "";
}

static int is_word(const char *at, const char *word)
{
    size_t length = strlen(word);

    return strncmp(at, word, length) == 0 && at[length] == '"';
}

/* The number of the second item, which only who added it by hand can know. */
static long number_of(const struct ag_host *host)
{
    return strtol(configured(host->input, "\"item\":"), NULL, 10);
}

/* AG_OK when harm was done and survived, or is for another callback. */
static int32_t misbehave(const struct ag_host *host, const char *where, char *note,
                         struct ag_result *result)
{
    const char *word = configured(host->configuration, "\"how\":\"");
    struct harm harm = {host, strtol(configured(host->configuration, "\"number\":"), NULL, 10),
                        note, result != NULL ? number_of(host) : 0, result};
    size_t i;

    if (!is_word(configured(host->configuration, "\"in\":\""), where))
        return AG_OK;
    for (i = 0; i < sizeof(harms) / sizeof(harms[0]); i++)
        if (is_word(word, harms[i].word))
            return harms[i].act(&harm);
    (void)snprintf(note, AG_NOTE_MAX, "there is no such harm");
    return AG_BROKEN;
}

static int32_t open_run(const struct ag_host *host, void **state, char note[AG_NOTE_MAX])
{
    *state = NULL;
    return misbehave(host, "open", note, NULL);
}

static int32_t collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    static const char *const references[] = {"sag-1", "sag-2", "sag-3"};
    struct ag_item item = {.size = (uint32_t)sizeof(item), .payload = "", .business_day = 20700};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        item.reference = references[i];
        if (host->add(host->run, &item) != AG_OK)
            return AG_BROKEN;
    }
    (void)host->flush(host->run);
    return misbehave(host, "collect", note, NULL);
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    (void)state;
    if (strcmp(item->reference, "sag-2") != 0)
        return AG_OK;
    if (is_word(configured(host->configuration, "\"in\":\""), "probe"))
        return harm_null_write(NULL); /* so that there is something to ask about */
    return misbehave(host, "perform", result->note, result);
}

static int32_t probe(const struct ag_host *host, void *state, const struct ag_item *item,
                     struct ag_result *result)
{
    int32_t outcome;

    (void)state;
    (void)item;
    outcome = misbehave(host, "probe", result->note, result);
    return outcome == AG_OK ? AG_NOT_DONE : outcome;
}

static void close_run(const struct ag_host *host, void *state)
{
    char note[AG_NOTE_MAX];

    (void)state;
    (void)misbehave(host, "close", note, NULL);
}

AG_NOTE("{\"id\":\"" MISBEHAVES_ID
        "\",\"version\":\"1\",\"title\":\"misbehaves\",\"side_effects\":\"" MISBEHAVES_CLASS
        "\",\"configuration\":{\"type\":\"object\",\"properties\":{\"how\":{\"type\":\"string\"},"
        "\"in\":{\"type\":\"string\"},\"number\":{\"type\":\"integer\"},"
        "\"home\":{\"type\":\"string\"}}}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER,   .open = open_run,
                                                    .collect = collect, .perform = perform,
                                                    .probe = probe,     .close = close_run};

#endif
