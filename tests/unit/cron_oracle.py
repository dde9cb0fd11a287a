#!/usr/bin/env python3
"""When schedules fire, worked out by other means than the program's: for test_cron_oracle.c.

The local clock is walked through minute by minute of UTC, with Python's zoneinfo (whole days at once where the clock
stands a quarter of an hour after the other at the same offset). A fixed hour fires when its minute is shown for the
first time; minutes that are never shown are made up for at the first moment after them. A wildcard or stepped hour
fires whenever its minute is shown. Which days are meant is said by a function of the date for each schedule, not
by reading the schedule.

Output: per schedule a line "zone TAB from TAB to TAB schedule TAB count" and `count` 32-bit numbers, little-endian,
minutes of UTC since 1970; at last a line "end TAB changes of the clock, of all zones". With the argument "brief" Denmark
has two years only; "holidays 2020 2040" prints the days of these years, with their names, instead.
"""
import array
import calendar
import datetime
import sys
import zoneinfo

DAY = 1440
EPOCH = datetime.date(1970, 1, 1)


def easter(year):
    """By Gauss, with the exceptions he gave: the program uses another."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    m = (15 + k - (13 + 8 * k) // 25 - k // 4) % 30
    n = (4 + k - k // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if d == 29 and e == 6:
        e -= 7
    elif d == 28 and e == 6 and (11 * m + 11) % 30 < 19:
        e -= 7
    return datetime.date(year, 3, 22) + datetime.timedelta(d + e)


def holidays(year):
    """Date to Danish name, and whether it is a public holiday (the others: the banks are closed)."""
    sunday = easter(year)
    days = {}

    def add(date, name, public=True):
        if public or date not in days:
            days[date] = (name, public)

    add(datetime.date(year, 1, 1), 'nytårsdag')
    add(datetime.date(year, 12, 25), 'juledag')
    add(datetime.date(year, 12, 26), '2. juledag')
    for after, name in ((-3, 'skærtorsdag'), (-2, 'langfredag'), (0, 'påskedag'), (1, '2. påskedag'),
                        (39, 'Kristi himmelfartsdag'), (49, 'pinsedag'), (50, '2. pinsedag')):
        add(sunday + datetime.timedelta(after), name)
    if year <= 2023:
        add(sunday + datetime.timedelta(26), 'store bededag')
    if year >= 2009:
        add(sunday + datetime.timedelta(40), 'dagen efter Kristi himmelfartsdag', False)
    add(datetime.date(year, 6, 5), 'grundlovsdag', False)
    add(datetime.date(year, 12, 24), 'juleaftensdag', False)
    add(datetime.date(year, 12, 31), 'nytårsaftensdag', False)
    return days


def days_of(date):
    """All dates of its month."""
    length = calendar.monthrange(date.year, date.month)[1]
    return [date.replace(day=n) for n in range(1, length + 1)]


def is_workday(date):
    return date.weekday() < 5


BANK_DAYS = {}


def bank_days(date):
    key = date.year, date.month
    if key not in BANK_DAYS:
        closed = holidays(date.year)
        BANK_DAYS[key] = [d for d in days_of(date) if is_workday(d) and d not in closed]
    return BANK_DAYS[key]


def bank(date, *positions):
    """Positions as Python's indices: 0 is the first, -1 the last."""
    days = bank_days(date)
    return any(-len(days) <= p < len(days) and days[p] == date for p in positions)


def before_last(date, count):
    return len(days_of(date)) - date.day == count


def nearest(date, number):
    days = days_of(date)
    if number > len(days):
        return False
    wanted = days[number - 1]
    return date == min((d for d in days if is_workday(d)), key=lambda d: abs(d - wanted))


def last_workday(date):
    return date == [d for d in days_of(date) if is_workday(d)][-1]


def nth(date, number, weekday):
    """The number-th such weekday of the month; 1 is Monday, 7 Sunday; number -1 is the last."""
    same = [d for d in days_of(date) if d.isoweekday() == weekday]
    return (len(same) >= number or number < 0) and date == same[number - 1 if number > 0 else -1]


def every(date):
    return True


def on(*weekdays):
    return lambda d: d.isoweekday() in weekdays


ALL_HOURS = range(24)
ALL_MINUTES = range(60)
WILD, FIXED = True, False

