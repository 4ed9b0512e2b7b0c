"""Staff in chat: numbers, pictures and the file; nobody else sees any of it."""

import csv
import io
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.acts import StatisticsTap, parse_act
from bot.dialogue.discretion import LEAST, Total
from bot.dialogue.needs import needs
from bot.dialogue.presenting import sheet, time_picture
from bot.dialogue.report import SHORT_LIVED, UNKNOWN, Report, Value, What, funnel_of, report
from bot.dialogue.statistics import digest
from bot.model.effects import Asked, Audit, Edit, HandOut, Send, SetDigest
from bot.model.inputs import Command, Tap, Utterance
from bot.model.message import Message
from bot.model.misses import Missed
from bot.model.rights import Right, may
from bot.model.session import Session
from bot.model.statistics import JourneyCount, Period, SpanCount, Statistics, StepCount
from bot.model.turn import Need, View
from bot.model.values import ArticleId, FlowId
from bot.model.who import Standing
from tests.dialogue.chat import Chat, bare
from tests.documents.pictures import width_of
from tests.flows.library import library_of

LAST = date(2027, 1, 14)
FIRST = LAST - timedelta(days=27)
PATH = FlowId("chemin")
SHELF = library_of().shelf
ACTS = [
    "stats.all.28",
    "stats.asked.7",
    "stats.runs.91",
    "stats.people.364",
    "stats.csv.28",
    "stats.runs.28.chemin",
]
SWITCHES = ["stats.on.28", "stats.off.28"]


