"""What people enter on the demo's scorecards: indicators, their approval, and the gate.

Every number and text is invented. An indicator begins with a baseline and a target in one month; later
months measure it again. Points follow from that (scorecards/score_rule.h). A share is one that so many cases
can give (4 of 50, never 7 of 120 in percent), a mean of answers one that so many whole answers can.
"""

from demo_people import HEAD, LAWYER, MEASURER, OWNER

LOWER, HIGHER = "--lower-is-better", "--higher-is-better"
BEGUN = 1  # the month in which most baselines are entered
TIRED = "Hvor trættende er opgaven? (1 slet ikke, 5 meget)"
CONTENT = "Hvor godt fungerer arbejdsgangen? (1 dårligt, 5 godt)"

# robot, parameter, slot, indicator, unit, direction, (baseline, n, how it was found), target,
# [(month, value, n, evidence)]
INDICATORS = [
    ("franco-fakturatjek-momentum", "quality", 1, "Fakturaer betalt uden gyldig bevilling", "pr. 100", LOWER,
     ("6.5", 200, "200 fakturaer trukket ved lod"), "2",
     [(6, "4", 100, "E1"), (12, "3", 200, "E2"), (21, "2.5", 200, "E2")]),
    ("franco-fakturatjek-momentum", "quality", 2, "Fakturaer betalt to gange", "pr. 1000", LOWER,
     ("4", 2000, "gennemgang af et års fakturaer"), "0.5", [(12, "1.5", 2000, "E2"), (21, "1", 2000, "E2")]),
    ("franco-fakturatjek-momentum", "service", 1, "Dage fra en faktura kommer, til den er betalt", "dage", LOWER,
     ("21", 150, "træk fra økonomisystemet"), "12", [(6, "17", 120, "E1"), (21, "14", 150, "E1")]),
    ("franco-fakturatjek-momentum", "wellbeing", 1, TIRED, "point", LOWER,
     ("3.9", 8, "spørgeskema til afdelingen"), "2.5", [(9, "3.1", 7, "E1"), (20, "2.7", 9, "E1")]),
    ("franco-fakturatjek-dubu", "quality", 1, "Fakturaer for ophold uden bevilling", "pr. 100", LOWER,
     ("10", 60, "60 fakturaer trukket ved lod"), "3", [(7, "6", 50, "E1"), (20, "4", 50, "E2")]),
    ("franco-fakturatjek-dubu", "service", 1, "Dage fra en faktura kommer, til anbringelsesstedet har pengene",
     "dage", LOWER, ("24", 60, "træk fra økonomisystemet"), "14", [(8, "21", 40, "E1"), (20, "19", 60, "E1")]),
    ("franco-fakturatjek-dubu", "wellbeing", 1, TIRED, "point", LOWER,
     ("3.7", 6, "spørgeskema til afdelingen"), "2.5", [(20, "3", 6, "E1")]),
    ("ove-overskud", "quality", 1, "Beregninger med fejl", "pr. 100", LOWER,
     ("6", 150, "150 beregninger regnet efter"), "1", [(8, "4", 50, "E1"), (21, "2", 150, "E2")]),
    ("ove-overskud", "service", 1, "Dage fra oplysningerne er der, til borgeren har svar", "dage", LOWER,
     ("18", 200, "træk fra fagsystemet"), "10", [(8, "15", 180, "E2"), (21, "12", 200, "E2")]),
    ("flemming-flexloen", "quality", 1, "Tilskud, som måtte rettes bagefter", "pr. 100", LOWER,
     ("7.5", 120, "120 sager trukket ved lod"), "2", [(7, "5", 80, "E1"), (20, "3", 100, "E2")]),
    ("flemming-flexloen", "service", 1, "Dage fra lønsedlen er der, til tilskuddet er udbetalt", "dage", LOWER,
     ("11", 120, "træk fra fagsystemet"), "5", [(20, "7", 100, "E1")]),
    ("flemming-flexloen", "wellbeing", 1, CONTENT, "point", HIGHER,
     ("3.4", 9, "spørgeskema til afdelingen"), "4.2", [(8, "3.6", 9, "E1"), (20, "3.1", 8, "E1")]),
    ("lone-lederliste", "quality", 1, "Lister, som kom for sent på et år", "af 12", LOWER,
     ("3", 12, "optælling af et års lister"), "0", [(20, "1", 12, "E1")]),
    ("lone-lederliste", "wellbeing", 1, CONTENT, "point", HIGHER,
     ("3.0", 6, "spørgsmål på et ledermøde"), "4.0", [(20, "3.8", 6, "E0")]),
    ("slette-jette", "quality", 1, "Personoplysninger, der lå efter fristen", "pr. 100", LOWER,
     ("12", 500, "gennemgang af 500 poster"), "0", [(9, "3", 500, "E2"), (21, "1", 500, "E2")]),
    ("soed-balance", "service", 1, "Dage fra henvisning til den første samtale", "dage", LOWER,
     ("26", 40, "optælling i fagsystemet"), "14", [(6, "17", 30, "E1")]),  # ended with its robot
    ("ellen-elevtal", "quality", 1, "Skoler, hvis tal måtte rettes", "af 10", LOWER,
     ("3", 10, "optælling"), "0", [(20, "0", 10, "E0")]),
    ("ulla-uddannelsesstatistik", "quality", 1, "Tal, som var ældre end et kvartal", "pr. 100", LOWER,
     ("40", 50, "50 tal trukket ved lod"), "5", [(20, "12", 50, "E1")]),
    ("frida-fritidsvejleder", "service", 1, "Dage fra en henvendelse til familien er ringet op", "dage", LOWER,
     ("9", 30, "optælling af et halvt års henvendelser"), "2", [(10, "4", 25, "E2"), (20, "2.5", 30, "E2")]),
    ("frida-fritidsvejleder", "quality", 1, "Henvendelser uden samtykke", "pr. 100", LOWER,
     ("10", 30, "optælling"), "0", [(20, "4", 25, "E0")]),
    ("mona-mangelliste", "quality", 1, "Mangler, der er rettet inden for en uge", "pr. 100", HIGHER,
     ("45", 200, "200 mangler trukket ved lod"), "80", [(7, "60", 200, "E2"), (20, "72", 200, "E2")]),
    ("mona-mangelliste", "service", 1, "Besøg, hvor der manglede oplysninger", "pr. 100", LOWER,
     ("14", 150, "stikprøve"), "6", [(20, "10", 150, "E1")]),
    ("mona-mangelliste", "wellbeing", 1, CONTENT, "point", HIGHER,
     ("3.2", 14, "spørgeskema til teamene"), "4.0", [(21, "3.7", 16, "E1")]),
    ("hjalte-hjaelpemiddel", "quality", 1, "Fakturaer betalt over aftalt pris", "pr. 100", LOWER,
     ("5.2", 250, "250 fakturaer trukket ved lod"), "1.5", [(8, "4", 150, "E1"), (21, "2", 250, "E2")]),
    ("hjalte-hjaelpemiddel", "service", 1, "Dage fra en bevilling til hjælpemidlet er bestilt", "dage", LOWER,
     ("8", 100, "træk fra fagsystemet"), "3", [(15, "5", 80, "E1")]),
    ("hjalte-hjaelpemiddel", "wellbeing", 1, TIRED, "point", LOWER,
     ("4.1", 7, "spørgeskema til afdelingen"), "3.0", [(10, "3.4", 7, "E1"), (22, "3.3", 8, "E1")]),
    ("ferdinan-ferierobot", "quality", 1, "Ferie, som ikke var registreret ved årets slutning", "dage pr. leder", LOWER,
     ("6", 41, "træk fra lønsystemet"), "2", [(14, "3", 41, "E2"), (20, "2.6", 41, "E2")]),
    ("ferdinan-ferierobot", "wellbeing", 1, CONTENT, "point", HIGHER,
     ("2.9", 18, "spørgeskema til lederne"), "4.0", [(20, "3.8", 22, "E1")]),
    ("sbsys-sagsaendring", "quality", 1, "Sager med forkert sagsbehandler", "pr. 1000", LOWER,
     ("31", 1000, "træk fra sagssystemet"), "2", [(20, "3", 1000, "E2")]),
    ("poul-postfordeler", "service", 1, "Timer fra et brev kommer, til det er hos den rette", "timer", LOWER,
     ("26", 80, "optælling i to uger"), "4", [(9, "8", 80, "E2"), (20, "5", 80, "E2")]),
    ("mette-metacompliance", "quality", 1, "Medarbejdere, der mangler et kursus efter fristen", "pr. 100", LOWER,
     ("18", 900, "træk fra kursussystemet"), "8", [(20, "15", 900, "E1")]),
    ("agnete-autoluk", "service", 1, "Sager, som stod åbne uden grund", "pr. 100", LOWER,
     ("22", 200, "stikprøve"), "5", [(20, "9", 200, "E1")]),
    ("iben-itp-proces", "quality", 1, "Projekter uden risikovurdering", "pr. 100", LOWER,
     ("35", 20, "gennemgang af 20 projekter"), "5", [(14, "15", 20, "E1"), (20, "10", 20, "E1")]),
    ("iben-itp-proces", "wellbeing", 1, CONTENT, "point", HIGHER,
     ("3.1", 7, "spørgeskema til projektlederne"), "4.1", [(14, "3.3", 7, "E1"), (20, "3.4", 8, "E1")]),
]
FIRST_MONTH = {"iben-itp-proces": 10}  # of robots that begin later
FORGOTTEN = {("hjalte-hjaelpemiddel", "service"), ("soed-balance", "service")}  # nobody looks again, so its review is overdue
UNAPPROVED = {("hjalte-hjaelpemiddel", "wellbeing", 22)}

