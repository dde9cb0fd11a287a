"""kill_home.py - a home with robots whose plugins are witnesses, and the processes that belong to it.

The programs are copied beside the home, so that whatever runs of them is known by its file as this
home's: a daemon, a host, a run, a process that a run left.
"""
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import acknowledged

PROGRAMS = ('automagi', 'automagid', 'automagi-host')
# class, items that one run has in hand, and whether done cases add others
ROBOTS = {
    'manual-one': ('manual', 1, 0),
    'manual-five': ('manual', 5, 0),
    'idempotent-one': ('idempotent', 1, 1),
    'idempotent-four': ('idempotent', 4, 0),
    'probeable-one': ('probeable', 1, 0),
    'probeable-three': ('probeable', 3, 1),
}
RESTING = 'resting'  # is paused and resumed, and does nothing else
FLEEING = 'fleeing'  # leaves a process behind that has left its session
SOON_S = 1.0  # of their own (Own): so soon what was cut short is seen to be, and the dead are gone
LONG_S = 30.0  # by any clock
LOOK_S = 0.002
LOOK_MOST_S = 0.02  # looks that lie further apart were held up, as those who are looked at may have been
TICK_S = 1 / os.sysconf('SC_CLK_TCK')


class Own:
    """How much time processes take by themselves: on a processor, as the kernel counts it, and asleep, all of
    them, as looks at them show. What they wait for a processor or a disk, and what a machine stands still
    as a whole, is none of theirs: so much is said of them on any machine."""

    def __init__(self, what):
        self.what = what
        self.used = {}  # pid: of a processor, at the first look and at the last
        self.slept = 0.0
        self.began = self.looked = time.monotonic()

    def look(self, pids, is_held_up=None):
        """Once. Wrong when it is too much. `is_held_up()`: they sleep because somebody else has what they need."""
        now = time.monotonic()
        passed = min(now - self.looked, LOOK_MOST_S)
        self.looked = now
        for pid in pids:
            stat = stat_of(pid)
            if stat is not None:
                used = (int(stat[11]) + int(stat[12])) * TICK_S
                self.used[pid] = (self.used.get(pid, (used,))[0], used)
        if are_asleep(pids) and not (is_held_up is not None and is_held_up()):
            self.slept += passed
        if self.seconds() > SOON_S or now > self.began + LONG_S:
            raise acknowledged.Wrong(f'{self.what}: after {self.seconds():.3f} s of their own, '
                                     f'{now - self.began:.3f} s in all: {[about_process(pid) for pid in pids]}')
        time.sleep(LOOK_S)

    def seconds(self):
        return self.slept + sum(last - first for first, last in self.used.values())