def span(**more: object) -> SpanCount:
    made = SpanCount(
        FIRST,
        LAST,
        active=120,
        new=14,
        asked={"answered": 100, "suggested": 20, "unanswered": 12},
        helpful=30,
        unhelpful=6,
        journeys=(JourneyCount(PATH, 40, 25, 5),),
        events=2,
        registered=33,
        attended=20,
        announcements=1,
        delivered=90,
        requests=18,
        replied=12,
        closed=13,
        satisfied=8,
        reply_hours=3.2,
        close_hours=30.0,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields of SpanCount


def counted(**more: object) -> Statistics:
    before = span(first=FIRST - timedelta(days=28), last=FIRST - timedelta(days=1), active=98, new=3)
    steps = (
        StepCount(PATH, "", passed=100),
        StepCount(PATH, "but", passed=100, standing=6, resting=5, left=10),
        StepCount(PATH, "taille", passed=84, left=24),
        StepCount(PATH, "points", passed=60, left=2),
    )
    days = {FIRST + timedelta(days=number): 4 + number % 3 for number in range(28)}
    made = Statistics(span(), before, 900, {ArticleId("alliance"): (100, 12)}, days, {LAST: 60}, steps)
    return replace(made, **more)  # type: ignore[arg-type]  # fields of Statistics


class Desk(Chat):
    """A chat that is loaded with numbers, even where a member could not ask for them."""

    def __init__(self, statistics: Statistics | None = None, standing: Standing = Standing.STAFF) -> None:
        super().__init__(standing=standing)
        self.misses: tuple[Missed, ...] = ()
        self.statistics = statistics or counted()

    def view(self) -> View:
        told = {int(period): self.statistics for period in Period}
        return replace(super().view(), statistics=told, misses=self.misses)

    @property
    def sent(self) -> list[Message]:
        return [effect.message for effect in self.effects if isinstance(effect, Send | HandOut)]

    @property
    def files(self) -> list[tuple[str, bytes]]:
        found = [effect for effect in self.effects if isinstance(effect, HandOut)]
        return [(file.name, file.content) for effect in found for file in effect.files]


def lines(desk: Desk) -> list[str]:
    return [line for line in desk.text.splitlines() if line.startswith("[stat_line")]


# ---- the screens ----


def test_the_card_is_a_line_a_measure_with_the_period_before_and_two_pictures() -> None:
    desk = Desk()
    (shown,) = desk.give(Command("statistiques"))
    assert "[stat_card] 18 décembre 2026 14 janvier 2027 28" in desk.text
    assert "[stat_line] [stat_active] [stat_number] 120 [stat_number] 98" in desk.text
    assert "[stat_line] [stat_new] [stat_number] 14 [stat_few]" in desk.text
    assert "[stat_line] [stat_questions] [stat_number] 132" in desk.text
    assert [name for name, _ in desk.files] == ["2027-01-14_rubriques.png", "2027-01-14_questions.png"]
    assert all(width_of(content) == 1080 for _, content in desk.files)
    acts = [option.act for option in shown.options]
    assert acts == [*(f"stats.{what}.28" for what in ("asked", "runs", "people", "csv")),
                    *(f"stats.all.{days}" for days in (7, 91, 364))]  # fmt: skip


def test_with_nothing_counted_it_says_so_without_a_picture() -> None:
    nothing = SpanCount(FIRST, LAST, 0)
    desk = Desk(Statistics(nothing, nothing))
    desk.give(Command("statistiques"))
    assert "[stat_nothing]" in desk.text and desk.files == []


@pytest.mark.parametrize("act", ACTS)
def test_every_screen_leads_back(act: str) -> None:
    desk = Desk()
    (shown,) = desk.give(Tap(act))
    options = (*shown.options, *shown.controls)
    assert options and all(parse_act(option.act) for option in options)
    assert all(len(option.label) <= 40 for option in options)


def test_the_questions_show_what_became_of_them_and_what_is_asked_most_without_an_answer() -> None:
    desk = Desk()
    desk.misses = tuple(
        Missed(number, "2027-01-04", text, "reject")
        for number, text in enumerate(["financer un minibus"] * 6 + ["quelle pizzeria choisir"] * 4, 1)
    )
    (shown,) = desk.give(Tap("stats.asked.28"))
    assert "[stat_themes]" in desk.text and "[missed_line] 6 financer un minibus" in desk.text
    assert "pizzeria" not in desk.text, "fewer than five asked it"
    assert [name for name, _ in desk.files] == ["2027-01-14_reponses.png"]
    assert "do.questions" in [option.act for option in shown.options]


def test_the_journeys_name_the_steps_where_people_stop() -> None:
    desk = Desk()
    (shown,) = desk.give(Tap("stats.runs.28"))
    assert "[stat_stop] Question taille ? Le chemin 25" in desk.text, "to the nearest five"
    assert "[stat_stop] Question but ? Le chemin 15" in desk.text, "who rests there has stopped too"
    assert "points" not in desk.text
    desk.tap("stats.runs.chemin")
    assert [name for name, _ in desk.files] == ["2027-01-14_etapes.png"]
    assert [option.act for option in desk.sent[-1].controls] == ["stats.runs.28"]
    assert shown.controls[0].act == "stats.all.28"


def test_a_journey_of_few_is_not_shown() -> None:
    few = (StepCount(PATH, "", passed=4), StepCount(PATH, "but", passed=4, left=2))
    desk = Desk(counted(steps=few))
    desk.give(Tap("stats.runs.28.chemin"))
    assert "[stat_funnel_few] Le chemin" in desk.text and desk.files == []


@pytest.mark.parametrize("flow", ["reserve", "nirgendwo"])
def test_a_flow_that_is_gone_or_of_staff_has_no_steps(flow: str) -> None:
    desk = Desk()
    desk.give(Tap(f"stats.runs.28.{flow}"))
    assert "[stat_funnel_few]" in desk.text


def test_people_week_after_week() -> None:
    actives = {LAST - timedelta(days=7 * number): 60 - 20 * number for number in range(3)} | {
        LAST - timedelta(days=21): 3
    }
    desk = Desk(counted(actives=actives))
    desk.give(Tap("stats.people.28"))
    ((name, content),) = desk.files
    assert (name, width_of(content)) == ("2027-01-14_personnes.png", 1080)


@pytest.mark.parametrize(
    ("before", "counts", "columns"),
    [
        (0, (0, 0, 7, 9), 2),
        (0, (0, 0, 0, 9), 2),
        (0, (5, 0, 0, 9), 4),
        (40, (0, 0, 7, 9), 4),
    ],
)
def test_what_was_before_the_first_question_ever_is_no_quiet_week(
    before: int, counts: tuple[int, ...], columns: int
) -> None:
    days = {FIRST + timedelta(days=7 * number): count for number, count in enumerate(counts)}
    told = report(
        counted(
            now=span(asked={"answered": sum(counts)}), before=span(asked={"answered": before}), days=days
        ),
        SHELF,
    )
    (picture,) = time_picture(told, SHELF.phrases)
    assert picture.alternative.count(";") + 1 == columns


def test_the_file_is_a_table_that_spreadsheets_open_and_it_is_noted() -> None:
    desk = Desk()
    desk.give(Tap("stats.csv.28"))
    ((name, content),) = desk.files
    assert name == "2027-01-14_statistiques.csv"
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len({len(row) for row in table}) == 1
    assert ["", "[stat_active]", "120", "98"] in table
    assert ["", "[stat_new]", "14", "[stat_few]"] in table
    assert Audit("statistics.exported") in desk.effects


def test_a_title_cannot_become_a_formula_or_markup() -> None:
    shelf = library_of({**FLOW, "title": '=HYPERLINK("http://x";"*y*")'}).shelf
    told = report(replace(counted(), now=span(journeys=(JourneyCount(FlowId("essai"), 40, 25, 5),))), shelf)
    cells = [cell for row in sheet(told, shelf) for cell in row]
    assert any(cell.startswith("=") for cell in cells), "guarded where it is written, not here"
    desk = Desk(replace(counted(), now=span(journeys=(JourneyCount(FlowId("essai"), 40, 25, 5),))))
    desk.publish({**FLOW, "title": '=HYPERLINK("http://x";"*y*")'})
    desk.give(Tap("stats.csv.28"))
    table = desk.files[0][1].decode("utf-8-sig")
    assert "'=HYPERLINK" in table and ";=" not in table and ';"=' not in table


FLOW = {"flow": "essai", "title": "Essai", "format": 1, "steps": [{"id": "un", "say": "Un."}]}


# ---- the digest ----


def test_the_digest_is_short_has_one_picture_and_two_ways_on() -> None:
    message, pictures = digest(report(counted(), SHELF), SHELF, key="digest-2027-01-04")
    assert bare(message).startswith("[stat_digest]") and len(pictures) == 1
    assert [option.act for option in message.options] == ["stats.all.28", "stats.off.28"]
    assert message.key == "digest-2027-01-04"


def test_the_digest_can_be_switched_off_and_on_again() -> None:
    desk = Desk(counted(digest=False))
    (shown,) = desk.give(Command("statistiques"))
    assert shown.options[-1].act == "stats.on.28"
    desk.give(Tap("stats.off.28"))
    assert SetDigest(False) in desk.effects and "[stat_digest_off]" in desk.text
    desk.give(Tap("stats.on.28"))
    assert SetDigest(True) in desk.effects and "[stat_digest_on]" in desk.text


# ---- nobody else ----


@pytest.mark.parametrize("standing", [one for one in Standing if not may(one, Right.NEEDS)])
@pytest.mark.parametrize("act", [*ACTS, *SWITCHES])
def test_a_forged_tap_of_somebody_else_shows_nothing(act: str, standing: Standing) -> None:
    desk = Desk(standing=standing)
    desk.give(Tap(act))
    assert desk.text == "[stale_tap]" and desk.files == []
    assert all(isinstance(effect, Send | Edit | Audit) for effect in desk.effects)
    assert Audit("refused", "stats") in desk.effects


def test_to_others_the_command_does_not_exist() -> None:
    desk = Desk(standing=Standing.MEMBER)
    for input in (Command("statistiques"), Utterance("/statistiques")):
        desk.give(input)
        assert desk.text == "[unknown_command] /statistiques" and desk.files == []


@pytest.mark.parametrize("act", ACTS)
def test_an_old_button_for_a_period_that_was_not_loaded_is_stale(act: str) -> None:
    chat = Chat(standing=Standing.STAFF)
    chat.give(Tap(act))
    assert chat.text == "[stale_tap]"


@pytest.mark.parametrize(
    "act",
    [
        "stats.all.30",
        "stats.all",
        "stats.x.28",
        "stats.runs.28.",
        "stats.runs.28.A",
        f"stats.runs.28.{'x' * 34}",
    ],
)
def test_other_acts_are_no_buttons_of_ours(act: str) -> None:
    assert parse_act(f"stats.{act}") is None


def test_the_longest_button_fits() -> None:
    act = f"stats.runs.364.{'x' * StatisticsTap.LONGEST}"
    assert len(act) <= 48 and parse_act(act) == StatisticsTap("runs", 364, FlowId("x" * 33))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (Command("statistiques"), {Need.STATISTICS_MONTH}),
        (Utterance("/statistiques"), {Need.STATISTICS_MONTH}),
        (Tap("stats.all.7"), {Need.STATISTICS_WEEK}),
        (Tap("stats.asked.91"), {Need.STATISTICS_QUARTER, Need.MISSES}),
        (Tap("stats.runs.364"), {Need.STATISTICS_YEAR, Need.STEPS}),
        (Tap("stats.csv.28"), {Need.STATISTICS_MONTH, Need.STEPS}),
        (Tap("stats.off.28"), set()),
        (Utterance("bonjour"), set()),
    ],
)
def test_only_these_turns_are_decided_on_numbers(given: object, wanted: set[Need]) -> None:
    assert needs(given, Session(), Standing.STAFF) == wanted  # type: ignore[arg-type]  # inputs
    assert needs(given, Session(), Standing.MEMBER) == set()  # type: ignore[arg-type]


