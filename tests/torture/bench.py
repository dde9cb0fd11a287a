"""Where programs are tried: a folder in memory, the plan of what fails, and a list of what was found."""
import os
import random
import re
import select
import signal
import subprocess
import sys
import time

import home
import plan

NOMEM, BUSY, IOERR, FULL = 7, 5, 10, 13  # of SQLite
ENOENT, EIO, EAGAIN, ENOMEM, EMFILE, ENOSPC = 2, 5, 11, 12, 24, 28
# class, errors (one is drawn for each call), for good
WAYS = [('memory', [ENOMEM], False), ('memory', [ENOMEM], True),
        ('sql', [NOMEM], False), ('sql', [IOERR, FULL, BUSY], False), ('sql', [IOERR], True),
        ('write', [ENOSPC, EIO], False), ('write', [ENOSPC], True),
        ('sync', [EIO], False), ('sync', [EIO], True),
        ('open', [EMFILE, EIO], False), ('open', [EMFILE], True),
        ('name', [EIO], False), ('name', [ENOSPC], True),
        ('read', [EIO], False), ('read', [EIO], True),
        ('process', [EMFILE, EAGAIN], False), ('process', [EAGAIN], True)]
LIMIT_S = 20
COUNTED = ('places', 'tried', 'failed', 'missed', 'of_glibc', 'complaints')  # of a step, and in all
LOOK_S = 0.05  # between looks at whether a call has failed
TOLD_MAX = 30  # of a step
OF_GLIBC = 'account_name at'  # what core/base/account.c says of glibc
LIBRARIES_OF_GLIBC = re.compile(r'(libc|libnss_[a-z]+)\.so')
SHOWN = 6  # steps on the way to a call that tell complaints apart


