#!/usr/bin/env python3
"""Fails each call of the real programs in turn, and looks at what is left.

usage: torture.py [--step NAME] [--only CLASSES] [--share F] [--most N] [--others N] [--seed N] SCENARIO...

For each step of a scenario, each class of calls (plan.py) and each way of failing (WAYS): calls are counted once;
of the calls of one place the first, the second, the last and --others more are failed, each in a run of its own.
--most says how many places at most are tried for a way, --share which part of all, both drawn by the seed.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import home
import plan
import scenarios
import town

NOMEM, BUSY, IOERR, FULL = 7, 5, 10, 13  # of SQLite
ENOENT, EIO, EAGAIN, ENOMEM, EMFILE, ENOSPC = 2, 5, 11, 12, 24, 28
# class, error, for good
WAYS = [('memory', ENOMEM, False), ('memory', ENOMEM, True),
        ('sql', NOMEM, False), ('sql', IOERR, False), ('sql', FULL, False), ('sql', BUSY, False), ('sql', IOERR, True),
        ('write', ENOSPC, False), ('write', EIO, False), ('write', ENOSPC, True),
        ('sync', EIO, False), ('sync', EIO, True),
        ('open', EMFILE, False), ('open', EIO, False), ('open', EMFILE, True),
        ('name', EIO, False), ('name', ENOSPC, True),
        ('read', EIO, False), ('read', EIO, True),
        ('process', EMFILE, False), ('process', EAGAIN, True)]
LIMIT_S = 20


class Bench:
    """Where steps are carried out: a folder in memory, the programs, the plan."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self.work = os.path.join(folder, 'work')
        self.plan = plan.Plan(os.path.join(folder, 'plan'))
        self.program = os.path.join(build, 'bin', 'automagi')
        self.plain = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', ''),
                      'AUTOMAGI_HOME': 'home'}
        shim = os.path.join(build, 'tests', 'torture', 'failing_calls.so')
        self.tried = {**self.plain, 'LD_PRELOAD': shim, 'TORTURE_PLAN': self.plan.path}

    def run(self, argv, tried=False):
        """(status, stdout, stderr); status None when it did not end."""
        try:
            done = subprocess.run([self.program, *argv], cwd=self.work, env=self.tried if tried else self.plain,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False,
                                  close_fds=False)
        except subprocess.TimeoutExpired:
            return None, b'', b''
        return done.returncode, done.stdout, done.stderr

    def need(self, argv):
        status, out, err = self.run(argv)
        if status != 0:
            sys.exit(f'torture: {argv} ended with {status}: {out.decode()}{err.decode()}')

    def database(self):
        return os.path.join(self.work, 'home', 'automagi.db')

    def rows(self):
        return home.rows_of(self.database()) if os.path.exists(self.database()) else {}


class Trial:
    """A step, what was before it and what is after it."""

    def __init__(self, bench, step):
        self.bench = bench
        self.step = step
        home.remove(bench.work)
        os.makedirs(bench.work)
        town.write(bench.work)
        for argv in step.before:
            bench.need(argv)
        self.kept = home.Kept(bench.work)
        ends = []
        for _ in range(2):
            self.kept.put_back()
            self.status, self.out, err = bench.run(step.argv)
            if self.status is None or self.status < 0 or (self.status != 0 and step.name != 'doctor'):
                sys.exit(f'torture: {step.name} ended with {self.status}: {err.decode()}')
            ends.append(bench.rows())
            self.files = self.files_there()
            time.sleep(1.1 if not ends[1:] and not step.reads else 0)  # what is of the time differs then
        self.masked = home.masks(*ends)
        self.after = home.digest(ends[1], self.masked)
        self.kept.put_back()
        self.before = home.digest(bench.rows(), self.masked) if os.path.exists(bench.database()) else {}
        self.second_status, self.second = self.after_second()

    def files_there(self):
        """All names, but for those that are of an instant or drawn."""
        return sorted(re.sub(r'before-restore-[^/]*', 'before-restore', path) for path, _ in home.walk(self.bench.work)
                      if not home.VOLATILE.search(path) and not path.endswith('.db-wal'))

    def after_second(self):
        """How it ends when it was done before, and what is there then."""
        self.kept.put_back()
        self.bench.run(self.step.argv)
        status, _, _ = self.bench.run(self.step.argv)
        return status, home.digest(self.bench.rows(), self.masked)

    def count(self, classes):
        self.kept.put_back()
        self.bench.plan.set('automagi', classes, keeps_places=True)
        self.bench.run(self.step.argv, tried=True)
        return self.bench.plan.calls_by_place()

    def fail(self, way, number):
        """Complaints, [] when all was well, None when the call did not come."""
        name, error, for_good = way
        self.kept.put_back()
        self.bench.plan.set('automagi', name, error, at=number, for_good=for_good)
        status, out, err = self.bench.run(self.step.argv, tried=True)
        if self.bench.plan.failed()[0] == 0:
            return None
        return self.judge(status, out, err.decode(errors='replace'))

    def judge(self, status, out, err):
        said = judge_answer(status, err)
        changed = self.kept.changed()
        is_done = False
        try:
            if changed and os.path.exists(self.bench.database()):
                said += self.judge_store(status)
                is_done = home.digest(self.bench.rows(), self.masked) == self.after
            if status == 0 and out != self.out and self.step.reads:
                said.append('LIE: status 0, but another answer: ' + first_difference(self.out, out))
            said += self.judge_files(status, changed)
            if (changed or random.random() < 0.05) and not said:
                said += self.judge_again(is_done)
        except Exception as error:  # pylint: disable=broad-except
            said.append(f'UNREADABLE: {error!r}')
        return [f'{line} [status {status}, said {err.strip()[:200]!r}]' for line in said]

    def judge_store(self, status):
        if not home.is_whole(self.bench.database()):
            return ['DAMAGED: integrity_check']
        now = home.digest(self.bench.rows(), self.masked)
        if now == self.after:
            return []
        if status == 0:
            return ['LIE: status 0, but not all is there: ' + home.difference(self.after, now)]
        if now not in (self.before, {}) and not self.is_part(now):
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
        now = self.files_there()
        known = set(self.kept.files) | set(self.files)
        left = [path for path in now if path not in known]
        if left:
            said.append(f'LEFT: {left[:4]}')
        if self.step.reads and any(path.startswith('home/') and not path.startswith('home/automagi.db-wal')
                                   for path in changed):
            said.append(f'CHANGED by a reader: {changed[:4]}')
        return said

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
        if now != expected[1]:
            said.append('AGAIN: ' + home.difference(expected[1], now))
        if self.step.reads and out != self.out and not is_done:
            said.append('AGAIN: another answer: ' + first_difference(self.out, out))
        status, out, err = self.bench.run(['verify'])
        if status != 0:
            said.append(f'VERIFY: {out.decode()[:300]}{err.decode()[:200]}')
        return said