# ---- what may be told ----

COUNTS = st.integers(0, 12)


@settings(max_examples=300, deadline=None)
@given(
    fates=st.tuples(COUNTS, COUNTS, COUNTS),
    articles=st.lists(st.tuples(COUNTS, COUNTS), max_size=3),
    journeys=st.lists(st.tuples(COUNTS, COUNTS, COUNTS), max_size=4),
    people=st.tuples(COUNTS, COUNTS, COUNTS, COUNTS),
    seed=st.integers(0, 9),
)
def test_a_report_tells_no_small_number_and_none_can_be_subtracted_out_of_it(
    fates: tuple[int, int, int],
    articles: list[tuple[int, int]],
    journeys: list[tuple[int, int, int]],
    people: tuple[int, int, int, int],
    seed: int,
) -> None:
    names = [ArticleId(name) for name in ("alliance", "mecenat", "fusion")]
    runs = tuple(
        JourneyCount(FlowId(name), sum(parts), parts[0], parts[1])
        for name, parts in zip(("chemin", "types", "fond", "profil"), journeys, strict=False)
    )
    # The questions of the days are those of the fates, and the answered ones those of the entries.
    rng, days = Random(seed), dict[date, int]()
    for _ in range(sum(fates)):
        day = FIRST + timedelta(days=rng.randrange(28))
        days[day] = days.get(day, 0) + 1
    now = span(
        asked=dict(zip(("answered", "suggested", "unanswered"), fates, strict=True)),
        journeys=runs, active=people[0], new=people[1], registered=people[2], requests=people[3],
        replied=people[3] // 2, closed=people[3] // 3, satisfied=people[3] // 4,
    )  # fmt: skip
    told = report(
        counted(now=now, articles=dict(zip(names, articles, strict=False)), days=days, known=people[0] + 90),
        SHELF,
    )
    shown = _numbers(told)
    assert all(count == 0 or count >= LEAST for count in shown)
    if told.questions:  # the pieces add up to the questions: then each fate is told, and none follows
        assert sum(count for _, count in told.questions) == sum(fates)
        assert all(told.now(fate) is not None for fate in ("answered", "suggested", "unanswered"))
    questions = told.now("questions")
    if isinstance(questions, Total) and questions.exact:
        assert all(isinstance(told.now(fate), Total) for fate in ("answered", "suggested", "unanswered"))
    began = told.now("began")
    if isinstance(began, Total) and began.exact:
        assert all(isinstance(told.now(part), Total) for part in ("done", "stopped", "open"))


