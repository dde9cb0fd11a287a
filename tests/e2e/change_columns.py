"""change_columns.py BUILD HOME [--rows N] [--seed S]

Changes what is counted, one value at a time, past every check of the database: each column of the tables below, in N
rows each, by one bit, to nothing, and from nothing to a nought. `verify` must find each change.
"""
import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter

TABLES = ('attempt', 'ledger', 'correction', 'rollup_day', 'rollup_month')
# What verify has nothing to hold against: see README.md ("What it promises").
FREE = {'attempt.masked', 'ledger.ref_hash', 'correction.reason', 'correction.by_whom', 'correction.at_ms'}
# A time within its day; and whether 0 ms were measured, or nothing was.
HALF_FREE = {('attempt.completed_ms', 'bit'), ('attempt.duration_ms', 'nought'), ('attempt.duration_ms', 'nothing')}


def changes(value, dice):
    """The kinds of change, and what the value is then."""
    if value is None:
        return [('nought', 0)]
    found = [('nothing', None)]
    if isinstance(value, int):
        bits = max(8, (abs(value).bit_length() + 8) // 8 * 8 - 1)  # of the bytes that it lies in
        found.append(('bit', value ^ 1 << dice.randrange(bits)))
        found.append(('bit', value ^ 1 << dice.randrange(min(bits, 3))))
    elif value:
        data = bytearray(value if isinstance(value, bytes) else value.encode())
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(7)
        found.append(('bit', bytes(data) if isinstance(value, bytes) else data.decode('latin-1')))
    return found


def change(path, table, column, key, value):
    """False: the database cannot hold that."""
    store = sqlite3.connect(path, isolation_level=None)
    try:
        store.execute('PRAGMA ignore_check_constraints = 1')
        where = ' AND '.join(f'{name} = ?' for name, _ in key)
        store.execute(f'UPDATE {table} SET {column} = ? WHERE {where}', [value, *(part for _, part in key)])
        return True
    except (sqlite3.IntegrityError, sqlite3.OperationalError):
        return False
    finally:
        store.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('home')
    parser.add_argument('--rows', type=int, default=3)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix='automagi-columns.') as folder:
        sys.exit(look(options, dice, os.path.join(folder, 'home')))


def look(options, dice, home):
    shutil.copytree(options.home, home, ignore=shutil.ignore_patterns('socket', 'lock', 'hosts', 'reserve'))
    path = os.path.join(home, 'automagi.db')
    store = sqlite3.connect(path)
    store.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    columns = {table: store.execute(f'PRAGMA table_info({table})').fetchall() for table in TABLES}
    rows = {table: store.execute(f'SELECT * FROM {table} ORDER BY random()').fetchall() for table in TABLES}
    store.close()
    shutil.copy(path, path + '.whole')
    counts, passed, free = Counter(), Counter(), Counter()
    print(f'seed {options.seed}, rows', {table: len(rows[table]) for table in TABLES}, flush=True)
    for table in TABLES:
        key_at = [about[0] for about in columns[table] if about[5]]
        for number, name, *_ in columns[table]:
            for row in [dice.choice(rows[table]) for _ in range(options.rows if rows[table] else 0)]:
                key = [(columns[table][at][1], row[at]) for at in key_at]
                for kind, value in changes(row[number], dice):
                    for suffix in ('', '-wal', '-shm'):
                        if os.path.exists(path + suffix):
                            os.remove(path + suffix)
                    shutil.copy(path + '.whole', path)
                    if not change(path, table, name, key, value):
                        counts['impossible'] += 1
                        continue
                    ended = subprocess.run([os.path.join(options.build, 'bin/automagi'), '--home', home, 'verify'],
                                           capture_output=True, check=False)
                    counts['changes'] += 1
                    column = f'{table}.{name}'
                    if ended.returncode == 1:
                        counts['found'] += 1
                    elif column in FREE or (column, kind) in HALF_FREE:
                        free[f'{column} ({kind})'] += 1
                    else:
                        passed[f'{column} ({kind}: {row[number]!r} to {value!r}, row {row})'] += 1
    print(' '.join(f'{name}={count}' for name, count in sorted(counts.items())), f'held_by_nothing={len(free)}')
    for what in sorted(free):
        print('held by nothing:', what)
    for what, count in passed.items():
        print('FAILED', what, 'was changed and nobody found it', count)
    return 1 if passed else 0


main()
