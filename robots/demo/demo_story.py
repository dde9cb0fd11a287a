"""What people do in the demo home in its two years: commands, each with its moment.

Names, amounts and reasons are invented. Months are counted from 0, the first of the 24.
"""

import demo_ideas
import demo_scorecards
from demo_people import ADMINISTRATOR, FINANCE, HEAD, OWNER

CLOSED = 22  # of the 24 months

# robot: development hours and kroner in its first month, kroner a month, who pays for it
COSTS = {
    "ove-overskud": (120, 0, 450, "bae"),
    "flemming-flexloen": (160, 12000, 650, "bae"),
    "lone-lederliste": (30, 0, 0, "bae"),
    "franco-fakturatjek-momentum": (180, 25000, 900, "bae"),
    "slette-jette": (25, 0, 50, "bae"),
    "soed-balance": (60, 0, 200, "bf"),
    "franco-fakturatjek-dubu": (70, 8000, 500, "bf"),
    "ellen-elevtal": (45, 0, 100, "ds"),
    "ulla-uddannelsesstatistik": (35, 0, 50, "ds"),
    "frida-fritidsvejleder": (40, 0, 100, "kfe"),
    "mona-mangelliste": (30, 0, 100, "aess"),
    "hjalte-hjaelpemiddel": (150, 15000, 700, "aess"),
    "ferdinan-ferierobot": (50, 0, 150, "os"),
    "agnete-autoluk": (25, 0, 50, "os"),
    "kitty-kitos": (60, 0, 200, "os"),
    "iben-itp-proces": (80, 0, 250, "os"),
}

# robot, month, kroner, what, where it is documented
GAINS = [
    ("franco-fakturatjek-momentum", 6, "18400", "dobbelte fakturaer, som ikke blev betalt", "DEMO sag 25/0101"),
    ("franco-fakturatjek-momentum", 12, "21750.50", "fakturaer over bevillingen, som blev afvist", "DEMO sag 25/0102"),
    ("franco-fakturatjek-momentum", 19, "16200", "dobbelte fakturaer, som ikke blev betalt", "DEMO sag 26/0103"),
    ("franco-fakturatjek-dubu", 8, "6200", "ophold betalt efter fraflytning, som blev krævet tilbage", "DEMO sag 25/0104"),
    ("franco-fakturatjek-dubu", 20, "8100", "fakturaer over bevillingen, som blev afvist", "DEMO sag 26/0105"),
    ("hjalte-hjaelpemiddel", 10, "15300", "hjælpemidler betalt to gange, som blev krævet tilbage", "DEMO sag 25/0106"),
    ("ferdinan-ferierobot", 13, "12000", "ferie, som blev holdt og ikke udbetalt", "DEMO sag 25/0107"),
]

# month of the decision, months back to the year that was cut, department, robot or none, kroner
REDUCTIONS = [
    (14, 1, "bae", None, 60000),
    (14, 1, "aess", "hjalte-hjaelpemiddel", 30000),
    (15, 0, "bae", "franco-fakturatjek-momentum", 20000),
    (15, 0, "bae", None, 24000),
    (15, 0, "aess", "hjalte-hjaelpemiddel", 25000),
    (15, 0, "os", None, 12000),
    (16, 0, "bf", "franco-fakturatjek-dubu", 3000),
]


class Story:
    """Commands with their moments, in any order; lines() puts them in theirs."""

    def __init__(self, years, folder):
        self.years = years
        self.folder = folder
        self.commands = []

    def say(self, month, day, *words):
        """At nine in the morning of that day; of one day in the order in which they are said."""
        at = self.years.instant(month, day, 9)
        self.commands.append((at, len(self.commands), [str(word) for word in words]))

    def say_last(self, month, *words):
        at = self.years.instant(month, self.years.end(month).day, 22)
        self.commands.append((at, len(self.commands), [str(word) for word in words]))

    def lines(self, quote):
        for at, _, words in sorted(self.commands):
            yield "%d\t%s\n" % (at.timestamp(), " ".join(quote(word) for word in words))


def tell_months(story):
    """The organisation, then each month's tasks at its end, and each month closed on the tenth of the next."""
    story.say(0, 1, "load", story.folder + "/organisation.json", "--by", ADMINISTRATOR)
    for month in range(24):
        name = story.years.name(month)
        story.say_last(month, "task", "import", "%s/tasks-%s.csv" % (story.folder, name), "--by", ADMINISTRATOR)
        if month < CLOSED:
            story.say(month + 1, 10, "period", "close", name, "--by", FINANCE)


