#!/usr/bin/env python3
"""hostile_plugins.py HOME BUILD WORK short|long - runs each row of hostile_table.py in a home whose daemon
    runs, some at a time, beside robots that do their work; holds how each ends against the table,
    what people are shown against clean text, and what the daemon holds against what it held before
hostile_plugins.py HOME BUILD WORK left - after the daemon's end: is anything left of them?
"""
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import time

import hostile_files
from hostile_table import BUILT_IN, FILE, rows_of, segment_key

AT_ONCE = 6
PATIENCE_S = 90 * int(os.environ.get("TEST_PATIENCE", 1))
LOG_MOST = 66 * 1024       # of a robot with log_kib 64, as those of the table have
LINE_MOST = 33 * 1024      # 8 KiB with every byte as \\xNN, and the time
DAEMON_LOG_MOST = 1 << 20
RESIDENT_MOST_KIB = 16384
SOCKETS_SPARE = 8          # runs that are being ended
ENDINGS = {1: 'done', 2: 'failed', 3: 'stopped', 4: 'timed out', 5: 'lost', 6: 'cut short'}
STATES = {0: 'ready', 2: 'deferred', 3: 'waiting', 4: 'closed', 5: 'dropped'}


class Home:
    def __init__(self, path, build, work):
        self.path, self.build, self.work = path, build, work
        self.failures = []
        with open(f'{build}/tests/plugins/harms_0000.so', 'rb') as file:
            self.harms = file.read()

    def fail(self, row, what):
        print(f'{row.family} ({row.name}): {what}', file=sys.stderr)
        self.failures.append(row.name)

    def sql(self, text, *arguments):
        store = sqlite3.connect(f'file:{self.path}/automagi.db?mode=ro', uri=True, timeout=20)
        try:
            return store.execute(text, arguments).fetchall()
        finally:
            store.close()

    def automagi(self, *words):
        return subprocess.run([f'{self.build}/bin/automagi', '--home', self.path, *words],
                              check=True, capture_output=True, text=True).stdout

    def command(self, name, **arguments):
        """One command to the daemon, over a connection of its own."""
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(20)
        folder = os.open(self.path, os.O_PATH)
        client.connect(f'/proc/self/fd/{folder}/socket')
        os.close(folder)
        request = json.dumps({'command': name, 'arguments': arguments}).encode()
        client.sendall(struct.pack('<I', len(request)) + request)
        size, = struct.unpack('<I', client.recv(4, socket.MSG_WAITALL))
        reply = json.loads(client.recv(size, socket.MSG_WAITALL))
        client.close()
        if not reply['ok']:
            raise RuntimeError(f'{name} {arguments}: {reply}')
        return reply

    def add_robot(self, definition):
        folder = f'{self.work}/robots/{definition["id"]}'
        os.makedirs(folder)
        with open(f'{folder}/robot.json', 'w') as file:
            json.dump(definition, file)
        self.automagi('robot', 'add', f'{folder}/robot.json', '--name', f'Test {definition["id"]}')

    def ended_runs(self, robot):
        return self.sql('SELECT run.id, ending, run.note, run.done FROM run JOIN robot ON '
                        'robot.id = robot_id WHERE slug = ? AND state = 3 ORDER BY run.id', robot)

    def items(self, robot):
        return dict((STATES[state], count) for state, count in self.sql(
            'SELECT state, count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = ? '
            'GROUP BY state', robot))

    def counted(self, robot):
        return self.sql('SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id '
                        'WHERE slug = ?', robot)[0][0]

    def log_of(self, robot, run):
        try:
            with open(f'{self.path}/logs/{robot}/{run}.log', 'rb') as file:
                return file.read()
        except FileNotFoundError:
            return b''


def prepare(home, row):
    """The row's robot, and the file of its plugin."""
    path = f'{home.path}/plugins/{row.plugin}.so'
    number = row.plugin[-4:].encode()
    if row.kind in (BUILT_IN, FILE):
        good = hostile_files.Elf(home.harms.replace(hostile_files.BASE_ID, b'harms_' + number))
        if row.kind == BUILT_IN:
            hostile_files.how(row.how)(good)
        with open(path, 'wb') as file:
            file.write(good.data)
    home.add_robot(row.definition(home.path))
    if row.kind != FILE:
        return
    bad = b''
    if row.how in hostile_files.DAMAGES:
        bad = hostile_files.named(home.harms, row.how, int(number))
    hostile_files.place(path, row.how, bad)
    if row.how not in hostile_files.DAMAGES or not hostile_files.DAMAGES[row.how][2]:
        return
    said = subprocess.run([f'{home.build}/bin/automagi', '--home', home.path, 'plugin', 'check', path],
                          capture_output=True, text=True)
    if said.returncode != 1 or not is_clean(said.stderr.encode()) or said.stderr.count('\n') != 1:
        home.fail(row, f'plugin check says {said.returncode}: {said.stderr!r}')