# robot, parameter, month, indicator, unit, comment: known, and nothing is measured yet
UNMEASURED = [
    ("ove-overskud", "wellbeing", 4, TIRED, "point", "DEMO: venter på mindst fem svar; tre er kommet"),
]
# robot, parameter, month, (baseline, n, how), target: measured before, and not since
BASELINE_ALONE = [
    ("kitty-kitos", "quality", 20, "Systemer med forkerte oplysninger i KITOS", "pr. 100",
     ("30", 120, "gennemgang af 120 systemer"), "8"),
]
NOT_RELEVANT = [("lone-lederliste", "service"), ("slette-jette", "service"), ("slette-jette", "wellbeing"),
                ("ellen-elevtal", "service"), ("ferdinan-ferierobot", "service"), ("skylar-skyfish", "service"),
                ("ulla-uddannelsesstatistik", "service"), ("sbsys-sagsaendring", "service")]

# robot, item, state, note
GATES = [("%s" % robot, item, "green", note)
         for robot in ("franco-fakturatjek-momentum", "franco-fakturatjek-dubu", "hjalte-hjaelpemiddel")
         for item, note in (("legal-basis", "DEMO notat 25/0201"), ("dpia", "DEMO konsekvensanalyse 25/0202"),
                            ("processing-agreement", "DEMO aftale 25/0203"),
                            ("supplier-consent", "DEMO brev fra leverandøren 25/0204"),
                            ("archive-duty", "DEMO notat 25/0205"))] + [
    ("franco-fakturatjek-momentum", "automated-decision", "green", "DEMO: robotten foreslår, en medarbejder godkender"),
    ("franco-fakturatjek-dubu", "automated-decision", "green", "DEMO: robotten foreslår, en medarbejder godkender"),
    ("hjalte-hjaelpemiddel", "automated-decision", "not-relevant", ""),
    ("ove-overskud", "legal-basis", "green", "DEMO notat 25/0206"),
    ("ove-overskud", "automated-decision", "green", "DEMO: beregningen er et forslag, en medarbejder afgør sagen"),
    ("flemming-flexloen", "legal-basis", "green", "DEMO notat 25/0207"),
    ("poul-postfordeler", "dpia", "green", "DEMO konsekvensanalyse 25/0208"),
    ("slette-jette", "legal-basis", "green", "DEMO notat 25/0209"),
    ("slette-jette", "archive-duty", "red", "DEMO: det er ikke afklaret, hvad der skal afleveres til arkivet, før der slettes"),
]


