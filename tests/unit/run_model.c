#include "tests/unit/run_model.h"

#include <string.h>

#include "tests/unit/queue_home.h" /* the classes of side effects */

enum { OLD, NEW };
/* What is uncertain: whether a try did it; or one that may do it twice; or a person was told; or an import counted it. */
enum { CERTAIN, TRIED, TRIED_HARMLESS, TOLD, COUNTED = 4 };

static int class_of(const struct model *model, int run)
{
    return run == NEW && model->becomes != 0 ? model->becomes : model->side_effects;
}

static bool is_open_item(const struct model_store *store, int ref)
{
    return store->item[ref] == MODEL_READY || store->item[ref] == MODEL_LEASED ||
           store->item[ref] == MODEL_WAITING;
}

static bool holds(const struct model_store *store, int run, int ref)
{
    return store->item[ref] == MODEL_LEASED && store->holder[ref] == run;
}

void model_begin(const struct model *model, struct model_state *state)
{
    memset(state, 0, sizeof *state);
    state->is_up = 1;
    state->crashes_left = model->crashes;
    state->doubles_left = model->doubles;
    state->imports_left = model->imports;
    state->answers_left = model->answers;
}

/* ---- the daemon */

static bool open_transaction(struct model_state *state)
{
    if (!state->is_up || state->is_open)
        return false;
    state->is_open = 1;
    state->next = state->seen;
    return true;
}

/* What the open transaction's company is told. */
static void tell(struct model_state *state)
{
    int run = state->tells_run;
    int ref;

    if (state->is_started)
        state->process[run] = MODEL_ALIVE;
    for (ref = 0; ref < MODEL_REFS; ref++) {
        if (state->tells_held[ref]) {
            state->progress[run][ref] = MODEL_HELD;
            state->asks[run][ref] = state->tells_held[ref] == 2;
        }
        if (state->tells_done[ref]) {
            state->acked[run][ref] = 1;
            if (state->process[run] == MODEL_ALIVE && state->progress[run][ref] == MODEL_SENT)
                state->progress[run][ref] = MODEL_TOLD;
        }
    }
    state->is_started = state->tells_run = 0;
    memset(state->tells_held, 0, sizeof state->tells_held);
    memset(state->tells_done, 0, sizeof state->tells_done);
}

static void write_back(const struct model *model, struct model_state *state)
{
    state->seen = state->next;
    if (!model->faults.no_sync)
        state->disk = state->seen;
    memset(&state->next, 0, sizeof state->next);
    state->is_open = 0;
}

/* A row of the ledger, unless the reference has one. */
static enum model_taken count(const struct model *model, struct model_store *store, int ref)
{
    if (store->ledger[ref] > 0 && !model->faults.no_key)
        return MODEL_TAKEN_REPEATED;
    store->ledger[ref]++;
    return MODEL_TAKEN_COUNTED;
}

static bool start(struct model_state *state, int run)
{
    if (state->seen.run[run] != MODEL_QUEUED ||
        (run == NEW && state->seen.run[OLD] != MODEL_ENDED) || !open_transaction(state))
        return false;
    state->next.run[run] = MODEL_RUNNING;
    state->tells_run = (uint8_t)run;
    state->is_started = 1;
    return true;
}

static bool must_wait(const struct model_store *store, int ref, int class)
{
    return (store->uncertain[ref] != CERTAIN && class == MANUAL) ||
           (store->uncertain[ref] == COUNTED && class != PROBEABLE);
}

static bool lease(const struct model *model, struct model_state *state, int run, int more)
{
    int ref, count_left = 1 + more;

    for (ref = 0; ref < MODEL_REFS; ref++)
        if (state->progress[run][ref] != MODEL_NOT_HELD && state->progress[run][ref] != MODEL_TOLD)
            return false; /* it has work still */
    if (state->process[run] != MODEL_ALIVE || state->seen.run[run] != MODEL_RUNNING ||
        (state->seen.item[0] != MODEL_READY && state->seen.item[1] != MODEL_READY) ||
        !open_transaction(state))
        return false;
    state->tells_run = (uint8_t)run;
    for (ref = 0; ref < MODEL_REFS && count_left > 0; ref++) {
        if (state->next.item[ref] != MODEL_READY)
            continue;
        if (must_wait(&state->next, ref, class_of(model, run))) {
            state->next.item[ref] = MODEL_WAITING;
            if (state->next.uncertain[ref] != COUNTED)
                state->next.uncertain[ref] = TOLD;
            continue;
        }
        count_left--;
        state->next.item[ref] = MODEL_LEASED;
        state->next.holder[ref] = (uint8_t)run;
        state->tells_held[ref] =
            state->next.uncertain[ref] && class_of(model, run) == PROBEABLE ? 2 : 1;
    }
    if (model->faults.lease_early)
        tell(state);
    return true;
}