def is_clean(text):
    """Lines of UTF-8 without control characters."""
    try:
        lines = text.decode()
    except UnicodeDecodeError:
        return False
    return not re.search('[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', lines)


def begin(home, row):
    arguments = {}
    if row.by_hand:
        home.command('queue add', robot=row.name, reference='sag-2', **{'business-date': '2026-09-04'})
        item, = home.sql('SELECT item.id FROM item JOIN robot ON robot.id = robot_id '
                         'WHERE slug = ?', row.name)[0]
        arguments['input'] = {'item': item}
    home.command('run', robot=row.name, **arguments)


def check(home, row, begun):
    ended = home.ended_runs(row.name)
    if len(ended) < row.runs + row.after:
        if time.monotonic() - begun < PATIENCE_S:
            return False
        home.fail(row, f'{len(ended)} of its runs have ended after {PATIENCE_S} s')
        return True
    run, ending, note, _ = ended[row.runs - 1]
    done, left = home.counted(row.name), home.items(row.name)
    log = home.log_of(row.name, run)
    if ENDINGS[ending] != row.ending:
        home.fail(row, f'it ended as {ENDINGS[ending]} ({note}), not {row.ending}')
    if not re.search(row.note, note or ''):
        home.fail(row, f"its note is '{note}', without '{row.note}'")
    if done != row.done:
        home.fail(row, f'{done} tasks are counted, not {row.done}')
    if left != row.left:
        home.fail(row, f'its items are {left}, not {row.left}')
    if not re.search(row.log.encode(), log):
        home.fail(row, f"its log is without '{row.log}': {log[-300:]}")
    return True


def run_rows(home, rows, decent):
    waiting, running = list(rows), {}
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            row = waiting.pop(0)
            prepare(home, row)
            begin(home, row)
            running[row.name] = (row, time.monotonic())
        for row, begun in list(running.values()):
            if check(home, row, begun):
                del running[row.name]
        decent.look()
        time.sleep(0.02)


class Decent:
    """Three robots that do their work meanwhile."""

    def __init__(self, home, tasks, pause_ms):
        self.home, self.tasks = home, tasks
        os.mkdir(f'{home.work}/out')
        os.chmod(f'{home.work}/out', 0o777)
        self.names = [f'decent-{i}' for i in range(3)]
        for name in self.names:
            folder = f'{home.work}/out/{name}'
            os.mkdir(folder)
            os.chmod(folder, 0o777)
            home.add_robot({'id': name, 'plugin': 'slow_idempotent', 'folders': {'out': folder},
                            'configuration': {'items': tasks, 'ms': pause_ms},
                            'limits': {'queue_items': 10000000, 'queue_mib': 4096}})
        for name in self.names:
            home.command('run', robot=name)

    def look(self):
        for name in self.names:
            for run, ending, note, _ in self.home.ended_runs(name):
                if ENDINGS[ending] != 'done':
                    raise SystemExit(f'run {run} of {name}, which harms nobody: {ENDINGS[ending]}: {note}')

    def counted(self):
        return sum(self.home.counted(name) for name in self.names)

    def finish(self):
        begun = time.monotonic()
        while self.counted() < self.tasks * len(self.names):
            self.look()
            if time.monotonic() - begun > PATIENCE_S:
                raise SystemExit(f'the decent robots did {self.counted()} of their tasks')
            time.sleep(0.05)


class Daemon:
    """What the daemon itself holds."""

    def __init__(self, home):
        self.home = home
        self.pid = next(int(pid) for pid in os.listdir('/proc') if pid.isdigit() and self.is_it(pid))

    def is_it(self, pid):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as file:
                words = file.read().split(b'\0')
        except OSError:
            return False
        return words[0].endswith(b'/automagid') and self.home.path.encode() in words

    def resident_kib(self):
        with open(f'/proc/{self.pid}/status') as file:
            return int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1))

    def descriptors(self):
        """All but those of hosts that live: a pidfd and a channel each."""
        links = []
        for fd in os.listdir(f'/proc/{self.pid}/fd'):
            try:
                links.append(os.readlink(f'/proc/{self.pid}/fd/{fd}'))
            except FileNotFoundError:
                pass
        return len(links) - 2 * sum('pidfd' in link for link in links)