# The schedule; its minutes, hours, whether the hour is a wildcard or stepped; its days.
SCHEDULES = [
    ('* * * * *', ALL_MINUTES, ALL_HOURS, WILD, every),
    ('*/5 * * * *', range(0, 60, 5), ALL_HOURS, WILD, every),
    ('*/7 */3 * * *', range(0, 60, 7), range(0, 24, 3), WILD, every),
    ('17 * * * *', [17], ALL_HOURS, WILD, every),
    ('@hourly', [0], ALL_HOURS, WILD, every),
    ('0 */2 * * *', [0], range(0, 24, 2), WILD, every),
    ('30 1-23/2 * * *', [30], range(1, 24, 2), WILD, every),
    ('15 2-10/4 * * *', [15], [2, 6, 10], WILD, every),
    ('*/10 2 * * *', range(0, 60, 10), [2], FIXED, every),
    ('* 2 * * *', ALL_MINUTES, [2], FIXED, every),
    ('* 0-23 * * *', ALL_MINUTES, ALL_HOURS, FIXED, every),
    ('0,30 0-23 * * *', [0, 30], ALL_HOURS, FIXED, every),
    ('0 1,2,3 * * *', [0], [1, 2, 3], FIXED, every),
    ('59 1-3 * * *', [59], [1, 2, 3], FIXED, every),
    ('5,10-20/5,59 0,2 * * *', [5, 10, 15, 20, 59], [0, 2], FIXED, every),
    ('@yearly', [0], [0], FIXED, lambda d: (d.day, d.month) == (1, 1)),
    ('@annually', [0], [0], FIXED, lambda d: (d.day, d.month) == (1, 1)),
    ('@monthly', [0], [0], FIXED, lambda d: d.day == 1),
    ('@Weekly', [0], [0], FIXED, on(7)),
    ('@daily', [0], [0], FIXED, every),
    ('@MIDNIGHT', [0], [0], FIXED, every),
    ('30 6 LB-1 * *', [30], [6], FIXED, lambda d: bank(d, -2)),
    ('30 6 LB * *', [30], [6], FIXED, lambda d: bank(d, -1)),
    ('0 2 1B * *', [0], [2], FIXED, lambda d: bank(d, 0)),
    ('0 2 3b * *', [0], [2], FIXED, lambda d: bank(d, 2)),
    ('30 2 1B,LB * *', [30], [2], FIXED, lambda d: bank(d, 0, -1)),
    ('30 2 lb-22,23B,LB-5 * *', [30], [2], FIXED, lambda d: bank(d, -23, 22, -6)),
    ('0 7 2B,15,LB dec,maj,6 *', [0], [7], FIXED,
     lambda d: d.month in (5, 6, 12) and (d.day == 15 or bank(d, 1, -1))),
    ('0 7 LB-2 * fri', [0], [7], FIXED, lambda d: bank(d, -3) or d.isoweekday() == 5),
    ('0 12 L * *', [0], [12], FIXED, lambda d: before_last(d, 0)),
    ('0 12 L-3 * *', [0], [12], FIXED, lambda d: before_last(d, 3)),
    ('0 12 l-30,L-29,L-28 * *', [0], [12], FIXED, lambda d: d.day <= 3 and any(before_last(d, n) for n in (28, 29, 30))),
    ('45 2 L feb *', [45], [2], FIXED, lambda d: d.month == 2 and before_last(d, 0)),
    ('*/20 * L,1 * *', [0, 20, 40], ALL_HOURS, WILD, lambda d: d.day == 1 or before_last(d, 0)),
    ('0 8 15W * *', [0], [8], FIXED, lambda d: nearest(d, 15)),
    ('0 8 1w * *', [0], [8], FIXED, lambda d: nearest(d, 1)),
    ('0 8 31W,30W * *', [0], [8], FIXED, lambda d: nearest(d, 31) or nearest(d, 30)),
    ('0 8 28W feb *', [0], [8], FIXED, lambda d: d.month == 2 and nearest(d, 28)),
    ('0 8 LW * *', [0], [8], FIXED, last_workday),
    ('0 8 10,LW,5W * *', [0], [8], FIXED, lambda d: d.day == 10 or last_workday(d) or nearest(d, 5)),
    ('20 2 * * fri#2', [20], [2], FIXED, lambda d: nth(d, 2, 5)),
    ('20 2 * * SUN#5,1#1', [20], [2], FIXED, lambda d: nth(d, 5, 7) or nth(d, 1, 1)),
    ('20 2 * * 7L', [20], [2], FIXED, lambda d: nth(d, -1, 7)),
    ('20 2 * * søndagL,0#3', [20], [2], FIXED, lambda d: nth(d, -1, 7) or nth(d, 3, 7)),
    ('20 2 * 3,10 sunL', [20], [2], FIXED, lambda d: d.month in (3, 10) and nth(d, -1, 7)),
    ('*/30 1-4/1 * mar,okt SØNl', [0, 30], [1, 2, 3, 4], WILD,
     lambda d: d.month in (3, 10) and nth(d, -1, 7)),
    ('0 3 13 * fri#1', [0], [3], FIXED, lambda d: d.day == 13 or nth(d, 1, 5)),
    ('0 3 */2 * fri#1', [0], [3], FIXED, lambda d: d.day % 2 == 1 and nth(d, 1, 5)),
    ('0 3 L-1 * */2', [0], [3], FIXED, lambda d: before_last(d, 1) and d.isoweekday() in (7, 2, 4, 6)),
    ('0 3 1-7 * mon', [0], [3], FIXED, lambda d: d.day <= 7 or d.isoweekday() == 1),
    ('30 2 * * mon-fri', [30], [2], FIXED, on(1, 2, 3, 4, 5)),
    ('30 2 * * fri-mon', [30], [2], FIXED, on(5, 6, 7, 1)),
    ('30 2 * * Lørdag-Søndag', [30], [2], FIXED, on(6, 7)),
    ('30 2 * * lor,soen,TIRS', [30], [2], FIXED, on(6, 7, 2)),
    ('30 2 * * 5-1/2', [30], [2], FIXED, on(5, 7)),
    ('30 2 * * 0-7/7', [30], [2], FIXED, on(7)),
    ('30 2 * nov-feb *', [30], [2], FIXED, lambda d: d.month in (11, 12, 1, 2)),
    ('30 2 * OKTOBER-marts/2 *', [30], [2], FIXED, lambda d: d.month in (10, 12, 2)),
    ('30 2 * january,maj-juli,Sept *', [30], [2], FIXED, lambda d: d.month in (1, 5, 6, 7, 9)),
    ('30 2 29 2 *', [30], [2], FIXED, lambda d: (d.day, d.month) == (29, 2)),
    ('30 2 25-31 3,10 *', [30], [2], FIXED, lambda d: d.day >= 25 and d.month in (3, 10)),
    ('0 0 31 * *', [0], [0], FIXED, lambda d: d.day == 31),
    ('0 0 1-31/10 * *', [0], [0], FIXED, lambda d: d.day in (1, 11, 21, 31)),
    ('15,45 6-18 * * 1-5', [15, 45], range(6, 19), FIXED, on(1, 2, 3, 4, 5)),
    ('59 23 31 12 *', [59], [23], FIXED, lambda d: (d.day, d.month) == (31, 12)),
    ('0 0 30 2 *', [0], [0], FIXED, lambda d: False),
]