static bool deliver(const struct model *model, struct model_state *state, int run, int ref,
                    enum model_taken *ret_taken)
{
    bool is_held = holds(&state->seen, run, ref);
    bool is_taken = is_held || (model->faults.no_fence && is_open_item(&state->seen, ref));

    if (state->frames[run][ref] == 0 || !open_transaction(state))
        return false;
    state->frames[run][ref]--;
    state->tells_run = (uint8_t)run;
    *ret_taken = MODEL_TAKEN_LATE;
    if (!is_taken)
        return true;
    state->is_stale_taken |= !is_held;
    *ret_taken = count(model, &state->next, ref);
    state->next.recorded[run][ref] = 1;
    state->next.item[ref] = MODEL_DONE;
    state->next.holder[ref] = state->next.attempts[ref] = state->next.uncertain[ref] = 0;
    state->tells_done[ref] = 1;
    if (model->faults.ack_early)
        tell(state);
    return true;
}

static void release(const struct model *model, struct model_store *store, int run, int ref,
                    bool is_begun)
{
    bool waits = !model->faults.blind_retry && class_of(model, run) == MANUAL;
    int doubt = store->uncertain[ref] == COUNTED     ? COUNTED
                : class_of(model, run) != IDEMPOTENT ? TRIED
                : model->faults.class_then           ? CERTAIN
                                                     : TRIED_HARMLESS;

    store->item[ref] = MODEL_READY;
    store->holder[ref] = 0;
    if (!is_begun)
        return;
    store->attempts[ref]++;
    store->uncertain[ref] = (uint8_t)(model->faults.blind_retry ? CERTAIN : doubt);
    if (waits || store->attempts[ref] >= MODEL_ATTEMPTS)
        store->item[ref] = MODEL_WAITING;
    if (store->item[ref] == MODEL_WAITING && store->uncertain[ref] == TRIED)
        store->uncertain[ref] = TOLD;
}

/* Of what the run holds the first `begun` can have been begun. */
static void release_all(const struct model *model, struct model_store *store, int run, int begun)
{
    int ref;

    for (ref = 0; ref < MODEL_REFS; ref++) {
        if (!holds(store, run, ref))
            continue;
        release(model, store, run, ref, begun > 0);
        begun--;
    }
    store->run[run] = MODEL_ENDED;
}

/* Its process is gone. That all its frames were read is what "only the first" rests on. */
static bool end(const struct model *model, struct model_state *state, int run, int is_any)
{
    bool is_read =
        model->faults.ends_unread || (state->frames[run][0] == 0 && state->frames[run][1] == 0);
    bool is_finished = state->process[run] == MODEL_FINISHED;

    if ((state->process[run] != MODEL_DEAD && !is_finished) || (is_any && is_finished) ||
        (!is_any && !is_read) || state->seen.run[run] != MODEL_RUNNING || !open_transaction(state))
        return false;
    release_all(model, &state->next, run, is_any ? MODEL_REFS : is_finished ? 0 : 1);
    return true;
}

static bool import(const struct model *model, struct model_state *state, int ref)
{
    if (state->imports_left == 0 || !open_transaction(state))
        return false;
    state->imports_left--;
    state->imported[ref] = 1;
    if (count(model, &state->next, ref) != MODEL_TAKEN_COUNTED)
        return true;
    state->next.done_elsewhere[ref] = state->next.item[ref] != MODEL_LEASED;
    if (state->next.item[ref] == MODEL_LEASED || state->next.item[ref] == MODEL_DROPPED ||
        state->next.item[ref] == MODEL_WAITING ||
        (state->next.item[ref] == MODEL_READY && !model->faults.import_leaves))
        state->next.uncertain[ref] = COUNTED; /* for when its run, or a person, gives it back */
    if (state->next.item[ref] == MODEL_READY && !model->faults.import_leaves)
        state->next.item[ref] = MODEL_WAITING;
    return true;
}

static bool answer(struct model_state *state, int ref, enum model_item becomes)
{
    int doubt = state->seen.uncertain[ref];
    bool looks = becomes == MODEL_READY ? doubt == TOLD || doubt == COUNTED
                                        : doubt == TOLD && becomes == MODEL_BY_HAND;

    if (state->answers_left == 0 || state->seen.item[ref] != MODEL_WAITING ||
        !open_transaction(state))
        return false;
    state->answers_left--;
    state->next.item[ref] = (uint8_t)becomes;
    if (looks)
        state->next.uncertain[ref] = CERTAIN;
    if (becomes == MODEL_READY) {
        state->next.attempts[ref] = 0;
        state->next.done_elsewhere[ref] = 0;
        state->misled[ref] |= looks && state->effects[ref] > 0;
    }
    return true;
}

