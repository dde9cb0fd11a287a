#!/usr/bin/env python3
"""kill_syscalls.py BUILD WORK SCENARIO [SAMPLE [SEED]] - kill -9 at every call of the system.

A scenario is done again and again from the same home; the first time whoever makes the first call that
changes anything is killed before it is carried out, then the second (tests/prove/kill_at.c says which
calls), until it ends unhurt. After each the next start works, and what was acknowledged is in the
store (acknowledged.py), which `verify` and integrity_check find clean; and no process is left. SAMPLE:
only so many of the calls, chosen by SEED. Goes on in WORK where it was stopped.

  start    a daemon, of a home with work, and runs that were lost
  run-...  a robot works off its queue, one for each class of side effects: its process is killed, its
           host, and its daemon
  import   tasks come by the command line itself
  taken    the same by way of a daemon
  upgrade  a daemon, of a home with a store of the first version, and runs that were lost
  backup   beside a daemon
  stop     of a daemon with robots at work
"""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import acknowledged
import kill_home
from acknowledged import Wrong

KEPT = ('home', 'out', 'commands')
CLASSES = {'run-manual': 'manual-five', 'run-idempotent': 'idempotent-four',
           'run-probeable': 'probeable-three'}
AT_WORK = ('start', 'upgrade', 'stop')  # their robots have much to do
FIRST_CASE = 3000  # of what is asked for by hand: runs find others
CASES = 4
MORE_TRIES = 10  # of a kind of call that is not made each time
COMES_WITHIN_S = 3  # such a call
OLDEST = 1  # version of a store


class Killer:
    """A program below kill_at."""

    def __init__(self, home, wanted, is_later):
        self.home = home
        self.wanted = wanted
        self.is_later = is_later
        self.report = home.work + '/report'
        self.process = None
        self.calls = []  # "process:call", when it has ended
        self.done = []  # those of them that were made before it was killed for being through
        self.was_killed = False

    def launch(self, words, environment, stdout=None):
        environment = {**environment, 'KILL_AT_REPORT': self.report}
        if self.is_later:
            environment['KILL_AT_LATER'] = '1'
        with open(self.home.log_path, 'ab') as log:
            self.process = subprocess.Popen(
                [self.home.build + '/tests/prove/kill_at', str(self.wanted), *words],
                env=environment, stdin=subprocess.DEVNULL, stdout=stdout or log, stderr=log)
        return self.process

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait_for_first(self):
        """What is to be killed at a call of a kind makes it by chance before it is through, or soon after."""
        if str(self.wanted).endswith(':1'):
            try:
                self.process.wait(timeout=COMES_WITHIN_S)
            except subprocess.TimeoutExpired:
                pass

    def program(self):
        return next(iter(kill_home.children_of(self.process.pid)), 0)

    def end(self):
        """Waits until nothing is left of it."""
        try:
            self.process.wait(timeout=kill_home.LONG_S)
        except subprocess.TimeoutExpired:
            raise Wrong('what was killed never ended') from None
        with open(self.report, encoding='ascii') as file:
            lines = file.read().splitlines()
        if not lines or lines[-1].startswith('left'):
            raise Wrong(f'left over ten seconds after the kill: {lines[-1:]}')
        self.was_killed = lines[-1] != 'unhurt'
        self.calls = [line for line in lines[:-1] if line != 'over']
        self.done = lines[:lines.index('over')] if 'over' in lines else self.calls


