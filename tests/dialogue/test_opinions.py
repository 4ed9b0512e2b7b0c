"""Thumbs under a card: what is counted, and what is tried next, step by step, down to a human."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.acts import OpinionTap, parse_act
from bot.dialogue.library import Library
from bot.dialogue.stages import AFTER_A_DISLIKE, AFTER_A_QUESTION, Stage
from bot.model.effects import Effect, Escalate, Miss, Opinion
from bot.model.inputs import Opening, Tap
from bot.model.values import ArticleId
from tests.dialogue.answers import asked, chat, ids
from tests.dialogue.chat import Chat

LOCAL = "c'est quoi partager un local"
LONGEST = "a" * 43
"""An entry's id may have so many signs (`Article.id`)."""


def counted(talk: Chat) -> list[Effect]:
    return [effect for effect in talk.effects if isinstance(effect, Opinion | Miss)]


def test_a_card_ends_with_two_related_entries_the_journey_and_the_thumbs() -> None:
    talk = asked(LOCAL)
    beside = [
        "article.assurance",
        "article.cle",
    ]  # the one whose answer can be shown before the one that waits
    assert ids(talk) == ["more.local", "sources.local", *beside, "go.chemin", "yes.local", "no.local"]
    talk.tap("more.local")
    assert ids(talk) == ["article.attente"]


def test_the_thumbs_of_the_longest_id_fit_a_button() -> None:
    for word, helpful in (("yes", True), ("no", False)):
        act = f"{word}.{LONGEST}"
        assert len(act) <= 48
        assert parse_act(act) == OpinionTap(ArticleId(LONGEST), helpful)


def test_the_thumbs_share_a_row(library: Library) -> None:
    labels = [library.shelf.phrases.label(key) for key in ("button_helpful", "button_not_it")]
    assert max(map(len, labels)) <= 15


def test_a_thumb_up_is_counted_and_thanked() -> None:
    talk = asked(LOCAL)
    talk.tap("yes.local")
    assert counted(talk) == [Opinion(ArticleId("local"), True)]
    assert talk.text == "[opinion_thanks]"


@pytest.mark.parametrize("thumb", ["yes.local", "no.local"])
def test_the_same_thumb_again_counts_once(thumb: str) -> None:
    talk = asked(LOCAL)
    talk.tap(thumb, thumb)
    assert (counted(talk), talk.text) == ([], "[opinion_known]")
    assert talk.give(Tap(thumb), after=timedelta(seconds=1)) == []
    talk.say(LOCAL)
    talk.tap(thumb)
    assert Opinion(ArticleId("local"), thumb.startswith("yes")) in talk.effects


def test_of_two_thumbs_under_a_card_the_first_counts_and_the_second_is_heard() -> None:
    talk = asked(LOCAL)
    talk.tap("no.local", "yes.local")
    assert (counted(talk), talk.text, talk.session.unhappy) == ([], "[opinion_thanks]", Stage.CONTENT)
    talk.tap("no.local")
    assert counted(talk) == []
    assert talk.text.startswith("[opinion_guesses]")


def test_a_thumb_up_after_all_the_question_is_kept_once_it_is_down() -> None:
    talk = asked(LOCAL)
    talk.tap("yes.local", "no.local")
    assert [type(one) for one in counted(talk)] == [Miss]


@pytest.mark.parametrize("now", ["la peinture murale", "xyzzy plugh", "le loyer mensuel"])
def test_the_thumb_up_of_an_earlier_card_says_nothing_of_the_present_question(now: str) -> None:
    talk = asked(LOCAL)
    talk.tap("no.local", "none")
    talk.say("le double des clés")
    talk.session = replace(talk.session, unhappy=Stage.CONTENT)
    talk.say(now)
    talk.session = replace(talk.session, unhappy=Stage.REPHRASED, unhappy_at=talk.now)
    talk.tap("yes.cle")
    assert talk.session.unhappy == Stage.REPHRASED


def test_the_thumb_down_of_an_earlier_card_says_nothing_of_a_question_without_an_answer() -> None:
    talk = asked(LOCAL, "xyzzy plugh")
    talk.tap("no.local")
    assert counted(talk) == [Opinion(ArticleId("local"), False)]


def test_a_disliked_answer_brings_the_next_guesses_then_other_words_then_a_human() -> None:
    talk = asked(LOCAL)
    expected = [str(guess) for guess in talk.session.guesses[:3]]
    assert expected
    talk.tap("no.local")
    first, *others = counted(talk)
    assert first == Opinion(ArticleId("local"), False)
    assert [
        (type(one), one.text, one.verdict, one.guesses[0]) for one in others if isinstance(one, Miss)
    ] == [(Miss, LOCAL, "disliked", "local")]
    assert talk.text.startswith("[opinion_guesses]")
    assert ids(talk) == [*(f"article.{guess}" for guess in expected), "none"]
    talk.tap(f"article.{expected[0]}", f"no.{expected[0]}")
    assert talk.text == "[opinion_rephrase]"
    assert talk.session.asked == LOCAL
    talk.say("le double des clés", "merci")
    talk.tap("no.cle")
    assert talk.text.startswith("[reject_thrice]")
    assert ids(talk) == ["human", "menu"]
    talk.tap("human")
    assert Escalate("asked") in talk.effects


def test_none_of_these_asks_for_other_words() -> None:
    talk = asked(LOCAL)
    talk.tap("no.local", "none")
    assert talk.text == "[opinion_rephrase]"
    assert counted(talk) == []


