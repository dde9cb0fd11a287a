#!/usr/bin/env python3
"""hostile_lengths.py HOME BUILD WORK mutants COUNT SEED - so many damaged plugin files, each held against
    `plugin check` and run; and a good one that is changed while it is read
hostile_lengths.py HOME BUILD WORK beside - how much three robots do while each family of hostile_table.py
    does its harm, against what they do while nobody does
hostile_lengths.py HOME BUILD WORK million - a run of a million tasks
What was shown is printed as WHAT=VALUE.
"""
import collections
import os
import resource
import statistics
import subprocess
import sys
import threading
import time

import hostile_files
from hostile_plugins import Daemon, Decent, ENDINGS, Home, check_texts, is_clean
from hostile_table import BUILT_IN, FILE, rows_of

SLOTS = 6
CHECK_BYTES = 400 << 20
CHECK_CPU_S = 5
ALONE_S, BESIDE_S = 1.0, 2.0
LEAST_SHARE = 0.8
TASKS = 1000000
MILLION_MOST_KIB = 65536
MILLION_PATIENCE_S = 600


def wait_until(what, seconds, is_true):
    begun = time.monotonic()
    while not is_true():
        if time.monotonic() - begun > seconds:
            raise SystemExit(f'waited in vain: {what}')
        time.sleep(0.02)


# ---- mutants

def limit_check():
    resource.setrlimit(resource.RLIMIT_AS, (CHECK_BYTES, CHECK_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CHECK_CPU_S, CHECK_CPU_S))


def check_mutant(home, path, what):
    """Whoever only reads the file has an answer, in one line, with little memory and time."""
    said = subprocess.run([f'{home.build}/bin/automagi', '--home', home.path, 'plugin', 'check', path],
                          capture_output=True, preexec_fn=limit_check, timeout=60)
    if said.returncode not in (0, 1) or said.stderr.count(b'\n') != said.returncode or \
            not is_clean(said.stdout + said.stderr):
        raise SystemExit(f'{what}: plugin check ends with {said.returncode}: {said.stderr!r}')
    return said.returncode == 0


class Slot:
    """A robot whose plugin is one mutant after another."""

    def __init__(self, home, number):
        self.home, self.number = home, number
        self.robot, self.plugin = f'mutant-{number}', f'harms_{9000 + number}'
        self.path = f'{home.path}/plugins/{self.plugin}.so'
        self.base = home.harms.replace(hostile_files.BASE_ID, self.plugin.encode())
        with open(self.path, 'wb') as file:
            file.write(self.base)
        home.add_robot({'id': self.robot, 'plugin': self.plugin, 'attempts': 1, 'pause_after': 0,
                        'configuration': {'how': 'hang', 'in': 'nowhere'},
                        'timeouts': {'run_s': 2, 'item_s': 1, 'stop_s': 0},
                        'limits': {'memory_mib': 64, 'cpu_s': 2, 'file_mib': 1, 'open_files': 32,
                                   'processes': 16, 'log_kib': 64}})
        self.what, self.runs = None, 0

    def begin(self, data, what):
        with open(self.path + '.new', 'wb') as file:
            file.write(data)
        os.rename(self.path + '.new', self.path)
        self.what = what
        self.is_read = check_mutant(self.home, self.path, what)
        self.home.command('run', robot=self.robot)
        self.begun = time.monotonic()

    def ended(self):
        """How its run ended, in a word; None while it goes on."""
        ended = self.home.ended_runs(self.robot)
        if len(ended) == self.runs:
            if time.monotonic() - self.begun > 60:
                raise SystemExit(f'{self.what}: its run does not end')
            return None
        self.runs += 1
        _, ending, note, _ = ended[-1]
        what, self.what = self.what, None
        if ENDINGS[ending] not in ('done', 'failed', 'timed out'):
            raise SystemExit(f'{what}: ended as {ENDINGS[ending]}: {note}')
        if ENDINGS[ending] != 'failed':
            return ENDINGS[ending]
        if 'crashed while it was loaded' in note:
            return 'crashed in loading'
        if 'did not load within' in note:
            return 'hung in loading'
        if 'crashed' in note or 'ended the process itself' in note:
            return 'crashed in its run'
        return 'refused unread' if not self.is_read else 'refused when loaded'


