-- The whole schema, of the newest version. Compiled into the programs; applied by `init` alone.
--
-- Times are milliseconds since 1970 UTC (…_ms); a *day* is days since 1970-01-01 in the
-- organisation's zone, a *month* is year * 12 + month - 1; both are stored, so that later
-- time-zone data never moves history. Money is in øre, minutes in hundredths, shares in
-- millionths. No trigger, no view: what is derived is derived by the writer, in the same
-- transaction, or when it is asked for.

-- One row. A program refuses a store whose min_reader (min_writer) is above its own version.
CREATE TABLE store(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    version INTEGER NOT NULL,
    min_reader INTEGER NOT NULL,
    min_writer INTEGER NOT NULL,
    installation BLOB NOT NULL,       -- 16 random bytes
    created_ms INTEGER NOT NULL,
    generation INTEGER NOT NULL       -- raised by every start of a writer; upper half of a fence
) STRICT;

-- ---------------------------------------------------------------- the organisation

CREATE TABLE organisation(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    hours_per_fte INTEGER NOT NULL
) STRICT;

-- One row in a home that was made for show (`init --demo`), and none in any other: what is in it
-- is invented, and everything that is read of it says so. Written at its making alone.
CREATE TABLE demo(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    made_ms INTEGER NOT NULL
) STRICT;

