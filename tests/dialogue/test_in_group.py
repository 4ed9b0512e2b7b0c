"""What is said in a group: answers for everybody there, and nothing about anybody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.acts import parse_act
from bot.model.effects import Asked, Effect, Miss, Reach, Send
from bot.model.inputs import InGroup, Membership, Opening, Tap, Utterance
from bot.model.message import Message
from bot.model.session import Session
from bot.model.turn import View
from bot.model.values import ArticleId
from tests.dialogue.chat import POLICY, Chat, bare

KNOWN = "c'est quoi une alliance durable"
UNKNOWN = "recette de la pizza"
REDIRECTED = "c'est quoi la météo du jour"
NOT_READY = "c'est quoi la fusion absorption"
LINK = "https://t.me/alliances_bot?start="


class Group(Chat):
    """A conversation of several; whoever speaks is nobody in particular."""

    def __init__(self, bot: str = "alliances_bot") -> None:
        super().__init__(name="")
        self.bot = bot

    def view(self) -> View:
        return replace(super().view(), policy=replace(POLICY, bot=self.bot))

    def ask(self, text: str, *, reply_to: str = "7", thread: str = "") -> list[Message]:
        return self.give(InGroup(Utterance(text), reply_to, thread))

    def touch(self, act: str, *, after: timedelta = timedelta(minutes=1), thread: str = "") -> list[Message]:
        return self.give(InGroup(Tap(act), "9", thread), after=after)


def ids(message: Message) -> list[str]:
    return [option.id for option in message.options]


def rest(group: Group) -> list[Effect]:
    """What a turn did beyond speaking and counting."""
    return [effect for effect in group.effects if not isinstance(effect, Send | Asked)]


def counted(group: Group) -> list[Asked]:
    """What a turn counted."""
    return [effect for effect in group.effects if isinstance(effect, Asked)]


def test_an_answer_has_what_a_group_can_use_and_the_way_to_a_private_chat() -> None:
    group = Group()
    (card,) = group.ask(KNOWN)
    assert bare(card).startswith("[article] Qu'est-ce qu'une alliance ?")
    assert ids(card) == ["more.alliance", "sources.alliance", "private.alliance"]
    assert card.options[-1].link == LINK + "q_alliance"
    assert card.reply_to == "7"
    assert (rest(group), counted(group)) == ([], [Asked("answered", ArticleId("alliance"))])


def test_a_name_that_telegram_has_not_told_yet_makes_no_link() -> None:
    group = Group(bot="")
    assert ids(group.ask(KNOWN)[0]) == ["more.alliance", "sources.alliance"]
    assert "/question" in bare(group.ask("")[0]) and "@" not in bare(group.ask("")[0])


def test_what_the_base_does_not_know_is_said_and_learned_from() -> None:
    group = Group()
    (said,) = group.ask(UNKNOWN)
    assert bare(said) == "[group_reject]\n\n[group_private]"
    assert ids(said) == ["private.groupe"]
    (miss,) = rest(group)
    assert isinstance(miss, Miss) and (miss.text, miss.verdict) == (UNKNOWN, "reject")
    assert counted(group) == [Asked("unanswered")]


def test_where_there_is_no_private_chat_none_is_promised() -> None:
    assert bare(Group(bot="").ask(UNKNOWN)[0]) == "[group_reject]"


def test_what_belongs_elsewhere_is_answered_and_gone_on_from() -> None:
    group = Group()
    (said,) = group.ask(REDIRECTED)
    assert bare(said).startswith("[reject_redirect]\n\n[article]")
    assert sorted(ids(said)) == ["more.meteo", "private.meteo", "sources.meteo"]
    assert (rest(group), group.session.topic) == ([], "meteo")
    assert counted(group) == [Asked("answered", ArticleId("meteo"))]
    assert bare(group.ask("en clair")[0]).startswith("[article_more]")


def test_nothing_more_to_tell_is_said() -> None:
    group = Group()
    group.ask(KNOWN)
    group.ask("en clair")
    assert bare(group.ask("en clair")[0]) == "[more_none]"


def test_what_was_read_in_one_topic_of_a_forum_is_not_gone_on_from_in_another() -> None:
    group = Group()
    group.ask(KNOWN, thread="5")
    assert bare(group.ask("en clair", thread="8")[0]).startswith("[group_reject]")
    assert bare(group.ask("en clair", thread="5")[0]).startswith("[article_more]")
    assert bare(group.ask("en clair")[0]).startswith("[group_reject]")


def test_one_button_tapped_in_two_topics_is_shown_in_both() -> None:
    group = Group()
    assert group.touch("more.alliance", thread="5")
    assert group.touch("more.alliance", thread="8", after=timedelta(seconds=3))
    assert group.touch("more.alliance", thread="8", after=timedelta(seconds=3)) == []


def test_however_often_it_fails_a_group_is_offered_no_more_than_the_private_chat() -> None:
    group = Group()
    for _ in range(5):
        (said,) = group.ask(UNKNOWN)
        assert bare(said).startswith("[group_reject]")
    assert group.session.failures == 0


def test_an_entry_that_is_not_ready_says_where_to_look() -> None:
    (said,) = Group().ask(NOT_READY)
    assert "[article_not_ready]" in bare(said)


def test_guesses_are_buttons_with_the_private_chat_last() -> None:
    group = Group()
    (said,) = group.ask("alliance ou mécénat")
    assert bare(said).startswith("[suggest]")
    assert ids(said)[-1] == "private.groupe"
    shown = group.touch(said.options[0].act)
    assert bare(shown[0]).startswith("[article]") and shown[0].reply_to == "9"


@pytest.mark.parametrize("text", ["", "?", " … "])
def test_called_without_words_it_says_how_to_ask(text: str) -> None:
    group = Group()
    assert [bare(said) for said in group.ask(text)] == ["[group_ask] /question@alliances_bot"]
    assert rest(group) == []


@pytest.mark.parametrize(
    ("text", "answer", "buttons"),
    [
        ("merci !", "[thanks]", []),
        ("bonjour", "[group_greeting] /question@alliances_bot", []),
        ("que sais-tu faire", "[group_abilities] /question@alliances_bot", []),
        ("idiot", "[group_insult]", []),
        ("parler à quelqu'un", "[group_human] Claire <claire@exemple.fr>", ["private.groupe"]),
    ],
)
def test_small_talk_gets_a_short_answer(text: str, answer: str, buttons: list[str]) -> None:
    group = Group()
    (said,) = group.ask(text)
    assert (bare(said), ids(said)) == (answer, buttons)
    assert rest(group) == []


@pytest.mark.parametrize(
    ("act", "phrase"),
    [
        ("art.alliance", "[article]"),
        ("more.alliance", "[article_more]"),
        ("src.alliance", "[article_sources]"),
        ("art.disparue", "[article_gone]"),
    ],
)
def test_the_buttons_of_a_card_show_their_part(act: str, phrase: str) -> None:
    group = Group()
    (said,) = group.touch(act)
    assert bare(said).startswith(phrase) and said.reply_to == "9"
    for option in said.options:
        assert option.link or option.act.startswith(("art.", "more.", "src."))


def test_one_button_tapped_by_several_is_shown_once() -> None:
    group = Group()
    assert group.touch("more.alliance")
    assert group.touch("more.alliance", after=timedelta(seconds=3)) == []
    assert group.touch("src.alliance", after=timedelta(seconds=3))
    assert group.touch("more.alliance", after=timedelta(minutes=2))


@pytest.mark.parametrize(
    "act",
    [
        "go.chemin",
        "do.menu",
        "do.erase",
        "do.human",
        "yes.alliance",
        "no.alliance",
        "def.alliance",
        "p1.a",
        "x",
    ],
)
def test_no_other_button_does_anything_in_a_group(act: str) -> None:
    group = Group()
    assert group.touch(act) == [] and rest(group) == []
    assert group.session == Session()


@pytest.mark.parametrize("text", ["tous les types", "/types", "effacer", "menu", "reprendre"])
def test_no_journey_and_no_command_begins_in_a_group(text: str) -> None:
    group = Group()
    group.ask(text)
    assert group.session.runs == () and group.session.active is None
    assert all(isinstance(effect, Miss) for effect in rest(group))


def test_more_of_what_was_just_read_is_told_in_the_group() -> None:
    group = Group()
    group.ask(KNOWN)
    (said,) = group.ask("en clair", reply_to="11")
    assert bare(said).startswith("[article_more]") and said.reply_to == "11"


def test_of_what_was_said_only_the_topic_stays() -> None:
    group = Group()
    group.ask(KNOWN)
    assert group.session.topic == "alliance"
    group.ask(UNKNOWN)
    session = group.session
    assert (session.asked, session.guesses, session.unhappy, session.confirming) == ("", (), 0, None)
    assert UNKNOWN not in str(session) and KNOWN not in str(session)


def test_let_in_it_says_hello_and_put_out_it_says_nothing() -> None:
    group = Group()
    (hello,) = group.give(InGroup(Membership("unblocked")))
    assert bare(hello) == "[group_hello] /question@alliances_bot"
    assert rest(group) == [Reach(True)]
    assert group.give(InGroup(Membership("blocked"))) == []
    assert rest(group) == [Reach(False)]


def test_links_are_no_buttons_that_words_can_pick() -> None:
    group = Group()
    (card,) = group.ask(KNOWN)
    assert card.options[-1].link and not card.options[-1].act
    assert all(option.act for option in group.session.offers)
    assert all(parse_act(option.act) for option in group.session.offers)


@pytest.mark.parametrize(
    ("payload", "said"), [("inline", "[welcome]"), ("groupe", "[welcome]"), ("nulle-part", "[link_unknown]")]
)
def test_whoever_comes_from_a_group_or_a_card_is_welcome(payload: str, said: str) -> None:
    assert bare(Chat().give(Opening(payload))[0]).startswith(said)