def judge_answer(status, err):
    if status is None:
        return ['HANG']
    if status < 0:
        return [f'CRASH: signal {-status}']
    if status == 0:
        return []
    if status != 1:
        return [f'STATUS: {status} is not the one for a failed operation']
    lines = err.splitlines()
    if len(lines) != 1 or not lines[0].startswith('automagi: ') or len(lines[0]) < 15:
        return [f'LINES: {len(lines)} on stderr']
    return []


def first_difference(expected, found):
    for one, other in zip(expected.splitlines(), found.splitlines()):
        if one != other:
            return f'{one[:120]!r} became {other[:120]!r}'
    return f'{len(expected)} bytes became {len(found)}'


def chosen(calls, others, for_good):
    """Of the calls of one place those that are failed."""
    if for_good:
        return calls[:1]
    picked = {calls[0], calls[-1], *calls[1:2]}
    rest = [call for call in calls if call not in picked]
    return sorted(picked | set(random.sample(rest, min(others, len(rest)))))


class Tally:
    def __init__(self):
        self.places = 0
        self.tried_places = 0
        self.calls = 0
        self.failed = 0
        self.found = {}  # (complaint's kind, frames): [what, count]

    def add(self, step, way, number, complaints, bench):
        frames = own_frames(bench.plan.frames())
        for complaint in complaints:
            key = (complaint.split(':')[0], tuple(frames))
            if key in self.found:
                self.found[key][1] += 1
            else:
                what = f'{step} {way[0]} {way[1]}{" for good" if way[2] else ""} call {number} ' \
                       f'({bench.plan.failed_call()}): {complaint}'
                self.found[key] = [what, 1]


def own_frames(frames):
    """Those of the program, and one of each library between."""
    found = []
    for name, offset in frames:
        if name.startswith('failing_calls') or name.startswith('libc.so') and not found:
            continue
        if name == '':
            found.append((name, offset))
        elif not found or found[-1][0] != name:
            found.append((name, 0))
    return found


def symbols(path, frames):
    """The functions of the program that led to a call, innermost first."""
    named = []
    for name, offset in frames:
        if name == '':
            name = subprocess.run(['addr2line', '-fpsC', '-e', path, hex(offset - 1)], capture_output=True, text=True,
                                  check=False).stdout.strip()
            name = re.sub(r' \(discriminator.*', '', name)
        named.append(name)
    return ' < '.join(named)


def try_step(bench, scenario, step, options, tally):
    trial = Trial(bench, step)
    for way in WAYS:
        if options.only and way[0] not in options.only.split(','):
            continue
        places = trial.count(way[0])
        tally.places += len(places)
        tally.calls += sum(map(len, places.values()))
        drawn = [place for place in places if random.random() < options.share]
        if options.most and len(drawn) > options.most:
            drawn = random.sample(drawn, options.most)
        for place in drawn:
            tally.tried_places += 1
            for number in chosen(places[place], options.others, way[2]):
                complaints = trial.fail(way, number)
                if complaints is None:
                    continue
                tally.failed += 1
                if complaints:
                    tally.add(f'{scenario}/{step.name}', way, number, complaints, bench)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('scenario', nargs='+')
    parser.add_argument('--step')
    parser.add_argument('--only')
    parser.add_argument('--share', type=float, default=1)
    parser.add_argument('--most', type=int, default=0)
    parser.add_argument('--others', type=int, default=2)
    parser.add_argument('--seed', type=int, default=int(time.time()))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f'seed {options.seed}')
    build = os.path.abspath(os.environ.get('BUILD', 'build'))
    folder = tempfile.mkdtemp(prefix='torture.', dir='/dev/shm' if os.path.isdir('/dev/shm') else None)
    failed = False
    try:
        bench = Bench(build, folder)
        for name in options.scenario:
            for step in scenarios.SCENARIOS[name]:
                if options.step and step.name != options.step:
                    continue
                began = time.monotonic()
                tally = Tally()
                try_step(bench, name, step, options, tally)
                print(f'{name}/{step.name}: {tally.calls} calls at {tally.places} places, {tally.failed} failed at '
                      f'{tally.tried_places} places, {len(tally.found)} complaints, {time.monotonic() - began:.0f} s', flush=True)
                for (_, frames), (what, count) in list(tally.found.items())[:40]:
                    failed = True
                    print(f'  {what} (x{count})\n      {symbols(bench.program, frames)}', flush=True)
    finally:
        shutil.rmtree(folder)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
