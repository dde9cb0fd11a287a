"""The hostile plugins: what each does, and the truth that its run must end with.

A row is one robot with one run. Its plugin is tests/standins/plugins/misbehaves.h, which finds the items
sag-1, sag-2 and sag-3, does the first, and does its harm in the second (or in open, collect, probe or
close); `done` tasks are then counted, and the items that are open are of the states in `left`.
Rows of one family are variants of one idea; the short form runs the first of each family.
"""
import os
import re
import zlib
from dataclasses import dataclass, field

from hostile_files import DAMAGES, SPECIALS

BUILT_IN, FILE = 'built in', 'file'
DONE, FAILED, STOPPED, TIMED_OUT, CUT_SHORT = 'done', 'failed', 'stopped', 'timed out', 'cut short'
LIMITS = {'memory_mib': 64, 'cpu_s': 30, 'file_mib': 1, 'open_files': 32, 'processes': 16,
          'log_kib': 64}


def segment_key(home):
    """Of shared memory that the plugins of this home make."""
    return zlib.crc32(home.encode()) & 0x7fffffff


@dataclass
class Row:
    family: str
    how: str
    where: str = 'perform'
    number: int = 0
    kind: str = 'manual'
    ending: str = FAILED
    note: str = ''
    done: int = 1
    left: dict = field(default_factory=lambda: {'waiting': 1, 'ready': 1})
    item_s: int = 30
    run_s: int = 60
    runs: int = 1
    after: int = 0         # more runs, which do what stood behind
    limits: dict = field(default_factory=dict)
    by_hand: bool = False  # sag-2 is put on the queue first, and the run is told its number
    log: str = ''          # what its log must say

    @property
    def name(self):
        """The robot's: its place in the table makes it one of its own."""
        words = re.sub('[^a-z0-9]+', '-', f'{self.how}-{self.where}'.lower())
        return f'h{ROWS.index(self):03}-{words}'[:60]

    @property
    def plugin(self):
        if self.kind in (BUILT_IN, FILE):
            return f'harms_{ROWS.index(self):04}'
        return f'misbehaves_{self.kind}'

    def harm(self, home):
        if self.kind not in (BUILT_IN, FILE):
            number = segment_key(home) if self.how == 'segment' else self.number
            return {'how': self.how, 'in': self.where, 'number': number}
        return {'how': 'exit', 'in': 'perform' if self.how.startswith('destructor') else 'nowhere'}

    def definition(self, home):
        return {'id': self.name, 'plugin': self.plugin, 'attempts': 2,
                'retry_delay_s': 1 if self.runs > 1 else 600, 'pause_after': 0,
                'configuration': {**self.harm(home), 'home': home},
                'timeouts': {'run_s': self.run_s, 'item_s': self.item_s, 'stop_s': 1},
                'limits': {**LIMITS, **self.limits}}


NONE = {}
ALL = {'ready': 3}
WELL = {'ending': DONE, 'note': '^$', 'done': 3, 'left': NONE}
STUCK = {'ending': TIMED_OUT, 'note': r'item_s = 2 in perform\(\) of item \d+', 'item_s': 2, 'run_s': 20}
UNBORN = {'kind': BUILT_IN, 'done': 0, 'left': NONE}
LOADING = 'crashed while it was loaded: '
BROKE = {'by_hand': True, 'done': 0, 'left': {'waiting': 1, 'ready': 2}}

