#!/usr/bin/env python3
"""hostile_plugins.py HOME BUILD WORK short|long - runs each row of hostile_table.py in a home whose daemon
runs, some at a time, beside robots that do their work; holds how each ends against the table, and
what is left of it against nothing.
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

from hostile_table import rows_of

AT_ONCE = 6
PATIENCE_S = 60
ENDINGS = {1: 'done', 2: 'failed', 3: 'stopped', 4: 'timed out', 5: 'lost', 6: 'cut short'}
STATES = {0: 'ready', 2: 'deferred', 3: 'waiting', 4: 'closed', 5: 'dropped'}


class Home:
    def __init__(self, path, build, work):
        self.path, self.build, self.work = path, build, work
        self.failures = []

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
    if len(ended) < row.runs:
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


def run_rows(home, rows):
    for row in rows:
        home.add_robot(row.definition(home.path))
    waiting, running = list(rows), {}
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            row = waiting.pop(0)
            begin(home, row)
            running[row.name] = (row, time.monotonic())
        for row, begun in list(running.values()):
            if check(home, row, begun):
                del running[row.name]
        time.sleep(0.02)


def main():
    home = Home(*sys.argv[1:4])
    rows = list(rows_of(sys.argv[4]))
    run_rows(home, rows)
    print(f'{len({row.family for row in rows})} families in {len(rows)} rows')
    sys.exit(1 if home.failures else 0)


if __name__ == '__main__':
    main()