class Scenario:
    def __init__(self, build, work, name):
        self.home = kill_home.Home(build, work)
        self.name = name
        self.template = work + '/template'
        self.checker = None
        self.where = 0  # the kill

    # ---- the home from which each time begins

    def make(self):
        if os.path.exists(self.template):
            return
        if self.name in AT_WORK:
            self.home.make('robots/organisation.json', items=400, us=2000)
        else:
            self.home.make('robots/organisation.json', items=CASES, us=0)
        self.home.start_ready()
        if self.name in AT_WORK:
            for robot in CLASSES.values():
                self.tell('run', ['run', robot], robot=robot)
            self.wait_at_work(CASES)
            self.tell('run', ['run', 'manual-five'], robot='manual-five')
        else:
            for robot in CLASSES.values():
                self.home.must('run', robot, '--wait')
                for case in range(FIRST_CASE, FIRST_CASE + CASES):
                    self.tell('add', ['queue', 'add', robot, '--payload', 'work', '--reference',
                                      acknowledged.reference_of(case)], robot=robot, case=case)
        self.home.kill()
        self.home.daemon = None
        self.home.none_left_over()
        if self.name == 'upgrade':
            subprocess.run([sys.executable, 'tests/standins/older_store.py', self.home.path,
                            str(OLDEST)], check=True)
        os.makedirs(self.template + '.new')
        for kept in KEPT:
            copy(f'{self.home.work}/{kept}', f'{self.template}.new/{kept}')
        os.rename(self.template + '.new', self.template)

    def wait_at_work(self, effects):
        """Until all three robots have had so many effects more."""
        records = [f'{self.home.work}/out/{robot}/said' for robot in CLASSES.values()]
        wanted = [count_lines(record) + effects for record in records]
        until = time.monotonic() + kill_home.LONG_S
        while any(count_lines(record) < least for record, least in zip(records, wanted)):
            if time.monotonic() > until:
                raise Wrong('the robots are not at work')
            time.sleep(0.001)

    def tell(self, what, words, **about):
        number = self.home.commands.ask(what, **about)
        self.home.commands.told(number, json.loads(self.home.must(*words).splitlines()[-1]))

    def restore(self):
        for kept in KEPT:
            path = f'{self.home.work}/{kept}'
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.unlink(path)
            copy(f'{self.template}/{kept}', path)
        for name in os.listdir(self.home.work):
            if name.startswith(('backup', '.automagi-backup')):
                remove(f'{self.home.work}/{name}')
        with open(self.home.log_path, 'wb'):
            pass
        self.home.commands = acknowledged.Commands(self.home.commands.path)
        self.checker = self.home.checker()
        self.checker.read()

    # ---- what is done

    def do(self, wanted):
        """Once, with a kill at that call; the killer, which has ended."""
        killer = Killer(self.home, wanted, self.name not in ('start', 'upgrade', 'import', 'backup'))
        if self.name == 'import':
            self.ask_import(killer)
        elif self.name == 'backup':
            self.home.start_ready()
            self.ask('backup', ['backup', self.home.work + '/backup'], killer,
                     tasks=self.checker.counted())
        else:
            self.home.start(killer.launch)
            is_ready = self.home.is_ready(kill_home.LONG_S)
            if killer.is_later:
                if not is_ready:
                    raise Wrong('the daemon did not start: ' + self.home.log_tail(3))
                self.have_served(killer)
        killer.wait_for_first()
        killer.signal(signal.SIGUSR1)
        killer.end()
        return killer

    def have_served(self, killer):
        """By a daemon that is ready."""
        if self.name == 'stop':
            self.wait_at_work(2)
        killer.signal(signal.SIGUSR2)
        if self.name == 'stop':
            os.kill(killer.program(), signal.SIGTERM)
            killer.process.wait(timeout=kill_home.LONG_S)
        elif self.name == 'taken':
            self.ask_import()
        else:
            robot = CLASSES[self.name]
            self.ask('run', ['run', robot, '--wait'], robot=robot)

    def ask(self, what, words, killer=None, **about):
        """Asks, below the killer where there is one. What is printed whole is told."""
        number = self.home.commands.ask(what, **about)
        path = self.home.work + '/answer'
        with open(path, 'wb') as answer:
            if killer is None:
                subprocess.run(self.home.words(*words), stdin=subprocess.DEVNULL, stdout=answer,
                               stderr=subprocess.DEVNULL, timeout=kill_home.LONG_S, check=False,
                               env=self.home.environment)
            else:
                killer.launch(self.home.words(*words), self.home.environment, answer)
                killer.process.wait(timeout=kill_home.LONG_S)
        with open(path, encoding='utf-8') as answer:
            output = answer.read()
        if output.endswith('\n'):
            self.home.commands.told(number, json.loads(output.splitlines()[-1]))

    def ask_import(self, killer=None):
        robot = CLASSES['run-idempotent']
        cases = list(range(FIRST_CASE + 2, FIRST_CASE + 2 + CASES)) # two of them are queued
        undone = self.checker.robots[robot].told_done()[:2]
        path = self.home.work + '/import.csv'
        with open(path, 'w', encoding='utf-8') as file:
            file.write('robot,reference,completed_at,outcome\n')
            for outcome, of in (('done', cases), ('undone', undone)):
                for case in of:
                    file.write(f'{robot},{acknowledged.reference_of(case)},2026-10-01T10:00:00Z,'
                               f'{outcome}\n')
        self.ask('import', ['task', 'import', path], killer, robot=robot, cases=cases,
                 undone=undone)

    # ---- what is looked at

    def check(self):
        """The next start, and all that was acknowledged."""
        if self.home.daemon is not None and self.name == 'backup':
            self.home.kill()
        self.home.none_left_over()
        self.home.start_ready()
        self.checker.check_seen()
        self.checker.check_all()
        self.home.none_left_over()
        self.home.must('verify')
        backup = self.home.work + '/backup'
        if os.path.exists(backup):
            self.home.must('restore', backup, '--rehearse')
        elif any(ask['ask'] == 'backup' for ask, _ in self.checker.told):
            raise Wrong('lost: a backup was made, and is not there')
        self.home.kill()
        self.home.none_left_over()
        self.home.check_integrity()