def set_words(robot, parameter, slot):
    return ["scorecard", "set", robot, "--parameter", parameter, "--slot", slot, "--by", MEASURER]


def approve(story, month, day, robot, parameter, slot):
    story.say(month, day, "scorecard", "approve", robot, "--parameter", parameter, "--slot", slot, "--by", HEAD)


def tell_baseline(story, month, robot, parameter, slot, indicator, unit, direction, baseline, target):
    """With the target, which is due at the end of the two years."""
    value, count, method = baseline
    story.say(month, 12, *set_words(robot, parameter, slot), "--indicator", indicator, "--unit", unit, direction,
              "--baseline", value, "--baseline-on", story.years.begin(month), "--baseline-n", count,
              "--baseline-method", "DEMO: " + method, "--target", target, "--target-on", story.years.end(25),
              "--owner", OWNER, "--review-on", story.years.day(month + 6, 10))
    approve(story, month, 14, robot, parameter, slot)


def look_again(story, due, until, robot, parameter, slot):
    """The day of review is put off when it comes, and nothing was measured anew."""
    while due < until:
        story.say(due, 9, *set_words(robot, parameter, slot), "--review-on", story.years.day(due + 6, 9))
        approve(story, due, 11, robot, parameter, slot)
        due += 6


def tell_indicator(story, robot, parameter, slot, indicator, unit, direction, baseline, target, measurements):
    month = FIRST_MONTH.get(robot, BEGUN)
    tell_baseline(story, month, robot, parameter, slot, indicator, unit, direction, baseline, target)
    for number, (measured, value, count, evidence) in enumerate(measurements, 1):
        look_again(story, month + 6, measured, robot, parameter, slot)
        month = measured
        link = [] if evidence == "E0" else ["--link", "DEMO måling %s %d" % (robot, number)]
        story.say(month, 12, *set_words(robot, parameter, slot), "--actual", value, "--actual-on",
                  story.years.day(month, 8), "--actual-n", count, "--evidence", evidence, *link,
                  "--review-on", story.years.day(month + 6, 10))
        if (robot, parameter, month) not in UNAPPROVED:
            approve(story, month, 14, robot, parameter, slot)
    if (robot, parameter) not in FORGOTTEN:
        look_again(story, month + 6, 24, robot, parameter, slot)


def tell(story):
    for indicator in INDICATORS:
        tell_indicator(story, *indicator)
    for robot, parameter, month, indicator, unit, comment in UNMEASURED:
        story.say(month, 12, *set_words(robot, parameter, 1), "--indicator", indicator, "--unit", unit, LOWER,
                  "--owner", OWNER, "--comment", comment, "--review-on", story.years.day(month + 6, 10))
        look_again(story, month + 6, 24, robot, parameter, 1)
    for robot, parameter, month, indicator, unit, baseline, target in BASELINE_ALONE:
        tell_baseline(story, month, robot, parameter, 1, indicator, unit, LOWER, baseline, target)
    for robot, parameter in NOT_RELEVANT:
        story.say(BEGUN, 13, *set_words(robot, parameter, 1), "--not-relevant")
        approve(story, BEGUN, 14, robot, parameter, 1)
    story.say(11, 15, *set_words("soed-balance", "service", 1), "--ended", "--comment",
              "DEMO: robotten er taget ud af drift")
    approve(story, 11, 16, "soed-balance", "service", 1)
    for robot, item, state, note in GATES:
        noted = ["--note", note] if note else []
        story.say(2, 16, "scorecard", "gate", robot, "--item", item, "--state", state, *noted, "--by", LAWYER)
