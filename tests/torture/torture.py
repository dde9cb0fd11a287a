#!/usr/bin/env python3
"""Fails each call of the real programs in turn, and looks at what is left.

usage: torture.py [--step NAME] [--only CLASSES] [--share F] [--most N] [--others N] [--seed N] SCENARIO...

For each step of a scenario, each class of calls (plan.py) and each way of failing (WAYS): calls are counted once;
of the calls of one place the first, the second, the last and --others more are failed, each in a run of its own.
--most says how many places at most are tried for a way, --share which part of all, both drawn by the seed.
"""
import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile

import home
import scenarios
import serving
import town
from bench import COUNTED, WAYS, Bench, Tally, chosen, drawn, symbols, went_on

HERE = os.path.dirname(os.path.abspath(__file__))
AGAIN = 0.2  # of those that left all as it was, or as it should be, so many are tried again


class Trial:
    """A step, what was before it and what is after it."""

    def __init__(self, bench, step, is_thorough):
        self.bench = bench
        self.name = step.name
        self.program = 'automagi'
        self.step = step
        home.remove(bench.work)
        os.makedirs(bench.work)
        town.write(bench.work)
        for argv in step.before:
            bench.need(argv)
        if step.older:
            make_older(bench, step.older)
        self.kept = home.Kept(bench.work)
        ends, made = [], []
        for _ in range(2):
            self.kept.put_back()
            self.status, self.out, err = bench.run(step.argv)
            if self.status is None or self.status < 0 or (self.status != 0 and step.name != 'doctor'):
                sys.exit(f'torture: {step.name} ended with {self.status}: {err.decode()}')
            ends.append(bench.rows())
            made.append(self.made())
            self.files = self.files_there()
            if not ends[1:] and (step.makes or step.name in ('restore', 'upgrade') or is_thorough and not step.reads):
                time.sleep(1.1)  # what is of the time differs then
        self.masked = home.masks(*ends)
        self.contents = {path: content for path, content in made[1].items() if made[0].get(path) == content}
        self.after = home.digest(ends[1], self.masked)
        self.kept.put_back()
        self.before = home.digest(bench.rows(), self.masked) if os.path.exists(bench.database()) else {}
        self.second_status, self.second = self.after_second()
        self.between = self.steps_between() if step.older else []

    def files_there(self):
        """All names, but for those that are of an instant or drawn."""
        return sorted(re.sub(r'before-(restore|upgrade)-[^/]*', r'before-\1', path) for path, _ in home.walk(self.bench.work)
                      if not home.VOLATILE.search(path) and not path.endswith('.db-wal'))

    def made(self):
        """What is in the files that the step makes, as far as it is the same each time."""
        found = {}
        for made in self.step.makes:
            whole = os.path.join(self.bench.work, made)
            for folder, _, names in os.walk(whole) if os.path.isdir(whole) else [(self.bench.work, [], [made])]:
                for name in names:
                    path = os.path.join(folder, name)
                    if os.path.exists(path):
                        found[os.path.relpath(path, self.bench.work)] = content_of(path)
        return found

    def after_second(self):
        """How it ends when it was done before, and what is there then."""
        self.kept.put_back()
        self.bench.run(self.step.argv)
        status, _, _ = self.bench.run(self.step.argv)
        return status, home.digest(self.bench.rows(), self.masked)

    def steps_between(self):
        """What an upgrade leaves that was cut off between two versions: each is reached by a transaction of its own."""
        found = []
        newest = self.version_reached()
        for version in range(self.step.older + 1, newest):
            self.kept.put_back()
            self.bench.run(self.step.argv)
            with contextlib.closing(sqlite3.connect(self.bench.database(), isolation_level=None)) as store:
                store.execute("DELETE FROM audit WHERE action = 'upgrade' AND json_extract(detail, '$.to') > ?", (version,))
            make_older(self.bench, version)
            found.append(home.digest(self.bench.rows(), self.masked))
        return found

    def version_reached(self):
        self.kept.put_back()
        self.bench.run(self.step.argv)
        with contextlib.closing(sqlite3.connect(self.bench.database())) as store:
            return store.execute('SELECT version FROM store').fetchone()[0]

    def count(self, classes):
        self.kept.put_back()
        self.bench.plan.set('automagi', classes, keeps_places=True)
        self.bench.run(self.step.argv, tried=True)
        return self.bench.plan.calls_by_place()

    def fail(self, way, _place, _turn, number):
        """Complaints, [] when all was well, None when the call did not come."""
        name, errors, for_good = self.way = way
        self.excused = set()
        self.kept.put_back()
        self.bench.plan.set('automagi', name, random.choice(errors), at=number, for_good=for_good)
        status, out, err = self.bench.run(self.step.argv, tried=True)
        if self.bench.plan.failed()[0] == 0:
            return None
        return self.judge(status, out, err.decode(errors='replace'), for_good)

    def judge(self, status, out, err, for_good):
        said = judge_answer(status, err, for_good) + judge_blocks(self.bench, status)
        changed = self.kept.changed()
        is_known = True  # as it was before, or as it is afterwards
        is_done = False
        try:
            if changed or status == 0:  # that it is done may be said without any change
                now = home.digest(self.bench.rows(), self.masked) if changed else self.before
                is_done = now == self.after
                is_known = is_done or now == self.before
                said += self.judge_store(status, now)
            if status == 0 and plain(out) != plain(self.out) and self.step.reads and not is_said_to_be_unread(self.out, out):
                said.append('LIE: status 0, but another answer: ' + first_difference(self.out, out))
            if status == 0 and self.way[0] == 'sync' and not self.step.reads and went_on(self.bench, 'automagi'):
                said.append('WENT ON: after a sync that failed')
            if status == 0 and self.way[0] == 'sync' and self.step.makes and self.step.reads:
                said.append('LIE: status 0, but what was written was not synced')
            said += self.judge_files(status, [path for path in changed if not is_swept(path)])
            left = self.left()
            if for_good and 'name' in self.way[0]:  # nothing can be removed then
                left = [path for path in left if not re.search(r'(^|/)\.automagi-[0-9a-f]{16}$', path)]
                self.excused = set(self.left()) - set(left)
            if not said and (left or not is_known or random.random() < AGAIN):
                said += self.judge_again(is_done)
        except (OSError, sqlite3.Error) as error:
            said.append(f'UNREADABLE: {error!r}')
        return [f'{line} [status {status}, said {err.strip()[:200]!r}]' for line in said]

    def judge_store(self, status, now):
        if os.path.exists(self.bench.database()) and not home.is_whole(self.bench.database()):
            return ['DAMAGED: integrity_check']
        if now == self.after:
            return []
        if status == 0:
            return ['LIE: status 0, but not all is there: ' + home.difference(self.after, now)]
        if now not in (self.before, {}, *self.between) and not self.is_part(now):
            return ['HALF: ' + home.difference(self.before, now)]
        return []

    def is_part(self, now):
        """An import goes in parts, each whole: what is there is of the import, and the next finishes it."""
        return self.step.argv[:2] == ['task', 'import'] and \
            all(set(rows) <= set(self.after[table]) for table, rows in now.items()
                if table in ('ledger', 'attempt', 'ledger_adj'))

    def judge_files(self, status, changed):
        said = []
        for path in self.step.makes:
            there = os.path.exists(os.path.join(self.bench.work, path))
            if status == 0 and not there:
                said.append(f'LIE: status 0, but no {path}')
        if status == 0 and not said:
            made = self.made()
            said += [f'LIE: status 0, but {path} is another: {first_difference(content, made.get(path, b""))}'
                     for path, content in self.contents.items() if made.get(path) != content][:1]
        if self.step.reads and any(path.startswith('home/') and not path.startswith('home/automagi.db-wal')
                                   for path in changed):
            said.append(f'CHANGED by a reader: {changed[:4]}')
        return said

    def left(self):
        """What is there of a command that failed; the next one removes it, or goes on with it."""
        known = set(self.kept.files) | set(self.files)
        return [path for path in self.files_there() if path not in known]

    def judge_again(self, is_done):
        """The same command without the fault, and the recount."""
        if self.step.makes and all(os.path.exists(os.path.join(self.bench.work, path)) for path in self.step.makes):
            is_done = True
        expected = (self.second_status, self.second) if is_done else (self.status, self.after)
        status, out, err = self.bench.run(self.step.argv)
        if status != expected[0]:
            return [f'AGAIN: status {status}, expected {expected[0]}: {err.decode().strip()[:200]}']
        said = []
        now = home.digest(self.bench.rows(), self.masked)
        found = home.difference(expected[1], now, 'audit')  # which tells of each try
        if found:
            said.append('AGAIN: ' + found)
        if self.step.reads and plain(out) != plain(self.out) and not is_done:
            said.append('AGAIN: another answer: ' + first_difference(self.out, out))
        if any(is_swept(path) for path in self.left()):  # by the next of its kind
            self.bench.run(['backup', 'next.backup'])
            home.remove(os.path.join(self.bench.work, 'next.backup'))
        left = [path for path in self.left() if path not in self.excused]
        if left:
            said.append(f'LEFT: {left[:4]}')
        status, out, err = self.bench.run(['verify'])
        if status != 0:
            said.append(f'VERIFY: {out.decode()[:300]}{err.decode()[:200]}')
        return said