class Share:
    """What of the calls of a scenario was hit: of each kind the first, the second, ..."""

    def __init__(self, path):
        self.path = path
        self.next = 1
        self.kills = 0
        self.hit = set()  # "process:call:number"
        self.seen = collections.Counter()  # most calls of a kind in one go
        self.due = set()  # kinds; any other is of what a daemon that was killed in the end left, by chance
        if os.path.exists(path):
            with open(path, encoding='ascii') as file:
                kept = json.load(file)
            self.next, self.kills, self.hit = kept['next'], kept['kills'], set(kept['hit'])
            self.seen.update(kept['seen'])
            self.due.update(kept['due'])

    def take(self, killer):
        kinds = collections.Counter(killer.calls)
        self.seen |= kinds
        self.due |= set(killer.done)
        if killer.was_killed:
            self.kills += 1
            self.hit.add(f'{killer.calls[-1]}:{kinds[killer.calls[-1]]}')

    def missed(self):
        return [f'{kind}:{number}' for kind, times in sorted(self.seen.items())
                for number in range(1, times + 1) if f'{kind}:{number}' not in self.hit]

    def keep(self):
        with open(self.path + '.new', 'w', encoding='ascii') as file:
            json.dump({'next': self.next, 'kills': self.kills, 'hit': sorted(self.hit),
                       'seen': self.seen, 'due': sorted(self.due)}, file)
        os.replace(self.path + '.new', self.path)


def one_call(scenario, share, where):
    scenario.where = where
    scenario.restore()
    killer = scenario.do(where)
    scenario.check()
    share.take(killer)
    return killer


def every_call(scenario, share):
    """1, 2, 3, ... until it ends unhurt; then those that always came at another place, by their kind."""
    while share.next > 0:
        killer = one_call(scenario, share, share.next)
        share.next = share.next + 1 if killer.was_killed else 0
        share.keep()
    for where in share.missed():
        for _ in range(MORE_TRIES if where.endswith(':1') else 1):
            if where not in share.hit:
                one_call(scenario, share, where)
                share.keep()
    never = sorted(kind for kind in share.due if f'{kind}:1' not in share.hit)
    if never:
        raise Wrong(f'never killed at: {never}')


def some_calls(scenario, share, sample, seed):
    one_call(scenario, share, 0)
    count = sum(share.seen.values())
    for number in sorted(random.Random(seed).sample(range(1, count + 1), min(sample, count))):
        one_call(scenario, share, number)


def copy(source, target):
    """With owners: a robot's record is the robot's."""
    if os.path.exists(source):
        subprocess.run(['cp', '-a', source, target], check=True)


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def count_lines(path):
    if not os.path.exists(path):
        return 0
    with open(path, 'rb') as file:
        return file.read().count(b'\nE ')


def main():
    build, work, name = sys.argv[1:4]
    sample = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    seed = sys.argv[5] if len(sys.argv) > 5 else '1'
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o755)
    scenario = Scenario(build, work, name)
    share = Share(work + '/share.json')
    try:
        scenario.make()
        if sample > 0:
            some_calls(scenario, share, sample, seed)
        else:
            every_call(scenario, share)
        if share.kills == 0:
            raise Wrong('nobody was killed, so nothing is shown')
    except Wrong as wrong:
        print(f'{name}, killed at call {scenario.where}: {wrong}', flush=True)
        print(scenario.home.log_tail(25))
        return 1
    finally:
        scenario.home.end_all()
    print(f'kills={share.kills}\ncalls={sum(share.seen.values())}')
    print(f'kinds={len(share.seen)}')
    if sample == 0:
        print(f'calls_hit={len(share.hit)}')
        for kind, times in sorted(share.seen.items()):
            hit = sum(f'{kind}:{number}' in share.hit for number in range(1, times + 1))
            print(f'  {kind}: {times}, of which {hit} were hit')
    return 0


if __name__ == '__main__':
    sys.exit(main())