def _numbers(told: Report) -> list[int]:
    """Every number about people that anybody could read."""
    free = ("events", "announcements", "reply_hours", "close_hours")
    lines = [line for what, line in told.lines.items() if what not in free]
    values = [value for line in lines for value in (line.now, line.before)]
    shown = [value.value for value in values if isinstance(value, Total) and value.exact]
    for table in (told.chapters, told.journeys):
        shown += [count for _, parts in table.rows for count in parts] + list(table.others or ())
    shown += [count for _, count in told.questions] + [
        count for _, count in told.actives if count is not None
    ]
    return shown + [stop.people for stop in told.stops]


def test_chosen_entries_alone_do_not_give_away_how_few_were_answered() -> None:
    told = report(counted(articles={ArticleId("alliance"): (3, 20)}), SHELF)
    assert told.chapters.rows == (("2-essai", (20,)),)


def test_who_waits_for_an_answer_does_not_follow_from_requests_and_answers() -> None:
    """Every way in which up to twelve requests can stand; `score` is given to closed ones alone."""
    alike = defaultdict[tuple[Value, ...], list[tuple[int, ...]]](list)
    for whole in range(13):
        for replied, closed in product(range(whole + 1), repeat=2):
            for good, bad in product(range(closed + 1), repeat=2):
                if good + bad <= closed:
                    now = span(requests=whole, replied=replied, closed=closed, satisfied=good,
                               unsatisfied=bad, reply_hours=2.0, close_hours=2.0)  # fmt: skip
                    told = report(replace(counted(), now=now), SHELF)
                    shown = tuple(told.now(what) for what in REQUESTS)
                    hidden = whole - replied, whole - closed, closed - good - bad
                    alike[shown].append((replied, closed, good, bad, *hidden))
    for shown, members in alike.items():
        for cell in range(7):
            possible = {one[cell] for one in members}
            assert len(possible) > 1 or not possible & set(range(1, LEAST)), (shown, members)


