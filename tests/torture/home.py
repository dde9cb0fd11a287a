"""What a folder holds: kept in memory, put back quickly, and compared by what a store says."""
import os
import re
import shutil
import sqlite3
import time

VOLATILE = re.compile(r'(^|/)(automagi\.db-shm|lock|socket)$')
# What differs between two runs of the same command, or counts starts, is not what was stored.
ALWAYS_MASKED = {('store', 'generation')}


class Kept:
    """A folder with all that is in it."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}  # path: (mode, bytes), bytes None for a folder
        self.known = {}  # path: stat of when it was written
        for path, entry in walk(folder):
            if entry.is_dir(follow_symlinks=False):
                self.files[path] = (entry.stat().st_mode & 0o7777, None)
            elif not VOLATILE.search(path):
                with open(entry.path, 'rb') as file:
                    self.files[path] = (entry.stat().st_mode & 0o7777, file.read())

    def put_back(self):
        os.makedirs(self.folder, exist_ok=True)
        there = dict(walk(self.folder))
        for path in sorted(there, reverse=True):
            if path not in self.files:
                remove(os.path.join(self.folder, path))
        for path, (mode, content) in self.files.items():
            whole = os.path.join(self.folder, path)
            if content is None:
                os.makedirs(whole, mode, exist_ok=True)
                os.chmod(whole, mode)
            elif path not in there or self.known.get(path) != mark(whole):
                remove(whole)
                with open(whole, 'wb') as file:
                    file.write(content)
                os.chmod(whole, mode)
                self.known[path] = mark(whole)

    def changed(self):
        """Paths that are new, gone or different; an empty write-ahead log is nothing."""
        there = {path: entry for path, entry in walk(self.folder) if not VOLATILE.search(path)}
        found = [path for path in self.files if path not in there]
        for path, entry in there.items():
            if path not in self.files:
                if not (path.endswith('automagi.db-wal') and entry.stat().st_size == 0):
                    found.append(path)
                continue
            mode, content = self.files[path]
            if entry.stat().st_mode & 0o7777 != mode:
                found.append(path)
            elif content is not None and self.known.get(path) != mark(entry.path):
                with open(entry.path, 'rb') as file:
                    if file.read() != content:
                        found.append(path)
        return found


def walk(folder, below=''):
    if not os.path.isdir(folder):
        return
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        path = below + entry.name
        yield path, entry
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path, path + '/')


def mark(path):
    about = os.stat(path)
    return about.st_mtime_ns, about.st_size, about.st_ino, about.st_mode


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def is_whole(database):
    store = sqlite3.connect(f'file:{database}?mode=ro', uri=True)
    try:
        said = store.execute('PRAGMA integrity_check').fetchall() + store.execute('PRAGMA foreign_key_check').fetchall()
    finally:
        store.close()
    return said == [('ok',)]


INSTANT = re.compile(rb'[0-9]{8}T[0-9]{6}Z')  # in the names of folders that keep what was


def without_instants(row):
    return tuple(INSTANT.sub(b'INSTANT', value) if isinstance(value, bytes) else value for value in row)


def rows_of(database):
    """{table: (columns, sorted rows)}"""
    store = sqlite3.connect(f'file:{database}?mode=ro', uri=True)
    store.text_factory = bytes
    try:
        tables = [name.decode() for (name,) in store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
        found = {}
        for table in tables:
            cursor = store.execute(f'SELECT * FROM "{table}"')
            columns = [each[0] for each in cursor.description]
            found[table] = (columns, sorted(map(without_instants, cursor.fetchall()), key=repr))
        return found
    finally:
        store.close()


def masks(first, second):
    """Columns in which two successes of the same command differ."""
    found = set(ALWAYS_MASKED)
    for table, (columns, rows) in first.items():
        others = second[table][1]
        for index, column in enumerate(columns):
            if column.endswith('_ms') or sorted(map(repr, (row[index] for row in rows))) != \
                    sorted(map(repr, (row[index] for row in others))):
                found.add((table, column))
    return found


def digest(rows, masked):
    """What a store says, but for what is masked."""
    said = {}
    for table, (columns, lines) in rows.items():
        kept = [index for index, column in enumerate(columns) if (table, column) not in masked]
        said[table] = sorted(repr([line[index] for index in kept]) for line in lines)
    return said


def difference(first, second, beside=''):
    """The first table in which two digests differ, and how, in a line."""
    for table in sorted(set(first) | set(second)):
        one, other = first.get(table), second.get(table)
        if one != other and table != beside:
            return f'{table}: {len(one or [])} rows, {len(other or [])} rows; ' + \
                '; '.join(sorted(set(one or []) ^ set(other or []))[:2])[:300]
    return ''


def wait_until(limit_s, condition):
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.005)
    return False
