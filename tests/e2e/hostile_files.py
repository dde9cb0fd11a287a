"""Plugin files that are not what they should be: each named damage is a function from the bytes of
harms_0000.so to other bytes; Mutator makes as many more as are wanted, from a seed.

    hostile_files.py FILE FOLDER COUNT SEED   writes COUNT mutants of FILE into FOLDER
"""
import os
import random
import socket
import stat
import struct
import sys

BASE_ID = b'harms_0000'
PT_LOAD, PT_DYNAMIC, PT_NOTE = 1, 2, 4
DT_NULL, DT_STRTAB, DT_SYMTAB, DT_STRSZ = 0, 5, 6, 10
EHDR = {'class': (4, 'B'), 'data': (5, 'B'), 'ident_version': (6, 'B'), 'type': (16, 'H'),
        'machine': (18, 'H'), 'version': (20, 'I'), 'entry': (24, 'Q'), 'phoff': (32, 'Q'),
        'shoff': (40, 'Q'), 'flags': (48, 'I'), 'ehsize': (52, 'H'), 'phentsize': (54, 'H'),
        'phnum': (56, 'H'), 'shentsize': (58, 'H'), 'shnum': (60, 'H'), 'shstrndx': (62, 'H')}
PHDR = {'type': (0, 'I'), 'flags': (4, 'I'), 'offset': (8, 'Q'), 'vaddr': (16, 'Q'),
        'paddr': (24, 'Q'), 'filesz': (32, 'Q'), 'memsz': (40, 'Q'), 'align': (48, 'Q')}
SYM = {'name': (0, 'I'), 'info': (4, 'B'), 'other': (5, 'B'), 'shndx': (6, 'H'), 'value': (8, 'Q'),
       'size': (16, 'Q')}


class Elf:
    """Just enough of a file to damage it where it hurts."""

    def __init__(self, data):
        self.data = bytearray(data)

    def put(self, at, kind, value):
        size = struct.calcsize('<' + kind)
        self.data[at:at + size] = struct.pack('<' + kind, value & ((1 << 8 * size) - 1))

    def get(self, at, kind):
        return struct.unpack_from('<' + kind, self.data, at)[0]

    def header(self, name, value):
        self.put(*EHDR[name], value)
        return self

    def segments(self, kind=None):
        """Where the headers of these segments lie."""
        first = self.get(*EHDR['phoff'])
        return [first + i * 56 for i in range(self.get(*EHDR['phnum']))
                if kind in (None, self.get(first + i * 56, 'I'))]

    def segment_field(self, at, name):
        offset, kind = PHDR[name]
        return self.get(at + offset, kind)

    def set_segment(self, at, name, value):
        offset, kind = PHDR[name]
        self.put(at + offset, kind, value)
        return self

    def our_note(self):
        """The header of the segment that has it, and where in the file the note lies."""
        for at in self.segments(PT_NOTE):
            start = self.segment_field(at, 'offset')
            found = self.data.find(b'Automagi\0', start, start + self.segment_field(at, 'filesz'))
            if found >= 0:
                return at, found - 12
        raise ValueError('no note')

    def at_address(self, address):
        for at in self.segments(PT_LOAD):
            start = self.segment_field(at, 'vaddr')
            if start <= address < start + self.segment_field(at, 'filesz'):
                return address - start + self.segment_field(at, 'offset')
        raise ValueError('no such address')

    def dynamic(self):
        """Where the entries of the dynamic section lie."""
        at, = self.segments(PT_DYNAMIC)
        start = self.segment_field(at, 'offset')
        return range(start, start + self.segment_field(at, 'filesz'), 16)

    def dynamic_value(self, tag):
        return next(self.get(at + 8, 'Q') for at in self.dynamic() if self.get(at, 'Q') == tag)

    def symbol(self):
        """Where the entry of automagi_plugin lies."""
        name = b'automagi_plugin\0' # it may be the end of another's
        names = self.at_address(self.dynamic_value(DT_STRTAB))
        at = self.at_address(self.dynamic_value(DT_SYMTAB))
        while not self.data.startswith(name, names + self.get(at, 'I')):
            at += 24
        return at

    def set_symbol(self, name, value):
        offset, kind = SYM[name]
        self.put(self.symbol() + offset, kind, value)
        return self

    def plugin(self):
        """Where struct ag_plugin lies."""
        return self.at_address(self.get(self.symbol() + 8, 'Q'))


def replaced(old, new):
    assert len(old) == len(new)

    def damage(elf):
        assert old in elf.data
        elf.data = bytearray(bytes(elf.data).replace(old, new))
    return damage


def how(text):
    """What harms_0000.c is to do."""
    return replaced(b'HOW:' + b'.' * 59, text.encode().ljust(63, b'\0'))


def note_twice(elf):
    ours, _ = elf.our_note()
    other = next(at for at in elf.segments() if at != ours and
                 elf.segment_field(at, 'type') not in (PT_LOAD, PT_DYNAMIC))
    elf.data[other:other + 56] = elf.data[ours:ours + 56]


