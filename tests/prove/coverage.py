#!/usr/bin/env python3
"""coverage.py BUILD [MODULE...] - what the counters of a coverage build say: lines and branches.

BUILD/obj holds what gcc wrote of each file (.gcno) and the counters of all that ran (.gcda); gcov makes
JSON of both. Counted is each line of code and each branch of core and scorecards, none left out: a
branch is one way out of a condition, `a && b` has four. What of a header stands in several files is
counted once. Without MODULE the limits of `make coverage` hold for the whole; with some, only these
are looked at. Prints a table, what misses, and with --figures FILE lines for prove.sh. Status 1 below a limit.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

LINES_LEAST = 90.0
BRANCHES_LEAST = 80.0
STORE = 'core/store/'
# Each branch of these is tested.
MODULES = {
    'ledger': ('ledger.c', 'booking.c', 'counter_entry.c', 'handover.c'),
    'lease': ('item_lease.c', 'item_result.c', 'lease_set.c', 'lease_row.c', 'open_window.c', 'id_set.c'),
    'rollup': ('rollup.c', 'sum.c', 'run_count.c', 'batch.c'),
}


class Counts:
    """How often each line ran and each branch was taken, of one source file."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = {}

    def add(self, lines):
        merged = {}
        for line in lines:
            number = line['line_number']
            merged.setdefault(number, [0, []])
            merged[number][0] = max(merged[number][0], line['count'])
            merged[number][1] += [branch['count'] for branch in line['branches']]
        for number, (count, branches) in merged.items():
            self.lines[number] = max(self.lines[number], count)
            known = self.branches.get(number, [])
            width = max(len(known), len(branches))
            self.branches[number] = [
                max(counts) for counts in zip(known + [0] * (width - len(known)),
                                              branches + [0] * (width - len(branches)))]

    def figures(self):
        """lines that ran, lines, branches taken, branches"""
        branches = [count for counts in self.branches.values() for count in counts]
        return (sum(1 for count in self.lines.values() if count), len(self.lines),
                sum(1 for count in branches if count), len(branches))


def notes_below(build, folders):
    for folder in folders:
        for place, _, names in os.walk(os.path.join(build, 'obj', folder)):
            yield from (os.path.join(place, name) for name in sorted(names) if name.endswith('.gcno'))


def read_note(note):
    counters = note[:-len('gcno')] + 'gcda'
    with tempfile.TemporaryDirectory() as place:
        asked = note
        if os.path.exists(counters) and not os.path.getsize(counters):
            asked = os.path.join(place, 'note.gcno') # it stands ready, but nothing of it ran: the notes alone
            os.symlink(os.path.abspath(note), asked)
        run = subprocess.run(['gcov', '--json-format', '--stdout', '--branch-probabilities', asked],
                             capture_output=True, check=False)
    if b'no functions found' in run.stderr:
        return [] # a table, no code
    if run.returncode:
        sys.exit(f'coverage: gcov {asked}: {run.stderr.decode()}')
    return [json.loads(line) for line in run.stdout.splitlines()]


def gather(build, wanted):
    files = collections.defaultdict(Counts)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for documents in pool.map(read_note, notes_below(build, ('core', 'scorecards'))):
            for document in documents:
                for source in document['files']:
                    name = os.path.normpath(source['file'])
                    if os.path.isabs(name):
                        name = os.path.relpath(name)
                    if wanted(name):
                        files[name].add(source['lines'])
    return files


def share(part, whole):
    return 100.0 * part / whole if whole else 100.0


def total(files, names):
    return [sum(numbers) for numbers in zip(*(files[name].figures() for name in names))] or [0] * 4


def table_row(name, figures):
    ran, lines, taken, branches = figures
    print(f'{name:34} {ran:6} {lines:6} {share(ran, lines):6.1f} % {taken:7} {branches:7} {share(taken, branches):6.1f} %')


def tell_folders(files):
    folders = collections.defaultdict(list)
    for name in files:
        folders[os.path.dirname(name)].append(name)
    print(f'{"":34} {"ran":>6} {"lines":>6} {"":8} {"taken":>7} {"branch.":>7}')
    for folder, names in sorted(folders.items()):
        table_row(folder, total(files, names))


def tell_files_below(files):
    print('\nFiles below the limits:')
    for name in sorted(files, key=lambda name: files[name].figures()[2] - files[name].figures()[3]):
        ran, lines, taken, branches = files[name].figures()
        if share(ran, lines) < LINES_LEAST or share(taken, branches) < BRANCHES_LEAST:
            table_row(name, (ran, lines, taken, branches))


def tell_missing(name, counts):
    """Each branch of a file that was never taken, as FILE:LINE."""
    text = open(name, encoding='utf-8').read().splitlines()
    for number in sorted(counts.branches):
        branches = counts.branches[number]
        missing = [str(place + 1) for place, count in enumerate(branches) if not count]
        if missing:
            print(f'  {name}:{number}: {len(missing)} of {len(branches)} branches ({", ".join(missing)}): '
                  f'{text[number - 1].strip()}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('modules', nargs='*')
    parser.add_argument('--figures', default=os.devnull)
    parser.add_argument('--file', action='append', default=[], help='also tell what misses of this file')
    asked = parser.parse_args()
    unknown = set(asked.modules) - set(MODULES)
    if unknown:
        sys.exit(f'coverage: no module {", ".join(unknown)}; there are {", ".join(MODULES)}')
    of_module = {STORE + file: module for module, names in MODULES.items() for file in names}
    modules = asked.modules or list(MODULES)
    files = gather(asked.build, (lambda name: name.startswith(('core/', 'scorecards/'))) if not asked.modules
                   else (lambda name: of_module.get(name) in modules))
    is_met = True
    figures = open(asked.figures, 'a', encoding='utf-8')

    if not asked.modules:
        tell_folders(files)
        ran, lines, taken, branches = total(files, files)
        table_row('all', (ran, lines, taken, branches))
        tell_files_below(files)
        for what, value, least in (('lines', share(ran, lines), LINES_LEAST),
                                   ('branches', share(taken, branches), BRANCHES_LEAST)):
            figures.write(f'{what}={value:.2f} %\n')
            if value < least:
                print(f'coverage: {value:.2f} % of the {what} of core and scorecards, not {least:.0f} %')
                is_met = False
    for module in modules:
        names = [STORE + name for name in MODULES[module]]
        absent = [name for name in names if name not in files]
        if absent:
            sys.exit(f'coverage: no counters of {", ".join(absent)}')
        ran, lines, taken, branches = total(files, names)
        table_row(module, (ran, lines, taken, branches))
        figures.write(f'branches_of_{module}={taken}/{branches}\n')
        if taken < branches:
            print(f'coverage: {branches - taken} branches of the {module} are tested by nothing:')
            is_met = False
            for name in names:
                tell_missing(name, files[name])
    for name in asked.file:
        tell_missing(name, files[name])
    return 0 if is_met else 1


if __name__ == '__main__':
    sys.exit(main())
