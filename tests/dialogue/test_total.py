"""No input may raise, in any order, with any text, forged taps, and flows that change under the person."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.speaking import MOST
from bot.markup import plain
from bot.model.inputs import (
    Attachment,
    Command,
    Contact,
    Input,
    Location,
    Membership,
    Opening,
    Tap,
    Timeout,
    Unusable,
    Utterance,
)
from bot.model.message import Message
from bot.model.values import StoredFile
from bot.model.who import Standing
from tests.dialogue import answers
from tests.dialogue.chat import Chat
from tests.flows import library as fixtures

OPENINGS = [str(flow["flow"]) for flow in fixtures.FLOWS]
WORDS = [
    *(
        "oui",
        "non",
        "1",
        "2",
        "b",
        "zut",
        "retour",
        "passer",
        "pause",
        "annuler",
        "répéter",
        "aide",
        "valider",
    ),
    *(
        "reprendre",
        "recommencer",
        "/start",
        "/menu",
        "/parcours",
        "/reprendre",
        "/effacer",
        "/aide",
        "/langue",
    ),
    *("/mes_donnees", "/question", "/question c'est quoi une alliance durable", "/nimporte", "/", "bonjour"),
    *(
        "c'est quoi une alliance durable ?",
        "la météo du jour",
        "prendre le chemin",
        "tous les types",
        "le profil",
    ),
    *(
        "moyens",
        "partager des moyens et peser sur une decision",
        "1 et 3",
        "12",
        "1 250,50 €",
        "9" * 400,
        "31/02",
    ),
    *(
        "demain",
        "14 janvier",
        "a@b.fr",
        "06 12 34 56 78",
        "rhone",
        "48.85, 2.35",
        "public",
        "peser",
        "Le Nord",
    ),
    *(
        "",
        " ",
        "?",
        "\x00",
        "\ud800",
        "*_[](x)`<b>",
        "\u202e\u200d",
        "a" * 5000,
        "{nom}",
        "{0}",
        "%s",
        "oui et non",
    ),
]
ACTS = [
    *("do.erase-yes", "do.erase-no", "do.erase", "do.menu", "do.resume", "do.human", "do.export", "do.data"),
    *(
        "p1.oui",
        "p1.=done",
        "c1.back",
        "c1.done",
        "c1.zut",
        "p999999999.x",
        "go.zut",
        "restart.types",
        "go.chemin",
    ),
    *(
        "resume.zut",
        "art.alliance",
        "more.fusion",
        "src.zut",
        "src.meteo",
        "yes.alliance",
        "no.local",
        "no.zut",
        "def.mot-mecenat",
        "def.zut",
        "do.none",
        "do.events",
        "going.zut",
        "ics.zut",
        "lang.fr",
        "lang.zz",
        "",
        "p1.",
        "\ud800",
    ),
]


def changed() -> list[tuple[dict[str, Any], ...]]:
    """Other states of the library: flows gone, steps gone, renamed, of another kind or type."""
    shorter = {**fixtures.PATH, "steps": [fixtures.PATH["steps"][1], {"end": {}}]}
    renamed = {
        **fixtures.PATH,
        "steps": [
            {**step, "id": "cause", "replaces": ["motif"]} if step.get("id") == "motif" else step
            for step in fixtures.PATH["steps"]
        ],
    }
    retyped = {
        **fixtures.TYPES,
        "steps": [
            {"id": "texte", "review": ["nombre", "jour"]},
            fixtures.ask("nombre", "date"),
            fixtures.ask("jour", "number", when="default(nombre, 'x') != 'y'"),
            fixtures.ask("choix", "choices", choices=fixtures.CHOICES[:2]),
            fixtures.ask("plusieurs", "text"),
            {
                "say": "{nombre|date} {jour|jour|jours} {choix} {plusieurs}",
                "when": "jour + 1 > 2 or contains(choix, 'moyens')",
            },
        ],
    }
    rest = [flow for flow in fixtures.FLOWS if flow not in (fixtures.PATH, fixtures.TYPES, fixtures.SUB)]
    return [
        fixtures.FLOWS,
        (fixtures.TYPES,),
        (shorter, fixtures.TYPES, fixtures.SUB, fixtures.DEEP),
        (renamed, retyped, fixtures.SUB, *rest),
        (retyped, *rest),
    ]


FORWARD = [
    *(
        "passer",
        "12",
        "demain",
        "a@b.fr",
        "06 12 34 56 78",
        "rhone",
        "toucher un nouveau public",
        "1",
        "2",
        "valider",
    ),
    *(
        "peser",
        "le nord",
        "Awa",
        "oui",
        "non",
        "des mots libres",
        "corriger",
        "effacer",
        "retour",
        "question but",
        "parler jargon",
        "en clair ?",
        "et le mécénat ?",
        "le loyer mensuel",
        "c'est quoi partager un local ?",
    ),
]
"""Words that answer some prompt or move at a review."""
VERSIONS = [*(fixtures.library_of(*flows) for flows in changed()), answers.library()]
PRESSED = "pressed"
"""Stands for a tap on some button of some message that came."""

attachments = st.one_of(
    st.builds(Contact, st.sampled_from(["+33612345678", "0612345678", "zut", ""])),
    st.builds(Location, st.floats(-90, 90), st.floats(-180, 180)),
    st.builds(
        StoredFile,
        st.just("f" * 64),
        st.sampled_from(["a.pdf", "", "*x*\x00"]),
        st.just("text/plain"),
        st.just(3),
    ),
)
inputs = st.one_of(
    st.builds(Utterance, st.sampled_from(WORDS)),
    st.builds(Utterance, st.text(max_size=40)),
    st.builds(Tap, st.sampled_from(ACTS)),
    st.builds(Tap, st.text(max_size=12)),
    st.builds(
        Command,
        st.sampled_from(["start", "aide", "types", "profil", "reserve", "zut", ""]),
        st.sampled_from(["", "x"]),
    ),
    st.builds(Opening, st.sampled_from([*OPENINGS, "q_alliance", "q_zut", "", "zut"])),
    st.builds(Attachment, attachments),
    st.builds(Unusable, st.sampled_from(["voice", "sticker", "too_large", "other"])),
    st.builds(Membership, st.sampled_from(["blocked", "unblocked"])),
)
moves = st.one_of(
    inputs,
    st.tuples(st.just(PRESSED), st.integers(0, 200)),
    st.tuples(st.just(PRESSED), st.integers(0, 8)),
    st.tuples(st.just("later"), st.integers(0, 4000)),
    st.tuples(st.just("publish"), st.integers(0, len(VERSIONS) - 1)),
    st.builds(Opening, st.sampled_from(OPENINGS)),
    st.builds(Utterance, st.sampled_from(FORWARD)),
)


def deal(chat: Chat, move: Input | tuple[str, int]) -> list[Message]:
    """One move of the walk."""
    match move:
        case (str(kind), int(number)) if kind == PRESSED:
            acts = [
                option.act
                for message in reversed(chat.heard)
                for option in (*message.options, *message.controls)
            ]
            return chat.give(Tap(acts[number % len(acts)])) if acts else []
        case ("later", int(hours)):
            return chat.wait(timedelta(hours=hours))
        case ("publish", int(number)):
            chat.library = VERSIONS[number]
            return []
        case tuple():
            raise AssertionError(move)
        case _:
            return chat.give(move, after=timedelta(seconds=3))


def check(chat: Chat, messages: list[Message]) -> None:
    """What holds after every turn."""
    assert len(messages) <= MOST, [message.text for message in messages]
    assert [message.silent for message in messages] == [True] * (len(messages) - 1) + [False] * bool(messages)
    for message in messages:
        assert plain(message.text)
    known = {run.id for run in chat.session.runs}
    assert chat.session.active is None or chat.session.active in known
    assert len(known) == len({run.flow for run in chat.session.runs})
    assert all(run.wait for run in chat.session.runs)
    assert {key.removeprefix("remind.") for key in chat.timers} <= known


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(moves, min_size=1, max_size=30), st.sampled_from(Standing))
def test_nothing_that_people_do_raises(walk: list[Input | tuple[str, int]], standing: Standing) -> None:
    chat = Chat(VERSIONS[0], standing=standing, name="*Awa*")
    for move in walk:
        messages = deal(chat, move)
        check(chat, [] if isinstance(move, tuple) and move[0] == "later" else messages)


@pytest.mark.parametrize("seed", range(12))
def test_long_conversations_that_mostly_go_forward_never_break(seed: int) -> None:
    rng = Random(seed)
    chat = Chat(VERSIONS[0], standing=rng.choice(list(Standing)), name="")
    for _ in range(100):
        if chat.at and rng.random() < 0.7:
            check(chat, deal(chat, Utterance(rng.choice(FORWARD))))
        elif rng.random() < 0.3:
            deal(
                chat, rng.choice([("publish", rng.randrange(len(VERSIONS))), ("later", rng.randrange(2000))])
            )
        else:
            move: Input | tuple[str, int] = (PRESSED, rng.randrange(40))
            check(chat, deal(chat, Opening(rng.choice(OPENINGS)) if rng.random() < 0.5 else move))


@given(st.text() | st.sampled_from(WORDS))
@settings(max_examples=100, deadline=None)
def test_no_stale_or_unknown_timer_says_anything(key: str) -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    before = chat.session
    assert chat.give(Timeout(key)) == []
    assert chat.session == before