def note_number(at, value):
    return lambda elf: elf.put(elf.our_note()[1] + at, 'I', value)


def plugin_number(at, value):
    return lambda elf: elf.put(elf.plugin() + at, 'I', value)


def header(name, value):
    return lambda elf: elf.header(name, value)


def symbol(name, value):
    return lambda elf: elf.set_symbol(name, value)


def first_load(name, value):
    return lambda elf: elf.set_segment(elf.segments(PT_LOAD)[0], name, value)


def cut(length):
    def damage(elf):
        del elf.data[length:]
    return damage


def cut_at_page(page):
    """Within what is loaded, for the rest nobody reads."""
    def damage(elf):
        end = max(elf.segment_field(at, 'offset') + elf.segment_field(at, 'filesz')
                  for at in elf.segments(PT_LOAD))
        del elf.data[min(page * 4096, end - 1):]
    return damage


def symbol_between_words(elf):
    elf.set_symbol('value', elf.get(elf.symbol() + 8, 'Q') + 4)


def symbol_in_code(elf):
    code = next(at for at in elf.segments(PT_LOAD) if elf.segment_field(at, 'flags') & 1)
    elf.set_symbol('value', elf.segment_field(code, 'vaddr') + 64)


def symbol_at_the_end(elf):
    last = elf.segments(PT_LOAD)[-1]
    elf.set_symbol('value', (elf.segment_field(last, 'vaddr') + elf.segment_field(last, 'memsz') - 1) & ~7)


# name: (damage, what the run's note says, does `plugin check` see it too). None: nothing is wrong.
DAMAGES = {
    'empty': (cut(0), 'it is empty', True),
    'text': (replaced(b'\x7fELF', b'#!/b'), 'is not an ELF file', True),
    '32 bit': (header('class', 1), 'another machine', True),
    'big endian': (header('data', 2), 'another machine', True),
    'other machine': (header('machine', 40), 'another machine', True),
    'other version': (header('version', 2), 'ELF version', True),
    'program': (header('type', 2), 'not a shared object', True),
    'object file': (header('type', 1), 'not a shared object', True),
    'entries of 0 bytes': (header('phentsize', 0), 'damaged program header', True),
    'no segments': (header('phnum', 0), 'damaged program header', True),
    '65535 segments': (header('phnum', 65535), 'damaged program header', True),
    'table past the end': (header('phoff', 1 << 63), 'truncated', True),
    'segment past the end': (first_load('filesz', 1 << 62), 'truncated', True),
    'offset that wraps': (first_load('offset', (1 << 64) - 1), 'truncated', True),
    'no note': (note_number(8, 7), 'no Automagi note', True),
    'note of 4 GiB': (note_number(4, 0xffffffff), 'no Automagi note', True),
    'name of 4 GiB': (note_number(0, 0xffffffff), 'no Automagi note', True),
    'note twice': (note_twice, 'carries 2 Automagi notes', True),
    'note that is not JSON': (replaced(b'{"id":"harms', b'["id":"harms'), 'note', True),
    'note that is not UTF-8': (replaced(b'"title":"mis', b'"title":"\xff\xfe\xfd'), 'note', True),
    'escape in the note': (replaced(b'"title":"misbehaves"', b'"title":"\\u001b[31m"'), 'title', True),
    'other id': (replaced(b'"id":"harms', b'"id":"farms'), 'name the file', True),
    'id that is a path': (replaced(b'"id":"harms', b'"id":"../ms'), 'id', True),
    'class that is none': (replaced(b':"manual"', b':"\\u001b"'), 'side_effects', True),
    'magic': (plugin_number(0, 0x12345678), 'begins with 0x12345678', False),
    'ABI 2.0': (plugin_number(4, 2 << 16), 'version 2 of the plugin interface', False),
    'ABI 0.9': (plugin_number(4, 9), 'version 0 of the plugin interface', False),
    'struct of 0 bytes': (plugin_number(8, 0), 'is 0 bytes', False),
    'no symbol': (replaced(b'\0automagi_plugin\0', b'\0automagi_plugix\0'), 'does not export', False),
    'symbol that is nowhere': (symbol('value', 0), 'does not export', False),
    'symbol in the code': (symbol_in_code, 'begins with', False),
    'symbol between two words': (symbol_between_words, 'is no struct that lies in the plugin', False),
    'symbol at the end of the plugin': (symbol_at_the_end, 'is no struct that lies in the plugin', False),
    'symbol of a thread': (symbol('info', 0x16), 'is no struct that lies in the plugin', False),
    'symbol that is a function to ask': (symbol('info', 0x1a), 'crashed while it was loaded', False),
    'symbol of 0 bytes': (symbol('size', 0), None, False),
    **{f'cut at page {page}': (cut_at_page(page), 'truncated', True) for page in range(1, 20)},
    'symbol at the end of the world': (symbol('value', (1 << 47) - 8), 'is no struct that lies in the plugin', False),
}


