"""What is tried: scenarios of steps, each a command of the command line after others that prepare it."""
from dataclasses import dataclass, field
from datetime import date, timedelta

ALL = 'memory sql write sync open name read process'.split()
BY = ['--by', 'DEMO head']
OWNER = ['--by', 'DEMO other']


@dataclass
class Step:
    name: str
    argv: list
    before: list = field(default_factory=list)  # commands that prepare it
    reads: bool = False  # leaves the installation as it is
    older: int = 0  # the version of the store that it finds
    makes: list = field(default_factory=list)  # files and folders beside the home, whole or not there


INIT = [['init']]
TOWN = INIT + [['load', 'town.json']]
TASKS = TOWN + [['task', 'import', 'tasks.csv']]
SET = ['estimate', 'set', 'ada', '--minutes', '5', '--from', '2025-03-01', '--task', 'one moved', '--method',
       'stopwatch, 3 cases', '--timings', '5,5.5,6', *OWNER]
SIGN = ['estimate', 'sign', 'ada', *BY]
DISPUTE = ['estimate', 'dispute', 'ada', '--reason', 'it takes two', '--minutes', '2', *OWNER]
ANSWER = ['estimate', 'answer', '1', '--answer', 'measured again', *BY]
INDICATOR = ['scorecard', 'set', 'ada', '--parameter', 'quality', '--indicator', 'wrong accounts', '--unit', 'per 100',
             '--lower-is-better', '--baseline', '8', '--baseline-on', '2025-02-28', '--baseline-method', '200 by lot',
             '--baseline-n', '200', '--target', '2', '--target-on', '2027-12-31', '--owner', 'DEMO owner',
             '--review-on', str(date.today() + timedelta(days=90)), *OWNER]
APPROVE = ['scorecard', 'approve', 'ada', '--parameter', 'quality', *BY]
GATE = ['scorecard', 'gate', 'ada', '--item', 'dpia', '--state', 'red', '--note', 'nobody looked', *BY]
IDEA = ['backlog', 'add', 'Letters', '--sender', 'DEMO sender', '--department', 'care', '--today', 'Copied by hand',
        '--trouble', 'Two systems', '--wish', 'That they are ready']
SCORE = ['backlog', 'score', '1', '--saving', '0,1,2', '--time', '3', '--quality', '2,3,4', '--wellbeing', 'none',
         '--rules', '4', '--digital', '5', '--structured', '4', '--stability', '3', '--interface', '5', '--systems',
         '2', *BY]
CHANGE = ['backlog', 'change', '1', '--hours', '120', '--go-live', '2027-03-01', *BY]
CLOSE = ['period', 'close', '2025-01', *BY]
LATE = TASKS + [SET, CLOSE, ['task', 'import', 'late.csv']]
BOOK = ['estimate', 'sign', 'ada', '--book-difference', *BY]
REPORT = ['report', '--from', '2025-01-01', '--to', '2025-04-30', '--out']
BOARD = TASKS + [INDICATOR, IDEA, SCORE]

SCENARIOS = {
    'init': [Step('init', ['init'])],
    'load': [Step('load', ['load', 'town.json'], INIT),
             Step('reload', ['load', 'town.json'], TOWN)],
    'import': [Step('import', ['task', 'import', 'tasks.csv'], TOWN),
               Step('twice', ['task', 'import', 'more.csv'], TASKS)],
    'backup': [Step('backup', ['backup', 'copy.backup'], TASKS, makes=['copy.backup'])],
    'restore': [Step('restore', ['restore', 'copy.backup'], TASKS + [['backup', 'copy.backup'], SET]),
                Step('rehearse', ['restore', 'copy.backup', '--rehearse'], TASKS + [['backup', 'copy.backup']],
                     reads=True)],
    'period': [Step('close', CLOSE, TASKS),
               Step('difference', BOOK, LATE),
               Step('next', ['period', 'close', '2025-02', *BY], LATE + [BOOK])],
    'estimate': [Step('set', SET, TASKS),
                 Step('sign', SIGN, TASKS + [SET]),
                 Step('dispute', DISPUTE, TASKS),
                 Step('answer', ANSWER, TASKS + [DISPUTE])],
    'scorecard': [Step('indicator', INDICATOR, TASKS),
                  Step('approve', APPROVE, TASKS + [INDICATOR]),
                  Step('gate', GATE, TASKS),
                  Step('idea', IDEA, TASKS),
                  Step('score', SCORE, TASKS + [IDEA]),
                  Step('change', CHANGE, TASKS + [IDEA])],
    'report': [Step('html', REPORT + ['board.html'], BOARD, reads=True, makes=['board.html']),
               Step('xlsx', REPORT + ['board.xlsx'], BOARD, reads=True, makes=['board.xlsx']),
               Step('csv', REPORT + ['board.csv'], BOARD, reads=True, makes=['board.csv'])],
    'upgrade': [Step('upgrade', ['upgrade'], TASKS, older=1)],
    'daemon': ['automagid'],  # serving.py
    'host': ['automagi-host'],
    'readers': [Step('verify', ['verify'], TASKS, reads=True),
                Step('doctor', ['doctor', '--format', 'json'], TASKS, reads=True),
                Step('explain', ['explain', 'kroner', '--department', 'school', '--month', '2025-03'], TASKS, reads=True),
                Step('savings', ['savings', '--by', 'robot', '--format', 'csv'], TASKS, reads=True),
                Step('warehouse', ['export', 'warehouse', 'drop'], TASKS, reads=True, makes=['drop']),
                Step('export', ['export', 'out.json'], TASKS, reads=True, makes=['out.json'])],
}
