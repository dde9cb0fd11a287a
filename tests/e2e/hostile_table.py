"""The hostile plugins: what each does, and the truth that its run must end with.

A row is one robot with one run. Its plugin is tests/standins/plugins/misbehaves.h, which finds the items
sag-1, sag-2 and sag-3, does the first, and does its harm in the second (or in open, collect, probe or
close); `done` tasks are then counted, and the items that are open are of the states in `left`.
Rows of one family are variants of one idea; the short form runs the first of each family.
"""
from dataclasses import dataclass, field

DONE, FAILED, STOPPED, TIMED_OUT = 'done', 'failed', 'stopped', 'timed out'
LIMITS = {'memory_mib': 64, 'cpu_s': 30, 'file_mib': 1, 'open_files': 32, 'processes': 16,
          'log_kib': 64}


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
    item_s: int = 5
    run_s: int = 20
    runs: int = 1
    limits: dict = field(default_factory=dict)
    by_hand: bool = False  # sag-2 is put on the queue first, and the run is told its number
    log: str = ''          # what its log must say

    @property
    def name(self):
        words = [self.how, str(self.number) if self.number else '', self.where, self.kind]
        return '-'.join(word.replace('_', '-') for word in words if word)

    def definition(self, home):
        return {'id': self.name, 'plugin': f'misbehaves_{self.kind}', 'attempts': 2,
                'retry_delay_s': 1 if self.runs > 1 else 600, 'pause_after': 0,
                'configuration': {'how': self.how, 'in': self.where, 'number': self.number,
                                  'home': home},
                'timeouts': {'run_s': self.run_s, 'item_s': self.item_s, 'stop_s': 1},
                'limits': {**LIMITS, **self.limits}}


NONE = {}
ALL = {'ready': 3}
WELL = {'ending': DONE, 'note': '^$', 'done': 3, 'left': NONE}
STUCK = {'ending': TIMED_OUT, 'note': 'item_s = 1', 'item_s': 1}
BROKE = {'by_hand': True, 'done': 0, 'left': {'waiting': 1, 'ready': 2}}

ROWS = [
    # 1: crashes, in each callback and by each signal
    Row('crash in perform', 'null_write', note='SIGSEGV'),
    Row('crash in open', 'null_write', 'open', note='SIGSEGV', done=0, left=NONE),
    Row('crash in collect', 'null_write', 'collect', note='SIGSEGV', done=0, left=ALL),
    Row('crash in close', 'null_write', 'close', note='SIGSEGV', done=3, left=NONE),
    Row('crash in perform, idempotent', 'null_write', kind='idempotent', note='SIGSEGV',
        left={'deferred': 1, 'ready': 1}),
    Row('arithmetic', 'divide', note='SIGFPE'),
    Row('illegal instruction', 'illegal', note='SIGILL'),
    Row('breakpoint', 'trap', note='SIGTRAP'),
    Row('bus error', 'bus', note='SIGBUS'),
    Row('abort', 'abort', note='SIGABRT'),
    Row('stack without end', 'recurse', note='SIGSEGV'),
    # 1: ends the process itself
    Row('exit in the middle', 'exit', note='exit status 0'),
    Row('exit in the middle', 'exit_at_once', number=3, note='exit status 3'),
    # 2, 3, 7: goes on without end
    Row('hangs', 'hang', **STUCK),
    Row('spins', 'spin', **STUCK),
    Row('beats but is stuck', 'beat', **STUCK),
    Row('ignores TERM', 'ignore_term', **STUCK),
    # 5
    Row('daemonises', 'daemonise', **WELL),
    Row('fork bomb', 'fork_bomb', number=16, **WELL),
    # 10
    Row('frame that is none', 'frame_bytes', number=4, note='a frame that is none', **BROKE),
]


def rows_of(form):
    """Of the short form, one row of each family; of the long one, all."""
    seen = set()
    for row in ROWS:
        if form == 'long' or row.family not in seen:
            yield row
        seen.add(row.family)
