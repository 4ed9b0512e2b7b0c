"""`/lien`: what a link leads to, who may have one, and what the picture says."""

import re
from dataclasses import replace

import pytest

from bot.dialogue.library import Library
from bot.dialogue.links import Target, deep_link, target_of, targets
from bot.documents.qr import qr_picture
from bot.knowledge.ask import Verdict, ask
from bot.markup import plain
from bot.model.effects import HandOut
from bot.model.inputs import PAYLOAD, Command, Tap
from bot.model.turn import View
from bot.model.values import FlowId
from bot.model.who import Standing
from tests.dialogue.chat import Chat

ENTRY = "difference-alliance-partenariat"
FLOW = "faire-connaissance"
LINK = "https://t.me/alliances_bot?start="


class Wired(Chat):
    """A chat with an assistant that is connected to Telegram."""

    def view(self) -> View:
        seen = super().view()
        return replace(seen, policy=replace(seen.policy, bot="alliances_bot"))


@pytest.fixture
def staff(library: Library) -> Chat:
    return Wired(library, standing=Standing.STAFF)


def handed_out(chat: Chat) -> HandOut | None:
    """What the last turn handed out."""
    return next((effect for effect in chat.effects if isinstance(effect, HandOut)), None)


@pytest.mark.parametrize(
    ("words", "payload"),
    [
        (ENTRY, f"q_{ENTRY}"),
        (f"q_{ENTRY}", f"q_{ENTRY}"),
        (f"  {ENTRY.upper()} ", f"q_{ENTRY}"),
        ("cest koi la diference entre alliance et partenaria", f"q_{ENTRY}"),
        (FLOW, FLOW),
        ("Faire connaissance", FLOW),
        ("faire conaissance", FLOW),
    ],
)
def test_an_id_a_title_or_a_question_brings_the_link_and_its_picture(
    staff: Chat, words: str, payload: str
) -> None:
    staff.give(Command("lien", words))
    found = handed_out(staff)
    assert found is not None
    assert f"{LINK}{payload}" in plain(found.message.text)
    (picture,) = found.files
    assert picture.content == qr_picture(f"{LINK}{payload}")
    assert (picture.name, picture.media_type) == (f"qr_{payload.removeprefix('q_')}.png", "image/png")
    assert picture.alternative and found.message.key


def test_the_typed_command_is_the_same(staff: Chat) -> None:
    staff.say(f"/lien {ENTRY}")
    assert handed_out(staff)


@pytest.mark.parametrize("standing", Standing)
def test_only_staff_learns_that_there_are_links(library: Library, standing: Standing) -> None:
    chat = Wired(library, standing=standing)
    chat.give(Command("lien", ENTRY))
    assert (handed_out(chat) is not None) is (standing is not Standing.MEMBER)
    assert ("/lien" in chat.text) is (standing is Standing.MEMBER)


def test_volunteers_have_no_such_command_in_their_menu(library: Library) -> None:
    assert "lien" not in library.shelf.phrases.commands


def test_a_forged_button_gives_a_volunteer_nothing(library: Library) -> None:
    chat = Wired(library)
    chat.give(Tap(f"link.{ENTRY}"))
    assert handed_out(chat) is None
    assert len(chat.sent) == 1


def test_several_likely_entries_are_buttons_and_one_of_them_brings_its_link(staff: Chat) -> None:
    vague = ("argent partenaire", "trouver", "bénévole")
    suggested = (words for words in vague if ask(staff.library.index, words).verdict is Verdict.SUGGEST)
    (offer,) = staff.give(Command("lien", next(suggested)))
    named = [option for option in offer.options if option.id.startswith("link.")]
    assert 1 < len(named) <= 3
    staff.tap(named[1].id)
    found = handed_out(staff)
    assert found is not None
    assert f"{LINK}q_{named[1].id.removeprefix('link.')}" in plain(found.message.text)


@pytest.mark.parametrize("words", ["", "  ", "météo à Lyon demain", "../../etc/passwd", "é" * 4000])
def test_what_leads_nowhere_is_said_kindly(staff: Chat, words: str) -> None:
    sent = staff.give(Command("lien", words))
    assert handed_out(staff) is None
    assert len(sent) == 1


def test_without_telegram_there_is_no_link(library: Library) -> None:
    chat = Chat(library, standing=Standing.STAFF)
    (said,) = chat.give(Command("lien", ENTRY))
    assert handed_out(chat) is None
    assert "Telegram" in said.text


def test_an_entry_that_waits_for_a_review_is_pointed_out(staff: Chat, library: Library) -> None:
    waiting = next(article.id for article in library.shelf.articles.values() if not article.ready)
    staff.give(Command("lien", waiting))
    found = handed_out(staff)
    assert found is not None and "relecture" in found.message.text
    staff.give(Command("lien", ENTRY))
    other = handed_out(staff)
    assert other is not None and "relecture" not in other.message.text


def test_a_link_in_the_middle_of_a_journey_loses_no_place(staff: Chat) -> None:
    staff.say("/profil")
    before = staff.at
    sent = staff.give(Command("lien", ENTRY))
    assert handed_out(staff) and staff.at == before
    assert sent[-1].controls or sent[-1].options


def test_every_entry_and_journey_has_a_link_of_its_own(library: Library) -> None:
    links = set()
    for name in targets(library.shelf):
        found = target_of(name, library.shelf)
        assert found is not None and PAYLOAD.fullmatch(found.payload)
        links.add(deep_link("alliances_bot", found))
    assert len(links) == len(library.shelf.flows) + len(library.shelf.articles)
    assert all(re.fullmatch(r"https://t\.me/\w+\?start=[\w-]{1,64}", link) for link in links)


def test_an_entry_named_like_a_journey_can_still_be_named(library: Library) -> None:
    flow = library.shelf.flows[FlowId(FLOW)]
    shelf = replace(library.shelf, flows={**library.shelf.flows, FlowId(ENTRY): flow})
    named, marked = target_of(ENTRY, shelf), target_of(f"q_{ENTRY}", shelf)
    assert named is not None and marked is not None
    assert (named.kind, marked.kind) == ("flow", "entry")


@pytest.mark.parametrize(
    ("bot", "id"), [("", "a"), ("a b", "a"), ("bot/../x", "a"), ("my_bot", "é"), ("my_bot", "a" * 63)]
)
def test_what_telegram_would_not_carry_is_refused(bot: str, id: str) -> None:
    with pytest.raises(ValueError):
        deep_link(bot, Target(id, "entry", ""))


def test_a_number_typed_after_a_link_picks_no_button_from_before_it(staff: Chat) -> None:
    staff.say("/menu")
    assert staff.session.offers
    staff.give(Command("lien", ENTRY))
    assert handed_out(staff) and staff.session.offers == ()
