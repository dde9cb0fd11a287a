"""acknowledged.py - holds what was acknowledged against the store.

There are two witnesses, and the store is neither's source:

  OUT/ROBOT/said   what the runs of a robot did and were told, by the plugin itself
                   (tests/standins/plugins/witness.h says what its lines are)
  the commands     a line of JSON for each command before it is sent ("ask"), and another when its answer
                   was printed ("told"): class Commands

Whatever they say must be in the store, from then on for ever; nothing in it may be there twice; and
what a run that was cut short had begun must stand as its plugin's class of side effects says. A case
is the number in a witness's reference.
"""
import collections
import hashlib
import json
import os
import sqlite3

DONE, REPEATED, BUSINESS, TRANSIENT = 0, 1, 2, 3  # enum attempt_outcome
ATTEMPTS_OF = {0: (DONE, REPEATED), 1: (BUSINESS,), 2: (TRANSIENT,)}  # what a plugin returned
READY, DEFERRED, WAITING, BY_HAND, DROPPED = 0, 2, 3, 4, 5  # enum item_state
RUNNING, ENDED = 2, 3  # enum run_state
ENDED_IN_ORDER = 1  # enum run_ending: done
BY_IMPORT = 4  # enum run_cause


class Wrong(Exception):
    """What was found; the message is for a person."""


def reference_of(case):
    return f'reference---case-{case:07d}'


def masked_of(case):
    return '*' + reference_of(case)[-12:]


def case_of(masked):
    return int(masked[-7:])


class Commands:
    """What the command line asked and was told; lies in a file, so that it outlives a stop."""

    def __init__(self, path):
        self.path = path
        self.count = 0
        if os.path.exists(path):
            with open(path, encoding='utf-8') as lines:
                self.count = max([json.loads(line)['id'] for line in lines], default=0)

    def _write(self, record):
        line = json.dumps(record, separators=(',', ':')) + '\n'
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write(line)

    def ask(self, what, **about):
        self.count += 1
        self._write({'id': self.count, 'ask': what, **about})
        return self.count

    def told(self, number, answer):
        self._write({'id': number, 'told': answer})