REQUESTS: tuple[What, ...] = (
    "requests", "replied", "closed", "satisfied", "unsatisfied", "reply_hours", "close_hours"
)  # fmt: skip


def test_who_came_back_does_not_follow_from_active_and_new_people() -> None:
    alike = defaultdict[tuple[Value, ...], list[tuple[int, ...]]](list)
    for new, here_before, gone_before, old, gone in product(range(15), repeat=5):
        known = new + here_before + gone_before + old + gone
        if known > 14:
            continue
        new_before, active = here_before + gone_before, new + here_before + old
        told = report(
            Statistics(span(active=active, new=new), span(active=None, new=new_before), known), SHELF
        )
        shown = (*(told.now(what) for what in ("known", "active", "new")), told.lines["new"].before)
        hidden = known - active, active - new, known - new, known - new - new_before
        alike[shown].append((new, new_before, active, *hidden))
    for shown, members in alike.items():
        if isinstance(shown[0], Total):  # beyond four people in all
            for cell in range(7):
                possible = {one[cell] for one in members}
                assert len(possible) > 1 or not possible & set(range(1, LEAST)), (shown, members)


def test_who_stayed_away_before_does_not_follow_from_those_who_were_active() -> None:
    """Every way in which up to twelve people can have been active and new, in either period."""
    alike = defaultdict[tuple[Value, ...], list[tuple[int, ...]]](list)
    for known in range(13):
        for new, new_before in product(range(known + 1), repeat=2):
            for active, before in product(range(new, known + 1), range(new_before, known - new + 1)):
                told = report(
                    Statistics(span(active=active, new=new), span(active=before, new=new_before), known),
                    SHELF,
                )
                lines = told.lines["active"], told.lines["new"]
                shown = (told.now("known"), *(value for one in lines for value in (one.now, one.before)))
                counts = new, active, new_before, before
                missing = known - active, active - new, known - new, before - new_before
                earlier = known - new - new_before, known - before, known - new - before
                alike[shown].append((*counts, *missing, *earlier))
    for shown, members in alike.items():
        if isinstance(shown[0], Total):  # beyond four people in all
            for cell in range(11):
                possible = {one[cell] for one in members}
                assert len(possible) > 1 or not possible & set(range(1, LEAST)), (shown, members)


def test_who_stayed_away_does_not_follow_from_the_weeks() -> None:
    told = report(counted(known=12, actives={LAST: 11, LAST - timedelta(days=7): 9}), SHELF)
    assert told.actives == ((LAST - timedelta(days=7), 10), (LAST, 10))