class Home:
    def __init__(self, build, work):
        self.build = os.path.abspath(build)
        self.work = os.path.abspath(work)
        self.path = self.work + '/home'
        self.programs = self.work + '/bin/'
        self.log_path = self.work + '/daemon.log'
        self.daemon = None
        self.environment = {'PATH': os.environ.get('PATH', ''), 'AUTOMAGI_LOG_FORMAT': 'text'}
        self.notices = None
        self.commands = acknowledged.Commands(self.work + '/commands')

    def checker(self):
        return acknowledged.Checker(self.path, self.work + '/out', self.commands.path,
                                    {slug: about[0] for slug, about in ROBOTS.items()})

    # ---- the home

    def make(self, organisation, items=8, us=1000):
        """Leaves alone one that was made."""
        os.makedirs(self.work + '/bin', exist_ok=True)
        for program in PROGRAMS:
            if not os.path.exists(self.programs + program):
                shutil.copy2(f'{self.build}/bin/{program}', self.programs + program)
        if os.path.exists(self.work + '/is-made'):
            return
        os.chmod(self.work, 0o755)
        self.must('init')
        self.must('load', organisation, '--yes')
        for slug, (side_effects, lease, follow) in ROBOTS.items():
            self.install(slug, f'witness_{side_effects}', lease,
                         {'items': items, 'us': us, 'lease': lease, 'follow': follow})
        self.install(RESTING, 'witness_idempotent', 1, {'items': 1})
        self.install(FLEEING, 'flees', 1, None)
        with open(self.work + '/is-made', 'w', encoding='ascii'):
            pass

    def install(self, slug, plugin, lease, configuration):
        out = f'{self.work}/out/{slug}'
        os.makedirs(out)
        os.chmod(self.work + '/out', 0o755)
        os.chmod(out, 0o777)  # a robot of a daemon that is root has an account of its own
        shutil.copy2(f'{self.build}/tests/plugins/{plugin}.so', self.path + '/plugins/')
        folder = f'{self.work}/robots/{slug}'
        os.makedirs(folder)
        with open(folder + '/robot.json', 'w', encoding='utf-8') as file:
            about = {'id': slug, 'plugin': plugin, 'folders': {'out': out}, 'window': 'ever',
                     'lease': lease, 'attempts': 100, 'pause_after': 0, 'retry_delay_s': 1,
                     'retry_most_s': 1}
            if configuration is not None:
                about['configuration'] = configuration
            json.dump(about, file)
        self.must('robot', 'add', folder + '/robot.json', '--name', 'Witness ' + slug)

    # ---- the command line

    def words(self, *words):
        return [self.programs + 'automagi', '--home', self.path, '--format', 'json', *words]

    def send(self, *words):
        """A command that goes on beside us."""
        return subprocess.Popen(self.words(*words), stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment, close_fds=False)

    def must(self, *words):
        done = subprocess.run(self.words(*words), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env=self.environment)
        if done.returncode != 0:
            raise acknowledged.Wrong(f'{" ".join(words)}: exit status {done.returncode}: '
                                     f'{done.stdout[-400:]}{done.stderr[-400:]}')
        return done.stdout

    # ---- the daemon

    def start(self, launch=None):
        """Starts it, without waiting. `launch(words, environment)` makes another process that has it below."""
        if self.notices is not None:
            self.notices.close()
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        name = f'automagi-kills-{os.getpid()}-{id(self.notices)}'  # of no file: a path can be too long
        self.notices.bind('\0' + name)
        self.daemon = (launch or self.launch)([self.programs + 'automagid', '--home', self.path],
                                              {**self.environment, 'NOTIFY_SOCKET': '@' + name})

    def launch(self, words, environment):
        with open(self.log_path, 'ab') as log:
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    close_fds=False, env=environment)

    def is_ready(self, within_s, look=None):
        """Waits for its READY=1; False when it ended, or said nothing. `look()` is called again and again."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            self.notices.settimeout(0.2 if look is None else 0.0)
            try:
                if b'READY=1' in self.notices.recv(4096):
                    return True
            except (BlockingIOError, TimeoutError):
                if self.daemon.poll() is not None:
                    return False
                if look is not None:
                    look()
        return False

    def check_integrity(self):
        """Its reader makes the log's index anew and keeps it; so only at times, and with no daemon."""
        database = sqlite3.connect(f'{self.path}/automagi.db')
        found = database.execute('PRAGMA integrity_check').fetchall()
        database.close()
        if found != [('ok',)]:
            raise acknowledged.Wrong(f'integrity: {found[:3]}')

    def start_ready(self, commands=()):
        """Starts it, as often as a command that writes by itself keeps it out; how much time of its own it
        took until it was ready. `commands` are those on their way."""
        began = time.monotonic()
        while True:
            own = Own('not ready')
            self.start()
            own.used[self.daemon.pid] = (0.0, 0.0)  # all that it uses is of its start
            if self.is_ready(LONG_S, lambda: self.look_at_start(own, commands)):
                return own.seconds()
            if self.daemon.poll() is None:
                raise acknowledged.Wrong(f'no daemon was ready within {LONG_S} s')
            if 'another program' not in self.log_tail(1) or time.monotonic() > began + LONG_S:
                raise acknowledged.Wrong('the daemon did not start: ' + self.log_tail(3))

    def look_at_start(self, own, commands):
        """It waits for the dead to be gone, and for a command that writes by itself."""
        own.look([self.daemon.pid], lambda: not are_asleep(self.left_over() + self.listed()) or
                 any(has_locked(command.pid, self.path + '/lock') for command in commands))

    def log_tail(self, lines):
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return '\n'.join(log.read().splitlines()[-lines:])

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        status = self.daemon.wait(timeout=LONG_S)
        if status != 0:
            raise acknowledged.Wrong(f'the daemon stopped with {status}: {self.log_tail(3)}')

    # ---- processes

    def hosts(self):
        return children_of(self.daemon.pid)

    def runs(self):
        """Those that hosts have forked."""
        return [run for host in self.hosts() for run in children_of(host)]

    def robot_of(self, pid):
        """By the folder that it was granted; None of one that has not come so far, or is gone."""
        for link in links_of(pid):
            if link.startswith(self.work + '/out/'):
                return link[len(self.work) + 5:].split('/')[0]
        return None

    def left_over(self):
        """Processes of this home that are no descendants of its daemon's."""
        parents = {}
        for name in os.listdir('/proc'):
            if name.isdigit() and self._is_ours(name):
                parents[int(name)] = parent_of(int(name))
        daemon = self.daemon.pid if self.daemon is not None else 0
        return [pid for pid, parent in parents.items()
                if parent is not None and pid != daemon and not reaches(parents, pid, daemon)]

    def listed(self):
        """Hosts of the last daemon that are in its list, and what is below them, as long as the kernel has them. What dies
        has no file any more by which it is known, and may wait for a processor for all that is left of it."""
        found = []
        try:
            with open(self.path + '/hosts', encoding='ascii', errors='replace') as file:
                listed = [line.split() for line in file]
        except FileNotFoundError:
            return []
        for words in listed:
            stat = stat_of(words[0]) if len(words) == 2 and words[0].isdigit() else None
            if stat is not None and stat[19] == words[1]:
                found += [int(words[0]), *below(int(words[0]))]
        return found

    def _is_ours(self, name):
        try:
            program = os.readlink(f'/proc/{name}/exe')
        except PermissionError:  # we are not root, and it is no more to be looked at: by its name
            return comm_of(name) == 'automagi-host' and \
                not has_ancestor(int(name), 'automagid')
        except OSError:
            return False  # gone, or a thread of the kernel
        return program.startswith(self.programs) and not program.endswith('/automagi')

    def none_left_over(self):
        """How much time of their own it took until it was so."""
        own = Own('left over')
        while True:
            left = self.left_over()
            if not left:
                return own.seconds()
            own.look(left)

    def end_all(self):
        """After a failure: nothing of this home stays."""
        if self.daemon is not None and self.daemon.poll() is None:
            self.kill()
        for pid in self.left_over():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def children_of(pid):
    try:
        with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def below(pid):
    """All that descends from it."""
    return [child for direct in children_of(pid) for child in [direct, *below(direct)]]


