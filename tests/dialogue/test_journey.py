"""Going through a flow: forward, back over branches and sub-flows, passing, pausing, leaving."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.model.effects import AddTask, Begin, Escalate, Finish, Remember
from bot.model.inputs import Attachment, Contact, Location
from bot.model.message import Message
from bot.model.values import FlowId, Owner, StoredFile, Value
from tests.dialogue.chat import Chat, bare
from tests.flows.library import ask


def started(*words: str, name: str = "prendre le chemin") -> Chat:
    chat = Chat()
    chat.say(name, *words)
    return chat


def ids(message: Message) -> list[str]:
    return [option.id for option in (*message.options, *message.controls)]


def test_progress_counts_the_questions_of_a_sub_flow_before_it_is_entered() -> None:
    chat = started()
    prompts = [chat.sent[-1], *(chat.say(words)[-1] for words in ("public", "le nord", "3"))]
    numbers = [bare(prompt).partition(" Question")[0] for prompt in prompts]
    assert numbers == [f"[prompt_without_section] {number} 5" for number in range(1, 5)]


def test_a_prompt_shows_progress_answers_and_the_ways_out() -> None:
    prompt = started().sent[-1]
    assert bare(prompt) == "[prompt_without_section] 1 5 Question but ?"
    assert ids(prompt) == ["moyens", "public", "peser", "nsp", "back", "pause"]
    assert prompt.key
    assert not prompt.silent
    assert all(message.silent for message in started().sent[:-1])


def test_passer_is_offered_where_it_is_allowed_and_the_section_is_named() -> None:
    prompt = started(name="tous les types").sent[-1]
    assert ids(prompt) == ["back", "skip", "pause"]
    assert prompt.text.startswith("[prompt] Les mots 1 14")


def test_an_answer_edits_the_question_into_the_record() -> None:
    chat = started()
    key = chat.sent[-1].key
    chat.tap("public")
    [record] = chat.edited
    assert (record.key, record.text) == (key, "[answered] Question but ? Toucher un nouveau public")
    assert not ids(record)


PATHS: list[tuple[list[str], str, dict[str, Value]]] = [
    (["moyens"], "chemin/taille", {"but": "moyens", "points": 10}),
    (["je ne sais pas"], "chemin/taille", {"but": "nsp"}),
    (["moyens", "12"], "chemin/bilan", {"but": "moyens", "points": 10, "taille": 12}),
    (["peser"], "chemin/motif", {"but": "peser", "points": 30}),
    (["public"], "sous/pair", {"but": "public", "points": 20}),
    (["public", "nord"], "fond/note", {"but": "public", "points": 20, "pair": "nord"}),
    (["public", "nord", "3"], "sous/pourquoi", {"but": "public", "points": 20, "pair": "nord", "note": 3}),
    (
        ["public", "nord", "3", "passer"],
        "chemin/bilan",
        {"but": "public", "points": 20, "pair": "nord", "note": 3},
    ),
]


@pytest.mark.parametrize(("words", "at", "told"), PATHS)
def test_the_path_follows_the_answers_through_branches_and_sub_flows(
    words: list[str], at: str, told: dict[str, Value]
) -> None:
    chat = started(*words)
    assert (chat.at, chat.told) == (at, told)


def test_a_sub_flow_hands_its_field_to_the_caller_and_keeps_its_own() -> None:
    chat = started("public", "nord", "3", "passer")
    kept = {(ref.flow, value) for ref, value in chat.answers.items() if ref.name == "pair"}
    assert kept == {("sous", "nord"), ("chemin", "nord")}
    assert "Le Nord" in chat.text


@pytest.mark.parametrize(("words", "at", "told"), PATHS)
def test_retour_leads_back_to_the_prompt_before_with_the_answers_as_they_were(
    words: list[str], at: str, told: dict[str, Value]
) -> None:
    chat = started(*words[:-1])
    before = (chat.at, dict(chat.answers), chat.session.runs[0].skipped)
    chat.say(words[-1])
    question = chat.sent[-1].key
    chat.say("retour")
    assert (chat.at, chat.answers, chat.session.runs[0].skipped) == before
    [left] = chat.edited
    assert left.key == question
    assert not ids(left)


def test_retour_to_the_very_beginning_leaves_nothing_behind() -> None:
    chat = started("public", "nord", "3", "passer", *["retour"] * 4)
    assert (chat.at, chat.answers) == ("chemin/but", {})
    chat.say("retour")
    assert chat.at == "chemin/but"
    assert "[back_at_start]" in chat.text
    assert len(chat.sent) == 1


def test_retour_restores_a_profile_answer_of_an_earlier_journey() -> None:
    chat = started("Les Amis", "au bureau", "oui", name="le profil")
    old = dict(chat.answers)
    chat.say("le profil", "Les Autres", "retour")
    assert chat.answers == old


@pytest.mark.parametrize(
    ("skipped", "kept"),
    [("plusieurs", ("moyens",)), ("ouinon", True), ("texte", None)],
)
def test_passer_leaves_the_field_absent_or_at_its_default(skipped: str, kept: Value | None) -> None:
    chat = started(name="tous les types")
    while not chat.at.endswith(skipped):
        chat.tap("skip")
    chat.tap("skip")
    assert chat.told.get(skipped) == kept
    assert chat.edited[0].text.endswith("[answer_skipped]")


def test_passer_leaves_what_a_colleague_said_of_the_association() -> None:
    chat = started("Les Amis", "au bureau", "oui", name="le profil")
    chat.say("le profil", "passer")
    assert chat.told == {"nom": "Les Amis", "role": "ca"}
    assert chat.at == "profil/role"


def test_passer_where_it_is_not_allowed_asks_again() -> None:
    chat = started("passer")
    assert chat.at == "chemin/but"
    assert chat.text.startswith("[skip_not_allowed]\n\n[prompt")
    assert len(chat.sent) == 1


def test_pause_keeps_the_place_and_its_buttons_go_on_working() -> None:
    chat = started("public")
    [paused] = chat.tap("pause")
    assert chat.at == ""
    assert paused.text == "[paused] Le chemin"
    assert [option.id.split(".")[0] for option in paused.options] == ["resume", "menu"]
    chat.tap("nord")
    assert chat.at == "fond/note"
    assert not chat.session.runs[0].paused


def test_annuler_leaves_the_path_and_takes_its_buttons_off() -> None:
    chat = started("public", "annuler")
    assert chat.session.runs == ()
    assert "[cancelled] Le chemin" in chat.text
    assert Finish(FlowId("chemin"), "cancelled") in chat.effects
    assert not ids(chat.edited[0])
    assert chat.told == {"but": "public", "points": 20}


@pytest.mark.parametrize(
    ("flow", "words", "first"),
    [
        ("prendre le chemin", "aide", "[help_in_step]"),
        ("tous les types", "aide", "Aide de texte"),
        ("prendre le chemin", "répéter", "[prompt"),
    ],
)
def test_help_and_repeat_stay_at_the_prompt_in_one_message(flow: str, words: str, first: str) -> None:
    chat = started(name=flow)
    at, serial = chat.at, chat.session.serial
    [message] = chat.say(words)
    assert message.text.startswith(first)
    assert "Question" in message.text
    assert (chat.at, chat.session.serial) == (at, serial + 1)


def test_recommencer_asks_before_it_drops_anything() -> None:
    chat = started("public", "nord", "recommencer")
    assert "[already_open] Le chemin" in chat.text
    run = chat.session.runs[0]
    chat.tap("restart.chemin")
    assert chat.session.runs[0].id != run.id
    assert len(chat.session.runs) == 1
    assert "[restarted] Le chemin" in chat.text
    assert {Finish(FlowId("chemin"), "cancelled"), Begin(FlowId("chemin"))} <= set(chat.effects)
    assert chat.at == "chemin/but"


def test_the_end_says_its_last_words_and_suggests_what_there_is() -> None:
    chat = started("peser", "une cause", "oui")
    assert chat.at == ""
    assert Finish(FlowId("chemin"), "done") in chat.effects
    assert Escalate("chemin/#13") in chat.effects
    assert [option.id for option in chat.sent[-1].options] == ["go.types", "article.alliance", "menu"]
    assert chat.sent[-1].text.endswith("C'est fini.")
    assert len(chat.sent) <= 2


def test_the_end_offers_the_path_that_is_still_open() -> None:
    chat = Chat()
    chat.say("tous les types", "/profil", "Les Amis", "au bureau", "oui")
    assert chat.button(f"resume.{chat.session.runs[0].id}").label == "[button_resume_titled] Tous les types"


def test_an_action_puts_a_task_on_the_road_map_with_its_words_as_typed() -> None:
    chat = started("peser", "*une* cause")
    [task] = [effect.task for effect in chat.effects if isinstance(effect, AddTask)]
    assert task.title == "Voir *une* cause"
    assert task.due == chat.now + timedelta(weeks=3)
    assert task.owner is Owner.PERSON


def test_going_back_and_forth_asks_staff_once() -> None:
    flow = {
        "flow": "aller",
        "title": "Aller",
        "format": 1,
        "steps": [ask("a", "text"), {"handoff": "On vous rappelle."}, ask("b", "text")],
    }
    chat = Chat()
    chat.publish(flow)
    chat.say("Aller", "x")
    assert Escalate("aller/#2") in chat.effects
    chat.say("retour", "y")
    assert not [effect for effect in chat.effects if isinstance(effect, Escalate)]
    assert "On vous rappelle." in chat.text


def test_a_goto_to_another_flow_ends_the_one_and_starts_the_other() -> None:
    chat = started("oui", name="le relais")
    assert chat.at == "sous/pair"
    assert [run.flow for run in chat.session.runs] == ["sous"]
    assert [effect for effect in chat.effects if isinstance(effect, Begin | Finish)] == [
        Finish(FlowId("relais"), "done"),
        Begin(FlowId("sous")),
    ]


def test_retention_and_privacy_travel_with_the_answer() -> None:
    chat = started("Les Amis", name="le profil")
    [kept] = [effect for effect in chat.effects if isinstance(effect, Remember)]
    assert kept.erase_after == datetime(2030, 1, 11, 9, 2, tzinfo=ZoneInfo("UTC"))
    assert not kept.personal
    chat = started("x", "3", "demain", "a@b.fr", name="tous les types")
    assert [effect.personal for effect in chat.effects if isinstance(effect, Remember)] == [True]


def test_what_is_handed_in_answers_a_prompt_of_its_type() -> None:
    chat = started("passer", "passer", "passer", "passer", name="tous les types")
    requests = [chat.sent[-1].request]
    chat.give(Attachment(Contact("33612345678")))
    assert chat.told["tel"] == "+33612345678"
    chat.say("passer")
    requests.append(chat.sent[-1].request)
    assert requests == ["phone", "location"]
    chat.give(Attachment(Location(48.85, 2.35)))
    assert chat.told["lieu"] == "48.85,2.35"
    chat.give(Attachment(StoredFile("f" * 64, "statuts.pdf", "application/pdf", 10)))
    assert chat.told["piece"] == "f" * 64
    assert chat.edited[0].text == "[answered] Question piece ? statuts\\.pdf"
    chat.give(Attachment(Location(48.85, 2.35)))
    assert chat.at == "types/echelle"
    assert chat.text.startswith("[unusable]")


def test_ticks_change_the_prompt_in_place_until_valider() -> None:
    chat = started(name="tous les types")
    while not chat.at.endswith("plusieurs"):
        chat.tap("skip")
    key = chat.sent[-1].key
    chat.tap("moyens", "peser")
    assert chat.sent == []
    [shown] = chat.edited
    assert shown.key == key
    assert [option.label for option in shown.options][::2] == [
        "[ticked] Partager des moyens",
        "[ticked] Peser sur une décision",
    ]
    chat.tap("moyens", "done")
    assert chat.told["plusieurs"] == ("peser",)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("1 et 3", ("moyens", "peser")),
        ("plaidoyer", ("peser",)),
        ("partager des moyens, toucher un nouveau public", ("moyens", "public")),
    ],
)
def test_several_choices_may_be_typed(words: str, kept: Value) -> None:
    chat = started(name="tous les types")
    while not chat.at.endswith("plusieurs"):
        chat.tap("skip")
    chat.say(words)
    assert chat.told["plusieurs"] == kept


@pytest.mark.parametrize("words", ["valider", "1, 2 et 3"])
def test_too_few_or_too_many_choices_are_refused(words: str) -> None:
    chat = started(name="tous les types")
    while not chat.at.endswith("plusieurs"):
        chat.tap("skip")
    chat.say(words)
    assert chat.at == "types/plusieurs"
    assert chat.text.startswith("[refused_choices_count] 1 2\n\n")


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("2", "public"),
        ("b", "public"),
        ("PESER SUR UNE DECISION", "peser"),
        ("peser sur une desicion", "peser"),
        ("plaidoyer", "peser"),
    ],
)
def test_a_choice_is_typed_by_number_letter_or_words(words: str, chosen: str) -> None:
    assert started(words).told["but"] == chosen


def test_two_near_choices_are_asked_again_never_guessed() -> None:
    near = [{"id": "a", "label": "Réunir les bénévoles"}, {"id": "b", "label": "Réunir les salariés"}]
    chat = Chat()
    chat.publish({"flow": "pres", "title": "Près", "format": 1, "steps": [ask("x", "choice", choices=near)]})
    chat.say("Près", "réunir")
    assert chat.told == {}
    assert chat.text.startswith("[unsure_choice]\n\n- Réunir les bénévoles\n- Réunir les salariés")


def test_a_refused_answer_is_told_why_in_the_author_s_words_if_any() -> None:
    chat = started("passer", "2000", name="tous les types")
    assert chat.text.startswith("Refus de nombre\n\n[prompt]")
    chat.say("3", "31/02")
    assert chat.text.startswith("[refused_date]\n\n[prompt]")
    assert chat.at == "types/jour"
