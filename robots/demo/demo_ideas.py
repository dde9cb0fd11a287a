"""What people do with ideas in the demo home: the municipality's list of September 2025, and three more.

The list's titles, status and departments are the municipality's. Scores, hours, dates, approvals and answers
are invented, and so are the ideas that are not on it. A score is low,likely,high.
"""

from demo_people import ADMINISTRATOR, DEVELOPER, HEAD, LAWYER, OWNER

LISTED = 10  # the month in which the list is loaded
SCORED = 12
DECIDED = 14

# title: saving, time, quality, service, well-being; rules, digital, structured, stability, interface; systems;
# hours a year, the department's own order
SCORES = {
    "Udtræk af data fra SKAT": ("0,1,2 2,3,4 2,3,4 1,2,3 2,3,3", (5, 5, 4, 4, 4), 2, 90, 1),
    "Automatisk vedhæftning af henvisningsskemaer i Novax": ("0,0,1 2,3,3 3,4,5 1,2,3 3,4,4", (4, 4, 3, 3, 1), 2, 70, 2),
    "Importeret af data fra Tabulex til TK2": ("0,0,1 1,2,3 3,4,4 1,1,2 2,3,3", (5, 5, 5, 3, 4), 2, 40, 3),
    "Automatisk registrantopslag på børnesager": ("0,0,1 3,4,5 2,3,4 1,2,3 3,4,5", (3, 4, 3, 3, 2), 3, 160, 1),
    "Handicap Billån": ("0,0,0 0,1,1 1,2,2 1,2,3 1,1,2", (3, 3, 2, 3, 2), 3, 6, None),
    "Socialenheden for Voksnes Bevillinger Robot": ("1,2,3 2,3,4 2,3,4 2,3,4 2,3,4", (4, 4, 3, 3, 2), 3, 120, 2),
    "Udtræk af klub medlemstal": ("0,0,0 1,2,2 1,2,3 none 1,2,3", (5, 5, 4, 4, 4), 1, 20, 5),
    "6 ferieuage for skoler": ("0,1,2 1,2,3 2,3,3 none 2,3,4", (5, 4, 4, 4, 4), 2, 45, 4),
    "Børnetals Regulerings Robot": ("2,3,4 3,4,4 3,4,5 none 3,4,5", (5, 5, 4, 4, 4), 2, 190, 2),
    "Pladsanvisning Robot": ("1,2,3 4,4,5 2,3,4 3,4,5 3,4,4", (4, 5, 4, 4, 3), 2, 260, 1),
    "Udmeldelsesbreve Robot": ("0,0,1 2,3,3 2,3,4 3,4,4 2,3,4", (5, 5, 5, 4, 3), 2, 60, 3),
    "Brev til 2 årige": ("0,0,0 1,1,2 1,2,3 2,3,4 1,2,2", (5, 4, 4, 4, 3), 2, 15, 1),
    "Teknik Bevillings Robot": ("0,1,2 2,3,4 2,3,3 2,3,4 2,2,3", (3, 3, 2, 3, 2), 3, 95, 1),
    "Hjælpermiddel Bevillinger Robot": ("1,2,3 4,5,5 3,4,4 3,4,5 3,4,5", (4, 4, 4, 3, 4), 2, 310, 1),
    "Visitations Bevilling Robot": ("0,1,2 3,4,5 2,3,4 2,3,4 2,3,4", (3, 4, 3, 2, 2), 3, 180, 2),
    "Indsatsstappe VH Robot": ("0,0,1 1,2,3 2,3,4 1,2,2 2,3,3", (4, 4, 3, 3, 1), 2, 35, 3),
    "Sletning af dobbelte fakturaer": ("3,4,5 1,2,3 4,4,5 none 1,2,3", (5, 5, 5, 4, 4), 1, 30, 1),
    "WiredRelations Robot": ("0,0,0 1,2,3 2,3,4 none 1,2,3", (4, 5, 4, 3, 5), 2, 25, 3),
    "Forbrugt ferie alarm": ("1,2,3 1,2,2 2,3,4 none 2,3,4", (5, 5, 5, 4, 4), 1, 25, 2),
}
# title: what is known in part alone
SCORED_IN_PART = {"Hygiejne Leder PDF": ["--quality", "2,3,4"], "Hændelsesrapport": ["--time", "1,2,3", "--systems", 2]}
DEPARTMENT = {"Automatisk vedhæftning af henvisningsskemaer i Novax": "bf", "Importeret af data fra Tabulex til TK2": "bf",
              "Automatisk registrantopslag på børnesager": "bf", "Handicap Billån": "aess",
              "Socialenheden for Voksnes Bevillinger Robot": "aess"}
IN_DEVELOPMENT = {"Pladsanvisning Robot": 26, "Udmeldelsesbreve Robot": 25}  # and the month it would run from
APPROVED = {"Børnetals Regulerings Robot": 30, "Hjælpermiddel Bevillinger Robot": 31}
ANSWERED = {"Sletning af dobbelte fakturaer": "DEMO: god ide; vi ser på den sammen med næste års budget",
            "Udtræk af data fra SKAT": "DEMO: tak, den er sat på listen til efteråret"}
REJECTED = {"Handicap Billån": "DEMO: der er for få sager om året; blanketten bliver lavet om i stedet"}
RED = {"Automatisk registrantopslag på børnesager": ("legal-basis", "DEMO: hjemlen til opslaget er ikke afklaret")}