def tell_operation(story, operation):
    """Ends and pauses that nobody knew of at the beginning."""
    for robot, intervals in operation.items():
        last = intervals[0][1]
        if intervals[0][0] > 0:
            continue
        if len(intervals) == 1:
            story.say(last, 20, "robot", "retire", robot, "--on", story.years.end(last), "--by", OWNER)
        else:
            story.say(last, 20, "robot", "suspend", robot, "--from", story.years.begin(last + 1), "--to",
                      story.years.end(intervals[1][0] - 1), "--reason", "DEMO: systemet bliver skiftet ud", "--by", OWNER)


def tell_estimates(story, signed_later, lowered):
    for robot, (month, day) in sorted(signed_later.items()):
        story.say(month, day, "estimate", "sign", robot, "--by", HEAD)
    for number, (robot, (month, minutes, reason, task, timings)) in enumerate(sorted(lowered.items()), 1):
        begin = story.years.begin(month)
        story.say(month - 1, 5, "estimate", "dispute", robot, "--minutes", minutes, "--reason",
                  "DEMO: skemaet er blevet enklere, så det tager kortere tid nu", "--by", FINANCE)
        story.say(month - 1, 20, "estimate", "answer", number, "--answer",
                  "DEMO: enig; der er målt igen, og minuttallet sættes ned", "--by", OWNER)
        story.say(month - 1, 21, "estimate", "set", robot, "--minutes", minutes, "--from", begin, "--task", task,
                  "--method", "Stopur, seks sager", "--timings", timings, "--reason", reason, "--by", OWNER)
        story.say(month - 1, 22, "estimate", "sign", robot, "--from", begin, "--by", HEAD)
    story.say(23, 12, "estimate", "dispute", "ove-overskud", "--minutes", 7, "--reason",
              "DEMO: halvdelen af opgaverne er korte sager", "--by", FINANCE)


def tell_shares(story, reshared):
    for robot, (month, parts) in reshared.items():
        story.say(month - 1, 24, "share", "set", robot, "--from", story.years.begin(month), "--share",
                  ",".join("%s=%s" % part for part in parts), "--reason",
                  "DEMO: flere afdelinger bruger listen", "--by", FINANCE)
    story.say(2, 15, "key", "set", "--from", story.years.begin(3), "--share", "ds=0.4,bf=0.3,aess=0.3",
              "--reason", "DEMO: efter antal medarbejdere", "--by", FINANCE)


def tell_money(story, first_months):
    for robot, (hours, kroner, monthly, department) in COSTS.items():
        month = first_months.get(robot, 0)
        words = ["cost", "add", robot, "--borne-by", department, "--by", FINANCE]
        begin = story.years.begin(month)
        bought = ["--kroner", kroner] if kroner else []
        story.say(month, 3, *words, "--development", "--hours", hours, *bought, "--on", begin,
                  "--what", "DEMO: udvikling")
        if monthly > 0:
            story.say(month, 3, *words, "--running", "--monthly", monthly, "--from", begin,
                      "--what", "DEMO: licens og drift")
    for robot, month, kroner, what, document in GAINS:
        story.say(month, 15, "gain", "add", robot, "--kroner", kroner, "--on", story.years.day(month, 15),
                  "--what", "DEMO: " + what, "--document", document, "--by", FINANCE)
    for number, (month, back, department, robot, kroner) in enumerate(REDUCTIONS, 1):
        named = ["--robot", robot] if robot else []
        story.say(month, 25, "budget", "realise", department, "--year", story.years.month(month)[0] - back,
                  "--kroner", kroner, *named, "--document", "DEMO byrådssag 26/%04d" % number, "--by", FINANCE)
    # The December of a whole year: two months later the pool has its surpluses.
    for month in range(11, CLOSED):
        if story.years.month(month)[1] == 12:
            story.say(month + 2, 26, "pool", "spend", "--year", story.years.month(month)[0], "--kroner", 10000,
                      "--reason", "DEMO: kursus for dem, der har sendt ideer ind", "--by", FINANCE)


def tell_rounds(story):
    for department in ("bae", "aess", "os"):
        story.say(22, 20, "round", "approve", department, "--by", HEAD)


def tell(years, folder, turns, ideas):
    """All commands. turns: operation, signed_later, lowered, reshared as make_demo.py has them; ideas: the
    path of the municipality's list, and its titles."""
    story = Story(years, folder)
    tell_months(story)
    tell_operation(story, turns["operation"])
    tell_estimates(story, turns["signed_later"], turns["lowered"])
    tell_shares(story, turns["reshared"])
    tell_money(story, {robot: intervals[0][0] for robot, intervals in turns["operation"].items()})
    tell_rounds(story)
    demo_scorecards.tell(story)
    demo_ideas.tell(story, *ideas)
    return story
