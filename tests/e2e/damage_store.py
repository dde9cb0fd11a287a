"""damage_store.py BUILD HOME [--every N] [--seed S] [--daemon-every N]

Damages a copy of the home's store again and again: in each page (or each Nth) one byte is changed, it is made all
zeros, and the file is cut off before it; the header's bytes are changed one by one; the log is torn, and a
byte of its middle changed; the index of the log is garbage. Each time the programs must neither crash nor
hang nor change the file when they refuse it, and say which file it is and what to do.

Prints how many were refused, found by `verify`, or changed nothing that is stored; and the columns in which a change
was found by nobody. In what is counted that is a failure.
"""
import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter

# What was counted, and what was made of it: a change there must be found. Of these tables some columns say nothing that
# is counted: which reference it was (its hash is keyed, and there is nothing to hold it against), what people are
# shown of it, and the time within its day. All that people decided (budgets, costs, ideas, indicators, ...) is
# held by its audit and its signed documents alone, which nobody compares: that is printed, and no failure.
COUNTED = {'attempt', 'ledger', 'correction', 'handover', 'rollup_day', 'rollup_month', 'period_figure', 'item', 'lease',
           'item_number', 'adjustment', 'adjustment_part', 'import_run', 'reference_key', '(unreadable)', '(rows)'}
FREE = {'attempt.masked', 'attempt.completed_ms', 'ledger.ref_hash', 'handover.ref_hash', 'correction.ref_hash',
        'correction.reason', 'correction.by', 'correction.at_ms', 'item.note', 'item.masked', 'item.created_ms',
        'item.changed_ms', 'item.sealed', 'item.payload_hash', 'item.priority', 'item.due_ms', 'item.deadline_ms',
        'item.ref_hash', 'item.business_day', 'item.attempts', 'item.uncertain', 'item.lost_runs', 'item.is_dated',
        'reference_key.created_ms'}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('home')
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--daemon-every', type=int, default=10)
    parser.add_argument('--seed', type=int, default=1)
    return parser.parse_args()