static bool recover(const struct model *model, struct model_state *state)
{
    int run;

    if (state->is_up)
        return false;
    state->is_up = 1;
    (void)open_transaction(state);
    for (run = 0; run < MODEL_RUNS; run++) {
        if (state->process[run] == MODEL_ALIVE && !model->faults.not_proven)
            state->process[run] = MODEL_DEAD;
        if (state->next.run[run] == MODEL_RUNNING)
            release_all(model, &state->next, run, MODEL_REFS);
    }
    write_back(model, state);
    return true;
}

static void stop_daemon(struct model_state *state)
{
    state->is_up = state->is_open = state->is_started = state->tells_run = 0;
    memset(&state->next, 0, sizeof state->next);
    memset(state->tells_held, 0, sizeof state->tells_held);
    memset(state->tells_done, 0, sizeof state->tells_done);
}

/* ---- a run */

/* What it is about: the first that it was given and is not through with. */
static int at_hand(const struct model_state *state, int run, enum model_progress progress)
{
    int ref;

    if (state->process[run] != MODEL_ALIVE)
        return -1;
    for (ref = 0; ref < MODEL_REFS; ref++)
        if (state->progress[run][ref] == MODEL_HELD || state->progress[run][ref] == MODEL_ACTED)
            return state->progress[run][ref] == progress ? ref : -1;
    return -1;
}

static bool act(const struct model *model, struct model_state *state, int run)
{
    int ref = at_hand(state, run, MODEL_HELD);

    if (ref < 0)
        return false;
    state->is_done_unasked |= holds(&state->seen, run, ref) && state->seen.done_elsewhere[ref];
    if (state->effects[ref] > 0 && !state->asks[run][ref])
        state->repeated[ref] |= class_of(model, run) != IDEMPOTENT && !state->misled[ref];
    if (!state->asks[run][ref] || state->effects[ref] == 0)
        state->effects[ref] = (uint8_t)(state->effects[ref] < 3 ? state->effects[ref] + 1 : 3);
    state->progress[run][ref] = MODEL_ACTED;
    return true;
}

static bool send(struct model_state *state, int run)
{
    int ref = at_hand(state, run, MODEL_ACTED);

    if (ref < 0)
        return false;
    state->progress[run][ref] = MODEL_SENT;
    state->frames[run][ref]++;
    return true;
}

static bool finish(struct model_state *state, int run)
{
    int ref;

    for (ref = 0; ref < MODEL_REFS; ref++)
        if (state->progress[run][ref] != MODEL_NOT_HELD && state->progress[run][ref] != MODEL_TOLD)
            return false;
    if (state->process[run] != MODEL_ALIVE || state->is_open)
        return false;
    state->process[run] = MODEL_FINISHED;
    return true;
}

static bool crash(struct model_state *state, enum model_step_kind kind, int run)
{
    if (state->crashes_left == 0 || (kind == STEP_KILL_RUN && state->process[run] != MODEL_ALIVE) ||
        (kind == STEP_KILL_DAEMON && !state->is_up))
        return false;
    state->crashes_left--;
    if (kind == STEP_KILL_RUN) {
        state->process[run] = MODEL_DEAD;
        return true;
    }
    stop_daemon(state);
    if (kind == STEP_CUT_POWER) {
        state->seen = state->disk;
        for (run = 0; run < MODEL_RUNS; run++)
            if (state->process[run] == MODEL_ALIVE)
                state->process[run] = MODEL_DEAD;
    }
    return true;
}

/* ---- any */

static bool step_of_daemon(const struct model *model, struct model_state *state,
                           struct model_step step, enum model_taken *ret_taken)
{
    switch ((enum model_step_kind)step.kind) {
    case STEP_START:
        return step.b == 0 && start(state, step.a);
    case STEP_LEASE:
        return lease(model, state, step.a, step.b);
    case STEP_DELIVER:
        return deliver(model, state, step.a, step.b, ret_taken);
    case STEP_END:
        return end(model, state, step.a, step.b);
    case STEP_IMPORT:
        return step.b == 0 && import(model, state, step.a);
    case STEP_RETRY:
        return step.b == 0 && answer(state, step.a, MODEL_READY);
    case STEP_BY_HAND:
        return step.b == 0 && answer(state, step.a, MODEL_BY_HAND);
    case STEP_DROP:
        return step.b == 0 && answer(state, step.a, MODEL_DROPPED);
    case STEP_COMMIT:
        if (step.a != 0 || step.b != 0 || !state->is_open)
            return false;
        write_back(model, state);
        tell(state);
        return true;
    case STEP_SYNC:
        if (step.a != 0 || step.b != 0 || !memcmp(&state->disk, &state->seen, sizeof state->disk))
            return false;
        state->disk = state->seen;
        return true;
    case STEP_RECOVER:
        return step.a == 0 && step.b == 0 && recover(model, state);
    case STEP_ACT:
    case STEP_SEND:
    case STEP_DOUBLE:
    case STEP_FINISH:
    case STEP_KILL_RUN:
    case STEP_KILL_DAEMON:
    case STEP_CUT_POWER:
    case MODEL_STEP_KINDS:
        return false;
    }
    return false;
}

