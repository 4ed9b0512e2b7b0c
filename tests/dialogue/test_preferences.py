"""`/nouvelles`: one card with what the person hears besides what they ask for; what it says is what holds."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.content.load import load_library
from bot.dialogue.preferences import KINDS
from bot.flows.steps.ask import Ask
from bot.model.announcement import NewsKind
from bot.model.effects import Edit, Send, SetPreferences
from bot.model.inputs import Tap
from bot.model.message import Message
from bot.model.preferences import UNTIL_RESUMED, Preferences
from bot.model.values import FlowId
from bot.shipped import shipped_content
from tests.dialogue.chat import MONDAY, Chat, bare

PARIS = ZoneInfo("Europe/Paris")
DAYS = timedelta(days=1)


def opened(chat: Chat | None = None) -> Chat:
    chat = chat or Chat()
    chat.say("/nouvelles")
    return chat


def tap(chat: Chat, *wishes: str) -> Message:
    for wish in wishes:
        chat.give(Tap(f"wish.{wish}"))
    [card] = chat.edited
    return card


def labels(message: Message) -> list[str]:
    return [option.label for option in message.options]


def test_the_card_says_what_comes_and_when() -> None:
    chat = opened()
    [card] = chat.sent
    assert bare(card).split("\n") == [
        "[news]",
        "",
        "[news_line_on] [news_events]",
        "[news_line_on] [news_life]",
        "[news_line_on] [news_resources]",
        "",
        "[news_at_once]",
        "",
        "[news_window] 8\N{NO-BREAK SPACE}h 21\N{NO-BREAK SPACE}h",
    ]
    assert [option.act for option in card.options] == [
        "wish.events-off",
        "wish.life-off",
        "wish.resources-off",
        "wish.weekly",
        "wish.hours",
        "wish.pause",
        "do.menu",
    ]


CHANGES = [
    (["events-off"], Preferences(off=frozenset({NewsKind.EVENTS}))),
    (["events-off", "life-off"], Preferences(off=frozenset({NewsKind.EVENTS, NewsKind.LIFE}))),
    (["events-off", "events-on"], Preferences()),
    (["weekly"], Preferences(weekly=True)),
    (["weekly", "at-once"], Preferences()),
    (["hours-early"], Preferences(quiet=(time(19), time(9)))),
    (["hours-evening"], Preferences(quiet=(time(21), time(18)))),
    (["hours-always"], Preferences(quiet=(time(0), time(0)))),
    (["hours-always", "hours-usual"], Preferences()),
    (["pause-2-weeks"], Preferences(paused_until=datetime(2027, 1, 25, tzinfo=PARIS))),
    (["pause-2-months"], Preferences(paused_until=datetime(2027, 3, 11, tzinfo=PARIS))),
    (["pause-open"], Preferences(paused_until=UNTIL_RESUMED)),
    (["pause-open", "resume"], Preferences()),
    (["life-off", "weekly", "pause-open", "resume"], Preferences(frozenset({NewsKind.LIFE}), weekly=True)),
]


@pytest.mark.parametrize(("wishes", "kept"), CHANGES)
def test_a_button_changes_just_what_it_says_and_the_card_stays_one_message(
    wishes: list[str], kept: Preferences
) -> None:
    chat = opened()
    [card] = chat.sent
    changed = tap(chat, *wishes)
    assert chat.preferences == kept
    assert changed.key == card.key
    assert chat.sent == []


@pytest.mark.parametrize("screen", ["card", "hours", "pause"])
def test_a_screen_changes_nothing(screen: str) -> None:
    chat = opened()
    tap(chat, screen)
    assert not any(isinstance(effect, SetPreferences) for effect in chat.effects)


def test_the_same_button_of_an_old_card_changes_nothing_more() -> None:
    chat = opened()
    tap(chat, "events-off")
    chat.give(Tap("wish.events-off"), after=timedelta(hours=1))
    assert not any(isinstance(effect, SetPreferences) for effect in chat.effects)
    assert chat.preferences.off == {NewsKind.EVENTS}


def test_a_weekly_person_reads_the_day_and_hour_that_hold_for_them() -> None:
    chat = opened()
    assert "[news_weekly] lundi 10\N{NO-BREAK SPACE}h" in bare(tap(chat, "weekly"))
    assert "[news_weekly] lundi 18\N{NO-BREAK SPACE}h" in bare(tap(chat, "hours-evening"))


def test_hours_are_those_between_which_we_write_and_the_chosen_ones_are_ticked() -> None:
    chat = opened()
    tap(chat, "hours-early")
    screen = tap(chat, "hours")
    nbsp = "\N{NO-BREAK SPACE}"
    assert labels(screen) == [
        f"[button_news_window] 8{nbsp}h 21{nbsp}h",
        f"[ticked] [button_news_window] 9{nbsp}h 19{nbsp}h",
        f"[button_news_window] 18{nbsp}h 21{nbsp}h",
        "[button_news_always]",
        "[button_back]",
    ]


def test_who_wants_nothing_is_told_so_and_can_come_back() -> None:
    chat = opened()
    card = tap(chat, "events-off", "life-off", "resources-off")
    assert "[news_none]" in bare(card)
    assert "wish.life-on" in [option.act for option in card.options]


def test_in_a_pause_the_card_says_until_when_and_what_comes_all_the_same() -> None:
    chat = opened()
    card = tap(chat, "pause-2-weeks")
    assert "[news_paused_until] lundi 25 janvier 2027\n\n[news_seats_kept]" in bare(card)
    assert [option.act for option in card.options] == ["wish.resume", "do.menu"]
    chat.now += 15 * DAYS
    chat.say("/nouvelles")
    assert "paused" not in chat.text


def test_the_way_out_of_an_announcement_opens_the_card_and_the_journey_goes_on() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    came = chat.give(Tap("do.news"))
    assert bare(came[0]).startswith("[news]")
    assert "[back_to_prompt]" in bare(came[1])
    assert chat.at == "chemin/but"
    tap(chat, "events-off")
    assert chat.at == "chemin/but"
    chat.say("moyens")
    assert chat.at == "chemin/taille"


def test_stop_opens_the_card_between_journeys_and_is_a_pause_within_one() -> None:
    chat = Chat()
    chat.say("STOP")
    assert chat.text.startswith("[news]")


def test_a_button_of_the_edited_card_may_be_written() -> None:
    chat = opened()
    tap(chat, "hours")
    chat.say("[button_news_always]")
    assert chat.preferences.quiet == (time(0), time(0))


def test_reminders_of_journeys_wait_for_the_end_of_the_pause() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    tap(opened(chat), "pause-2-weeks")
    assert chat.wait(13 * DAYS) == []
    [moment] = chat.timers.values()
    assert moment.astimezone(PARIS) == datetime(2027, 1, 25, 8, tzinfo=PARIS)
    assert [bare(one) for one in chat.wait(2 * DAYS)] == ["Encore 5 ?"]


def test_an_endless_pause_is_looked_at_again_and_again() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    tap(opened(chat), "pause-open")
    assert chat.wait(200 * DAYS) == []
    tap(chat, "resume")
    assert [bare(one) for one in chat.wait(40 * DAYS)] == ["Encore 5 ?", "Encore 5 ?"]


def test_reminders_of_journeys_keep_the_hours_that_the_person_chose() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    tap(opened(chat), "hours-early")
    chat.now = datetime(2027, 1, 13, 19, 30, tzinfo=UTC)  # half past eight in the evening: late in any case
    [due] = chat.timers.items()
    del chat.timers[due[0]]
    from bot.model.inputs import Timeout

    assert chat.give(Timeout(due[0])) == []
    [moment] = chat.timers.values()
    assert moment.astimezone(PARIS) == datetime(2027, 1, 14, 9, tzinfo=PARIS)


@pytest.mark.parametrize("act", ["wish.", "wish.all-off", "wish.events", "wish.pause-3-weeks", "wish.hours-"])
def test_a_button_that_we_never_made_is_an_old_one(act: str) -> None:
    chat = opened()
    chat.give(Tap(act))
    assert "[stale_tap]" in chat.text
    assert chat.preferences == Preferences()


def test_every_effect_of_a_tap_is_the_wish_and_the_card() -> None:
    chat = opened()
    tap(chat, "life-off")
    assert [type(effect) for effect in chat.effects] == [SetPreferences, Edit]
    assert not any(isinstance(effect, Send) for effect in chat.effects)
    assert chat.now > MONDAY


def test_staff_who_compose_news_choose_among_the_words_by_which_people_refuse_them() -> None:
    shelf = load_library(shipped_content()).shelf
    assert shelf is not None
    step = shelf.flows[FlowId("composer-annonce")].step("nouvelle")
    assert isinstance(step, Ask)
    proposed = {choice.id: choice.label for choice in step.choices}
    assert proposed == {kind.value: shelf.phrases.label(phrase) for kind, phrase in KINDS.items()}