def contents(path):
    """Every row of every table; None when it cannot be read."""
    store = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    store.text_factory = bytes
    try:
        tables = [name.decode() for name, in store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {table: ([row[1].decode() for row in store.execute(f'PRAGMA table_info("{table}")')],
                        store.execute(f'SELECT * FROM "{table}" NOT INDEXED').fetchall()) for table in tables}
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return None
    finally:
        store.close()


def changed_columns(before, after):
    found = set()
    for table, (columns, rows) in before.items():
        now = after.get(table, (columns, []))[1]
        if len(now) != len(rows):
            found.add(f'{table}.*')
            continue
        for old, new in zip(rows, now):
            if old != new:
                found.update(f'{table}.{name}' for name, a, b in zip(columns, old, new) if a != b)
    return found


def changed_pages(before, after, size=4096):
    return {at // size + 1 for at in range(0, max(len(before), len(after)), size)
            if before[at:at + size] != after[at:at + size]}


def page_of_generation(path):
    store = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
    try:
        return store.execute("SELECT rootpage FROM sqlite_master WHERE name = 'store'").fetchone()[0]
    finally:
        store.close()


os.environ['AUTOMAGI_LOG_FORMAT'] = 'text'  # ' ready: ' is looked for


class Ground:
    def __init__(self, options):
        self.program = os.path.join(options.build, 'bin/automagi')
        self.daemon_program = os.path.join(options.build, 'bin/automagid')
        self.folder = tempfile.mkdtemp(prefix='damage.', dir=os.path.dirname(os.path.abspath(options.home)))
        self.home = os.path.join(self.folder, 'home')
        shutil.copytree(options.home, self.home, ignore=shutil.ignore_patterns('socket', 'lock', 'hosts', 'reserve'))
        self.store = os.path.join(self.home, 'automagi.db')
        with open(self.store, 'rb') as file:
            self.whole = file.read()
        self.log = b''
        if os.path.exists(self.store + '-wal'):
            with open(self.store + '-wal', 'rb') as file:
                self.log = file.read()
        self.put(self.whole, b'')
        self.before = contents(self.store)
        self.generation_page = page_of_generation(self.store)
        self.failures = []

    def put(self, store, log=b'', index=None):
        for suffix in ('-wal', '-shm'):
            if os.path.exists(self.store + suffix):
                os.remove(self.store + suffix)
        for suffix, data in (('', store), ('-wal', log or None), ('-shm', index)):
            if data is not None:
                with open(self.store + suffix, 'wb') as file:
                    file.write(data)

    def fail(self, what, said):
        self.failures.append(f'{what}: {said.strip()[:300]}')

    def run(self, what, *words):
        """Status and words of a command."""
        try:
            ended = subprocess.run([self.program, '--home', self.home, *words], capture_output=True, timeout=60,
                                   check=False)
        except subprocess.TimeoutExpired:
            self.fail(what, f'{words} hangs')
            return 1, ''
        said = (ended.stdout + ended.stderr).decode(errors='replace')
        if ended.returncode not in (0, 1):
            self.fail(what, f'{words} ended with {ended.returncode}: {said}')
        return ended.returncode, said

    def serve(self, what):
        """Does the daemon start? True: it serves, and is stopped again."""
        with open(self.store, 'rb') as file:
            before = file.read()
        log = os.path.join(self.folder, 'log')
        with open(log, 'wb') as out:
            daemon = subprocess.Popen([self.daemon_program, '--home', self.home], stdout=out, stderr=out)
        limit = time.monotonic() + 30
        serves = False
        while daemon.poll() is None and not serves and time.monotonic() < limit:
            time.sleep(0.005)
            with open(log, errors='replace') as file:
                serves = ' ready: ' in file.read()
        if serves:
            daemon.send_signal(signal.SIGTERM)
        try:
            status = daemon.wait(30)
        except subprocess.TimeoutExpired:
            daemon.kill()
            status = daemon.wait()
            self.fail(what, 'the daemon hangs')
        with open(log, errors='replace') as file:
            said = file.read()
        if status not in (0, 1):
            self.fail(what, f'the daemon ended with {status}: {said}')
        if not serves:
            self.explains(what, said)
            with open(self.store, 'rb') as file:
                changed = changed_pages(before, file.read())
            # One that comes upon the damage when it has begun has raised the generation.
            if changed - {1, self.generation_page}:
                self.fail(what, f'the daemon refused the store, and changed its pages {sorted(changed)}')
        return serves

    def explains(self, what, said):
        if 'automagi.db' not in said or not any(word in said for word in ('restore', 'backup', 'another home', 'copy')):
            self.fail(what, f'says not which file and what to do: {said}')


def last_transaction(log):
    """Where it begins: what is damaged there looks as if the power had gone. And what may look so before it (store_log.c)."""
    frame = 24 + int.from_bytes(log[8:12], 'big')
    begin, last, at = 32, 32, 32
    while at + frame <= len(log) and log[at + 8:at + 16] == log[16:24]:
        if log[at + 4:at + 8] != bytes(4):
            last, begin = begin, at + frame
        at += frame
    before = last - frame
    unseen = range(before + 4, before + 8) # when it becomes 0
    if (before - 32) // frame % 64 + 1 in (42, 63):
        unseen = range(before, last)
    return last, unseen


def damage_log(ground, dice, counts, step):
    last, unseen = last_transaction(ground.log)
    for n in range(0, 40, step):
        at = dice.randrange(32) if n == 0 else dice.randrange(32, len(ground.log))
        log = bytearray(ground.log)
        log[at] ^= 1 << dice.randrange(8)
        ground.put(ground.whole, bytes(log))
        what = f'byte {at} of the log changed (its last transaction begins at {last})'
        status, said = ground.run(what, 'verify')
        counts['log refused' if status else 'log end'] += 1
        if status:
            ground.explains(what, said)
            if n % 4 == 0 and ground.serve(what):
                ground.fail(what, 'the daemon serves it')
        elif at < last and at not in unseen:
            ground.fail(what, 'was not found')
        torn = dice.randrange(len(log))
        ground.put(ground.whole, ground.log[:torn])
        counts['log torn'] += 1
        status, said = ground.run(f'log cut off at {torn}', 'verify')
        if status:
            ground.fail(f'log cut off at {torn}', said)


def main():
    options = arguments()
    dice = random.Random(options.seed)
    ground = Ground(options)
    size = ground.whole[16] << 8 | ground.whole[17]
    pages = len(ground.whole) // size
    counts = Counter()
    silent = Counter()
    tries = 0

    def look(what, may_be_harmless=True, with_daemon=False):
        nonlocal tries
        tries += 1
        status, said = ground.run(what, 'verify')
        if status == 1 and said.startswith('automagi: '):
            ground.explains(what, said)
            counts['refused'] += 1
        elif status == 1:
            counts['verify'] += 1
        else:
            after = contents(ground.store)
            columns = {'(unreadable)'} if after is None else changed_columns(ground.before, after)
            if not columns and may_be_harmless:
                counts['harmless'] += 1
            else:
                counts['silent'] += 1
                if os.environ.get('DAMAGE_TOLD'):
                    print('silent:', what, columns, flush=True)
                silent.update(columns or {'(rows)'})
        if with_daemon:
            counts['served' if ground.serve(what) else 'not served'] += 1

    print(f'seed {options.seed}, {pages} pages of {size} bytes', flush=True)
    for page in range(0, pages, options.every):
        with_daemon = page // options.every % options.daemon_every == 0
        at = page * size + dice.randrange(size)
        store = bytearray(ground.whole)
        store[at] ^= 1 << dice.randrange(8)
        ground.put(bytes(store))
        look(f'byte {at} changed (page {page + 1})', with_daemon=with_daemon)
        store = bytearray(ground.whole)
        store[page * size:(page + 1) * size] = bytes(size)
        ground.put(bytes(store))
        look(f'page {page + 1} all zeros', with_daemon=with_daemon)
        ground.put(ground.whole[:page * size])
        refused = counts['refused']
        look(f'cut off before page {page + 1}', with_daemon=with_daemon)
        if counts['refused'] == refused:
            ground.fail(f'cut off before page {page + 1}', 'was not refused')
    for at in range(0, 100, max(1, options.every // 4)):
        store = bytearray(ground.whole)
        store[at] ^= 0xff
        ground.put(bytes(store))
        look(f'byte {at} of the header changed', with_daemon=True)
    if ground.log:
        damage_log(ground, dice, counts, max(1, options.every // 4))
    for n in range(5):
        ground.put(ground.whole, ground.log, dice.randbytes(32768))
        if not ground.serve('index of garbage'):
            ground.fail('index of garbage', 'was not made anew')
        if ground.run('index of garbage', 'verify')[0] != 0:
            ground.fail('index of garbage', 'changed the store')
    shutil.rmtree(ground.folder)
    print(' '.join(f'{name.replace(" ", "_")}={count}' for name, count in sorted({**counts, 'tries': tries}.items())))
    for column, count in sorted(silent.items()):
        print(f'silent {column} {count}')
        if column.split('.')[0] in COUNTED and column not in FREE:
            ground.failures.append(f'{column} was changed and nobody found it')
    for failure in ground.failures:
        print('FAILED', failure)
    sys.exit(1 if ground.failures else 0)


main()