def is_of(home, pid):
    """Hosts, and all that they begin, have the work folder mounted in a namespace of their own."""
    try:
        with open(f'/proc/{pid}/mountinfo') as file:
            return pid != str(os.getpid()) and f' {home.path}/work/' in file.read()
    except OSError:
        return False


def left_over(home):
    """After the daemon's end: processes, memory that belongs to none, files."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        if is_of(home, pid):
            with open(f'/proc/{pid}/comm') as file:
                found.append(f'process {pid} ({file.read().strip()})')
    with open('/proc/sysvipc/shm') as file:
        found += [f'memory: {line.strip()}' for line in list(file)[1:]
                  if int(line.split()[0]) == segment_key(home.path)]
    for robot in os.listdir(f'{home.path}/work'):
        found += [f'work/{robot}/{name}' for name in os.listdir(f'{home.path}/work/{robot}')]
    return found


def check_texts(home):
    """Whatever a person is shown: logs, notes, the daemon's own lines."""
    for folder, _, names in os.walk(f'{home.path}/logs'):
        for name in names:
            with open(f'{folder}/{name}', 'rb') as file:
                text = file.read()
            if not is_clean(text) or b'010190-1234' in text:
                raise SystemExit(f'{folder}/{name}: not lines of clean text')
            is_of_table = re.fullmatch('h[0-9]{3}-.*', os.path.basename(folder))
            if (is_of_table and len(text) > LOG_MOST) or max(map(len, text.split(b'\n'))) > LINE_MOST:
                raise SystemExit(f'{folder}/{name}: {len(text)} bytes, or a line over {LINE_MOST}')
    with open(f'{home.work}/daemon.log', 'rb') as file:
        text = file.read()
    if not is_clean(text) or len(text) > DAEMON_LOG_MOST:
        raise SystemExit(f'the daemon has logged {len(text)} bytes, or such as are no clean text')
    for table in ('run', 'item'):
        for note, in home.sql(f'SELECT note FROM {table} WHERE note IS NOT NULL'):
            if not is_clean(note.encode()) or '\n' in note:
                raise SystemExit(f'a note of {table}: {note!r}')


def check_work_folders(home):
    """Those of runs that have ended are gone, also in the memory of hosts that live."""
    with open(f'{home.path}/hosts') as file:
        pids = [line.split()[0] for line in file if line[0].isdigit()]
    for pid in pids:
        try:
            folders = os.listdir(f'/proc/{pid}/root{home.path}/work')
            for robot in folders if is_of(home, pid) else []:
                left = os.listdir(f'/proc/{pid}/root{home.path}/work/{robot}')
                if left:
                    raise SystemExit(f'the work folder of {robot} has {left}')
        except OSError: # it is gone, or we are not root
            continue


def check_durations(home):
    longest, = home.sql('SELECT max(duration_ms) FROM attempt')[0]
    if longest > PATIENCE_S * 2000:
        raise SystemExit(f'an item has taken {longest} ms, by its own account')


def harm(home, form):
    daemon = Daemon(home)
    decent = Decent(home, 200 if 'HOSTILE_ONLY' in os.environ else 500 if form == 'short' else 2000, 5)
    fds, kib = daemon.descriptors(), daemon.resident_kib()
    rows = list(rows_of(form))
    run_rows(home, rows, decent)
    decent.finish()
    check_texts(home)
    check_work_folders(home)
    check_durations(home)
    grown = daemon.resident_kib() - kib
    if grown > RESIDENT_MOST_KIB and 'HOSTILE_ONLY' not in os.environ:  # a sanitizer keeps what is freed
        raise SystemExit(f'the daemon has grown by {grown} KiB')
    if daemon.descriptors() > fds + SOCKETS_SPARE:
        raise SystemExit(f'the daemon has {daemon.descriptors()} descriptors, and had {fds}')
    print(f'families={len({row.family for row in rows})} rows={len(rows)} grown_kib={grown}')
    sys.exit(1 if home.failures else 0)


def main():
    home = Home(*sys.argv[1:4])
    if sys.argv[4] == 'left':
        found = left_over(home)
        sys.exit('left over: ' + ', '.join(found) if found else 0)
    harm(home, sys.argv[4])


if __name__ == '__main__':
    main()
