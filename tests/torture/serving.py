"""The daemon, or a host below it, while calls fail: it is started, gets items and a run, and is stopped."""
import json
import os
import random
import select
import signal
import socket
import sqlite3

import home
import town
from bench import went_on

ROBOT = {'id': 'ok', 'plugin': 'ok', 'window': 'ever', 'lease': 2, 'attempts': 9, 'retry_delay_s': 1, 'retry_most_s': 1}
QUEUED = ['Q1', 'Q2', 'Q3']  # before the daemon starts
ASKED = ['A1', 'A2']  # of the daemon that is tried
LIMIT_S = 45  # a daemon that is to stop waits for room for 20 s
AFTER_FAULT_S = 3  # for an answer of a daemon whose calls all fail
CALLS_MAX = 100000  # beyond what a life without a fault makes, of a class: one that asks again at once makes millions
WAITS = 'waits before it serves'  # until there is room again
LINE_LOST = 'a log line was lost, out of memory'  # said in the place of the line


class Serving:
    """Of `program` calls fail; the rest is as it is."""

    def __init__(self, bench, program, _):
        self.bench = bench
        self.name = program
        self.program = program
        home.remove(bench.work)
        os.makedirs(bench.work)
        town.write(bench.work)
        bench.need(['init'])
        bench.need(['load', 'town.json'])
        os.makedirs(os.path.join(bench.work, 'ok'))
        with open(os.path.join(bench.work, 'ok', 'robot.json'), 'w', encoding='utf-8') as file:
            json.dump(ROBOT, file)
        with open(os.path.join(bench.build, 'tests', 'plugins', 'ok.so'), 'rb') as plugin, \
                open(os.path.join(bench.work, 'home', 'plugins', 'ok.so'), 'wb') as copy:
            copy.write(plugin.read())
        bench.need(['robot', 'add', 'ok/robot.json', '--name', 'Test'])
        for reference in QUEUED:
            bench.need(['queue', 'add', 'ok', '--reference', reference])
        self.kept = home.Kept(bench.work)
        self.descriptors = 0

    def count(self, classes):
        self.is_sync = False
        self.kept.put_back()
        self.bench.plan.set(self.program, classes, keeps_places=True)
        complaints = self.serve(self.bench.tried)
        if complaints:
            raise SystemExit(f'torture: serving without a fault: {complaints}')
        self.calls = self.bench.plan.counted()
        return self.bench.plan.calls_by_place()

    def fail(self, way, place, turn, _):
        name, errors, for_good = way
        self.is_sync = name == 'sync' and self.program == 'automagid'
        self.kept.put_back()
        self.bench.plan.set(self.program, name, random.choice(errors), place=place, turn=turn, for_good=for_good)
        try:
            complaints = self.serve(self.bench.tried, is_for_good=for_good)
        except (OSError, sqlite3.Error) as error:
            complaints = [f'UNREADABLE: {error!r}']
        if self.bench.plan.counted() > self.calls + CALLS_MAX:
            complaints.append(f'SPINS: {self.bench.plan.counted()} calls in the place of {self.calls}')
        return complaints if self.bench.plan.failed()[0] > 0 else None

    def start(self, environment):
        for sink in self.bench.sinks:
            os.ftruncate(sink, 0)
            os.lseek(sink, 0, os.SEEK_SET)
        os.chdir(self.bench.work)
        program = os.path.join(self.bench.build, 'bin', 'automagid')
        log = os.open('daemon.log', os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        actions = [(os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, log, 1),
                   (os.POSIX_SPAWN_DUP2, log, 2)]
        pid = os.posix_spawn(program, [program, '--home', 'home'], {**environment, 'AUTOMAGI_LOG_FORMAT': 'text'},
                             file_actions=actions)
        os.close(log)
        self.bench.living.add(pid)
        return pid, os.pidfd_open(pid)

    def serve(self, environment, is_for_good=False):
        """Complaints of one life of the daemon, and of the next, which nothing hinders."""
        acknowledged = []
        pid, ended = self.start(environment)
        waits = False

        def is_up():
            nonlocal waits
            waits = is_for_good and WAITS in self.log()
            return waits or is_over(ended) or answers('home/socket')
        said = [] if home.wait_until(LIMIT_S, is_up) else ['HANG: neither ready nor ended']
        if not said and not waits and not is_over(ended):
            acknowledged = self.ask(ended, AFTER_FAULT_S if is_for_good else None)
            said += self.look_at_descriptors(pid, ended, is_for_good)
        status = self.end(pid, ended)
        said += judge_end(status, self.log(), is_for_good)
        if self.is_sync and status == 0 and self.bench.plan.failed()[0] and went_on(self.bench, self.program):
            said.append('WENT ON: after a sync that failed')
        if not home.wait_until(5, lambda: not hosts_of(self.bench.plan.path)):
            said.append('LEFT: a host outlives its daemon')
        if not said:
            said += self.go_on(acknowledged)
        return [f'{line} [the daemon: {last_line(self.first_log)!r}]' for line in said]

    def ask(self, ended, after_fault_s):
        """What was acknowledged: references put on the queue, and whether the run was done."""
        acknowledged = list(QUEUED)
        for reference in ASKED:
            if self.bench.run(['queue', 'add', 'ok', '--reference', reference], limit_s=LIMIT_S,
                              after_fault_s=after_fault_s)[0] == 0:
                acknowledged.append(reference)
            if not is_over(ended):
                self.bench.run(['run', 'ok', '--wait'], limit_s=LIMIT_S if self.bench.plan.failed()[0] == 0 else 2,
                               after_fault_s=after_fault_s)
        return acknowledged

    def look_at_descriptors(self, pid, ended, is_for_good):
        """A fault that the daemon lives on after leaves no descriptor behind."""
        if is_for_good or self.program != 'automagid':
            return []
        count = 0

        def is_settled():
            nonlocal count
            try:
                count = len(os.listdir(f'/proc/{pid}/fd'))
            except OSError:
                return True
            return count <= self.descriptors
        if not self.descriptors and not self.bench.plan.failed()[0]:
            home.wait_until(1, lambda: False)  # of the daemon that nothing happens to
            self.descriptors = len(os.listdir(f'/proc/{pid}/fd'))
            return []
        if home.wait_until(3, is_settled) or is_over(ended):
            return []
        return [f'DESCRIPTORS: {count}, expected {self.descriptors}']

    def end(self, pid, ended):
        """Its exit status; None: it had to be killed."""
        if not is_over(ended):
            os.kill(pid, signal.SIGTERM)
        has_ended = bool(select.select([ended], [], [], LIMIT_S)[0])
        if not has_ended:
            os.kill(pid, signal.SIGKILL)
        os.close(ended)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.bench.living.discard(pid)
        self.first_log = self.log()
        return status if has_ended else None

    def log(self):
        with open(os.path.join(self.bench.work, 'daemon.log'), encoding='utf-8', errors='replace') as file:
            return file.read()

    def go_on(self, acknowledged):
        pid, ended = self.start(self.bench.plain)
        said = []
        if not home.wait_until(LIMIT_S, lambda: is_over(ended) or answers('home/socket')) or is_over(ended):
            said.append(f'AGAIN: it does not start: {last_line(self.log())}')
        else:
            status, _, err = self.bench.run(['run', 'ok', '--wait'], limit_s=LIMIT_S)
            if status != 0:
                said.append(f'AGAIN: the run ended with {status}: {err.decode().strip()[:200]}')
        status = self.end_again(pid, ended)
        if status != 0:
            said.append(f'AGAIN: the daemon ended with {status}')
        return said or self.judge_store(acknowledged)

    def end_again(self, pid, ended):
        kept = self.first_log
        status = self.end(pid, ended)
        self.first_log = kept
        return status

    def judge_store(self, acknowledged):
        database = self.bench.database()
        if not home.is_whole(database):
            return ['DAMAGED: integrity_check']
        store = sqlite3.connect(f'file:{database}?mode=ro', uri=True)
        try:
            counted = store.execute('SELECT count(*) FROM ledger').fetchone()[0]
            open_items = store.execute('SELECT count(*) FROM item').fetchone()[0]
        finally:
            store.close()
        asked = len(QUEUED) + len(ASKED)
        if not len(acknowledged) <= counted + open_items <= asked:
            return [f'LOST: {counted} counted and {open_items} open of {len(acknowledged)} acknowledged, {asked} asked for']
        status, out, err = self.bench.run(['verify'])
        return [] if status == 0 else [f'VERIFY: {out.decode()[:300]}{err.decode()[:200]}']


def is_over(ended):
    return bool(select.select([ended], [], [], 0)[0])


def answers(path):
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
        return True


def hosts_of(path):
    """Hosts know the plan's path by their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as file:
                if path.encode() in file.read():
                    found.append(pid)
        except OSError:
            continue
    return found


def last_line(log):
    lines = log.strip().splitlines()
    return lines[-1][-300:] if lines else ''


def judge_end(status, log, is_for_good):
    if status is None:
        return ['HANG: it does not stop']
    if status < 0:
        return [f'CRASH: signal {-status}']
    if status not in (0, 1):
        return [f'STATUS: {status}']
    if status == 1 and not last_line(log):
        return ['LINES: nothing is said']
    if status == 0 and not log.rstrip().endswith(('stopped', LINE_LOST)) and not is_for_good:
        return ['LIE: status 0, but it did not say that it stopped']
    return []