PARAMETERS = ("--saving", "--time", "--quality", "--service", "--wellbeing")
EASES = ("--rules", "--digital", "--structured", "--stability", "--interface")


def score_words(expected, ease, systems):
    words = [word for pair in zip(PARAMETERS, expected.split()) for word in pair]
    words += [word for pair in zip(EASES, ease) for word in pair]
    return words + ["--systems", systems]


def tell_score(story, month, idea, expected, ease, systems):
    story.say(month, 8, "backlog", "score", idea, *score_words(expected, ease, systems), "--by", DEVELOPER)


def tell_begun(story, idea, months, robot):
    """Approved, in development, in operation as a robot: in these three months."""
    approved, developed, running = months
    story.say(approved, 10, "backlog", "approve", idea, "--by", HEAD, "--answer", "DEMO: ja, vi går i gang")
    story.say(developed, 2, "backlog", "move", idea, "--status", "development", "--by", DEVELOPER)
    story.say(running, 2, "backlog", "move", idea, "--status", "operation", "--robot", robot, "--by", DEVELOPER)


def tell_listed(story, ideas):
    """ideas: the number of each title of the list."""
    for title, (expected, ease, systems, hours, order) in SCORES.items():
        go_live = {**IN_DEVELOPMENT, **APPROVED}.get(title)
        words = ["--owner", OWNER, "--hours", hours]
        words += ["--priority", order] if order else []
        words += ["--department", DEPARTMENT[title]] if title in DEPARTMENT else []
        words += ["--go-live", story.years.begin(go_live)] if go_live else []
        story.say(SCORED, 6, "backlog", "change", ideas[title], *words, "--by", ADMINISTRATOR)
        tell_score(story, SCORED, ideas[title], expected, ease, systems)
    for title, words in SCORED_IN_PART.items():
        story.say(SCORED, 9, "backlog", "score", ideas[title], *words, "--by", DEVELOPER)
    for title in IN_DEVELOPMENT:
        story.say(DECIDED, 10, "backlog", "approve", ideas[title], "--by", HEAD)
        story.say(DECIDED, 11, "scorecard", "gate", "--idea", ideas[title], "--item", "legal-basis", "--state", "green",
                  "--note", "DEMO notat 26/0301", "--by", LAWYER)
    for title in APPROVED:
        story.say(DECIDED + 5, 10, "backlog", "approve", ideas[title], "--by", HEAD, "--answer",
                  "DEMO: ja, når de to, der er under udvikling, er færdige")
    for title, answer in ANSWERED.items():
        story.say(DECIDED, 12, "backlog", "answer", ideas[title], "--answer", answer, "--by", HEAD)
    for title, answer in REJECTED.items():
        story.say(DECIDED, 12, "backlog", "move", ideas[title], "--status", "rejected", "--answer", answer, "--by", HEAD)
    for title, (item, note) in RED.items():
        story.say(DECIDED, 13, "scorecard", "gate", "--idea", ideas[title], "--item", item, "--state", "red", "--note",
                  note, "--by", LAWYER)


def tell_own(story, first, kitos, last):
    """Two that became robots, one of them more than half a year ago, and one that was just sent."""
    story.say(2, 6, "backlog", "add", "Overblik over IT-projekter", "--sender", "DEMO projektleder", "--department", "os",
              "--today", "DEMO: vi skriver hvert projekt ind i tre skemaer",
              "--trouble", "risikovurderingen bliver glemt",
              "--wish", "at sagen ligger klar med det, der mangler", "--owner", OWNER, "--hours", 20)
    tell_score(story, 2, first, "0,0,1 1,2,3 2,3,4 none 2,3,4", (4, 5, 4, 4, 4), 2)
    tell_begun(story, first, (3, 4, 9), "iben-itp-proces")
    story.say(12, 6, "backlog", "add", "Rigtige oplysninger i KITOS", "--sender", "DEMO systemejer", "--department", "os",
              "--today", "DEMO: vi retter systemernes oplysninger to steder",
              "--trouble", "det bliver gjort, når nogen husker det",
              "--wish", "at det ene sted følger det andet", "--owner", OWNER, "--hours", 15)
    tell_score(story, 12, kitos, "0,0,0 1,1,2 3,4,5 none 1,2,3", (5, 5, 5, 4, 5), 2)
    tell_begun(story, kitos, (13, 15, 20), "kitty-kitos")
    story.say(22, 6, "backlog", "add", "Kvittering til borgere, der har meldt et hul i vejen", "--sender",
              "DEMO vejassistent", "--department", "mt", "--today", "DEMO: vi ringer til dem, der har meldt noget",
              "--trouble", "mange når vi ikke, og de melder det samme igen",
              "--wish", "at de får besked, når hullet er lukket")
    story.say(22, 7, "backlog", "answer", last, "--answer", "DEMO: tak; vi vurderer den i næste måned", "--by", HEAD)


def tell(story, path, titles):
    """path: the municipality's list; titles: its, in its order, in which it is numbered."""
    first, kitos, last = 1, len(titles) + 2, len(titles) + 3
    story.say(LISTED, 6, "backlog", "load", path, "--by", ADMINISTRATOR)
    tell_listed(story, {title: number for number, title in enumerate(titles, 2)})
    tell_own(story, first, kitos, last)