class View:
    """The store as it is at one moment, read without the product's code."""

    def __init__(self, home):
        self.home = home
        # Closed again before the next kill: an open reader would keep the log's index alive.
        self.db = sqlite3.connect(f'file:{home}/automagi.db?mode=ro', uri=True, timeout=10,
                                  isolation_level=None)
        self.db.execute('BEGIN')
        self.generation = self.one('SELECT generation FROM store')
        self.robots = dict(self.all('SELECT slug, id FROM robot'))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()

    def all(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def one(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def item(self, robot, case, digest):
        """(state, uncertain, attempts), or None. A closed one is found by its index."""
        number = self.robots[robot]
        return self.db.execute('SELECT state, uncertain, attempts FROM item WHERE robot_id = ?1 AND '
                               'window = ?2 AND ref_hash = ?3 AND state <> 0 UNION ALL '
                               'SELECT state, uncertain, attempts FROM item WHERE robot_id = ?1 AND '
                               'state = 0 AND masked = ?4',
                               (number, 0, digest, masked_of(case))).fetchone()

    def has_task(self, robot, digest):
        return self.one('SELECT count(*) FROM ledger WHERE robot_id = ? AND window = 0 AND '
                        'ref_hash = ?', self.robots[robot], digest) > 0


class Robot:
    """What its own record says."""

    def __init__(self, slug, side_effects, path):
        self.slug = slug
        self.side_effects = side_effects
        self.path = path
        self.read_to = 0
        self.begun = set()  # runs
        self.durable = set()  # cases that are queued, or were
        self.told = set()  # (run, case, what its plugin returned)
        self.effects = collections.Counter()  # by case
        self.seen_done = set()  # (run, case) with an effect, or a probe that found it
        self.retried = collections.Counter()  # by case: asked for by a person
        self.open = []  # (run, case): effects whose runs had not ended when last looked at
        self.new_told, self.new_durable, self.new_begun = [], [], []
        self.counted = set()  # (run, case), in the store by runs

    def read(self):
        """Takes in what is new; a line that a kill cut short has no end, and says nothing."""
        if not os.path.exists(self.path):
            return
        with open(self.path, 'rb') as file:
            file.seek(self.read_to)
            text = file.read()
        whole = text.rfind(b' .') + 2
        if whole < 2:
            return
        self.read_to += whole
        for line in text[:whole].decode('ascii').split('\n'):
            word = line.split()
            if len(word) > 2 and word[-1] == '.':
                self._take(word[0], [int(value) for value in word[1:-1]])

    def told_done(self):
        """Cases."""
        return sorted({case for _, case, outcome in self.told if outcome == 0})

    def _take(self, what, value):
        run = value[0]
        if what == 'B':
            self.begun.add(run)
            self.new_begun.append(run)
        elif what == 'F':
            cases = range(value[1], value[1] + value[2])
            self.durable.update(cases)
            self.new_durable.extend(cases)
        elif what == 'E':
            self.effects[value[1]] += 1
            self.seen_done.add((run, value[1]))
            self.open.append((run, value[1]))
        elif what == 'P' and value[2] == 1:
            self.seen_done.add((run, value[1]))
        elif what == 'T':
            self.told.add((run, value[1], value[2]))
            self.new_told.append((run, value[1], value[2]))


class Checker:
    def __init__(self, home, out, commands, side_effects):
        """`side_effects`: the class of each robot whose plugin is a witness."""
        self.home = home
        self.commands_path = commands
        self.commands_read_to = 0
        self.asked = {}
        self.told = []  # (ask, answer)
        self.new_told = []
        self.paused = {}  # robot: as the last command left it; None: nobody knows
        self.keys = {}
        self.robots = {slug: Robot(slug, kind, f'{out}/{slug}/said')
                       for slug, kind in side_effects.items()}
        self.acknowledged = 0

    # ---- the witnesses

    def _digest(self, slug, case):
        """The store's keyed hash of a reference (core/store/reference_key.h), made here."""
        if slug not in self.keys:
            try:
                with open(f'{self.home}/keys/{slug}/ever', 'rb') as file:
                    secret = file.read()
            except FileNotFoundError:
                return b'none'
            self.keys[slug] = hashlib.blake2b(b'automagi reference', key=secret,
                                              digest_size=32).digest()
        return hashlib.blake2b(reference_of(case).encode(), key=self.keys[slug],
                               digest_size=16).digest()

    def _read_commands(self):
        if not os.path.exists(self.commands_path):
            return
        with open(self.commands_path, 'rb') as file:
            file.seek(self.commands_read_to)
            lines = file.read()
        self.commands_read_to += len(lines)
        for line in lines.decode().splitlines():
            record = json.loads(line)
            if 'ask' in record:
                self._take_ask(record)
            else:
                self._take_told(self.asked[record['id']], record['told'])

    def _take_ask(self, ask):
        self.asked[ask['id']] = ask
        if ask['ask'] in ('pause', 'resume'):
            self.paused[ask['robot']] = None
        if ask['ask'] == 'retry':
            for case in ask['cases']:
                self.robots[ask['robot']].retried[case] += 1

    def _take_told(self, ask, answer):
        self.told.append((ask, answer))
        self.new_told.append((ask, answer))
        if ask['ask'] in ('pause', 'resume'):
            self.paused[ask['robot']] = ask['ask'] == 'pause'

    def read(self):
        for robot in self.robots.values():
            robot.read()
        self._read_commands()  # after the effects: whatever allowed them was asked before

    def counted(self):
        """How many tasks runs were told of: what a backup made from now on has at least."""
        return sum(len(robot.told_done()) for robot in self.robots.values())

    # ---- what is new

    def check(self):
        """What was acknowledged since the last call, and the runs that were cut short meanwhile.
        To be called while a daemon serves."""
        self.read()  # before the store: whatever is acknowledged by now is in it
        with View(self.home) as view:
            for robot in self.robots.values():
                self._check_new(view, robot)
                self._check_effects(robot)
                robot.open = [begun for begun in robot.open
                              if not self._check_begun(view, robot, *begun)]
            for ask, answer in self.new_told:
                self._check_command(view, ask, answer)
            self.acknowledged += len(self.new_told)
            self.new_told = []
            for slug, paused in self.paused.items():
                if paused is not None and paused != bool(
                        view.one('SELECT paused FROM robot WHERE slug = ?', slug)):
                    raise Wrong(f'lost: {slug} was {"paused" if paused else "resumed"}, and is not')

    def check_seen(self):
        """No run of an earlier daemon is said to go on."""
        with View(self.home) as view:
            rows = view.all('SELECT id FROM run WHERE state = ? AND cause <> ? AND fence < ? << 32',
                            RUNNING, BY_IMPORT, view.generation)
        if rows:
            raise Wrong(f'not seen: run {rows[0][0]} of a daemon that is dead still runs')

    def _check_new(self, view, robot):
        for run in robot.new_begun:  # its process may be quicker than the commit of its start
            if view.one('SELECT count(*) FROM run WHERE id = ?', run) == 0:
                raise Wrong(f'lost: run {run} of {robot.slug} was begun, and is not in the store')
        for case in robot.new_durable:
            self._check_queued(view, robot.slug, case, 'flush() said it is durable')
        for run, case, outcome in robot.new_told:
            self._check_result(view, robot.slug, run, case, outcome)
        self.acknowledged += len(robot.new_durable) + len(robot.new_told) + len(robot.new_begun)
        robot.new_begun, robot.new_durable, robot.new_told = [], [], []

    def _check_queued(self, view, slug, case, why):
        digest = self._digest(slug, case)
        if not view.has_task(slug, digest) and view.item(slug, case, digest) is None:
            raise Wrong(f'lost: case {case} of {slug} is nowhere, though {why}')

    def _check_result(self, view, slug, run, case, outcome):
        found = [row[0] for row in  # one that is long can try a case again
                 view.all('SELECT outcome FROM attempt WHERE run_id = ? AND masked = ?', run,
                          masked_of(case))]
        if not set(found) & set(ATTEMPTS_OF[outcome]):
            raise Wrong(f'lost: run {run} of {slug} was told that case {case} is durable with '
                        f'outcome {outcome}; the store has {found}')
        if outcome == 0 and not view.has_task(slug, self._digest(slug, case)):
            raise Wrong(f'lost: case {case} of {slug} was acknowledged, and is no task')

    def _check_effects(self, robot):
        if robot.side_effects == 'idempotent':
            return
        for _, case in robot.open:
            if robot.effects[case] > 1 + robot.retried[case]:
                raise Wrong(f'done twice: case {case} of {robot.slug} ({robot.side_effects}) has '
                            f'{robot.effects[case]} effects; {robot.retried[case]} times a person '
                            'asked for another')

    def _check_begun(self, view, robot, run, case):
        """An effect whose run has ended: it was counted, or it stands as its class says. False when
        the run goes on."""
        state, ending = view.db.execute('SELECT state, ending FROM run WHERE id = ?',
                                        (run,)).fetchone()
        if state not in (RUNNING, ENDED):
            raise Wrong(f'lost: run {run} of {robot.slug} had case {case} in hand, and is in state '
                        f'{state}')
        if state == RUNNING:
            return False
        if view.one('SELECT count(*) FROM attempt WHERE run_id = ? AND masked = ? AND outcome <= ?',
                    run, masked_of(case), REPEATED) > 0:
            return True
        about = f'run {run} of {robot.slug} was cut short with case {case} in hand'
        if ending == ENDED_IN_ORDER:
            raise Wrong(f'not seen: {about}, and its ending is "done"')
        digest = self._digest(robot.slug, case)
        item = view.item(robot.slug, case, digest)
        if item is None:
            if not view.has_task(robot.slug, digest):
                raise Wrong(f'lost: {about}, and it is nowhere')
            return True
        item_state, is_uncertain, _ = item
        if robot.retried[case] > 0 or item_state in (BY_HAND, DROPPED):
            return True
        if robot.side_effects == 'manual' and (item_state != WAITING or not is_uncertain):
            raise Wrong(f'not seen: {about}; it is in state {item_state}, uncertain {is_uncertain}, '
                        'and must wait for a person')
        if robot.side_effects == 'probeable' and not is_uncertain:
            raise Wrong(f'not seen: {about}, and would not be asked about')
        if not is_uncertain: # its plugin may be another tomorrow, that must not do it again
            raise Wrong(f'not seen: {about}, and nothing says so')
        return True

    def _check_command(self, view, ask, answer):
        what = ask['ask']
        if what == 'add':
            self._check_queued(view, ask['robot'], ask['case'], f'command {ask["id"]} was answered')
        elif what == 'run':
            found = view.one('SELECT robot.slug FROM run JOIN robot ON robot.id = robot_id '
                             'WHERE run.id = ?', answer['run'])
            if found != ask['robot']:
                raise Wrong(f'lost: run {answer["run"]} of {ask["robot"]} was answered')
        elif what == 'import':
            self._check_import(view, ask)
        elif what in ('done', 'drop'):
            expected = BY_HAND if what == 'done' else DROPPED
            for item in ask['items']:
                found = view.one('SELECT state FROM item WHERE id = ?', item)
                if found != expected:
                    raise Wrong(f'lost: item {item} of {ask["robot"]} was closed ({what}), and is '
                                f'in state {found}')
        elif what == 'backup' and answer['tasks'] < ask['tasks']:
            raise Wrong(f'lost: {answer["file"]} has {answer["tasks"]} tasks; {ask["tasks"]} were '
                        'acknowledged before it was begun')

    def _check_import(self, view, ask):
        for case in ask['cases']:
            if not view.has_task(ask['robot'], self._digest(ask['robot'], case)):
                raise Wrong(f'lost: case {case} of {ask["robot"]} was imported, and is no task')
        for case in ask['undone']:
            if view.one('SELECT count(*) FROM correction WHERE robot_id = ? AND ref_hash = ?',
                        view.robots[ask['robot']], self._digest(ask['robot'], case)) != 1:
                raise Wrong(f'lost: case {case} of {ask["robot"]} was taken back, and is not')

    # ---- everything

    def check_all(self, is_drained=False):
        """All that was ever acknowledged, and that nothing is counted twice. `is_drained`: there is
        nothing left to do, so what was queued has become a task or waits for a person."""
        self.check()
        with View(self.home) as view:
            sums = self._check_sums(view)
            for robot in self.robots.values():
                self._check_robot(view, robot, is_drained)
            for ask, answer in self.told:
                self._check_command(view, ask, answer)
        self._check_done()
        return sums

    def _check_done(self):
        """Whatever was counted was done; by now its effect is in the record."""
        self.read()
        for robot in self.robots.values():
            for run, case in robot.counted - robot.seen_done:
                raise Wrong(f'counted, and never done: case {case} of {robot.slug} in run {run}')

    def _check_sums(self, view):
        """The number of tasks. Three tables say it; which references they are is looked at by robot."""
        tasks = view.one('SELECT count(*) FROM ledger')
        for what, sql in (('attempts', 'SELECT count(*) FROM attempt WHERE outcome = 0'),
                          ('days', 'SELECT total(count) FROM rollup_day WHERE outcome = 0'),
                          ('months', 'SELECT total(count) FROM rollup_month WHERE outcome = 0')):
            found = int(view.one(sql))
            if found != tasks:
                raise Wrong(f'counted twice: {tasks} tasks, and {found} by {what}')
        return tasks

    def _check_robot(self, view, robot, is_drained):
        number = view.robots[robot.slug]
        rows = view.all('SELECT attempt.run_id, masked, outcome, cause FROM run CROSS JOIN attempt '
                        'ON attempt.run_id = run.id WHERE run.robot_id = ?', number)
        attempts = {(run, case_of(masked), outcome) for run, masked, outcome, _ in rows}
        counted = collections.Counter(case_of(masked) for _, masked, outcome, _ in rows
                                      if outcome == DONE)
        for case, times in counted.items():
            if times > 1:
                raise Wrong(f'counted twice: case {case} of {robot.slug} is {times} tasks')
        robot.counted = {(run, case_of(masked)) for run, masked, outcome, cause in rows
                         if outcome in (DONE, REPEATED) and cause != BY_IMPORT}
        for run, case, outcome in robot.told:
            if not any((run, case, found) in attempts for found in ATTEMPTS_OF[outcome]) or \
                    (outcome == 0 and case not in counted):
                raise Wrong(f'lost: run {run} of {robot.slug} was told long ago that case {case} is '
                            f'durable with outcome {outcome}, and the store says nothing of it')
        items = {case_of(masked): state for masked, state in
                 view.all('SELECT masked, state FROM item WHERE robot_id = ?', number)}
        for case in robot.durable:
            if case not in counted and case not in items:
                raise Wrong(f'lost: case {case} of {robot.slug} was queued long ago, and is nowhere')
            if is_drained and case not in counted and items[case] in (READY, DEFERRED):
                raise Wrong(f'not done: case {case} of {robot.slug} is in state {items[case]} at '
                            'the end')