# Zone, first day, day after the last one; how many changes of the clock there are between.
SPANS = [
    ('Europe/Copenhagen', (2025, 1, 1), (2038, 1, 1), 26),
    ('America/New_York', (2025, 1, 1), (2027, 1, 1), 4),
    ('America/Havana', (2025, 1, 1), (2027, 1, 1), 4),  # at midnight
    ('Australia/Lord_Howe', (2025, 1, 1), (2027, 1, 1), 4),  # by half an hour
    ('Asia/Kathmandu', (2025, 1, 1), (2026, 1, 1), 0),  # a quarter of an hour
    ('Pacific/Apia', (2011, 1, 1), (2012, 12, 1), 5),  # there was no 30 December 2011
    ('Europe/Dublin', (2025, 1, 1), (2027, 1, 1), 4),  # "summer time" is the winter's, backwards
    ('Africa/Casablanca', (2025, 1, 1), (2027, 1, 1), 4),  # by the moon
]


class Walk:
    """What the local clock shows: whole days, and single minutes about the changes."""

    def __init__(self, name, first, last):
        zone = zoneinfo.ZoneInfo(name)
        self.first_day = (datetime.date(*first) - EPOCH).days
        start = datetime.datetime(*first, tzinfo=zone)
        self.begin = int(start.timestamp()) // 60
        self.end = int(datetime.datetime(*last, tzinfo=zone).timestamp()) // 60
        self.offsets = [self.offset(zone, q) for q in range(self.begin // 15, self.end // 15 + 200)]
        self.changes = sum(a != b for a, b in zip(self.offsets, self.offsets[1:]))
        self.events = list(self.walk())

    @staticmethod
    def offset(zone, quarter):
        seen = {datetime.datetime.fromtimestamp(quarter * 900 + s, zone).utcoffset() for s in (0, 899)}
        assert len(seen) == 1, 'the clock changes within a quarter of an hour'
        return int(seen.pop().total_seconds()) // 60

    def walk(self):
        """(utc, local, shown): a day when shown is None, else a minute, before which the clock had come to shown."""
        utc, base = self.begin, self.begin // 15
        shown = utc + self.offsets[0]
        while utc < self.end:
            quarter = utc // 15 - base
            local = utc + self.offsets[quarter]
            steady = self.offsets[quarter:quarter + 97]
            if local % DAY == 0 and local == shown and len(set(steady)) == 1:
                yield utc, local, None
                utc, shown = utc + DAY, shown + DAY
            else:
                yield utc, local, shown
                utc, shown = utc + 1, max(shown, local + 1)

    def first_shown(self):
        """For every local minute since the first day, when it came; the minutes of a gap at its end."""
        times = array.array('I')
        for utc, local, shown in self.events:
            if shown is None:
                times.extend(range(utc, utc + DAY))
            else:
                times.extend([utc] * max(0, local + 1 - shown))
        return times

    def fires(self, minutes, hours, is_wild, is_day):
        of_day = sorted(h * 60 + m for h in hours for m in minutes)
        lookup, known = set(of_day), {}
        times = array.array('I')

        def matches(local):
            day = local // DAY
            if day not in known:
                known[day] = is_day(EPOCH + datetime.timedelta(day))
            return known[day] and local % DAY in lookup

        for utc, local, shown in self.events:
            if shown is None:
                if is_day(EPOCH + datetime.timedelta(local // DAY)):
                    times.extend([utc + t for t in of_day])
            elif is_wild:
                if matches(local):
                    times.append(utc)
            elif any(matches(m) for m in range(shown, local + 1)):
                times.append(utc)
        return times


def put(name, walk, schedule, times):
    once = array.array('I', [t for i, t in enumerate(times) if i == 0 or t != times[i - 1]])
    if sys.byteorder == 'big':
        once.byteswap()
    line = f'{name}\t{walk.begin}\t{walk.end}\t{schedule}\t{len(once)}\n'
    sys.stdout.buffer.write(line.encode() + once.tobytes())


def put_holidays(first, last):
    """A line per day: date, public holiday or -, whether it is a bank day, why not or -."""
    day = datetime.date(first, 1, 1)
    while day.year <= last:
        name, public = holidays(day.year).get(day, ('-', True))
        closed = name if name != '-' else {5: 'lørdag', 6: 'søndag'}.get(day.weekday(), '-')
        print(day.isoformat(), name if public else '-', int(day in bank_days(day)), closed, sep='\t')
        day += datetime.timedelta(1)


def main():
    changes = 0
    if len(sys.argv) == 4 and sys.argv[1] == 'holidays':
        put_holidays(int(sys.argv[2]), int(sys.argv[3]))
        return
    for name, first, last, expected in SPANS:
        if sys.argv[1:] == ['brief'] and expected > 10:
            last, expected = (2027, 1, 1), 4
        walk = Walk(name, first, last)
        assert walk.changes == expected, (name, walk.changes)
        changes += walk.changes
        shown = walk.first_shown()
        for minute in range(DAY):
            put(name, walk, f'{minute % 60} {minute // 60} * * *', shown[minute::DAY])
        for schedule, minutes, hours, is_wild, is_day in SCHEDULES:
            put(name, walk, schedule, walk.fires(minutes, hours, is_wild, is_day))
    sys.stdout.buffer.write(f'end\t{changes}\n'.encode())


main()