def make_older(bench, version):
    subprocess.run([os.path.join(HERE, '../standins/older_store.py'), os.path.join(bench.work, 'home'), str(version)], check=True)


def judge_answer(status, err, for_good):
    if status is None:
        return ['HANG']
    if status < 0:
        return [f'CRASH: signal {-status}']
    if status == 0:
        return []
    if status != 1:
        return [f'STATUS: {status} is not the one for a failed operation']
    lines = err.splitlines()
    # What could not be cleaned up either is told before.
    lines = [line for line in lines if 'cannot be removed' not in line and not (for_good and 'a log line was lost' in line)]
    if len(lines) != 1 or not lines[0].startswith('automagi: ') or len(lines[0]) < 15:
        return [f'LINES: {len(lines)} on stderr']
    return []


OF_ZONE = ('know_zone', 'zone_new', 'zone_add')  # the time zone is kept until the end


def judge_blocks(bench, status):
    """All is freed at the end, also of a failure, but for the time zone when it was made as a whole."""
    blocks = [symbols(bench.program, [('', offset)]) for offset in bench.plan.kept_blocks()]
    is_zone_whole = any(block.startswith('know_zone') for block in blocks)
    lost = [block for block in blocks if not (is_zone_whole and block.startswith(OF_ZONE))]
    return [f'LEAK: {"; ".join(sorted(lost))}'] if status in (0, 1) and lost else []