class Bench:
    """Where steps are carried out: a folder in memory, the programs, the plan."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self.work = os.path.join(folder, 'work')
        self.sinks = [os.memfd_create(name) for name in ('stdout', 'stderr')]
        self.living = set()  # daemons that are to be killed with it
        self.plan = plan.Plan(os.path.join(folder, 'plan'))
        self.program = os.path.join(build, 'bin', 'automagi')
        self.plain = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', ''),
                      'AUTOMAGI_HOME': 'home'}
        shim = os.path.join(build, 'tests', 'torture', 'failing_calls.so')
        self.tried = {**self.plain, 'LD_PRELOAD': shim, 'TORTURE_PLAN': self.plan.path}

    def run(self, argv, tried=False, limit_s=LIMIT_S, after_fault_s=None):
        """(status, stdout, stderr); status None when it did not end, after_fault_s after a call failed at the latest."""
        for sink in self.sinks:
            os.ftruncate(sink, 0)
            os.lseek(sink, 0, os.SEEK_SET)
        os.chdir(self.work)
        pid = os.posix_spawn(self.program, [self.program, *argv], self.tried if tried else self.plain, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, self.sinks[0], 1),
            (os.POSIX_SPAWN_DUP2, self.sinks[1], 2)])
        ended = os.pidfd_open(pid)
        has_ended = self.ends(ended, limit_s, after_fault_s)
        os.close(ended)
        if not has_ended:
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return status if has_ended else None, *(os.pread(sink, 1 << 24, 0) for sink in self.sinks)

    def ends(self, ended, limit_s, after_fault_s):
        until = time.monotonic() + limit_s
        while True:
            left_s = max(0, until - time.monotonic())
            if select.select([ended], [], [], left_s if after_fault_s is None else min(left_s, LOOK_S))[0]:
                return True
            if left_s == 0:
                return False
            if after_fault_s is not None and self.plan.failed()[0] > 0:
                until = min(until, time.monotonic() + after_fault_s)
                after_fault_s = None

    def need(self, argv):
        status, out, err = self.run(argv)
        if status != 0:
            sys.exit(f'torture: {argv} ended with {status}: {out.decode()}{err.decode()}')

    def database(self):
        return os.path.join(self.work, 'home', 'automagi.db')

    def rows(self):
        return home.rows_of(self.database()) if os.path.exists(self.database()) else {}


def chosen(calls, others, for_good):
    """Of the calls of one place those that are failed."""
    if for_good:
        return calls[:1]
    picked = {calls[0], calls[-1], *calls[1:2]}
    rest = [call for call in calls if call not in picked]
    return sorted(picked | set(random.sample(rest, min(others, len(rest)))))


def drawn(places, share, most):
    """Of the places of a way those that are tried."""
    kept = [place for place in places if random.random() < share]
    return random.sample(kept, most) if most and len(kept) > most else kept


def went_on(bench, program):
    """Was the sync that failed one of a statement of the store? Nothing may go on with that handle. Of what it
    syncs when it is closed that cannot be said: the log, which is whole, stays, and the next start goes on with it."""
    way_there = symbols(os.path.join(bench.build, 'bin', program), own_frames(bench.plan.frames()))
    return 'sql_step' in way_there and 'folder' not in bench.plan.failed_call()


class Tally:
    def __init__(self):
        self.places = 0
        self.tried_places = 0
        self.calls = 0
        self.failed = 0
        self.missed = 0  # calls that did not come
        self.of_glibc = 0
        self.found = {}  # (complaint's kind, frames): [what, count]

    def counts(self):
        return dict(zip(COUNTED, (self.places, self.tried_places, self.failed, self.missed, self.of_glibc, len(self.found))))

    def add(self, step, way, number, complaints, bench, program):
        """Tells of each once."""
        frames = own_frames(bench.plan.frames())
        way_there = symbols(os.path.join(bench.build, 'bin', program), frames)
        if complaints[0].startswith('CRASH'):
            if way[0] == 'memory' and is_of_glibc(bench, program, way_there):
                self.of_glibc += 1
                return
            complaints = [f'{complaints[0]}\n      crashed: {crash_of(bench, program)}', *complaints[1:]]
        for complaint in complaints:
            key = (complaint.split(':')[0], tuple(frames[:SHOWN]))
            self.found[key] = self.found.get(key, 0) + 1
            if self.found[key] == 1 and len(self.found) <= TOLD_MAX:
                print(f'  {step} {way[0]}{" for good" if way[2] else ""} call {number} ({bench.plan.failed_call()}): '
                      f'{complaint}\n      {way_there}', flush=True)


def crash_of(bench, program):
    return symbols(os.path.join(bench.build, 'bin', program), own_frames(bench.plan.crash_frames()))


def is_of_glibc(bench, program, way_there):
    """Glibc's look-up of an account lacked the memory, and it is glibc's own code that crashed in it."""
    frames = bench.plan.crash_frames()
    inner = [name for name, _ in frames[:next((at for at, (name, _) in enumerate(frames) if name == ''), 0)]
             if not name.startswith('failing_calls')]
    own = [frame for frame in frames if frame[0] == ''][:1]
    return way_there.startswith(OF_GLIBC) and bool(inner) and all(map(LIBRARIES_OF_GLIBC.match, inner)) and \
        symbols(os.path.join(bench.build, 'bin', program), own).startswith(OF_GLIBC)


def own_frames(frames):
    """Those of the program, and one of each library between."""
    found = []
    for name, offset in frames:
        if name.startswith('failing_calls') or name.startswith('libc.so') and not found:
            continue
        if name == '':
            found.append((name, offset))
        elif not found or found[-1][0] != name:
            found.append((name, 0))
    return found


def symbols(path, frames):
    """The functions of the program that led to a call, innermost first."""
    named = []
    for name, offset in frames:
        if name == '':
            name = subprocess.run(['addr2line', '-fpsC', '-e', path, hex(offset - 1)], capture_output=True, text=True,
                                  check=False).stdout.strip()
            name = re.sub(r' \(discriminator.*', '', name)
        named.append(name)
    return ' < '.join(named)
