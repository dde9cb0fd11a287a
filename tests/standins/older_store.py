#!/usr/bin/env python3
"""older_store.py HOME VERSION - the store of a home that nobody works in becomes one of an earlier version.

Its tables are made anew as tests/unit/schema/version_VERSION.sql says, with all rows and columns that
the two have in common: what a program of that time would have left, had it been given the same to do.
"""
import os
import sqlite3
import sys

APPLICATION = 0x41474D49


def columns(store, schema, table):
    return [row[1] for row in store.execute(f'PRAGMA {schema}.table_info("{table}")')]


def main():
    home, version = sys.argv[1], int(sys.argv[2])
    name = os.path.join(home, 'automagi.db')
    schema = os.path.join(os.path.dirname(__file__), f'../unit/schema/version_{version}.sql')
    store = sqlite3.connect(name + '.older', isolation_level=None)
    store.executescript(f'PRAGMA page_size = 4096; PRAGMA application_id = {APPLICATION};'
                        'PRAGMA foreign_keys = OFF;')
    with open(schema, encoding='utf-8') as text:
        store.executescript(text.read())
    store.execute('ATTACH ? AS now', (name,))
    store.execute('BEGIN')
    tables = [row[0] for row in store.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")]
    for table in tables:
        both = [column for column in columns(store, 'main', table) if column in columns(store, 'now', table)]
        if both:
            names = ', '.join(f'"{column}"' for column in both)
            if table == 'sqlite_sequence':
                store.execute('DELETE FROM main.sqlite_sequence')
            store.execute(f'INSERT INTO main."{table}"({names}) SELECT {names} FROM now."{table}"')
    store.execute('UPDATE main.store SET version = ?, min_reader = ?, min_writer = ?', (version,) * 3)
    store.execute('COMMIT')
    store.execute('DETACH now')
    store.execute('PRAGMA journal_mode = WAL')
    store.close()
    os.chmod(name + '.older', 0o600)
    for end in ('', '-wal', '-shm'):
        if os.path.exists(name + end):
            os.remove(name + end)
    os.rename(name + '.older', name)


main()
