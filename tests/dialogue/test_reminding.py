"""Reminders in a conversation: they come back, count, wait for the morning, and stop once answered."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model.effects import SetTimer
from bot.model.inputs import Timeout
from bot.model.turn import View
from tests.dialogue.chat import Chat

PARIS = ZoneInfo("Europe/Paris")
DAYS = timedelta(days=1)


def started() -> Chat:
    chat = Chat()
    chat.say("prendre le chemin")
    return chat


def due(chat: Chat) -> list[datetime]:
    return [moment.astimezone(PARIS) for moment in chat.timers.values()]


def test_a_reminder_leaves_at_six_in_the_evening_local_time() -> None:
    assert due(started()) == [datetime(2027, 1, 13, 18, tzinfo=PARIS)]


def test_a_reminder_says_its_words_and_offers_to_go_on() -> None:
    chat = started()
    [reminder] = chat.wait(3 * DAYS)
    assert reminder.text == "Encore 5 ?"
    assert [option.label for option in reminder.options] == ["Reprendre"]
    chat.tap(reminder.options[0].id)
    assert chat.at == "chemin/but"
    assert chat.text.startswith("[resumed] Le chemin\n\n[prompt")


def test_the_question_itself_can_still_be_answered_after_a_reminder() -> None:
    chat = started()
    chat.wait(3 * DAYS)
    chat.tap("moyens")
    assert chat.at == "chemin/taille"


def test_reminders_stop_at_their_number() -> None:
    chat = started()
    assert [message.text for message in chat.wait(30 * DAYS)] == ["Encore 5 ?", "Encore 5 ?"]
    assert chat.timers == {}


def test_an_answer_a_pause_and_a_leave_stop_the_reminder() -> None:
    for words in ("moyens", "pause", "annuler"):
        chat = started()
        chat.say(words)
        assert chat.timers == {}
        assert chat.wait(30 * DAYS) == []


def test_a_resume_sets_the_reminder_again_but_never_more_than_its_number() -> None:
    chat = started()
    chat.say("pause", "reprendre")
    assert len(due(chat)) == 1
    chat.wait(30 * DAYS)
    chat.say("reprendre")
    assert chat.timers == {}


def test_going_back_forgets_the_reminder_of_the_prompt_that_was_left() -> None:
    chat = started()
    chat.say("moyens", "retour")
    assert len(due(chat)) == 1
    chat.say("moyens")
    assert chat.timers == {}


def test_a_question_in_the_middle_keeps_the_reminder() -> None:
    chat = started()
    chat.say("c'est quoi une alliance durable", "xyzzy")
    assert len(due(chat)) == 1


def test_a_reminder_due_in_the_night_waits_for_the_morning() -> None:
    chat = started()
    [key] = chat.timers
    chat.now = datetime(2027, 1, 13, 22, 0, tzinfo=PARIS)
    chat.give(Timeout(key), after=timedelta())
    assert chat.effects == (SetTimer(key, datetime(2027, 1, 14, 8, tzinfo=PARIS)),)


def test_quiet_hours_are_the_operator_s() -> None:
    class Noon(Chat):
        def view(self) -> View:
            seen = super().view()
            return replace(seen, policy=replace(seen.policy, quiet=(time(17), time(19))))

    chat = Noon()
    chat.say("prendre le chemin")
    assert due(chat) == [datetime(2027, 1, 13, 19, tzinfo=PARIS)]


def test_a_reminder_of_a_path_left_for_another_still_comes() -> None:
    chat = started()
    chat.say("/types")
    [reminder] = chat.wait(3 * DAYS)
    chat.tap(reminder.options[0].id)
    assert chat.at == "chemin/but"


def test_a_reminder_of_a_step_that_is_gone_says_nothing() -> None:
    chat = started()
    [key] = chat.timers
    chat.publish({"flow": "chemin", "title": "Autre", "format": 1, "steps": [{"say": "x"}]})
    assert chat.give(Timeout(key)) == []