def test_suggestions_that_few_left_unopened_are_not_told_by_the_chapters() -> None:
    for chosen, count in ((15, 115), (17, 100), (20, 120)):
        now = span(asked={"answered": 100, "suggested": 20})
        told = report(counted(now=now, articles={ArticleId("alliance"): (100, chosen)}), SHELF)
        assert told.chapters.rows == (("2-essai", (count,)),), chosen


def test_a_wait_of_few_is_theirs() -> None:
    assert report(counted(now=span(replied=8)), SHELF).now("reply_hours") == Total(4)
    assert report(counted(now=span(replied=4)), SHELF).now("reply_hours") == UNKNOWN
    assert report(counted(now=span(requests=8, replied=7)), SHELF).now("reply_hours") == UNKNOWN


@pytest.mark.parametrize(
    ("period", "now", "before"), [(28, True, True), (91, True, True), (364, True, False), (366, True, False)]
)
def test_what_was_erased_since_is_unknown_and_not_few(period: int, now: bool, before: bool) -> None:
    """Requests, registrations and opinions go after a year; questions and journeys are counted for three."""
    first = LAST - timedelta(days=period - 1)
    earlier = span(first=first - timedelta(days=period), last=first - timedelta(days=1))
    told = report(counted(now=span(first=first), before=earlier), SHELF)
    for what in SHORT_LIVED:
        if told.now(what) is not None:  # 1 to 4 people
            assert (told.now(what) != UNKNOWN) is now
            assert (told.lines[what].before != UNKNOWN) is before
    assert told.lines["answered"].before == told.now("answered") == Total(100)


def test_what_staff_go_through_themselves_is_no_need() -> None:
    own = JourneyCount(FlowId("reserve"), 50, 50, 0)
    assert report(counted(now=span(journeys=(own,))), SHELF).journeys.rows == ()


def test_a_funnel_goes_from_all_to_those_who_are_done() -> None:
    shown = funnel_of(PATH, counted().steps, SHELF, ("Commencé", "Terminé"))
    assert shown == (("Commencé", 100), ("Question but ?", 100), ("Question taille ?", 85), ("Terminé", 60))


def test_a_question_beside_the_way_is_no_step_of_the_funnel() -> None:
    steps = (
        StepCount(PATH, "", passed=100),
        StepCount(PATH, "but", passed=31),
        StepCount(PATH, "taille", passed=90, left=40),
    )
    shown = funnel_of(PATH, steps, SHELF, ("Commencé", "Terminé"))
    assert [count for _, count in shown] == [100, 90, 60]


def test_few_who_come_to_the_end_are_hidden_and_not_called_nobody() -> None:
    steps = (StepCount(PATH, "", passed=20), StepCount(PATH, "but", passed=20, left=17))
    assert [count for _, count in funnel_of(PATH, steps, SHELF, ("a", "z"))] == [20, 20, None]


# ---- what is counted ----


def asked(chat: Chat) -> list[Asked]:
    return [effect for effect in chat.effects if isinstance(effect, Asked)]


def test_each_question_is_counted_once_by_what_became_of_it() -> None:
    chat = Chat()
    chat.say("c'est quoi une alliance durable")
    assert asked(chat) == [Asked("answered", ArticleId("alliance"))]
    chat.say("quelle pizzeria choisir ce soir")
    assert asked(chat) == [Asked("unanswered")]
    chat.say("la météo du jour définition")
    assert asked(chat) == [Asked("answered", ArticleId("meteo"))]
    for said in ("bonjour", "/menu", "merci"):
        chat.say(said)
        assert asked(chat) == []


def test_a_suggestion_that_is_opened_is_counted_as_chosen_once() -> None:
    chat = Chat()
    (shown,) = chat.say("alliance ou mécénat")
    assert asked(chat) == [Asked("suggested")]
    first = shown.options[0].id
    chat.tap(first)
    assert asked(chat) == [Asked("chosen", ArticleId(first.removeprefix("article.")))]
    chat.tap(first)
    assert asked(chat) == []


def test_an_entry_reached_from_elsewhere_is_no_answer_to_a_question() -> None:
    chat = Chat()
    chat.give(Tap("art.alliance"))
    assert asked(chat) == []
