"""A town of two departments and two robots, and the files that steps are given."""
import json
import os


def write(folder):
    robots = [_robot('ada', [{'id': 'school', 'share': '0.5', 'from': '2025-01-01'}]),
              _robot('bob', [{'id': 'care', 'share': '1', 'from': '2025-01-01'}])]
    town = {'organisation': 'DEMO', 'time_zone': 'Europe/Copenhagen', 'hours_per_fte': 1924,
            'rates': [{'from': '2025-01-01', 'kroner_per_hour': '342.07'}],
            'departments': [{'id': name, 'names': [{'name': name.title(), 'from': '2025-01-01'}], 'also_called': []}
                            for name in ('school', 'care')],
            'budgets': [], 'robots': robots}
    with open(os.path.join(folder, 'town.json'), 'w', encoding='utf-8') as file:
        json.dump(town, file)
    _tasks(folder, 'tasks.csv', [('ada' if n % 3 else 'bob', f'R{n:05}', f'2025-{n % 4 + 1:02}-{n % 28 + 1:02}T10:00:00+01:00',
                                  'done') for n in range(60)])
    # rows of these twice: none is counted twice
    rows = [('ada' if n % 3 else 'bob', f'N{n:05}', f'2025-05-{n % 28 + 1:02}T10:00:00+02:00', 'done') for n in range(8)]
    _tasks(folder, 'more.csv', rows + rows + [('bob', 'B1', '2025-05-03T10:00:00+02:00', 'business'),
                                              ('bob', 'R00000', '2025-01-01T10:00:00+01:00', 'undone')])
    _tasks(folder, 'late.csv', [('ada', 'L1', '2025-01-07T10:00:00+01:00', 'done'),
                                ('bob', 'R00003', '2025-04-04T10:00:00+01:00', 'undone')])


def _robot(name, shares):
    signed = {'minutes': 4, 'from': '2025-01-01', 'set_by': 'DEMO owner', 'signed_by': 'DEMO head',
              'signed_on': '2025-01-01', 'reason': 'DEMO'}
    return {'id': name, 'name': 'DEMO ' + name, 'runs': 'external', 'one_off': False,
            'operation': [{'from': '2025-01-01', 'to': None}], 'departments': shares, 'estimates': [signed]}


def _tasks(folder, name, rows):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
        file.write('robot,reference,completed_at,outcome\n')
        for row in rows:
            file.write(','.join(row) + '\n')
