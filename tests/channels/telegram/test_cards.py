"""A card with a picture: where its buttons stand, and edits that change its words alone."""

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.rendering import render
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.receipt import Delivered
from tests.channels.telegram.conftest import Shelf
from tests.channels.telegram.test_sending import CAMILLE, PIXEL, reference
from tests.telegram_api import BotApi, faults

GOING = (Option("going.fete", "Je viens", "going.fete"),)
LONG = "Un mot de plus. " * 120
"""More than a caption holds."""


@pytest.fixture
def card(shelf: Shelf) -> Message:
    stored = shelf.keep(PIXEL, "salle.png", "image/png")
    picture = AttachedFile("salle.png", "image/png", stored.sha256, "La salle")
    return Message(
        Markdown("Il reste 3 places"), GOING, attachments=(picture,), key="event.fete", steady=True
    )


def worded(message: Message, text: str, **changes: Any) -> Message:
    return replace(message, text=Markdown(text), **changes)


def test_what_can_be_tapped_comes_last(card: Message, shelf: Shelf) -> None:
    stored = shelf.keep(b"BEGIN:VCALENDAR", "a.ics", "text/calendar")
    calendar = AttachedFile("a.ics", "text/calendar", stored.sha256)
    both = replace(card, attachments=(*card.attachments, calendar))
    for message, expected in (
        (card, [("salle.png", True)]),
        (both, [("a.ics", False), ("salle.png", True)]),
        (worded(card, LONG), [("salle.png", False), (None, True)]),
        (worded(both, LONG), [("salle.png", False), ("a.ics", False), (None, True)]),
    ):
        parts = render(message, sign=str, requests={})
        shown = [(part.file and part.file.name, part.markup is not None) for part in parts]
        assert shown == expected
        assert [part.silent for part in parts] == [True] * (len(parts) - 1) + [False]


async def test_an_edit_changes_the_words_below_the_picture(
    api: BotApi, channel: TelegramChannel, card: Message
) -> None:
    camille = api.person(1001)
    sent = reference(await channel.send(CAMILLE, card))
    assert await channel.send(CAMILLE, worded(card, "Complet"), replaces=sent) == Delivered(sent)
    assert (camille.chat.last.content.kind, camille.chat.last.text) == ("photo", "Complet")
    assert camille.chat.last.labels == ["Je viens"]
    assert len(api.calls("sendPhoto")) == 1 and len(api.calls("editMessageCaption")) == 1
    assert await channel.send(CAMILLE, worded(card, "Complet"), replaces=sent) == Delivered(sent)


async def test_an_edit_of_long_words_below_a_picture_changes_the_words_alone(
    api: BotApi, channel: TelegramChannel, card: Message
) -> None:
    camille = api.person(1001)
    sent = reference(await channel.send(CAMILLE, worded(card, LONG)))
    assert await channel.send(CAMILLE, worded(card, f"{LONG} Complet"), replaces=sent) == Delivered(sent)
    assert camille.chat.last.text.endswith("Complet") and len(api.calls("sendPhoto")) == 1


@pytest.mark.parametrize("first_with", [True, False], ids=["picture gone", "picture new"])
async def test_a_picture_that_came_or_went_since_is_no_reason_for_a_second_card(
    api: BotApi, channel: TelegramChannel, card: Message, first_with: bool
) -> None:
    api.person(1001)
    plain = replace(card, attachments=())
    before, after = (card, plain) if first_with else (plain, card)
    sent = reference(await channel.send(CAMILLE, before))
    assert await channel.send(CAMILLE, worded(after, "Complet"), replaces=sent) == Delivered(sent)


async def test_words_that_no_longer_fit_below_the_picture_are_a_new_card(
    api: BotApi, channel: TelegramChannel, card: Message
) -> None:
    camille = api.person(1001)
    sent = reference(await channel.send(CAMILLE, card))
    assert reference(await channel.send(CAMILLE, worded(card, LONG), replaces=sent)) != sent
    assert camille.chat.last.labels == ["Je viens"]


async def test_a_card_that_is_gone_is_said_anew(api: BotApi, channel: TelegramChannel, card: Message) -> None:
    api.person(1001)
    sent = reference(await channel.send(CAMILLE, card))
    api.fault(faults.bad_request("message to edit not found"), method="editMessageCaption")
    assert reference(await channel.send(CAMILLE, worded(card, "Complet"), replaces=sent)) != sent


async def test_a_picture_that_is_not_steady_is_sent_anew(
    api: BotApi, channel: TelegramChannel, card: Message
) -> None:
    api.person(1001)
    chart = replace(card, steady=False)
    sent = reference(await channel.send(CAMILLE, chart))
    assert reference(await channel.send(CAMILLE, worded(chart, "Autre"), replaces=sent)) != sent
