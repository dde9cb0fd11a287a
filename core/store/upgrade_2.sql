-- From version 1 to 2: scorecards, ideas' scores and the mark of a demo home. Never changed again: stores
-- of every age go this way. Run in one transaction, without foreign keys; what is renamed is renamed
-- alone, and not where others name it. What must be the same before and after: store_version.c.

CREATE TABLE demo(
    id INTEGER PRIMARY KEY CHECK(id = 1),
    made_ms INTEGER NOT NULL
) STRICT;

-- Who answered a sender, and when, was not kept: the last change is the latest it can have been.
ALTER TABLE idea RENAME TO upgrade_idea;
CREATE TABLE idea(
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    status INTEGER NOT NULL CHECK(status BETWEEN 1 AND 5),
    department_id INTEGER REFERENCES department(id),
    department_text TEXT NOT NULL,
    sender TEXT NOT NULL,
    owner TEXT NOT NULL,
    description TEXT NOT NULL,
    hours INTEGER,
    go_live_day INTEGER,
    priority INTEGER,
    robot_id INTEGER REFERENCES robot(id),
    approved_by TEXT,
    approved_day INTEGER,
    answer TEXT,
    answered_by TEXT,
    answered_ms INTEGER,
    made_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    CHECK((approved_by IS NULL) = (approved_day IS NULL)),
    CHECK((answer IS NULL) = (answered_by IS NULL)),
    CHECK((answer IS NULL) = (answered_ms IS NULL))
) STRICT;
INSERT INTO idea(id, title, status, department_id, department_text, sender, owner, description, hours,
    go_live_day, priority, robot_id, approved_by, approved_day, answer, answered_by, answered_ms, made_ms,
    changed_ms)
SELECT id, title, status, department_id, '', sender, owner, description, hours,
    go_live_day, priority, robot_id, approved_by, approved_day, answer,
    iif(answer IS NULL, NULL, 'not recorded'), iif(answer IS NULL, NULL, changed_ms), made_ms,
    changed_ms
FROM upgrade_idea;
DROP TABLE upgrade_idea;

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

CREATE TABLE indicator(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER NOT NULL REFERENCES robot(id),
    parameter INTEGER NOT NULL CHECK(parameter BETWEEN 3 AND 5),
    slot INTEGER NOT NULL CHECK(slot BETWEEN 1 AND 2),
    version INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    status INTEGER NOT NULL CHECK(status BETWEEN 1 AND 3),
    title TEXT NOT NULL,
    unit TEXT NOT NULL,
    is_lower_better INTEGER NOT NULL,
    baseline INTEGER, baseline_day INTEGER, baseline_method TEXT NOT NULL, baseline_n INTEGER,
    target INTEGER, target_day INTEGER,
    actual INTEGER, actual_day INTEGER, actual_n INTEGER,
    evidence INTEGER NOT NULL CHECK(evidence BETWEEN 0 AND 2),
    link TEXT NOT NULL,
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

CREATE TABLE gate(
    id INTEGER PRIMARY KEY,
    robot_id INTEGER REFERENCES robot(id),
    idea_id INTEGER REFERENCES idea(id),
    item INTEGER NOT NULL CHECK(item BETWEEN 1 AND 6),
    state INTEGER NOT NULL CHECK(state BETWEEN 1 AND 3),
    note TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    CHECK((robot_id IS NULL) <> (idea_id IS NULL))
) STRICT;
CREATE INDEX gate_by_robot ON gate(robot_id, item, id) WHERE robot_id IS NOT NULL;
CREATE INDEX gate_by_idea ON gate(idea_id, item, id) WHERE idea_id IS NOT NULL;

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