def special_fifo(path):
    os.mkfifo(path)


def special_socket(path):
    server = socket.socket(socket.AF_UNIX)
    folder = os.open(os.path.dirname(path), os.O_PATH)
    server.bind(f'/proc/self/fd/{folder}/{os.path.basename(path)}')
    os.close(folder)
    server.close()


def special_link(path):
    os.rename(path, path + '.real')
    os.symlink(path + '.real', path)


def special_loop(path):
    os.symlink(path, path)


def special_huge(path):
    with open(path, 'wb') as file:
        file.truncate(65 << 20)


def special_writable(path):
    os.chmod(path, 0o777)


# What is no file at all, or not one to be trusted: name: (what is made at the path, what is said)
SPECIALS = {
    'fifo': (special_fifo, 'is not a regular file'),
    'socket': (special_socket, 'cannot be opened'),
    'folder': (os.mkdir, 'is not a regular file'),
    'link': (special_link, 'is a symbolic link'),
    'link to itself': (special_loop, 'was not found'),
    'over 64 MiB': (special_huge, 'is larger than 64 MiB'),
    'writable by everybody': (special_writable, 'may be written by everybody'),
    'gone': (lambda path: None, 'is not there|No such file|not found|no plugin'),
}


def place(path, name, data):
    """Puts what is damaged, or special, in the place of the good file."""
    if name in DAMAGES:
        with open(path + '.new', 'wb') as file:
            file.write(data)
        os.chmod(path + '.new', stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH)
        os.rename(path + '.new', path)
        return
    if name not in ('link', 'writable by everybody'):
        os.unlink(path)
    SPECIALS[name][0](path)


# By seed: of every field that something reads, with values at which readers go wrong.
ODD = [0, 1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 127, 255, 256, 4095, 4096, 65535, 65536, (1 << 31) - 1, 1 << 31,
       (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 4096, (1 << 64) - 8, (1 << 64) - 1]


class Mutator:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def odd(self, now):
        return self.dice.choice([self.dice.choice(ODD), now + self.dice.choice([-64, -8, -1, 1, 8, 64]),
                                 now ^ 1 << self.dice.randrange(64), self.dice.getrandbits(64)])

    def change(self, elf, at, kind):
        if at + struct.calcsize('<' + kind) <= len(elf.data):
            elf.put(at, kind, self.odd(elf.get(at, kind)))

    def field(self, elf, start, fields):
        offset, kind = fields[self.dice.choice(sorted(fields))]
        self.change(elf, start + offset, kind)

    def one(self, elf):
        dice = self.dice
        kind = dice.choice(['header', 'segment', 'segment', 'note', 'text', 'dynamic', 'dynamic', 'symbol',
                            'plugin', 'bytes', 'cut'])
        if kind == 'header':
            self.field(elf, 0, EHDR)
        elif kind == 'segment':
            self.field(elf, dice.choice(elf.segments()), PHDR)
        elif kind == 'note':
            self.change(elf, elf.our_note()[1] + 4 * dice.randrange(6), 'I')
        elif kind == 'text':
            self.change(elf, elf.our_note()[1] + 24 + dice.randrange(300), dice.choice('BH'))
        elif kind == 'dynamic':
            self.change(elf, dice.choice(elf.dynamic()) + dice.choice([0, 8, 8, 8]), 'Q')
        elif kind == 'symbol':
            self.field(elf, elf.symbol(), SYM)
        elif kind == 'plugin':
            self.change(elf, elf.plugin() + dice.choice([0, 4, 8, 16, 24, 32, 40, 48]), 'Q')
        elif kind == 'bytes':
            for _ in range(dice.randrange(1, 64)):
                self.change(elf, dice.randrange(len(elf.data)), 'B')
        else:
            del elf.data[dice.randrange(len(elf.data)):]
        return kind

    def mutant(self, base):
        """Other bytes, and what was changed."""
        elf, kinds = Elf(base), []
        for _ in range(self.dice.choice([1, 1, 1, 2, 3])):
            try:
                kinds.append(self.one(elf))
            except (ValueError, StopIteration, IndexError, OverflowError, struct.error):
                break # what was changed before leaves no way to it
        return bytes(elf.data), '+'.join(kinds)


def named(base, name, number):
    """The file of a named damage, for the plugin harms_NUMBER."""
    elf = Elf(base)
    DAMAGES[name][0](elf)
    return bytes(elf.data).replace(BASE_ID, b'harms_%04d' % number)


def main():
    file, folder, count, seed = sys.argv[1:5]
    with open(file, 'rb') as base:
        data = base.read()
    mutator = Mutator(int(seed))
    for i in range(int(count)):
        with open(f'{folder}/{i:05}.so', 'wb') as mutant:
            mutant.write(mutator.mutant(data)[0])


if __name__ == '__main__':
    main()
