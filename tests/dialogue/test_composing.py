"""Staff compose events and announcements: what is shown, what leaves, and who may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.composing import PREVIEW, answers_of, note_revision
from bot.dialogue.draft import Draft
from bot.dialogue.journeys import start
from bot.dialogue.respond import respond
from bot.flows.posts import Post, read_post
from bot.markup import plain
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    AnnouncementSeen,
    Audience,
    Crowd,
    Fate,
    NewsKind,
    Plan,
    Reach,
    State,
    Sweep,
    Tally,
    Twin,
)
from bot.model.effects import Announce, Publish
from bot.model.event import Event, EventId, EventSeen, EventState
from bot.model.inputs import Attachment, Input, Tap, Unusable, Utterance
from bot.model.message import Markdown, Message, Poll
from bot.model.turn import Need, Turn
from bot.model.values import FlowId, StoredFile
from bot.model.who import Standing
from tests.dialogue.chat import MONDAY, Chat
from tests.flows.library import library_of

POST = "4711/99"
EVENING, NEWS, SORTS = FlowId("soiree"), FlowId("nouvelle"), FlowId("sortes")
CAFE = EventId("cafe-2027-01-14")


class Desk(Chat):
    """Somebody of the team, with a store that knows events and counts people."""

    def __init__(self, standing: Standing = Standing.STAFF, *, people: int = 12) -> None:
        super().__init__(library_of(), standing=standing)
        self.events: tuple[EventSeen, ...] = ()
        self.asked: list[Crowd] = []
        self.people = people
        self.twin: AnnouncementSeen | None = None

    def _respond(self, input: Input) -> Turn:
        turn = super()._respond(input)
        if not turn.lacks:
            return turn
        crowds = [one for one in turn.lacks if isinstance(one, Crowd)]
        self.asked += crowds
        view = replace(
            self.view(),
            events=self.events,
            known=frozenset(one for one in turn.lacks if isinstance(one, Need)),
            crowds={one: Reach(self.people, 3, ("Awa", "Bo")) for one in crowds},
            twins={one: self.twin for one in turn.lacks if isinstance(one, Twin)},
        )
        again = respond(self.session, input, self.library, view, now=self.now, rng=self.rng)
        assert not again.lacks - turn.lacks or Need.EVENTS in turn.lacks
        return again

    def goes(self, flow: FlowId) -> list[Message]:
        """Start a journey."""
        return self.give(Tap(f"go.{flow}"))

    def made(self, kind: type) -> Any:
        """The one effect of this kind in the last turn; None if there is none."""
        found = [effect for effect in self.effects if isinstance(effect, kind)]
        assert len(found) < 2
        return found[0] if found else None

    def changes(self, event: Event) -> None:
        """Begin to change an event, as its button does."""
        view = replace(self.view(), events=self.events, known=frozenset({Need.EVENTS}))
        draft = Draft(self.library, self.session, view, self.now, self.rng)
        given = answers_of(event, self.library.shelf.flows[EVENING], view.policy.timezone)
        note_revision(draft, event)
        start(draft, EVENING, restart=True, given=given, whole=True)
        turn = draft.turn()
        self.session, self.effects = turn.session, turn.effects
        for effect in turn.effects:
            self._apply(effect)
        self.heard += self.sent


def evening(desk: Desk, *, place: str = "La salle", seats: str = "passer") -> list[Message]:
    """Compose one, up to its card."""
    desk.goes(EVENING)
    return desk.say("Café", "jeudi 14 janvier à 18 h 30", "20 h", place, seats, "oui")


def news(desk: Desk, *words: str, post: Input | None = None) -> list[Message]:
    """Compose one of the life of the network, up to its preview; `words`: roles, rule, spared, start."""
    desk.goes(NEWS)
    desk.say("vie", "passer")
    desk.give(post or Utterance("Bonjour"))
    desk.say(*(words or ("passer", "passer", "passer", "passer")))
    return desk.say("oui")


def ids(message: Message) -> list[str]:
    return [option.id for option in message.options]


# --- events -------------------------------------------------------------------------------------------------


def test_an_event_is_shown_as_people_will_see_it_and_leaves_only_then() -> None:
    desk = Desk()
    card, asked = evening(desk, seats="12")
    assert "Café" in plain(card.text) and "[event_left] 12 12" in plain(card.text)
    assert {option.act for option in card.options} == {PREVIEW}
    assert ids(asked) == ["publier", "modifier", "brouillon", "abandonner"]
    assert desk.made(Publish) is None
    desk.tap("publier")
    event = desk.made(Publish).event
    assert (event.id, event.state, event.revision) == (CAFE, EventState.ANNOUNCED, 1)
    assert event.starts == datetime(2027, 1, 14, 17, 30, tzinfo=UTC)
    assert event.ends - event.starts == timedelta(minutes=90)
    assert desk.told["decision"] == "publier" and desk.told["soiree"] == CAFE


def test_a_button_of_the_preview_says_that_it_is_one() -> None:
    desk = Desk()
    card, _ = evening(desk)
    assert "[preview_tapped]" in plain(desk.give(Tap(card.options[0].act))[0].text)
    assert desk.at == "soiree/carte"


def test_what_was_published_cannot_be_gone_back_over() -> None:
    desk = Desk()
    evening(desk)
    desk.tap("publier")
    assert desk.at == "nouvelle/texte"  # the announcement of it began
    desk.say("retour")
    assert desk.made(Publish) is None and desk.at == "nouvelle/texte"


def test_a_draft_is_kept_for_the_team_alone() -> None:
    desk = Desk()
    evening(desk)
    desk.tap("brouillon")
    effect = desk.made(Publish)
    assert effect.event.state is EventState.DRAFT and effect.news.told == {}
    assert "Gardé." in desk.text


def test_a_title_of_the_same_day_gets_an_id_of_its_own() -> None:
    desk = Desk()
    evening(desk)
    desk.tap("publier")
    desk.events = (EventSeen(desk.made(Publish).event),)
    desk.say("annuler")
    evening(desk)
    desk.tap("publier")
    assert desk.made(Publish).event.id == f"{CAFE}-2"


IN_THE_WAY = [
    ({"place": "passer"}, "[publish_no_place]"),
    ({"seats": "0"}, "[publish_no_seat]"),
]


@pytest.mark.parametrize(("answers", "said"), IN_THE_WAY)
def test_what_cannot_be_published_is_said_and_mended(answers: dict[str, str], said: str) -> None:
    desk = Desk()
    (asked,) = evening(desk, **answers)
    assert said in plain(asked.text) and ids(asked) == ["modifier", "abandonner"]
    desk.tap("modifier", "lieu" if "place" in answers else "places")
    asked = desk.say("Chez nous" if "place" in answers else "3")[-1]
    assert ids(asked)[0] == "publier"


def test_an_event_that_has_begun_meanwhile_is_not_published() -> None:
    desk = Desk()
    evening(desk)
    desk.now += timedelta(days=30)
    desk.tap("publier")
    assert desk.made(Publish) is None


def test_a_change_begins_with_the_answers_as_they_are() -> None:
    desk = Desk()
    evening(desk)
    desk.tap("publier")
    event = desk.made(Publish).event
    desk.events = (EventSeen(event, seated=3, waiting=1),)
    desk.say("annuler")
    desk.changes(event)
    assert desk.at == "soiree/vu" and "La salle" in desk.text
    (asked,) = desk.tap("oui")
    assert "[publish_same]" in plain(asked.text) and ids(asked) == ["modifier", "abandonner"]
    desk.tap("modifier", "lieu")
    card, asked = desk.say("Le parc")
    assert "Le parc" in plain(card.text) and "[publish_change] 4" in plain(asked.text)
    assert ids(asked) == ["changement", "modifier", "abandonner"]
    desk.tap("changement")
    changed = desk.made(Publish).event
    assert (changed.id, changed.revision, changed.place) == (event.id, 2, "Le parc")


def test_what_somebody_else_changed_meanwhile_is_not_undone() -> None:
    desk = Desk()
    evening(desk)
    desk.tap("publier")
    event = desk.made(Publish).event
    desk.events = (EventSeen(event),)
    desk.say("annuler")
    desk.changes(event)
    desk.tap("corriger", "lieu")
    desk.say("Le parc")
    desk.events = (EventSeen(replace(event, title="Autre titre", revision=2)),)
    (asked,) = desk.tap("oui")
    assert "[publish_moved]" in plain(asked.text) and ids(asked) == ["modifier", "abandonner"]
    desk.changes(desk.events[0].event)
    (asked,) = desk.tap("oui")
    assert "[publish_same]" in plain(asked.text)


def test_a_change_of_what_is_over_is_refused() -> None:
    desk = Desk()
    zone = ZoneInfo("Europe/Paris")
    begins = desk.now + timedelta(days=1)
    desk.changes(Event(EventId("fini"), "Fini", begins, begins + timedelta(hours=1), zone, place="Ici"))
    assert "[event_gone]" in plain(desk.tap("oui")[0].text)


def test_who_organises_may_propose_events_and_nobody_else() -> None:
    for standing in Standing:
        desk = Desk(standing)
        desk.goes(EVENING)
        assert (desk.at == "soiree/titre") is (standing is not Standing.MEMBER)


def test_one_answer_is_changed_from_the_preview_and_the_others_stay() -> None:
    desk = Desk()
    evening(desk, seats="12")
    desk.tap("modifier")
    assert desk.at == "soiree/carte" and "lieu" in ids(desk.edited[-1])
    desk.say("retour")
    assert ids(desk.sent[-1])[0] == "publier"
    desk.tap("modifier", "places")
    desk.say("3")
    assert desk.at == "soiree/carte" and desk.told["lieu"] == "La salle"
    desk.tap("publier")
    assert desk.made(Publish).event.capacity == 3


# --- announcements ------------------------------------------------------------------------------------------


def test_an_announcement_is_shown_with_how_many_get_it() -> None:
    desk = Desk()
    preview, asked = news(desk)
    assert plain(preview.text) == "Bonjour"
    text = plain(asked.text)
    assert "[announce_people] 12" in text and "Awa [list_and] Bo" in text and "[announce_left_out] 3" in text
    assert ids(asked) == ["test", "envoyer", "modifier", "abandonner"]
    assert desk.asked[-1] == Crowd(NewsKind.LIFE, Audience())
    desk.tap("envoyer")
    plan = desk.made(Announce).plan
    assert plan == Plan(Message(Markdown("Bonjour")), NewsKind.LIFE)


def twin(number: int, **changes: Any) -> AnnouncementSeen:
    """What was announced before, of the same text."""
    plan = Plan(Message(Markdown("Bonjour")))
    one = Announcement(AnnouncementId(number), plan, State.DONE, MONDAY, MONDAY, 9, 9, 9, began=MONDAY)
    return AnnouncementSeen(replace(one, **changes), Tally(9, {Fate.SENT: 8}))


def test_a_text_that_was_sent_before_is_sent_again_only_by_who_knows_of_it() -> None:
    desk = Desk()
    desk.twin = twin(7)
    _, asked = news(desk)
    text = plain(asked.text)
    assert "[announce_before]" in text and "8" in text and "[audience_everyone]" in text.lower()
    assert ids(asked) == ["test", "encore-7", "modifier", "abandonner"]
    desk.tap("encore-7")
    effect = desk.made(Announce)
    assert (effect.knowing, effect.plan.again) == (AnnouncementId(7), False)


@pytest.mark.parametrize("deed", ["envoyer", "encore-7"])
def test_what_somebody_else_sent_meanwhile_is_shown_before_it_is_sent_again(deed: str) -> None:
    """The commit refuses it, and the turn is decided again on what is known then."""
    desk = Desk()
    desk.twin = twin(7) if deed == "encore-7" else None
    news(desk)
    act = desk.button(deed).act
    desk.twin = twin(8)
    desk.give(Tap(act))
    assert desk.made(Announce) is None
    assert "[announce_before]" in desk.text and ids(desk.sent[-1])[1] == "encore-8"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": State.PLANNED, "began": None}, "[announce_before_planned]"),
        ({"sweep": Sweep.RECALL, "edition": 2}, "[announce_before_recalled]"),
    ],
)
def test_what_became_of_the_one_before_is_told(changes: dict[str, Any], said: str) -> None:
    desk = Desk()
    desk.twin = twin(7, **changes)
    _, asked = news(desk)
    assert said in plain(asked.text)


def test_a_test_goes_to_who_writes_it_and_nothing_leaves() -> None:
    desk = Desk()
    news(desk, post=Utterance("Bonjour {prénom}"))
    copy, asked = desk.tap("test")
    assert plain(copy.text) == "Bonjour Awa" and ids(asked)[0] == "test"
    assert PREVIEW not in {control.act for control in copy.controls}
    assert desk.made(Announce) is None
    desk.tap("envoyer")
    assert desk.made(Announce).plan.message.text == "Bonjour {prénom}"


CHOSEN = [
    (("valider", "passer", "passer", "passer"), Audience()),
    (("bénévole", "passer", "passer", "passer"), Audience("person.role == 'benevole'")),
    (
        ("bénévole et au bureau", "passer", "passer", "passer"),
        Audience("person.role in ['ca', 'benevole']"),
    ),
    (("passer", "done('chemin')", "passer", "passer"), Audience("done('chemin')")),
    (
        ("bénévole", "done('chemin') or seen_within(3)", "valider", "passer"),
        Audience("person.role == 'benevole' and (done('chemin') or seen_within(3))"),
    ),
    (("passer", "passer", "occupées et servies", "passer"), Audience("", spare_busy=True, spare_days=7)),
]


@pytest.mark.parametrize(("words", "audience"), CHOSEN)
def test_an_audience_is_all_that_was_answered(words: tuple[str, ...], audience: Audience) -> None:
    desk = Desk()
    given = tuple("passer" if word == "valider" else word for word in words)
    news(desk, *given)
    desk.tap("envoyer")
    assert desk.made(Announce).plan.audience == audience


def test_a_rule_that_cannot_be_read_is_refused_at_once() -> None:
    desk = Desk()
    desk.goes(NEWS)
    desk.say("vie", "passer", "Bonjour", "passer")
    desk.say("rol == 'benevole'")
    assert "[refused_condition]" in desk.text and desk.at == "nouvelle/regle"


def test_what_goes_to_nobody_cannot_be_sent() -> None:
    desk = Desk(people=0)
    _, asked = news(desk)
    assert "[announce_nobody]" in plain(asked.text)
    assert ids(asked) == ["test", "modifier", "abandonner"]
    desk.say("envoyer")
    assert desk.made(Announce) is None


def test_a_time_is_by_the_clocks_of_the_operator_and_to_come() -> None:
    desk = Desk()
    news(desk, "passer", "passer", "passer", "demain 9h")
    desk.tap("envoyer")
    assert desk.made(Announce).plan.starts == datetime(2027, 1, 12, 8, 0, tzinfo=UTC)
    late = Desk()
    (asked,) = news(late, "passer", "passer", "passer", "hier 9h")
    assert "[announce_past]" in plain(asked.text) and "envoyer" not in ids(asked)


def test_a_placeholder_that_nobody_can_fill_is_told() -> None:
    desk = Desk()
    (asked,) = news(desk, post=Utterance("Bonjour {surnom}"))
    assert "[announcement_hole] {surnom}" in plain(asked.text) and ids(asked) == ["modifier", "abandonner"]


FILE = StoredFile("0" * 64, "carte.pdf", "application/pdf", 9)
POSTS: list[tuple[Input, dict[str, Any]]] = [
    (Utterance("Un *mot*"), {"text": "Un \\*mot\\*", "copied": ""}),
    (Utterance("Un mot", post=POST), {"text": "Un mot", "copied": ""}),
    (Utterance("Un mot", post=POST, marked=Markdown("Un **mot**")), {"text": "Un **mot**", "copied": ""}),
    (Utterance("Un mot", forwarded=True, post=POST), {"text": "Un mot", "copied": POST}),
    (Attachment(FILE, text="La carte", post=POST), {"text": "La carte", "copied": POST}),
    (
        Attachment(Poll("Qui vient ?", ("Moi", "Toi"))),
        {"text": "", "poll": Poll("Qui vient ?", ("Moi", "Toi"))},
    ),
    (Unusable("voice", post=POST), {"text": "", "copied": POST}),
]


@pytest.mark.parametrize(("post", "message"), POSTS)
def test_any_message_can_be_passed_on(post: Input, message: dict[str, Any]) -> None:
    desk = Desk()
    news(desk, post=post)
    desk.tap("envoyer")
    sent = desk.made(Announce).plan.message
    assert {name: getattr(sent, name) for name in message} == message
    assert [file.name for file in sent.attachments] == (
        ["carte.pdf"] if "La carte" in message["text"] else []
    )


def test_what_cannot_be_passed_on_is_refused() -> None:
    desk = Desk()
    desk.goes(NEWS)
    desk.say("vie", "passer")
    desk.give(Unusable("voice"))
    assert desk.at == "nouvelle/texte" and "[unusable]" in desk.text
    desk.give(Utterance("x" * 4097))
    assert desk.at == "nouvelle/texte" and "[refused_text_long]" in desk.text


def test_an_event_is_announced_with_its_card() -> None:
    desk = Desk()
    evening(desk)
    desk.tap("publier")
    desk.events = (EventSeen(desk.made(Publish).event),)
    assert desk.told["quoi"] == CAFE and desk.told["sorte"] == "events"
    desk.say("passer", "passer", "passer", "passer", "passer")
    assert desk.at == "nouvelle/vu" and "Café" in desk.text
    preview, _ = desk.say("oui")
    assert "Café" in plain(preview.text) and f"going.{CAFE}" in ids(preview)
    desk.tap("envoyer")
    plan = desk.made(Announce).plan
    assert (plan.event, plan.kind, plan.message.text) == (CAFE, NewsKind.EVENTS, "")


def test_only_staff_may_write_to_many() -> None:
    for standing in Standing:
        desk = Desk(standing)
        desk.goes(NEWS)
        assert (desk.at == "nouvelle/sorte") is (standing in (Standing.STAFF, Standing.ADMIN))


@pytest.mark.parametrize("deed", ["envoyer", "Bonjour", "retour", "resume"])
def test_who_lost_the_role_meanwhile_is_led_out(deed: str) -> None:
    desk = Desk()
    news(desk)
    desk.person = replace(desk.person, standing=Standing.ORGANISER)
    match deed:
        case "envoyer":
            desk.tap(deed)
        case "resume":
            desk.give(Tap(f"resume.{desk.session.runs[0].id}"))
        case _:
            desk.say(deed)
    assert desk.made(Announce) is None and desk.session.runs == ()
    assert "Bonjour" not in desk.text and "[announce" not in desk.text


def test_organisers_are_not_led_into_what_they_may_not_do() -> None:
    desk = Desk(Standing.ORGANISER)
    evening(desk)
    desk.tap("publier")
    assert desk.made(Publish) is not None and desk.at == ""


# --- the sorts of answers -----------------------------------------------------------------------------------


def test_answers_of_every_sort_are_kept_and_shown() -> None:
    desk = Desk()
    desk.goes(SORTS)
    desk.say("18 h 30")
    desk.tap("propose-1")  # "demain 18 h"
    desk.say("2 h", "passer", "exemple.fr")
    desk.tap("propose-2")
    desk.say("done('chemin')", "bénévole", "le chemin")
    assert desk.told | {"poste": read_post(desk.told["poste"]).text} == {  # type: ignore[union-attr]
        "heure": "18:30",
        "debut": "2027-01-12T18:00",
        "fin": "2027-01-13T02:00",
        "adresse": "https://exemple.fr",
        "poste": "Vu : https://exemple.fr",
        "regle": "done('chemin')",
        "roles": ("benevole",),
        "parcours": "chemin",
    }
    desk.say("passer")
    text = plain(Markdown(desk.sent[-1].text)).replace("\N{NO-BREAK SPACE}", " ")
    for shown in ("18 h 30", "[moment] mardi 12 janvier 2027 18 h", "Vu : https", "Bénévole", "Le chemin"):
        assert shown in text, shown


def test_a_proposal_whose_names_are_not_known_is_left_out() -> None:
    desk = Desk()
    desk.goes(SORTS)
    desk.say("passer", "passer", "passer", "passer", "passer")
    assert ids(desk.sent[-1]) == ["propose-1"]


def test_the_number_of_a_proposal_chooses_it_unless_a_number_is_an_answer() -> None:
    desk = Desk()
    desk.goes(SORTS)
    desk.say("18 h 30", "1")  # the moment: "demain 18 h" is the first of its proposals
    assert desk.told["debut"] == "2027-01-12T18:00"
    desk.say("2 h", "passer", "exemple.fr", "3")  # no third: the words of a post like any others
    desk.say("done('chemin')", "bénévole", "le chemin")
    assert read_post(desk.told["poste"]) == Post("3")


def test_a_time_that_does_not_fit_another_is_told_with_it() -> None:
    desk = Desk()
    desk.goes(SORTS)
    desk.say("passer", "hier 9h")
    assert "[refused_past]" in desk.text
    desk.say("demain 9h", "11 janvier 2027 à 8h")
    assert "[refused_early] [moment] mardi 12 janvier 2027 9" in plain(Markdown(desk.text))