-- Versions (rates, shares, estimates, successors, keys) hold from their from_day until the next one.
-- One that is dated into a closed month has the oldest month that was open then as its
-- booking_from: what is booked in earlier months keeps the value it was closed with, and the
-- difference is an adjustment. 0: it values every booking. See scorecards/task_value.h.
CREATE TABLE rate(
    from_day INTEGER NOT NULL,
    booking_from INTEGER NOT NULL DEFAULT 0,
    ore_per_hour INTEGER NOT NULL CHECK(ore_per_hour > 0),
    PRIMARY KEY(from_day, booking_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE department(
    id INTEGER PRIMARY KEY,           -- 0 is kept for "of no single department"
    slug TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL         -- order in tables: as loaded
) STRICT;

CREATE TABLE department_name(
    department_id INTEGER NOT NULL REFERENCES department(id),
    from_day INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY(department_id, from_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE department_alias(
    department_id INTEGER NOT NULL REFERENCES department(id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY(department_id, position)
) STRICT, WITHOUT ROWID;

-- From a day on, what tasks of the department bring goes to these, in millionths that are the whole:
-- one successor is a merge, several are a split. A department ends once.
CREATE TABLE department_successor(
    department_id INTEGER NOT NULL REFERENCES department(id),
    from_day INTEGER NOT NULL,
    booking_from INTEGER NOT NULL DEFAULT 0,
    successor_id INTEGER NOT NULL REFERENCES department(id),
    millionths INTEGER NOT NULL CHECK(millionths BETWEEN 1 AND 1000000),
    PRIMARY KEY(department_id, successor_id),
    CHECK(successor_id <> department_id)
) STRICT, WITHOUT ROWID;

-- Areas above the departments, which are never one themselves.
CREATE TABLE area(
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE department_area(
    department_id INTEGER NOT NULL REFERENCES department(id),
    from_day INTEGER NOT NULL,
    area_id INTEGER REFERENCES area(id), -- NULL: of none from then on
    PRIMARY KEY(department_id, from_day)
) STRICT, WITHOUT ROWID;

-- The target of a year. from_day: the day it was decided or changed; before the first of a year
-- that one holds too.
CREATE TABLE budget(
    department_id INTEGER NOT NULL REFERENCES department(id),
    year INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    kroner INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY(department_id, year, from_day)
) STRICT, WITHOUT ROWID;

-- A budget that was cut because of what robots save: only that makes a saving realised.
-- Append-only: a mistake is taken back by an entry of the opposite sign.
CREATE TABLE budget_reduction(
    id INTEGER PRIMARY KEY,
    department_id INTEGER NOT NULL REFERENCES department(id),
    robot_id INTEGER REFERENCES robot(id), -- NULL: of whatever robot
    year INTEGER NOT NULL,
    kroner INTEGER NOT NULL CHECK(kroner <> 0),
    decided_day INTEGER NOT NULL,
    document TEXT NOT NULL,           -- where the decision is found
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- The common pool: half of what a department saved beyond its target in a closed year, and what was
-- paid out of it (negative). Append-only.
CREATE TABLE pool_entry(
    id INTEGER PRIMARY KEY,
    year INTEGER NOT NULL,
    department_id INTEGER REFERENCES department(id), -- whose surplus; NULL: paid out
    kroner INTEGER NOT NULL,
    reason TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- How a second view of savings spreads what is of no single department. What its millionths
-- leave stays there.
CREATE TABLE distribution_key(
    from_day INTEGER NOT NULL,
    department_id INTEGER NOT NULL REFERENCES department(id),
    millionths INTEGER NOT NULL CHECK(millionths BETWEEN 0 AND 1000000),
    PRIMARY KEY(from_day, department_id)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- robots

CREATE TABLE robot(
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    external INTEGER NOT NULL CHECK(external IN (0, 1)),
    one_off INTEGER NOT NULL CHECK(one_off IN (0, 1)),
    paused INTEGER NOT NULL DEFAULT 0 CHECK(paused IN (0, 1)),
    paused_by TEXT,                   -- a person, or automagid after failures in a row
    paused_reason TEXT,
    paused_ms INTEGER,
    failures INTEGER NOT NULL DEFAULT 0, -- runs in a row that did not end in order
    window_kind INTEGER NOT NULL DEFAULT 3 CHECK(window_kind BETWEEN 1 AND 4), -- day month year ever
    plugin TEXT,                      -- NULL: not installed
    side_effects INTEGER,             -- enum plugin_side_effects, from the plugin's note
    definition TEXT,                  -- robot.json as added
    folder TEXT                       -- where robot.json lay: its folders are relative to this
) STRICT;

CREATE TABLE robot_operation(
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    from_day INTEGER NOT NULL,
    to_day INTEGER,                   -- inclusive; NULL: no end known
    PRIMARY KEY(robot_id, from_day)
) STRICT, WITHOUT ROWID;

-- The shares valid on a day are all those with the latest from_day on or before it.
CREATE TABLE robot_share(
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    from_day INTEGER NOT NULL,
    booking_from INTEGER NOT NULL DEFAULT 0,
    department_id INTEGER NOT NULL REFERENCES department(id),
    millionths INTEGER NOT NULL CHECK(millionths BETWEEN 0 AND 1000000),
    PRIMARY KEY(robot_id, from_day, booking_from, department_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE estimate(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    kind INTEGER NOT NULL DEFAULT 1 CHECK(kind IN (1, 2)), -- enum estimate_kind
    from_day INTEGER NOT NULL,
    hundredths INTEGER NOT NULL CHECK(hundredths >= 0), -- of a minute, per task
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    task TEXT NOT NULL DEFAULT '',    -- what one task is, in the process owner's words
    method TEXT NOT NULL DEFAULT '',  -- how the minutes were found
    timings TEXT NOT NULL DEFAULT '', -- sample timings in minutes, "3.5,4,2.75"
    signed_by TEXT,
    signed_day INTEGER,
    booking_from INTEGER NOT NULL DEFAULT 0,
    CHECK((signed_by IS NULL) = (signed_day IS NULL)),
    CHECK(signed_by IS NULL OR signed_by <> set_by)
) STRICT;
CREATE INDEX estimate_of_robot ON estimate(robot_id, from_day);
CREATE UNIQUE INDEX estimate_signed ON estimate(robot_id, kind, from_day)
    WHERE signed_by IS NOT NULL;

-- An estimate that somebody contests. It stands beside the figures until it is answered, and
-- changes none: only another signed version does.
CREATE TABLE dispute(
    id INTEGER PRIMARY KEY,
    estimate_id INTEGER NOT NULL REFERENCES estimate(id),
    hundredths INTEGER,               -- what they hold to be right; NULL: not said
    reason TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    answer TEXT,
    answered_by TEXT,
    answered_ms INTEGER,
    CHECK((answer IS NULL) = (answered_by IS NULL)),
    CHECK((answer IS NULL) = (answered_ms IS NULL))
) STRICT;
CREATE INDEX dispute_open ON dispute(estimate_id) WHERE answer IS NULL;

-- What was signed, word for word as it stood then. Append-only.
CREATE TABLE document(
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK(kind BETWEEN 1 AND 2), -- enum document_kind
    subject TEXT NOT NULL,            -- slug of the robot (agreement) or department (round)
    title TEXT NOT NULL,
    body TEXT NOT NULL,               -- plain UTF-8 text, Danish
    sha256 BLOB NOT NULL CHECK(length(sha256) = 32), -- of body
    signed_by TEXT NOT NULL,
    signed_day INTEGER NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX document_of ON document(kind, subject);

-- What a robot costs. Development: once, on from_day. Running: each month that has a day in
-- from_day to to_day. A month before booking_from, the oldest open one when this was written, is
-- booked in that. Append-only but for to_day: a mistake is taken back by an entry of the
-- opposite sign.
CREATE TABLE cost(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    kind INTEGER NOT NULL CHECK(kind IN (1, 2)), -- enum cost_kind
    from_day INTEGER NOT NULL,
    to_day INTEGER,                   -- of running cost; NULL: goes on
    ore INTEGER NOT NULL,             -- running: per month
    hours INTEGER NOT NULL,           -- hundredths of an hour, at the rate of from_day (of the month)
    bearer_id INTEGER REFERENCES department(id), -- who pays; NULL: of no single department
    booking_from INTEGER NOT NULL,
    what TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- A direct gain beside time saved: fewer wrong payments, correct collection. Append-only.
CREATE TABLE gain(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    day INTEGER NOT NULL,
    booking INTEGER NOT NULL,
    department_id INTEGER REFERENCES department(id), -- NULL: the robot's shares of the day decide
    ore INTEGER NOT NULL,
    what TEXT NOT NULL,
    document TEXT NOT NULL,           -- where it is documented
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- ---------------------------------------------------------------- the backlog

CREATE TABLE idea(
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    status INTEGER NOT NULL CHECK(status BETWEEN 1 AND 5), -- enum idea_status
    department_id INTEGER REFERENCES department(id), -- NULL: of no single one
    department_text TEXT NOT NULL,    -- as it was printed where the idea came from; "": not from a list
    sender TEXT NOT NULL,
    owner TEXT NOT NULL,              -- "": nobody yet
    description TEXT NOT NULL,
    hours INTEGER,                    -- expected per year, in hundredths; NULL: not said
    go_live_day INTEGER,              -- NULL: not planned
    priority INTEGER,                 -- the department's own order, 1 first; NULL: none
    robot_id INTEGER REFERENCES robot(id), -- what became of it
    approved_by TEXT,                 -- head of department, before development
    approved_day INTEGER,
    answer TEXT,                      -- to the sender
    answered_by TEXT,
    answered_ms INTEGER,
    made_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    CHECK((approved_by IS NULL) = (approved_day IS NULL)),
    CHECK((answer IS NULL) = (answered_by IS NULL)),
    CHECK((answer IS NULL) = (answered_ms IS NULL))
) STRICT;

-- What an idea is expected to score, and how easy it is. Append-only: the newest row of a thing counts.
-- thing 1-5: enum scorecard_parameter, with low <= likely <= high; 11-15: enum ease, likely alone;
-- 20: systems that it meets, likely alone. likely NULL: not relevant.
CREATE TABLE idea_score(
    id INTEGER PRIMARY KEY,
    idea_id INTEGER NOT NULL REFERENCES idea(id),
    thing INTEGER NOT NULL,
    low INTEGER, likely INTEGER, high INTEGER,
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK((low IS NULL) = (high IS NULL)),
    CHECK(low IS NULL OR (likely IS NOT NULL AND low <= likely AND likely <= high))
) STRICT;
CREATE INDEX idea_score_by_idea ON idea_score(idea_id, thing, id);

-- ---------------------------------------------------------------- scorecards

-- An indicator of quality, service or well-being, with all that is known of it: a change is a
-- new version. Values are in millionths of its unit. See core/store/scorecard.h.
CREATE TABLE indicator(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    parameter INTEGER NOT NULL CHECK(parameter BETWEEN 3 AND 5), -- enum scorecard_parameter
    slot INTEGER NOT NULL CHECK(slot BETWEEN 1 AND 2), -- the first or the second indicator
    version INTEGER NOT NULL,         -- 1, 2, ...
    from_day INTEGER NOT NULL,        -- the day it was set: scores of earlier days keep theirs
    status INTEGER NOT NULL CHECK(status BETWEEN 1 AND 3), -- enum indicator_status
    title TEXT NOT NULL,
    unit TEXT NOT NULL,
    is_lower_better INTEGER NOT NULL,
    baseline INTEGER, baseline_day INTEGER, baseline_method TEXT NOT NULL, baseline_n INTEGER,
    target INTEGER, target_day INTEGER,
    actual INTEGER, actual_day INTEGER, actual_n INTEGER,
    evidence INTEGER NOT NULL CHECK(evidence BETWEEN 0 AND 2), -- E0, E1, E2
    link TEXT NOT NULL,               -- to the evidence
    owner TEXT NOT NULL,
    review_day INTEGER,
    comment TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL,
    approved_by TEXT,
    approved_ms INTEGER,
    UNIQUE(robot_id, parameter, slot, version),
    CHECK((approved_by IS NULL) = (approved_ms IS NULL)),
    CHECK((baseline IS NULL) = (baseline_day IS NULL)),
    CHECK((target IS NULL) = (target_day IS NULL)),
    CHECK((actual IS NULL) = (actual_day IS NULL)),
    CHECK(baseline IS NOT NULL OR (target IS NULL AND actual IS NULL))
) STRICT;

-- The gate beside the points: whether a robot, or an idea, may start. Append-only: the newest row of a thing counts.
CREATE TABLE gate(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER REFERENCES robot(id),
    idea_id INTEGER REFERENCES idea(id),
    item INTEGER NOT NULL CHECK(item BETWEEN 1 AND 6), -- enum gate_item
    state INTEGER NOT NULL CHECK(state BETWEEN 1 AND 3), -- enum gate_state
    note TEXT NOT NULL,               -- why, or where it is found
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK((robot_id IS NULL) <> (idea_id IS NULL))
) STRICT;
CREATE INDEX gate_by_robot ON gate(robot_id, item, id) WHERE robot_id IS NOT NULL;
CREATE INDEX gate_by_idea ON gate(idea_id, item, id) WHERE idea_id IS NOT NULL;

-- From which amount on a score is 2, 3, 4, 5 (above 0 it is 1), in øre or hundredths of an hour a
-- year; and what each parameter weighs in an idea's benefit. Versions by day; before the first the
-- organisation's own (scorecard.h).
CREATE TABLE score_band(
    parameter INTEGER NOT NULL CHECK(parameter BETWEEN 1 AND 2),
    from_day INTEGER NOT NULL,
    second INTEGER NOT NULL, third INTEGER NOT NULL, fourth INTEGER NOT NULL, fifth INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL,
    PRIMARY KEY(parameter, from_day),
    CHECK(0 < second AND second < third AND third < fourth AND fourth < fifth)
) STRICT, WITHOUT ROWID;

CREATE TABLE score_weight(
    from_day INTEGER NOT NULL,
    parameter INTEGER NOT NULL CHECK(parameter BETWEEN 1 AND 5),
    weight INTEGER NOT NULL CHECK(weight BETWEEN 0 AND 1000),
    set_by TEXT NOT NULL,
    set_ms INTEGER NOT NULL,
    PRIMARY KEY(from_day, parameter)
) STRICT, WITHOUT ROWID;

-- The yearly round: a head of department has approved the estimated gains and the priorities.
CREATE TABLE round_approval(
    department_id INTEGER NOT NULL REFERENCES department(id),
    year INTEGER NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document(id), -- the latest; earlier ones stay
    PRIMARY KEY(department_id, year)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- triggers and runs

-- Columns that a kind does not use are NULL. See trigger.h.
CREATE TABLE trigger(
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again: fires are kept by it
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    kind INTEGER NOT NULL CHECK(kind BETWEEN 1 AND 5), -- enum trigger_kind
    cron TEXT,
    at_ms INTEGER,                    -- once
    after_robot_id INTEGER REFERENCES robot(id),
    after_ending INTEGER,             -- enum trigger_after
    threshold INTEGER,                -- depth: items; age: seconds
    zone TEXT,                        -- NULL: the organisation's
    not_on TEXT,                      -- calendars by slug, "a,b"; NULL: runs on every day
    misfire INTEGER NOT NULL,         -- enum trigger_misfire
    misfire_limit INTEGER NOT NULL,
    overlap INTEGER NOT NULL,         -- enum trigger_overlap
    expected_minute INTEGER,          -- of the local day: a run should have ended by then
    input TEXT,                       -- JSON for its runs
    is_added INTEGER NOT NULL,        -- 1: by `trigger add`; 0: robot.json says it
    made_by TEXT NOT NULL,
    since_ms INTEGER NOT NULL,        -- when it was made: times after that are owed
    CHECK((kind = 1) = (cron IS NOT NULL)),
    CHECK((kind = 2) = (at_ms IS NOT NULL)),
    CHECK((kind = 3) = (after_robot_id IS NOT NULL AND after_ending IS NOT NULL)),
    CHECK((kind IN (4, 5)) = (threshold IS NOT NULL))
) STRICT;
CREATE INDEX trigger_of_robot ON trigger(robot_id);
CREATE INDEX trigger_after ON trigger(after_robot_id) WHERE after_robot_id IS NOT NULL;

-- One per trigger and nominal time: ran, or skipped with the reason.
CREATE TABLE fire(
    trigger_id INTEGER NOT NULL,
    nominal_ms INTEGER NOT NULL,
    run_id INTEGER,
    skipped TEXT,
    PRIMARY KEY(trigger_id, nominal_ms),
    CHECK((run_id IS NULL) <> (skipped IS NULL))
) STRICT, WITHOUT ROWID;

-- Days on which a trigger that names the calendar does not fire.
CREATE TABLE calendar(
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    source TEXT NOT NULL,             -- "by hand", or the name of the file it was read from
    changed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE calendar_day(
    calendar_id INTEGER NOT NULL REFERENCES calendar(id),
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,          -- inclusive
    name TEXT NOT NULL,
    PRIMARY KEY(calendar_id, from_day, to_day),
    CHECK(from_day <= to_day)
) STRICT, WITHOUT ROWID;

-- Systems that robots meet, and when they are closed: then their robots wait.
CREATE TABLE system(
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    closed TEXT NOT NULL              -- quiet hours as quiet.h reads them: "18:00-06:00, sat, sun"
) STRICT;

-- Most runs at once: of the machine (plugin ''), or of all robots of a plugin.
CREATE TABLE run_limit(
    plugin TEXT PRIMARY KEY,
    runs INTEGER NOT NULL CHECK(runs BETWEEN 1 AND 1000)
) STRICT, WITHOUT ROWID;

CREATE TABLE run(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    cause INTEGER NOT NULL CHECK(cause BETWEEN 1 AND 7), -- enum run_cause
    state INTEGER NOT NULL CHECK(state BETWEEN 1 AND 3), -- enum run_state
    ending INTEGER,                   -- enum run_ending, when ended
    asked_by TEXT NOT NULL,           -- account, person or trigger
    fence INTEGER NOT NULL,           -- 0 until it starts
    created_ms INTEGER NOT NULL,
    started_ms INTEGER,
    ended_ms INTEGER,
    plugin_hash BLOB,
    expected_ms INTEGER,              -- it should have ended by then
    input TEXT,                       -- JSON for its plugin; NULL again when that has collected, or the run has ended
    waits TEXT,                       -- while queued: why it does not start
    done INTEGER NOT NULL DEFAULT 0,  -- items by outcome, for lists; the attempts are the record
    business INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    first_day INTEGER,                -- of its attempts: lists by date pass over other runs
    last_day INTEGER,
    note TEXT,
    CHECK((state = 3) = (ending IS NOT NULL))
) STRICT;
CREATE INDEX run_open ON run(robot_id) WHERE state <> 3;
CREATE INDEX run_of_robot ON run(robot_id, id);

-- ---------------------------------------------------------------- the queue

-- An item that was done is deleted: the ledger is then its record. All others stay, so
-- that a reference is not added twice. Of those that are ready there can be a million, and an
-- index by reference would touch a page of its own for each (measured: it halves the rate),
-- so the writer knows these by a table in memory, which it reads when it first needs it;
-- item_kept is for the rest.
CREATE TABLE item(
    id INTEGER PRIMARY KEY,           -- never given again: see item_number
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    window INTEGER NOT NULL,
    ref_hash BLOB NOT NULL CHECK(length(ref_hash) = 16),
    state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 5 AND state <> 1), -- enum item_state; 0 is also leased
    priority INTEGER NOT NULL,
    business_day INTEGER NOT NULL,
    attempts INTEGER NOT NULL,        -- tries that ended; a lease is one more
    uncertain INTEGER NOT NULL DEFAULT 0, -- enum item_doubt: may a try have done it? nobody knows
    due_ms INTEGER,                   -- deferred until
    deadline_ms INTEGER,              -- NULL: none
    lost_runs INTEGER NOT NULL DEFAULT 0, -- runs that failed while it was begun, since it was new
    quarantined INTEGER NOT NULL DEFAULT 0, -- 1: it waits, for so it used up its tries
    payload_hash BLOB NOT NULL,       -- keyed, 8 bytes: has it changed?
    sealed BLOB,                      -- reference and payload, encrypted with the window's key
    masked TEXT NOT NULL,
    note TEXT,                        -- why it waits for a person, or how it was closed
    created_ms INTEGER NOT NULL,      -- when it was added, though it was taken in later
    changed_ms INTEGER NOT NULL,
    is_dated INTEGER CHECK(is_dated BETWEEN 0 AND 1) -- by a business date of its own; NULL: of before version 3, it is guessed
) STRICT;
CREATE UNIQUE INDEX item_kept ON item(robot_id, window, ref_hash) WHERE state <> 0;
-- The order of handing out. A deadline negated and descending: the earlier one first, and after
-- them those that have none, for NULL comes last where it is downwards.
CREATE INDEX item_ready ON item(robot_id, priority DESC, -deadline_ms DESC, id) WHERE state = 0;
CREATE INDEX item_deferred ON item(robot_id, due_ms) WHERE state = 2;
CREATE INDEX item_waiting ON item(robot_id) WHERE state = 3;
-- Of open items; those without one cost nothing here.
CREATE INDEX item_deadline ON item(robot_id, deadline_ms) WHERE deadline_ms IS NOT NULL AND state <= 3;

-- The last number an item was given, so that one a person was shown, or a lease still names, is
-- never another's. AUTOINCREMENT would write this for each item and not for each transaction.
CREATE TABLE item_number(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    last INTEGER NOT NULL
) STRICT;

-- What a run has leased: one row for all, so that a lease costs its items no write. Leased are
-- those of the list that are still there with state 0; a result other than done takes its item
-- off the list.
CREATE TABLE lease(
    run_id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    items TEXT NOT NULL               -- JSON: the items' ids in the order they were handed out
) STRICT;

-- ---------------------------------------------------------------- the record

-- One try at an item, or one line of an import. Append-only.
CREATE TABLE attempt(
    run_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    outcome INTEGER NOT NULL CHECK(outcome BETWEEN 0 AND 5), -- enum attempt_outcome
    day INTEGER NOT NULL,             -- local day of completion
    completed_ms INTEGER NOT NULL,
    duration_ms INTEGER,
    department_id INTEGER,            -- the task's own; NULL: the robot's shares decide
    booking INTEGER,                  -- booking month; NULL: the month of `day`
    masked TEXT NOT NULL,
    PRIMARY KEY(run_id, seq)
) STRICT, WITHOUT ROWID;

-- What a person should know about an attempt, mostly of one that was not done. Of an import's: the business date
-- that it is counted by, when its day would make it another window.
CREATE TABLE attempt_note(
    run_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY(run_id, seq)
) STRICT, WITHOUT ROWID;
-- Mostly none: an import asks for all of them (date_note.h). To the letter as there, or it is not used.
CREATE INDEX attempt_note_ahead ON attempt_note(run_id, seq) WHERE note >= 'clock ahead, ' AND note < 'clock ahead-';

-- A task: a reference that was done, once in its robot's window. Append-only.
CREATE TABLE ledger(
    robot_id INTEGER NOT NULL,
    window INTEGER NOT NULL,
    ref_hash BLOB NOT NULL CHECK(length(ref_hash) = 16),
    run_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY(robot_id, window, ref_hash)
) STRICT, WITHOUT ROWID;

-- Counter-entries: a task that was counted and is taken back. Append-only.
CREATE TABLE correction(
    robot_id INTEGER NOT NULL,
    window INTEGER NOT NULL,
    ref_hash BLOB NOT NULL CHECK(length(ref_hash) = 16),
    run_id INTEGER NOT NULL,          -- the attempt it takes back
    seq INTEGER NOT NULL,
    day INTEGER NOT NULL,             -- of that attempt: it is valued by its completion date
    department_id INTEGER,
    booking INTEGER NOT NULL,         -- the month it is booked in
    reason TEXT NOT NULL,
    by_run_id INTEGER,                -- the import it came with
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY(robot_id, window, ref_hash)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX correction_of ON correction(run_id, seq);

-- A reference that ended with a person and was not done: help in part, which counts by an estimate
-- of its own kind, once per reference. When it is done after all it is taken back.
CREATE TABLE handover(
    robot_id INTEGER NOT NULL,
    window INTEGER NOT NULL,
    ref_hash BLOB NOT NULL CHECK(length(ref_hash) = 16),
    run_id INTEGER NOT NULL,          -- the first such attempt
    seq INTEGER NOT NULL,
    day INTEGER NOT NULL,             -- of that attempt
    department_id INTEGER,
    booking INTEGER NOT NULL,
    back_booking INTEGER,             -- booked back in that month; NULL: it stands
    PRIMARY KEY(robot_id, window, ref_hash)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- periods

-- Months that are closed: in order, without a gap, none opened again.
CREATE TABLE period(
    month INTEGER PRIMARY KEY,
    closed_ms INTEGER NOT NULL,
    closed_by TEXT NOT NULL,
    hash BLOB NOT NULL CHECK(length(hash) = 32) -- of its figures and the hash before it
) STRICT;

-- The exact figures of a closed month by booking; see scorecards/period.h. minutes and kroner are
-- whole numbers of task_value.h's scales, too large for an INTEGER, in decimal.
CREATE TABLE period_figure(
    month INTEGER NOT NULL REFERENCES period(month),
    robot_id INTEGER NOT NULL,
    department_id INTEGER NOT NULL,   -- 0: Tværgående
    tasks INTEGER NOT NULL,           -- millionths, as the next two
    uncounted INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    minutes TEXT NOT NULL,
    kroner TEXT NOT NULL,
    PRIMARY KEY(month, robot_id, department_id)
) STRICT, WITHOUT ROWID;

-- Counter-entries of versions that were dated into closed months: one per robot and month of completion.
-- Append-only.
CREATE TABLE adjustment(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    month INTEGER NOT NULL,           -- of completion
    booking INTEGER NOT NULL,         -- the month it is booked in
    cause INTEGER NOT NULL CHECK(cause BETWEEN 1 AND 4), -- enum adjustment_cause
    from_day INTEGER NOT NULL,        -- the version's
    reason TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX adjustment_booking ON adjustment(booking);

CREATE TABLE adjustment_part(
    adjustment_id INTEGER NOT NULL REFERENCES adjustment(id),
    department_id INTEGER NOT NULL,   -- 0: Tværgående
    tasks INTEGER NOT NULL,           -- as in period_figure; negative: less
    uncounted INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    minutes TEXT NOT NULL,
    kroner TEXT NOT NULL,
    PRIMARY KEY(adjustment_id, department_id)
) STRICT, WITHOUT ROWID;

-- A result that came when its lease was gone: kept, never counted.
CREATE TABLE late_result(
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- Sums of attempt and correction, kept in the same transaction. department_id 0: the robot's
-- shares decide. Outcomes: enum attempt_outcome (corrections as ATTEMPT_UNDONE, handovers as
-- ATTEMPT_HELPED, and those taken back as ATTEMPT_UNHELPED).
CREATE TABLE rollup_day(
    day INTEGER NOT NULL,
    robot_id INTEGER NOT NULL,
    booking INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    count INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY(day, robot_id, booking, department_id, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_month(
    month INTEGER NOT NULL,           -- of completion
    robot_id INTEGER NOT NULL,
    booking INTEGER NOT NULL,
    department_id INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    count INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY(month, robot_id, booking, department_id, outcome)
) STRICT, WITHOUT ROWID;

-- Which keys exist (for each window of ledger and item: no foreign keys, which would look one
-- up for each task; verify does); the keys themselves lie outside the store. A row whose key file is gone:
-- the references of that window are erased, and nothing dated in it is taken.
CREATE TABLE reference_key(
    robot_id INTEGER NOT NULL,
    window INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY(robot_id, window)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- imports and audit

CREATE TABLE import(
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    content_hash BLOB NOT NULL UNIQUE,
    rows INTEGER NOT NULL,
    applied INTEGER NOT NULL,         -- rows applied so far; = rows when finished
    new_rows INTEGER NOT NULL,
    repeated_rows INTEGER NOT NULL,
    not_done_rows INTEGER NOT NULL,
    undone_rows INTEGER NOT NULL,
    late_rows INTEGER NOT NULL DEFAULT 0, -- of the new and the undone: their months were closed
    late_booking INTEGER,             -- where the last of them are booked; NULL: none was late
    by_whom TEXT NOT NULL,
    begun_ms INTEGER NOT NULL,
    finished_ms INTEGER,
    CHECK(applied BETWEEN 0 AND rows)
) STRICT;

-- The run of an import for each robot in it.
CREATE TABLE import_run(
    import_id INTEGER NOT NULL REFERENCES import(id),
    robot_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    PRIMARY KEY(import_id, robot_id)
) STRICT, WITHOUT ROWID;

-- Rows that were not done, or were repeats of what a clock that stood ahead had counted, seen before by their
-- contents: imported again they are repeats.
CREATE TABLE import_seen(
    robot_id INTEGER NOT NULL,
    window INTEGER NOT NULL,
    row_hash BLOB NOT NULL,           -- keyed: reference, completion, outcome
    PRIMARY KEY(robot_id, window, row_hash)
) STRICT, WITHOUT ROWID;

-- One row per command of a person or system and one per run, in the transaction of the change.
CREATE TABLE audit(
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    account TEXT NOT NULL,            -- the operating system's account, or "automagid"
    by_whom TEXT,                     -- --by NAME
    action TEXT NOT NULL,             -- the command: "robot pause"; "run started"
    subject TEXT NOT NULL,
    detail TEXT NOT NULL              -- JSON
) STRICT;