def test_no_guess_left_asks_for_other_words_at_once() -> None:
    talk = asked("la peinture murale")
    talk.session = replace(talk.session, guesses=())
    talk.tap("no.seule")
    assert talk.text == "[opinion_rephrase]"


def test_other_words_that_find_nothing_bring_a_human() -> None:
    talk = asked(LOCAL)
    talk.tap("no.local", "none")
    talk.say("xyzzy plugh")
    assert talk.text.startswith("[reject_thrice]")
    talk.say("xyzzy plugh")
    assert talk.text == "[reject]"


@pytest.mark.parametrize(
    "well",
    [lambda talk: talk.tap("yes.cle"), lambda talk: talk.say("la peinture murale")],
    ids=["up", "next"],
)
def test_a_thumb_up_or_another_question_without_a_complaint_begins_anew(
    well: Callable[[Chat], object],
) -> None:
    talk = asked(LOCAL)
    talk.tap("no.local", "none")
    talk.say("le double des clés")
    assert talk.session.unhappy == Stage.REPHRASED
    well(talk)
    assert talk.session.unhappy == Stage.CONTENT


def test_every_stage_knows_what_follows() -> None:
    assert set(AFTER_A_DISLIKE) == set(AFTER_A_QUESTION) == set(Stage)
    # Complaint after complaint never goes back, and ends with a human.
    assert all(
        after > stage for stage, afters in AFTER_A_DISLIKE.items() for after in afters if stage < Stage.HUMAN
    )
    assert AFTER_A_DISLIKE[Stage.HUMAN] == (Stage.HUMAN,)


WITHOUT_A_QUESTION: list[Callable[[Chat], object]] = [
    lambda talk: talk.give(Opening("q_local")),
    lambda talk: talk.give(Tap("art.local")),
    lambda talk: (talk.say("la peinture murale"), talk.give(Tap("art.local"))),
]


@pytest.mark.parametrize("reach", WITHOUT_A_QUESTION, ids=["link", "menu", "from another card"])
def test_an_entry_that_nobody_asked_for_opens_what_stands_beside_it(reach: Callable[[Chat], object]) -> None:
    talk = chat()
    reach(talk)
    talk.tap("no.local")
    assert counted(talk) == [Opinion(ArticleId("local"), False)]
    assert ids(talk) == ["article.assurance", "article.cle", "article.attente", "none"]


def test_the_thumb_of_an_earlier_card_is_about_that_card() -> None:
    talk = asked(LOCAL, "la peinture murale")
    talk.tap("no.local")
    assert counted(talk) == [Opinion(ArticleId("local"), False)]
    assert ids(talk)[0] == "article.assurance"


def test_the_longer_text_and_the_sources_keep_the_question_and_the_count() -> None:
    talk = asked(LOCAL)
    talk.tap("no.local", "more.local", "sources.local", "no.local")
    assert talk.text == "[opinion_known]"
    assert talk.session.asked == LOCAL


def test_a_suggestion_that_was_picked_keeps_the_question() -> None:
    talk = asked("le loyer mensuel")
    assert ids(talk) == ["article.loyer-benevole", "article.loyer-bureau", "article.loyer-salarie", "none"]
    talk.tap("article.loyer-bureau", "no.loyer-bureau")
    assert counted(talk) == [Opinion(ArticleId("loyer-bureau"), False)]  # the question was kept before
    assert talk.session.asked == "le loyer mensuel"
    assert ids(talk)[:2] == ["article.loyer-benevole", "article.loyer-salarie"]


def test_suggestions_offer_a_human_only_where_it_did_not_go_well() -> None:
    talk = asked("xyzzy plugh", "le loyer mensuel")
    assert ids(talk)[-2:] == ["none", "human"]
    assert len(ids(talk)) <= 5
    talk.tap("none")
    assert talk.text == "[opinion_rephrase]"


def test_ce_n_est_pas_ca_typed_below_a_card_is_its_thumb_down() -> None:
    talk = asked(LOCAL, "non")
    assert Opinion(ArticleId("local"), False) in talk.effects
    talk = asked("bonjour", "non")
    assert not [effect for effect in talk.effects if isinstance(effect, Opinion)]


def test_what_is_not_treated_may_be_disliked_too() -> None:
    talk = asked("la météo du jour")
    talk.tap("no.meteo")
    assert [miss.verdict for miss in counted(talk) if isinstance(miss, Miss)] == ["disliked"]


@pytest.mark.parametrize("thumb", ["yes.zut", "no.zut"])
def test_a_thumb_of_an_entry_that_is_gone_is_answered(thumb: str) -> None:
    talk = chat()
    talk.give(Tap(thumb))
    assert (talk.text, counted(talk)) == ("[article_gone]", [])


def test_in_a_journey_the_prompt_comes_back_after_each() -> None:
    talk = asked("prendre le chemin", LOCAL)
    deeds: list[Callable[[], object]] = [
        lambda: talk.tap("no.local"),
        lambda: (talk.tap("none"), talk.say("le double des clés")),
        lambda: talk.tap("no.cle"),
        lambda: talk.tap("yes.cle"),
        lambda: talk.tap("yes.cle"),
    ]
    for deed in deeds:
        deed()
        assert talk.at == "chemin/but"
        assert [option.id for option in talk.sent[-1].options] == ["moyens", "public", "peser", "nsp"]
