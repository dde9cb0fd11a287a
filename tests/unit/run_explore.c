#include "tests/unit/run_explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct visited {
    struct model_state state;
    uint32_t from;
    uint16_t depth;
    struct model_step step;
};

struct search {
    const struct model *model;
    size_t most, count, mask;
    struct visited *visited;
    uint32_t *slots; /* number of a state, from 1 */
    struct explored *found;
};

static size_t hash_of(const struct model_state *state)
{
    const unsigned char *bytes = (const unsigned char *)state;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    size_t i;

    for (i = 0; i < sizeof *state; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

/* Where the state is, or would be. */
static size_t slot_of(const struct search *search, const struct model_state *state)
{
    size_t slot = hash_of(state) & search->mask;

    while (search->slots[slot] != 0 &&
           memcmp(&search->visited[search->slots[slot] - 1].state, state, sizeof *state) != 0)
        slot = (slot + 1) & search->mask;
    return slot;
}

/* False: there is no room. */
static bool visit(struct search *search, const struct model_state *state, uint32_t from,
                  struct model_step step)
{
    size_t slot = slot_of(search, state);
    struct visited *visited;

    if (search->slots[slot] != 0)
        return true;
    if (search->count == search->most)
        return false;
    visited = &search->visited[search->count++];
    search->slots[slot] = (uint32_t)search->count;
    *visited = (struct visited){.state = *state, .from = from, .step = step};
    if (search->count > 1)
        visited->depth = (uint16_t)(search->visited[from].depth + 1);
    return true;
}

/* How long it is; 0 too when it is longer than a way can be. */
static size_t way_to(const struct search *search, uint32_t last,
                     struct model_step way[static EXPLORE_DEPTH_MAX])
{
    size_t length = search->visited[last].depth;
    size_t at = length;

    if (length > EXPLORE_DEPTH_MAX)
        return 0;
    while (at-- > 0) {
        way[at] = search->visited[last].step;
        last = search->visited[last].from;
    }
    return length;
}

/* All that can happen there. False: there is no room. */
static bool go_on(struct search *search, uint32_t number)
{
    int i;

    for (i = 0; i < MODEL_STEPS; i++) {
        struct model_step step = model_step_at(i);
        struct model_state state = search->visited[number].state;
        enum model_taken taken;

        if (!model_step(search->model, &state, step, &taken))
            continue;
        search->found->transitions++;
        if (!visit(search, &state, number, step))
            return false;
    }
    return true;
}

static bool search_all(struct search *search)
{
    struct model_state first;
    uint32_t number;
    bool fits;

    model_begin(search->model, &first);
    fits = visit(search, &first, 0, (struct model_step){0, 0, 0});
    for (number = 0; number < search->count && fits; number++) {
        search->found->depth = search->visited[number].depth;
        search->found->broken = model_broken(search->model, &search->visited[number].state);
        if (search->found->broken != NULL) {
            search->found->length = way_to(search, number, search->found->way);
            break;
        }
        fits = go_on(search, number);
    }
    search->found->states = search->count;
    return fits;
}

static bool make_room(struct search *search)
{
    search->mask = 1;
    while (search->mask < 2 * search->most)
        search->mask *= 2;
    search->visited = malloc(search->most * sizeof search->visited[0]);
    search->slots = calloc(search->mask, sizeof search->slots[0]);
    search->mask--;
    return search->visited != NULL && search->slots != NULL;
}

bool explore(const struct model *model, size_t most, struct explored *ret_explored)
{
    struct search search = {.model = model, .most = most, .found = ret_explored};
    bool fits;

    *ret_explored = (struct explored){.states = 0};
    fits = make_room(&search) && search_all(&search);
    free(search.visited);
    free(search.slots);
    return fits;
}

/* What can happen in the state, but for what is on the way to another that is told of too. */
static int tell_ways(const struct search *search, uint32_t number, explore_callback *callback,
                     void *context)
{
    struct model_step way[EXPLORE_DEPTH_MAX + 1];
    size_t length = way_to(search, number, way);
    bool is_end = true;
    int result = 0;
    int i;

    for (i = 0; i < MODEL_STEPS && result == 0; i++) {
        struct model_step step = model_step_at(i);
        struct model_state state = search->visited[number].state;
        enum model_taken taken;
        uint32_t next;

        if (!model_step(search->model, &state, step, &taken))
            continue;
        is_end = false;
        next = search->slots[slot_of(search, &state)] - 1;
        way[length] = step;
        if (search->visited[next].from != number ||
            memcmp(&search->visited[next].step, &step, sizeof step) != 0)
            result = callback(way, length + 1, context);
    }
    return is_end && result == 0 ? callback(way, length, context) : result;
}

int explore_ways(const struct model *model, size_t most, explore_callback *callback, void *context)
{
    struct explored found = {.states = 0};
    struct search search = {.model = model, .most = most, .found = &found};
    int result = make_room(&search) && search_all(&search) ? 0 : -1;
    uint32_t number;

    for (number = 0; number < search.count && result == 0; number++)
        result = tell_ways(&search, number, callback, context);
    free(search.visited);
    free(search.slots);
    return result;
}

/* What a step is said as: before and after whom it is of. */
struct words {
    const char *before;
    enum { OF_NOBODY, OF_RUN, OF_REFERENCE } of;
    const char *after;
};

static void tell(struct model_step step, char *target, size_t size)
{
    static const char *const runs[] = {"the old run", "the new run"};
    static const struct words all[] = {
        {"", OF_RUN, " starts"},
        {"", OF_RUN, " asks for items"},
        {"the daemon reads a result of ", OF_RUN, ""},
        {"the daemon ends ", OF_RUN, ""},
        {"an import counts", OF_REFERENCE, ""},
        {"a person has it tried again:", OF_REFERENCE, ""},
        {"a person did it by hand:", OF_REFERENCE, ""},
        {"a person drops", OF_REFERENCE, ""},
        {"the transaction is committed, and who waits for it is told", OF_NOBODY, ""},
        {"the disk is synced", OF_NOBODY, ""},
        {"the daemon starts again", OF_NOBODY, ""},
        {"", OF_RUN, " does the work outside, unless it finds it done"},
        {"", OF_RUN, " sends its result"},
        {"a result of ", OF_RUN, " comes twice"},
        {"", OF_RUN, " has nothing left and ends in order"},
        {"", OF_RUN, " is killed"},
        {"the daemon is killed", OF_NOBODY, ""},
        {"the power is cut", OF_NOBODY, ""},
    };
    const struct words *words = &all[step.kind];
    bool has_ref = step.kind == STEP_DELIVER || step.kind == STEP_DOUBLE;

    if (words->of == OF_REFERENCE)
        (void)snprintf(target, size, "%s reference %d", words->before, step.a + 1);
    else
        (void)snprintf(target, size, "%s%s%s%s", words->before,
                       words->of == OF_RUN ? runs[step.a] : "", words->after,
                       !has_ref      ? ""
                       : step.b == 0 ? ", of reference 1"
                                     : ", of reference 2");
}

void explore_show(const struct explored *explored)
{
    char line[160];
    size_t i;

    for (i = 0; i < explored->length; i++) {
        tell(explored->way[i], line, sizeof line);
        printf("  %zu. %s\n", i + 1, line);
    }
}