bool model_step(const struct model *model, struct model_state *state, struct model_step step,
                enum model_taken *ret_taken)
{
    *ret_taken = MODEL_TAKEN_NONE;
    switch ((enum model_step_kind)step.kind) {
    case STEP_ACT:
        return step.b == 0 && act(model, state, step.a);
    case STEP_SEND:
        return step.b == 0 && send(state, step.a);
    case STEP_FINISH:
        return step.b == 0 && finish(state, step.a);
    case STEP_DOUBLE:
        if (state->doubles_left == 0 || state->frames[step.a][step.b] != 1)
            return false;
        state->doubles_left--;
        state->frames[step.a][step.b]++;
        return true;
    case STEP_KILL_RUN:
        return step.b == 0 && crash(state, STEP_KILL_RUN, step.a);
    case STEP_KILL_DAEMON:
    case STEP_CUT_POWER:
        return step.a == 0 && step.b == 0 && crash(state, (enum model_step_kind)step.kind, 0);
    case STEP_START:
    case STEP_LEASE:
    case STEP_DELIVER:
    case STEP_END:
    case STEP_IMPORT:
    case STEP_RETRY:
    case STEP_BY_HAND:
    case STEP_DROP:
    case STEP_COMMIT:
    case STEP_SYNC:
    case STEP_RECOVER:
    case MODEL_STEP_KINDS:
        return step_of_daemon(model, state, step, ret_taken);
    }
    return false;
}

/* Does it happen without anything going wrong, and without a person or a file from outside? */
static bool goes_by_itself(enum model_step_kind kind)
{
    return kind == STEP_START || kind == STEP_LEASE || kind == STEP_DELIVER || kind == STEP_END ||
           kind == STEP_COMMIT || kind == STEP_RECOVER || kind == STEP_ACT || kind == STEP_SEND ||
           kind == STEP_FINISH;
}

bool model_is_settled(const struct model *model, const struct model_state *state)
{
    int i;

    for (i = 0; i < MODEL_STEPS; i++) {
        struct model_step step = model_step_at(i);
        struct model_state copy = *state;
        enum model_taken taken;

        if (goes_by_itself((enum model_step_kind)step.kind) &&
            model_step(model, &copy, step, &taken))
            return false;
    }
    return true;
}

static const char *broken_of_ref(const struct model_state *state, int ref)
{
    const struct model_store *store = &state->seen;
    int run;

    for (run = 0; run < MODEL_RUNS; run++)
        if (state->acked[run][ref] && !state->is_open && !store->recorded[run][ref])
            return "I1: a result was acknowledged and is not recorded";
    if (store->ledger[ref] > 1)
        return "I2: a reference is counted twice";
    if (store->ledger[ref] == 1 && !state->imported[ref] && state->effects[ref] == 0)
        return "I2: a reference is counted that nobody did";
    if (store->item[ref] == MODEL_LEASED && store->run[store->holder[ref]] != MODEL_RUNNING)
        return "I4: a run that has ended holds an item";
    if (state->repeated[ref])
        return "what must not be done twice was done twice";
    return NULL;
}

const char *model_broken(const struct model *model, const struct model_state *state)
{
    const char *broken =
        state->is_stale_taken ? "I3: a run that does not hold an item changed it" : NULL;
    int ref;

    if (broken == NULL && state->is_done_unasked)
        broken = "what an import had counted was done again, and nobody had asked for it";
    for (ref = 0; ref < MODEL_REFS && broken == NULL; ref++)
        broken = broken_of_ref(state, ref);
    if (broken == NULL && model_is_settled(model, state))
        for (ref = 0; ref < MODEL_REFS; ref++)
            if (state->seen.item[ref] == MODEL_LEASED || state->seen.run[ref] == MODEL_RUNNING)
                broken = "I4: nothing goes on, and an item or a run is not at its end";
    return broken;
}