def rewrite(path, data, is_over):
    """The same file, cut and written anew in small parts, again and again."""
    while not is_over.is_set():
        with open(path, 'r+b') as file:
            file.truncate(0)
            for at in range(0, len(data), 4096):
                file.write(data[at:at + 4096])
                file.flush()


def changed_under_the_reader(slot, runs):
    """A run has all of the file or is refused: the copy that is read is the one that is loaded."""
    is_over, told = threading.Event(), collections.Counter()
    slot.begin(slot.base, 'a file that is changed while it is read')
    writer = threading.Thread(target=rewrite, args=(slot.path, slot.base, is_over))
    writer.start()
    try:
        while sum(told.values()) < runs:
            word = slot.ended()
            if word is None:
                time.sleep(0.005)
                continue
            told[word] += 1
            slot.what, slot.is_read, slot.begun = 'changed', False, time.monotonic()
            slot.home.command('run', robot=slot.robot)
        wait_until('the last of its runs ends', 30, lambda: slot.ended() is not None)
    finally:
        is_over.set()
        writer.join()
    odd = set(told) - {'done', 'refused unread', 'refused when loaded'}
    if odd:
        raise SystemExit(f'a file that is changed while it is read: {told}')
    print(f'changed_while_read={sum(told.values())}')


def mutants(home, count, seed):
    daemon = Daemon(home)
    slots = [Slot(home, number) for number in range(SLOTS)]
    mutator = hostile_files.Mutator(seed)
    told = collections.Counter()
    kib, begun = 0, 0
    print(f'seed={seed}', flush=True)
    while begun < count or any(slot.what for slot in slots):
        for slot in slots:
            if slot.what is not None:
                word = slot.ended()
                if word is not None:
                    told[word] += 1
            elif begun < count:
                data, what = mutator.mutant(slot.base)
                slot.begin(data, f'mutant {begun} of seed {seed} ({what})')
                begun += 1
                kib = kib or (daemon.resident_kib() if begun > count // 10 else 0)
        time.sleep(0.005)
    changed_under_the_reader(slots[0], max(count // 10, 10))
    check_texts(home)
    if daemon.resident_kib() - kib > 8192:
        raise SystemExit(f'the daemon has grown by {daemon.resident_kib() - kib} KiB')
    for word, number in sorted(told.items()):
        print(f'{word.replace(" ", "_")}={number}')
    print(f'mutants={sum(told.values())}')


# ---- beside

class Harmful:
    """A row as a robot that does its harm in every run, one after the other."""

    def __init__(self, home, row):
        self.home, self.row = home, row
        definition = row.definition(home.path)
        definition['timeouts'] = {'run_s': 2, 'item_s': 1, 'stop_s': 0}
        if row.kind not in (BUILT_IN, FILE) and row.where in ('perform', 'probe'):
            definition['configuration']['in'] = 'collect'
        if row.kind in (BUILT_IN, FILE):
            path = f'{home.path}/plugins/{row.plugin}.so'
            good = hostile_files.Elf(home.harms.replace(hostile_files.BASE_ID, row.plugin.encode()))
            if row.kind == BUILT_IN:
                hostile_files.how(row.how)(good)
            with open(path, 'wb') as file:
                file.write(good.data)
        home.add_robot(definition)
        if row.kind == FILE:
            hostile_files.place(path, row.how, hostile_files.named(home.harms, row.how, 0)
                                if row.how in hostile_files.DAMAGES else b'')
        self.runs = self.asked = 0

    def look(self, goes_on):
        self.runs = len(self.home.ended_runs(self.row.name))
        if goes_on and self.runs == self.asked:
            self.home.command('run', robot=self.row.name)
            self.asked += 1
        return self.runs == self.asked


def rate(decent, seconds, harmful=None):
    """Tasks a second."""
    done, begun = decent.counted(), time.monotonic()
    while time.monotonic() - begun < seconds:
        if harmful:
            harmful.look(True)
        time.sleep(0.05)
    now = time.monotonic()
    return (decent.counted() - done) / (now - begun)


def share(decent, harmful):
    before = rate(decent, ALONE_S)
    beside = rate(decent, BESIDE_S, harmful)
    # A plugin that does not load within ten seconds is tried four times: its folder may not have answered.
    wait_until(f'{harmful.row.name} ends', 90, lambda: harmful.look(False))
    after = rate(decent, ALONE_S)
    decent.look()
    return beside / ((before + after) / 2)


def beside(home):
    decent = Decent(home, 200000, 5)
    seen, shares, slow = set(), {}, []
    wait_until('the decent robots work', 120, lambda: decent.counted() > 0)
    for row in rows_of('short'):
        if row.kind == FILE and 'file' in seen:
            continue
        seen.add('file' if row.kind == FILE else '')
        harmful = Harmful(home, row)
        measured = [share(decent, harmful)]
        if measured[0] < LEAST_SHARE:
            measured += [share(decent, harmful), share(decent, harmful)]
        shares[row.family] = statistics.median(measured)
        print(f'{row.family}: {shares[row.family]:.2f} ({harmful.asked} runs)', flush=True)
        if shares[row.family] < LEAST_SHARE:
            slow.append(row.family)
    for name in decent.names:
        run, = home.sql('SELECT max(run.id) FROM run JOIN robot ON robot.id = robot_id WHERE slug = ?',
                        name)[0]
        home.command('stop', run=run)
    print(f'families={len(shares)}')
    print(f'least_share={min(shares.values()):.2f}')
    print(f'median_share={statistics.median(shares.values()):.2f}')
    if slow:
        raise SystemExit('beside them others do under 80 %: ' + ', '.join(slow))


# ---- million

def million(home):
    daemon = Daemon(home)
    limits = {'queue_items': 2 * TASKS, 'queue_mib': 4096}
    robot = {'plugin': 'bench_tasks', 'configuration': {'items': TASKS}, 'lease': 256,
             'timeouts': {'run_s': 1200}}
    home.add_robot({'id': 'as-usual', **robot})
    home.add_robot({'id': 'million', **robot, 'limits': limits})
    home.command('run', robot='as-usual')
    wait_until('the run with the usual limits ends', 120, lambda: home.ended_runs('as-usual'))
    _, ending, note, done = home.ended_runs('as-usual')[0]
    if ENDINGS[ending] != 'failed' or 'the queue is full: 100000 items' not in note or done != 0:
        raise SystemExit(f'with the usual limits: {ENDINGS[ending]}, {note}, {done}')
    kib, begun, slowest = daemon.resident_kib(), time.monotonic(), 0
    home.command('run', robot='million')
    while not home.ended_runs('million'):
        asked = time.monotonic()
        home.command('robot pause' if int(asked) % 2 else 'robot resume', robot='as-usual')
        slowest = max(slowest, time.monotonic() - asked)
        if asked - begun > MILLION_PATIENCE_S:
            raise SystemExit('the run of a million tasks does not end')
        time.sleep(0.5)
    _, ending, note, done = home.ended_runs('million')[0]
    grown = daemon.resident_kib() - kib
    if ENDINGS[ending] != 'done' or done != TASKS or home.counted('million') != TASKS:
        raise SystemExit(f'a million tasks: {ENDINGS[ending]}, {note}, {done} done, '
                         f'{home.counted("million")} counted')
    if grown > MILLION_MOST_KIB:
        raise SystemExit(f'the daemon has grown by {grown} KiB')
    print(f'tasks={done}')
    print(f'seconds={time.monotonic() - begun:.0f}')
    print(f'grown_kib={grown}')
    print(f'slowest_command_ms={slowest * 1000:.0f}')


def main():
    home = Home(*sys.argv[1:4])
    if sys.argv[4] == 'mutants':
        mutants(home, int(sys.argv[5]), int(sys.argv[6]))
    elif sys.argv[4] == 'beside':
        beside(home)
    else:
        million(home)


if __name__ == '__main__':
    main()