def are_asleep(pids):
    """All threads of all of these that live, and by their own will: neither running nor waiting for a disk."""
    states = set()
    for pid in pids:
        try:
            threads = os.listdir(f'/proc/{pid}/task')
        except OSError:
            continue
        for thread in threads:
            stat = stat_of(f'{pid}/task/{thread}')
            states.add('Z' if stat is None else stat[0])
    return not states - set('SItTZX')


def has_locked(pid, path):
    try:
        for name in os.listdir(f'/proc/{pid}/fd'):
            if os.readlink(f'/proc/{pid}/fd/{name}') == path:
                with open(f'/proc/{pid}/fdinfo/{name}', encoding='ascii') as file:
                    return 'lock:' in file.read()
    except OSError:
        pass  # it is gone
    return False


def stat_of(pid):
    """What stands after the name in /proc/PID/stat, or None."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8', errors='replace') as file:
            return file.read().rpartition(')')[2].split()
    except OSError:
        return None


def parent_of(pid):
    """None: it is gone, or dead and waits for somebody to know it."""
    stat = stat_of(pid)
    return None if stat is None or stat[0] in 'ZX' else int(stat[1])


def comm_of(pid):
    try:
        with open(f'/proc/{pid}/comm', encoding='utf-8') as file:
            return file.read().strip()
    except OSError:
        return ''


def has_ancestor(pid, comm):
    while pid is not None and pid > 1:
        pid = parent_of(pid)
        if pid and comm_of(pid) == comm:
            return True
    return False


def reaches(parents, pid, daemon):
    while pid in parents and parents[pid] is not None:
        pid = parents[pid]
        if pid == daemon:
            return True
    return False


def links_of(pid):
    try:
        for name in os.listdir(f'/proc/{pid}/fd'):
            yield os.readlink(f'/proc/{pid}/fd/{name}')
    except OSError:
        return


def about_process(pid):
    return f'{pid} {comm_of(pid)}, parent {parent_of(pid)}'