def is_swept(path):
    """Of a backup or restore that was cut off: it is told, or removed by the next one there."""
    return '.automagi-backup-' in path


# The time it was made at; where the cursor stands in a sheet, which libxlsxwriter leaves out for want of memory.
BESIDE = re.compile(rb'20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+|(kl\.|at) [0-9]{1,2}[.:][0-9]{2}|<selection [^>]*/>')


def content_of(path):
    """What a file holds, a workbook in its parts, without what is beside the matter."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content = b'\n'.join(name.encode() + b'\n' + archive.read(name) for name in archive.namelist())
    else:
        with open(path, 'rb') as file:
            content = file.read()
    return BESIDE.sub(b'', content)


def plain(answer):
    """Without what is of an instant."""
    return re.sub(rb'[0-9]+', b'#', answer)


def is_said_to_be_unread(expected, found):
    """A rehearsal says that and why it cannot compare, whether or not it had counted tasks by then; all else is the same."""
    compared = re.compile(rb'[0-9]+ tasks were counted there since .*\n')
    unread = re.compile(rb'what the installation had beyond the copy cannot be told: (?:.+: .+|out of memory)\n')
    return len(unread.findall(found)) == 1 and plain(compared.sub(b'', unread.sub(b'', found))) == \
        plain(compared.sub(b'', expected))


def first_difference(expected, found):
    for one, other in zip(expected.replace(b'},', b'},\n').splitlines(), found.replace(b'},', b'},\n').splitlines()):
        if one != other:
            return f'{one[:120]!r} became {other[:120]!r}'
    return f'{len(expected)} bytes became {len(found)}'


WAYS_OF_SAMPLE = 5


def try_all(trial, scenario, options, tally):
    """Fails the calls of a step, or of a program that serves, as the options say."""
    ways = [way for way in WAYS if (not options.only or way[0] in options.only.split(',')) and way[2] >= options.for_good]
    most = options.most
    if options.total:
        ways = random.sample(ways, WAYS_OF_SAMPLE)
        most = max(1, options.total // WAYS_OF_SAMPLE)
    for way in ways:
        places = trial.count(way[0])
        tally.places += len(places)
        tally.calls += sum(map(len, places.values()))
        for place in drawn(places, options.share, most):
            tally.tried_places += 1
            turns = list(range(1, len(places[place]) + 1))
            for turn in chosen(turns, options.others, way[2])[:1 if options.total else None]:
                complaints = trial.fail(way, place, turn, places[place][turn - 1])
                if complaints is None:
                    tally.missed += 1
                    continue
                tally.failed += 1
                if complaints:
                    tally.add(f'{scenario}/{trial.name}', way, turn, complaints, trial.bench, trial.program)
                if tally.found and options.first:
                    return


def step_name(scenario, step):
    return f'{scenario}/{getattr(step, "name", step)}'


def kept_steps(path):
    """{step: its counts}"""
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding='utf-8') as file:
        return dict(map(json.loads, file))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('scenario', nargs='+')
    parser.add_argument('--step')
    parser.add_argument('--only')
    parser.add_argument('--for-good', action='store_true', help='only that and all after it, of each kind of call')
    parser.add_argument('--share', type=float, default=1)
    parser.add_argument('--most', type=int, default=0)
    parser.add_argument('--others', type=int, default=2)
    parser.add_argument('--total', type=int, default=0, help='so many calls of each scenario, of steps, ways and places '
                        'that are drawn')
    parser.add_argument('--first', action='store_true', help='ends at the first complaint')
    parser.add_argument('--figures', help='a file for the sums')
    parser.add_argument('--kept', help='a file: steps that are in it had no complaint when it was cut short')
    parser.add_argument('--seed', type=int, default=int(time.time()))
    options = parser.parse_args()
    random.seed(options.seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the folder in memory is removed then too
    print(f'seed {options.seed}')
    build = os.path.abspath(os.environ.get('BUILD', 'build'))
    folder = tempfile.mkdtemp(prefix='torture.', dir='/dev/shm' if os.path.isdir('/dev/shm') else None)
    failed = False
    kept = kept_steps(options.kept)
    sums = {what: sum(each[what] for each in kept.values()) for what in COUNTED}
    bench = Bench(build, folder)
    try:
        for name in options.scenario:
            steps = [step for step in scenarios.SCENARIOS[name] if options.step in (None, step, getattr(step, 'name', ''))]
            for step in random.sample(steps, 1) if options.total else steps:
                if step_name(name, step) in kept:
                    continue
                began = time.monotonic()
                tally = Tally()
                kind = serving.Serving if isinstance(step, str) else Trial
                trial = kind(bench, step, options.total == 0)
                try_all(trial, name, options, tally)
                counts = tally.counts()
                for what in COUNTED:
                    sums[what] += counts[what]
                if options.kept and not tally.found:
                    with open(options.kept, 'a', encoding='utf-8') as file:
                        print(json.dumps([step_name(name, step), counts]), file=file)
                print(f'{name}/{trial.name}: {tally.calls} calls at {tally.places} places, {tally.failed} failed at '
                      f'{tally.tried_places} places, {tally.missed} did not come, {len(tally.found)} complaints, '
                      f'{time.monotonic() - began:.0f} s', flush=True)
                failed = failed or bool(tally.found)
        if sums['failed'] == 0:
            print('torture: no call has failed, so nothing is shown')
            failed = True
        if options.figures:
            with open(options.figures, 'w', encoding='utf-8') as file:
                file.writelines(f'{what} {count}\n' for what, count in sums.items())
    finally:
        for pid in bench.living:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