ROWS = [
    # 1: crashes, in each callback and by each signal
    Row('crash in perform', 'null_write', note=r'crashed in perform\(\) of item \d+: .*SIGSEGV'),
    Row('crash in perform', 'null_write', kind='idempotent', note=r'crashed in perform\(\) of item \d+: .*SIGSEGV',
        left={'deferred': 1, 'ready': 1}),
    Row('crash in perform', 'null_write', kind='probeable', note=r'crashed in perform\(\) of item \d+: .*SIGSEGV',
        left={'deferred': 1, 'ready': 1}),
    Row('crash in open', 'null_write', 'open', note=r'crashed in open\(\): .*SIGSEGV', done=0, left=NONE),
    Row('crash in collect', 'null_write', 'collect', note=r'crashed in collect\(\): .*SIGSEGV', done=0, left=ALL),
    Row('crash in probe', 'null_write', 'probe', kind='probeable', note=r'crashed in probe\(\) of item \d+: .*SIGSEGV', runs=2, after=1, done=2,
        left={'waiting': 1}),
    Row('crash in close', 'null_write', 'close', note=r'crashed in close\(\): .*SIGSEGV', done=3, left=NONE),
    Row('poison', 'null_write', kind='idempotent', runs=2, after=1, done=2, note=r'crashed in perform\(\) of item \d+: ',
        left={'waiting': 1}),
    Row('arithmetic', 'divide', note=r'crashed in perform\(\) of item \d+: .*SIGFPE'),
    Row('arithmetic', 'divide', 'open', note=r'crashed in open\(\): .*SIGFPE', done=0, left=NONE),
    Row('arithmetic', 'divide', 'collect', note=r'crashed in collect\(\): .*SIGFPE', done=0, left=ALL),
    Row('arithmetic', 'divide', 'close', note=r'crashed in close\(\): .*SIGFPE', done=3, left=NONE),
    Row('illegal instruction', 'illegal', note=r'crashed in perform\(\) of item \d+: .*SIGILL'),
    Row('illegal instruction', 'illegal', 'collect', note=r'crashed in collect\(\): .*SIGILL', done=0, left=ALL),
    Row('breakpoint', 'trap', note=r'crashed in perform\(\) of item \d+: .*SIGTRAP'),
    Row('bus error', 'bus', note=r'crashed in perform\(\) of item \d+: .*SIGBUS'),
    Row('abort', 'abort', note=r'crashed in perform\(\) of item \d+: .*SIGABRT'),
    Row('abort', 'abort', 'open', note=r'crashed in open\(\): .*SIGABRT', done=0, left=NONE),
    Row('abort', 'abort', 'collect', note=r'crashed in collect\(\): .*SIGABRT', done=0, left=ALL),
    Row('abort', 'abort', 'close', note=r'crashed in close\(\): .*SIGABRT', done=3, left=NONE),
    Row('stack without end', 'recurse', note=r'crashed in perform\(\) of item \d+: .*SIGSEGV'),
    # 1: ends the process itself
    Row('exit in the middle', 'exit', note=r'itself in perform\(\) of item \d+ .exit status 0'),
    Row('exit in the middle', 'exit', 'open', note=r'itself in open\(\) .exit status 0', done=0, left=NONE),
    Row('exit in the middle', 'exit', 'collect', note=r'itself in collect\(\) .exit status 0', done=0, left=ALL),
    Row('exit in the middle', 'exit', 'close', note=r'itself in close\(\) .exit status 0', done=3, left=NONE),
    Row('exit in the middle', 'exit_at_once', number=3, note=r'itself in perform\(\) of item \d+ .exit status 3'),
    Row('unwinds its callers', 'thread_exit', note=r'itself in perform\(\) of item \d+ .exit status 0'),
    # 1: the kernel drops what the first process of a namespace sends itself, and the run goes on
    *[Row('signals to itself', 'raise', number=number, **WELL)
      for number in (9, 19, 1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 20, 31)],
    Row('TERM to itself', 'raise', number=15, note='nobody had asked', done=2, left={'ready': 1}),
    Row('kills all it may', 'kill_all', **WELL),
    # 2, 3, 7: goes on without end
    Row('hangs', 'hang', **STUCK),
    Row('hangs', 'hang', 'collect', ending=TIMED_OUT, note=r'run_s = 3 in collect\(\)', run_s=3, done=0, left=ALL),
    Row('hangs', 'hang', 'open', ending=TIMED_OUT, note=r'run_s = 3 in open\(\)', run_s=3, done=0, left=NONE),
    Row('hangs', 'hang', 'close', ending=TIMED_OUT, note=r'run_s = 3 in close\(\)', run_s=3, done=3, left=NONE),
    Row('spins', 'spin', **STUCK),
    Row('spins', 'spin', note='limits.cpu_s = 1', limits={'cpu_s': 1}, log='CPU time', run_s=60),
    Row('spins in many processes', 'spin_many', number=10, **STUCK),
    Row('spins in many processes', 'spin_many', number=60, limits={'processes': 64}, **STUCK),
    Row('beats but is stuck', 'beat', **STUCK, log='still at it'),
    Row('beats but is stuck', 'beat', 'collect', ending=TIMED_OUT, note=r'run_s = 3 in collect\(\)', run_s=3,
        done=0, left=ALL),
    Row('ignores TERM', 'ignore_term', **STUCK),
    Row('ignores TERM', 'ignore_term', 'close', ending=TIMED_OUT, note=r'run_s = 3 in close\(\)', run_s=3,
        done=3, left=NONE),
    Row('handlers of its own', 'handlers', **STUCK),
    # 4, 8, 11: takes what there is
    Row('all memory', 'malloc', number=64, **WELL),
    Row('all memory', 'mmap', number=64, **WELL),
    Row('memory behind descriptors', 'memfd', number=1, **WELL),
    Row('memory that is nobody\'s', 'segment', **WELL),
    Row('descriptors', 'descriptors', number=32, **WELL),
    Row('one large file', 'one_file', number=1, **WELL, log='limits.file_mib'),
    Row('files without end', 'many_files', number=4, **WELL),
    Row('a deep tree', 'deep_tree', number=3000, **WELL),
    Row('raises its limits', 'raise_limits', **WELL),
    # 5, 6: processes
    Row('daemonises', 'daemonise', **WELL),
    Row('leaves a browser behind', 'browser', **WELL),
    Row('fork bomb', 'fork_bomb', number=16, **WELL),
    Row('fork storm', 'fork_storm', **STUCK),
    Row('threads', 'threads', number=16, **WELL),
    # 9, 39: output
    Row('prints NUL', 'print_nul', number=4, **WELL, log='output cut here'),
    Row('prints escapes', 'print_escapes', number=4, **WELL, log=r'\\x1B\[31m'),
    Row('prints what is not UTF-8', 'print_invalid', number=4, **WELL, log=r'\\xFF\\xFE'),
    Row('prints no line', 'print_no_line', number=64, **WELL, log='output cut here'),
    Row('prints no line', 'print_no_line', number=10240, **{**WELL, 'item_s': 100, 'run_s': 100}, log='output cut here'),
    Row('prints numbers of citizens', 'print_numbers', number=1, **WELL, log=r'citizen \[CPR\] wrote'),
    # 39: what it says of its work
    Row('note without end', 'long_note', number=1024, note='^n{1023}$', left={'deferred': 1, 'ready': 1},
        kind='idempotent'),
    Row('note without end', 'long_note', 'collect', number=1024, note='^n{1023}$', done=0, left=ALL),
    Row('note of 1 MiB', 'long_note', number=1 << 20, note=r'crashed'),
    Row('note of 1 MiB', 'long_note', 'open', number=1 << 20, note=r'crashed', done=0, left=NONE),
    Row('department that there is not', 'department', **{**WELL, 'done': 2, 'left': {'waiting': 1}}),
    Row('department that is no name', 'department', number=1, **{**WELL, 'done': 2, 'left': {'waiting': 1}}, log='not a line of text'),
    Row('the same reference again', 'add_again', 'collect', number=10, **WELL),
    Row('the same reference again', 'add_again', number=1000, **WELL),
    # 10: what it says on its channel
    Row('frame that is none', 'frame_bytes', number=4, note='a frame that is none', **BROKE),
    Row('frame that is none', 'frame_bytes', number=1, note='a frame that is none', **BROKE),
    Row('frame that is too long', 'frame_bytes', number=131073, note='a frame that is none', **BROKE),
    Row('empty frame', 'frame_bytes', number=0, note='a frame that is none', **BROKE),
    Row('length within a frame', 'frame_length', number=0x7fffffff, note='a frame that is none', **BROKE),
    Row('length within a frame', 'frame_length', number=5, note='a frame that is none', **BROKE),
    *[Row('frame of another', 'frame_type', number=number, note='a frame that is none', **BROKE)
      for number in (0, 1, 6, 9, 12, 31, 32, 35, 37, 40)],
    *[Row('frame of another', 'frame_type', number=number, note='not a run\'s to send', **BROKE)
      for number in (3, 4)],
    Row('result of another item', 'result_other', number=1, note='before the one it was given', **BROKE),
    Row('result of another item', 'result_other', number=100000, note='before the one', **BROKE),
    Row('result twice', 'result_again', number=2, note='that it was not given',
        **{**BROKE, 'done': 1, 'left': {'ready': 2}}),
    Row('result twice', 'result_again', number=1, note='that it was not given',
        **{**BROKE, 'done': 1, 'left': {'ready': 2}}),
    Row('result of 49 days', 'result_long', note='run_s = 4', ending=TIMED_OUT, run_s=4, by_hand=True,
        done=1, left={'ready': 2}),
    Row('result of before 1970', 'result_negative', note='a frame that is none', **BROKE),
    Row('more after its end', 'after_end', note='went on after its end', **BROKE),
    Row('end with work in hand', 'end_early', note='done before it had reported its items', **BROKE),
    # 3: that it broke off, which items may be left behind
    Row('end of its own making', 'end_early', number=3,
        note=r'it had ended while it was in perform\(\) of item \d+$', **BROKE),
    Row('end of its own making', 'end_early', where='close', note=r'while it was in close\(\)$', done=3,
        left=NONE),
    Row('asks with work in hand', 'lease_twice', note='before it had reported', **BROKE),
    # 11: descriptors
    Row('closes its descriptors', 'close_all', number=3, note='channel'),
    Row('closes its descriptors', 'close_all', number=0, note='channel'),
    Row('takes another channel', 'other_channel', note='put another in its place'),
    # 11: as a library may that closes what it does not know, and then connects somewhere
    Row('takes another channel', 'close_and_connect', kind='idempotent', note='put another in its place',
        left={'deferred': 1, 'ready': 1}),
    # 11: what was begun is known all the same
    Row('swallows its results', 'swallow', kind='idempotent', note='itself .exit status 0', left={'deferred': 2}),
    Row('passes descriptors', 'pass_descriptors', note='a frame that is none', **BROKE),
    # I6, I7: what is not its own
    Row('opens the home', 'open_home', **WELL),
    Row('gives commands', 'command', **WELL),
    Row('looks at other processes', 'processes_of_others', **WELL),
    Row('traces', 'ptrace', **WELL),
    Row('changes its surroundings', 'surroundings', **WELL),
    # 1: constructors and destructors
    Row('crash in a constructor', 'constructor null_write', note=LOADING + 'signal 11 .SIGSEGV', **UNBORN),
    Row('crash in a constructor', 'constructor divide', note=LOADING + 'signal 8 .SIGFPE', **UNBORN),
    Row('crash in a constructor', 'constructor illegal', note=LOADING + 'signal 4 .SIGILL', **UNBORN),
    Row('crash in a constructor', 'constructor trap', note=LOADING + 'signal 5 .SIGTRAP', **UNBORN),
    Row('crash in a constructor', 'constructor bus', note=LOADING + 'signal 7 .SIGBUS', **UNBORN),
    Row('crash in a constructor', 'constructor abort', note=LOADING + 'SIGABRT', **UNBORN),
    Row('crash in a constructor', 'constructor recurse', note=LOADING + 'signal 11 .SIGSEGV', **UNBORN),
    Row('exit in a constructor', 'constructor exit 3', note='while it was loaded .exit status 3', **UNBORN),
    Row('exit in a constructor', 'constructor exit_at_once 0', note='while it was loaded .exit status 0',
        **UNBORN),
    Row('constructor without end', 'constructor hang', note='did not load within 10 seconds', **UNBORN),
    Row('constructor without end', 'constructor spin', note='did not load within 10 seconds', **UNBORN),
    Row('constructor without end', 'constructor ignore_term', note='did not load within', **UNBORN),
    Row('constructor that kills', 'constructor kill_all', kind=BUILT_IN, **WELL),
    Row('constructor that daemonises', 'constructor daemonise', kind=BUILT_IN, **WELL),
    Row('constructor that daemonises', 'constructor browser', kind=BUILT_IN, **WELL),
    Row('constructor with a fork bomb', 'constructor fork_bomb 272', kind=BUILT_IN, **WELL),
    Row('constructor with threads', 'constructor threads 272', note='began a thread', **UNBORN),
    Row('constructor that takes memory', 'constructor malloc_rest 320', note='limits.memory_mib', **UNBORN),
    Row('constructor that closes', 'constructor close_all 3', note="exit status 1|closed its host's channel", **UNBORN),
    Row('constructor that speaks', 'constructor frame_type 6', note='the host sent', **UNBORN),
    Row('constructor that speaks', 'constructor frame_bytes 5000', note='a frame that is none', **UNBORN),
    Row('constructor that speaks', 'constructor frame_bytes 0', note='a frame that is none', **UNBORN),
    Row('crash in a destructor', 'destructor null_write', note=r'crashed in perform\(\) of item \d+: .*SIGSEGV',
        kind=BUILT_IN),
    Row('crash in a destructor', 'destructor abort', note=r'crashed in perform\(\) of item \d+: SIGABRT',
        kind=BUILT_IN),
    # 36: files that are not what they should be
    *[Row('file: cut' if name.startswith('cut at') else f'file: {name}', name, kind=FILE,
          **(WELL if note is None else {'note': note, 'done': 0, 'left': NONE}))
      for name, (_, note, _) in DAMAGES.items()],
    *[Row(f'file: {name}', name, kind=FILE, note=note, done=0, left={})
      for name, (_, note) in SPECIALS.items()],
]


def rows_of(form):
    """Of the short form, one row of each family; of the long one, all. HOSTILE_ONLY: of families that it
    finds itself in."""
    seen = set()
    for row in ROWS:
        if not re.search(os.environ.get('HOSTILE_ONLY', ''), row.family):
            continue
        if row.how == 'open_home' and os.geteuid() != 0:
            continue # the daemon's own account has its robots then, as the README says
        if form == 'long' or row.family not in seen:
            yield row
        seen.add(row.family)
