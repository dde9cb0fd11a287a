#!/usr/bin/env python3
"""kill_loop.py BUILD WORK KILLS [SEED] - kill -9 at random moments, under load, KILLS times.

A round is one life of the daemon: it starts, does what was cut off, has commands and runs and
imports, loses runs and hosts, and is killed: while it starts, at work, while a backup is made, while
it stops. After each, what was acknowledged is held against the store (acknowledged.py), and
processes against the daemon that lives. WORK stays when the loop is cut short, and it goes on there.
Says FIGURE=VALUE in lines at its end; ends with 1 and says what is wrong.
"""
import ctypes
import json
import os
import random
import select
import signal
import subprocess
import sys
import time

import acknowledged
import kill_home
from acknowledged import Wrong

DEEP_EVERY = 400  # kills between two looks at everything
CAUGHT_UP_S = 60.0
IN_MODIFY = 2


class Loop:
    def __init__(self, build, work, kills, seed):
        self.home = kill_home.Home(build, work)
        self.wanted = kills
        self.random = random.Random(seed)
        self.state_path = work + '/state.json'
        self.state = {'kills': 0, 'daemon': 0, 'host': 0, 'run': 0, 'command': 0, 'starting': 0,
                      'stopping': 0, 'seconds': 0.0, 'seen_ms': 0.0, 'gone_ms': 0.0}
        self.checker = None
        self.records = None
        self.going = []  # (number, process): commands that have not answered
        self.deep_at = 0
        self.files = 0

    # ---- kills

    def count(self, what):
        self.state['kills'] += 1
        self.state[what] += 1

    def longest(self, what, seconds):
        self.state[what] = max(self.state[what], round(seconds * 1000, 1))

    def is_through(self):
        return self.state['kills'] >= self.wanted

    def kill_process(self, pid, what):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.count(what)
        return True

    def kill_below(self, what):
        """A run, or a host with what it has; its runs must be seen to have ended."""
        pids = self.home.runs() if what == 'run' else self.home.hosts()
        if not pids:
            return
        pid = self.random.choice(pids)
        slug = self.home.robot_of(pid)
        host = pid if what == 'host' else kill_home.parent_of(pid)
        concerned = [self.home.daemon.pid, host or pid, *kill_home.below(host or pid)]
        if not self.kill_process(pid, what) or slug is None:
            return
        # A robot has one run at a time: what runs by now is what was hit, or ended before.
        self.wait_seen(slug, int(time.time() * 1000), concerned)

    def wait_seen(self, slug, killed_ms, concerned):
        sql = 'SELECT run.id FROM run JOIN robot ON robot.id = robot_id WHERE slug = ? AND ' \
              'state = 2 AND cause <> 4 AND started_ms <= ?'
        with acknowledged.View(self.home.path) as view:
            runs = [row[0] for row in view.all(sql, slug, killed_ms)]
        for run in runs:
            own = kill_home.Own(f'not seen: run {run} of {slug} was killed, and still runs')
            while True:
                with acknowledged.View(self.home.path) as view:
                    if view.one('SELECT state FROM run WHERE id = ?', run) == acknowledged.ENDED:
                        break
                own.look(concerned)
            self.longest('seen_ms', own.seconds())

    # ---- load

    def case(self):
        """A case that some robot has, had, or will have."""
        newest = max(max(robot.begun, default=0) for robot in self.checker.robots.values())
        return max(1, newest // 2 + self.random.randint(-20, 20))

    def robot(self):
        return self.random.choice(list(kill_home.ROBOTS))

    def ask(self, what, words, **about):
        number = self.home.commands.ask(what, **about)
        self.going.append((number, self.home.send(*words)))

    def ask_something(self):
        what = self.random.choices(['add', 'run', 'flee', 'import', 'pause', 'settle',
                                    'backup'], [30, 36, 8, 12, 8, 12, 3])[0]
        slug = self.robot()
        if what == 'add':
            case = self.case()
            self.ask('add', ['queue', 'add', slug, '--reference', acknowledged.reference_of(case),
                             '--payload', 'work'], robot=slug, case=case)
        elif what == 'run':
            self.ask('run', ['run', slug], robot=slug)
        elif what == 'flee':
            self.ask('run', ['run', kill_home.FLEEING], robot=kill_home.FLEEING)
        elif what == 'import':
            self.ask_import(slug)
        elif what == 'pause':
            self.ask_pause()
        elif what == 'settle':
            self.ask_settle()
        else:
            path = f'{self.home.work}/backup'
            if not self.is_going('backup') and not os.path.exists(path):
                self.ask('backup', ['backup', path], tasks=self.checker.counted())

    def ask_import(self, slug):
        """Cases that are queued, done, or new, in a file that is often imported twice at once."""
        first = self.case()
        cases = list(range(first, first + self.random.randint(1, 12)))
        done = self.checker.robots[slug].told_done()
        undone = self.random.sample(done, min(len(done), self.random.randint(0, 2)))
        self.files = (self.files + 1) % 20
        path = f'{self.home.work}/import-{self.files}.csv'
        with open(path, 'w', encoding='utf-8') as file:
            file.write('robot,reference,completed_at,outcome\n')
            for case, outcome in [(case, 'done') for case in cases] + \
                                 [(case, 'undone') for case in undone]:
                file.write(f'{slug},{acknowledged.reference_of(case)},2026-10-01T10:00:00Z,'
                           f'{outcome}\n')
        for _ in range(self.random.randint(1, 2)):
            self.ask('import', ['task', 'import', path], robot=slug, cases=cases, undone=undone)

    def ask_pause(self):
        if self.is_going('pause', 'resume'):
            return  # nobody could say which of two came last
        what = self.random.choice(['pause', 'resume'])
        self.ask(what, ['robot', what, kill_home.RESTING, '--yes'], robot=kill_home.RESTING)

    def is_going(self, *what):
        """Is such a command on its way?"""
        self.checker.read()
        return any(self.checker.asked[number]['ask'] in what for number, _ in self.going)

    def ask_settle(self):
        """A person looks at what waits: some are tried again, the others closed."""
        slug = self.random.choice(['manual-one', 'manual-five', 'manual-five', self.robot()])
        if self.is_going('retry', 'done', 'drop'):
            return
        with acknowledged.View(self.home.path) as view:
            rows = view.all('SELECT item.id, masked FROM item JOIN robot ON robot.id = robot_id '
                            'WHERE slug = ? AND item.state = 3 LIMIT 200', slug)
        if not rows:
            return
        what = self.random.choice(['retry', 'done', 'drop'])
        if what == 'retry':
            rows = rows[:3]
        more = {'retry': [], 'done': [], 'drop': ['--reason', 'not wanted']}[what]
        self.ask(what, ['queue', what, *[str(item) for item, _ in rows], *more, '--yes'],
                 robot=slug, items=[item for item, _ in rows],
                 cases=[acknowledged.case_of(masked) for _, masked in rows])

    def collect(self, wait=False):
        """Takes the answers that have come."""
        going = []
        for number, process in self.going:
            if not wait and process.poll() is None:
                going.append((number, process))
                continue
            try:
                output, _ = process.communicate(timeout=kill_home.LONG_S)
            except subprocess.TimeoutExpired:
                raise Wrong(f'command {process.args[5:]} never ended') from None
            if process.returncode == 0:
                self.home.commands.told(number, json.loads(output.splitlines()[-1]))
        self.going = going

    def kill_command(self):
        if self.going:
            _, process = self.random.choice(self.going)
            if process.poll() is None and self.kill_process(process.pid, 'command'):
                process.wait()

    # ---- a round

    def round(self):
        if self.random.random() < 0.15:
            self.home.start()
            time.sleep(self.random.uniform(0, 0.02))
            if self.home.daemon.poll() is None:
                self.count('daemon')
                self.state['starting'] += 1
            self.home.kill()
        took = self.home.start_ready([process for _, process in self.going])
        self.checker.check_seen()  # at once: by a daemon that is ready, it is seen
        self.longest('seen_ms', took)
        self.checker.check()
        self.longest('gone_ms', self.home.none_left_over())
        self.live()
        self.end_life()
        self.collect()

    def check_orphans(self):
        """A run of this robot leaves a process behind that flees from its session: with the run it
        goes."""
        hosts = [host for host in self.home.hosts() if self.home.robot_of(host) == kill_home.FLEEING]
        own = kill_home.Own(f'left over: what a run of {kill_home.FLEEING} started, after its end')
        while any(kill_home.children_of(host) for host in hosts):
            with acknowledged.View(self.home.path) as view:
                if view.one('SELECT count(*) FROM run JOIN robot ON robot.id = robot_id WHERE '
                            'slug = ? AND state <> 3', kill_home.FLEEING) > 0:
                    return
            own.look([pid for host in hosts for pid in [host, *kill_home.below(host)]])

    def live(self):
        length = self.random.choice([0.01, 0.03, 0.06, 0.1])
        moments = sorted((self.random.uniform(0, length), what) for what in
                         self.random.choices(['ask', 'run', 'host', 'command'], [8, 4, 2, 1],
                                             k=self.random.randint(1, 6)))
        began = time.monotonic()
        for at, what in moments:
            time.sleep(max(0.0, began + at - time.monotonic()))
            if what == 'ask':
                self.ask_something()
            elif what == 'command':
                self.kill_command()
            else:
                self.kill_below(what)
            if self.is_through():
                return
        time.sleep(max(0.0, began + length - time.monotonic()))
        self.check_orphans()

    def wait_told(self):
        """Until somebody is told something: what comes next is a kill, before it could be made true."""
        waiting = select.poll()
        waiting.register(self.records.fd, select.POLLIN)
        for _, process in self.going:
            waiting.register(process.stdout, select.POLLIN)
        self.records.forget()
        waiting.poll(30)

    def end_life(self):
        how = self.random.choices(['at once', 'told', 'stopping', 'two'], [25, 45, 12, 18])[0]
        if how == 'stopping':
            self.home.daemon.send_signal(signal.SIGTERM)
            time.sleep(self.random.uniform(0, 0.03))
            self.state['stopping'] += 1
        elif how == 'two':
            kind = self.random.choice(['run', 'host'])
            victims = self.home.runs() if kind == 'run' else self.home.hosts()
            if victims:
                self.kill_process(self.random.choice(victims), kind)
        elif how == 'told':
            self.collect()
            self.wait_told()
        if self.home.daemon.poll() is None:
            self.count('daemon')
        self.home.kill()
        if self.random.random() < 0.5:  # else the next daemon is there before they are gone
            self.longest('gone_ms', self.home.none_left_over())

    # ---- looks at everything

    def deep(self):
        self.collect(wait=True)
        self.home.start_ready()
        self.checker.check_all()
        path = f'{self.home.work}/backup'
        if os.path.exists(path):
            self.home.must('restore', path, '--rehearse')
            os.unlink(path)
        self.home.must('verify')
        self.home.kill()
        self.home.check_integrity()
        with open(self.home.log_path, 'wb'):
            pass
        self.save()

    def save(self):
        with open(self.state_path + '.new', 'w', encoding='ascii') as file:
            json.dump(self.state, file)
        os.replace(self.state_path + '.new', self.state_path)

    def drain(self):
        """All that is left is done, and then everything is where it belongs."""
        self.collect(wait=True)
        self.home.start_ready()
        until = time.monotonic() + CAUGHT_UP_S
        while True:
            for slug in kill_home.ROBOTS:
                self.home.must('run', slug, '--wait')
            with acknowledged.View(self.home.path) as view:
                left = view.one('SELECT count(*) FROM item WHERE state IN (0, 2)') + \
                    view.one('SELECT count(*) FROM run WHERE state <> 3 AND cause <> 4')
            if left == 0:
                break
            if time.monotonic() > until:
                raise Wrong(f'not done: {left} items and runs are left')
        tasks = self.checker.check_all(is_drained=True)
        self.home.stop()
        self.home.daemon = None
        self.home.none_left_over()
        self.home.must('verify')
        self.home.check_integrity()
        return tasks

    def go(self, organisation):
        self.home.make(organisation)
        if os.path.exists(self.state_path):
            with open(self.state_path, encoding='ascii') as file:
                self.state.update(json.load(file))
            print(f'goes on after {self.state["kills"]} kills')
        self.checker = self.home.checker()
        self.checker.read()
        self.records = Records(os.path.dirname(robot.path)
                               for robot in self.checker.robots.values())
        self.deep_at = self.state['kills']  # what a loop that was cut short left is looked at first
        while not self.is_through():
            if self.state['kills'] >= self.deep_at:
                self.deep()
                self.deep_at = self.state['kills'] + DEEP_EVERY
            began = time.monotonic()
            self.round()
            self.state['seconds'] += time.monotonic() - began
        tasks = self.drain()
        for name in ('kills', 'daemon', 'host', 'run', 'command', 'starting', 'stopping'):
            print(f'{name}={self.state[name]}')
        print(f'acknowledged={self.checker.acknowledged}\ntasks={tasks}\nlost=0\ntwice=0')
        print(f'seen_within_ms={self.state["seen_ms"]}\ngone_within_ms={self.state["gone_ms"]}')


class Records:
    """Wakes whoever waits when a robot's own record grows."""

    def __init__(self, folders):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        for folder in folders:
            if libc.inotify_add_watch(self.fd, folder.encode(), IN_MODIFY) < 0:
                raise OSError(ctypes.get_errno(), folder)

    def forget(self):
        """What has come so far."""
        try:
            while os.read(self.fd, 65536):
                pass
        except BlockingIOError:
            pass


def main():
    build, work, kills = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    print(f'seed={seed}', flush=True)
    os.makedirs(work, exist_ok=True)
    loop = Loop(build, work, int(kills), seed)
    try:
        loop.go('robots/organisation.json')
    except Wrong as wrong:
        print(f'after {loop.state["kills"]} kills (seed {seed}): {wrong}', flush=True)
        print(loop.home.log_tail(25))
        return 1
    finally:
        loop.home.end_all()
        for _, process in loop.going:
            if process.poll() is None:
                process.kill()
    return 0


if __name__ == '__main__':
    sys.exit(main())
