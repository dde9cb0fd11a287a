#!/usr/bin/env python3
"""older_backup.py FILE VERSION TARGET - a backup becomes one that a program of an earlier version made.

The store in it becomes one of that version (older_store.py), and what the file says of the store's size and
its seal are made to fit. Everything else stays to the byte.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

BLOCK = 512


def members(data):
    at = 0
    while at < len(data) and data[at] != 0:
        header = data[at:at + BLOCK]
        name = header[:100].rstrip(b'\0').decode()
        size = int(header[124:135], 8)
        yield name, header, data[at + BLOCK:at + BLOCK + size]
        at += BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK


def member(header, data):
    header = header[:124] + b'%011o\0' % len(data) + header[136:]
    total = sum(header[:148]) + 8 * 0x20 + sum(header[156:])
    check = b'%06o\0 ' % total
    header = header[:148] + check + header[156:]
    return header + data + bytes(-len(data) % BLOCK)


def older(store, version):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'automagi.db')
        with open(path, 'wb') as file:
            file.write(store)
        subprocess.run([os.path.join(os.path.dirname(__file__), 'older_store.py'), folder, version], check=True)
        with open(path, 'rb') as file:
            return file.read()


def main():
    with open(sys.argv[1], 'rb') as file:
        found = list(members(file.read()))
    store = older(next(data for name, _, data in found if name == 'automagi.db'), sys.argv[2])
    target = b''
    for name, header, data in found:
        if name == 'automagi-backup.json':
            manifest = json.loads(data)
            manifest['database_bytes'] = len(store)
            data = json.dumps(manifest, separators=(',', ':'), ensure_ascii=False).encode() + b'\n'
        elif name == 'automagi.db':
            data = store
        elif name == 'SHA256':
            data = hashlib.sha256(target).hexdigest().encode() + b'\n'
        target += member(header, data)
    with open(sys.argv[3], 'wb') as file:
        file.write(target + bytes(2 * BLOCK))


main()
