"""Typed words: command, confirmation, way out, answer, button, small talk, trigger, question."""

from datetime import timedelta

import pytest

from bot.model.effects import Erase, Escalate, Export, Miss, SetLanguage
from bot.model.inputs import Attachment, Location, Opening, Tap, Unusable
from bot.model.who import Standing
from tests.dialogue.chat import Chat
from tests.flows.library import ask

QUESTION = "c'est quoi une alliance durable"


def asked(*steps: dict[str, object]) -> Chat:
    chat = Chat()
    chat.publish({"flow": "essai", "title": "Essai", "format": 1, "steps": list(steps)})
    chat.say("essai")
    return chat


def options(chat: Chat) -> list[str]:
    return [option.id for option in chat.sent[-1].options]


def test_a_question_in_the_middle_is_answered_and_the_prompt_comes_back() -> None:
    chat = Chat()
    chat.say("prendre le chemin", QUESTION)
    card, prompt = chat.sent
    assert card.text.startswith("[article]")
    assert card.silent
    assert prompt.text.startswith("[back")
    assert [option.id for option in prompt.options] == ["moyens", "public", "peser", "nsp"]
    assert chat.at == "chemin/but"
    assert chat.answers == {}


def test_a_card_offers_no_journey_that_is_under_way() -> None:
    chat = Chat()
    chat.say(QUESTION)
    thumbs = ["yes.alliance", "no.alliance"]
    assert options(chat) == ["more.alliance", "sources.alliance", "go.chemin", *thumbs]
    chat.say("prendre le chemin", QUESTION)
    offered = [option.id for option in chat.sent[0].options]
    assert offered == ["more.alliance", "sources.alliance", "go.types", *thumbs]


def test_what_is_neither_answer_nor_question_is_told_what_the_prompt_expects() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "xyzzy")
    assert len(chat.sent) == 1
    assert chat.text.startswith("[refused_choice]\n\n[prompt_without_section]")


def test_a_question_is_no_answer_to_a_prompt_that_takes_any_words() -> None:
    chat = asked(ask("texte", "text"))
    chat.say(f"{QUESTION} ?")
    assert (chat.at, chat.told) == ("essai/texte", {})
    chat.say("Est-ce bien utile ?")
    assert chat.told == {"texte": "Est-ce bien utile ?"}


def test_a_question_that_holds_a_number_is_no_number() -> None:
    chat = asked(ask("n", "number"), ask("d", "date"), ask("x", "department"))
    chat.say("c'est quoi la loi de 1901 ?")
    assert chat.told == {}
    chat.say("3", "et que dit la loi du 1 juillet 1901 ?")
    assert chat.told == {"n": 3}
    chat.say("demain", "y a-t-il des alliances dans le Rhône ?")
    assert list(chat.told) == ["n", "d"]


def test_the_label_of_a_choice_goes_before_a_way_out_of_the_same_name() -> None:
    chat = asked(ask("x", "choice", choices=[{"id": "a", "label": "Aide"}, {"id": "b", "label": "Autre"}]))
    chat.say("aide")
    assert chat.told == {"x": "a"}


def test_an_answer_goes_before_a_way_out_with_a_typing_error() -> None:
    chat = asked(
        ask("x", "choice", choices=[{"id": "a", "label": "Présidente"}, {"id": "b", "label": "Autre"}])
    )
    chat.say("présidente")
    assert chat.told == {"x": "a"}
    chat = asked(ask("x", "text"), ask("y", "number"))
    chat.say("présidente")
    assert chat.told == {"x": "présidente"}
    chat.say("retuor svp")
    assert chat.told == {}


@pytest.mark.parametrize("words", ["retour", "RETOUR", "retour svp", "Retour !"])
def test_a_way_out_may_be_said_politely(words: str) -> None:
    chat = asked(ask("x", "text"), ask("y", "text"))
    chat.say("a", words)
    assert (chat.at, chat.told) == ("essai/x", {})


def test_three_failures_in_a_row_offer_a_human() -> None:
    chat = Chat()
    chat.say("xyzzy", "plugh")
    assert "[reject]" in chat.text
    chat.say("xyzzy")
    assert "[reject_thrice]" in chat.text
    assert options(chat) == ["human", "menu"]
    chat.say("bonjour", "xyzzy")
    assert "[reject]" in chat.text


@pytest.mark.parametrize(
    "words", [("xyzzy", "plugh", "xyzzy"), ("2000", "3000", "4000"), ("2000", "xyzzy", "4000")]
)
def test_three_failures_at_a_prompt_offer_a_human_and_the_prompt_comes_back(words: tuple[str, ...]) -> None:
    chat = asked(ask("n", "number", field={"min": 0, "max": 9}))
    chat.say(*words)
    offer, prompt = chat.sent
    assert [option.id for option in offer.options] == ["human"]
    assert "Question n ?" in prompt.text
    chat.tap("human")
    assert Escalate("asked") in chat.effects
    assert chat.at == "essai/n"


def test_a_miss_is_recorded_without_the_person() -> None:
    chat = Chat()
    chat.say("xyzzy")
    assert [effect for effect in chat.effects if isinstance(effect, Miss)] == [Miss("xyzzy", "reject", ())]


def test_a_subject_that_is_not_treated_says_where_to_go() -> None:
    chat = Chat()
    chat.say("la météo du jour")
    assert chat.text.startswith("[reject_redirect]\n\n[article]") or "[article]" in chat.text


@pytest.mark.parametrize("words", ["", " ", "\u200b"])
def test_nothing_is_asked_again_kindly(words: str) -> None:
    chat = Chat()
    chat.say("prendre le chemin", words)
    assert chat.at == "chemin/but"
    assert len(chat.sent) == 1


@pytest.mark.parametrize(
    ("words", "key"),
    [("bonjour", "greeting"), ("merci", "thanks"), ("idiot", "insult"), ("que sais-tu faire ?", "abilities")],
)
def test_small_talk_gets_its_phrase_and_the_prompt_comes_back(words: str, key: str) -> None:
    chat = Chat()
    chat.say(words)
    assert (chat.text, options(chat)) == (f"[{key}]", ["menu"])
    chat.say("prendre le chemin", words)
    assert len(chat.sent) == 1
    assert chat.text.startswith(f"[{key}]\n\n[prompt")


def test_a_button_of_the_last_message_may_be_typed() -> None:
    chat = Chat()
    chat.say("/menu", "1")
    assert chat.at == "types/texte"
    chat = Chat()
    chat.say("/menu", "voir tout")
    assert chat.at == "types/texte"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("annuler", "nothing_to_cancel"),
        ("répéter", "nothing_to_repeat"),
        ("retour", "nothing_to_repeat"),
        ("aide", "help"),
        ("reprendre", "resume_none"),
    ],
)
def test_a_way_out_that_leads_nowhere_is_answered(words: str, key: str) -> None:
    chat = Chat()
    chat.say(words)
    assert chat.text.startswith(f"[{key}]")


def test_reprendre_goes_on_with_the_one_open_path_and_lists_several() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "public", "pause", "reprendre")
    assert chat.at == "sous/pair"
    assert chat.text.startswith("[resumed] Le chemin\n\n[prompt")
    chat.say("/types", "mot", "pause", "xyzzy", "reprendre")
    assert chat.at == ""
    assert "[resume_line] Tous les types 2 14 Les mots" in chat.text
    assert "[resume_line] Le chemin 2 5 Le chemin" in chat.text
    chat.say("le chemin")
    assert chat.at == "sous/pair"


def test_reprendre_on_a_button_is_that_button() -> None:
    chat = Chat()
    chat.say("/types", "mot", "/profil", "/profil")
    assert "[already_open] Le profil" in chat.text
    chat.say("Reprendre")
    assert chat.at == "profil/nom"


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("way", ["porte fermée", "/reserve", "go.reserve", "opening"])
def test_a_staff_flow_opens_for_staff_only(standing: Standing, way: str) -> None:
    chat = Chat(standing=standing)
    match way:
        case "opening":
            chat.give(Opening("reserve"))
        case "go.reserve":
            chat.give(Tap(way))
        case _:
            chat.say(way)
    open_to_them = standing in (Standing.STAFF, Standing.ADMIN)
    assert chat.at == ("reserve/code" if open_to_them else "")
    if open_to_them:
        return
    nowhere = Chat(standing=standing)
    match way:
        case "opening":
            nowhere.give(Opening("nulle-part"))
        case "go.reserve":
            nowhere.give(Tap("go.nulle-part"))
        case "/reserve":
            nowhere.say("/nulle_part")
        case _:
            return  # words that mean nothing here are a question like any other
    said = chat.text.replace("reserve", "nulle_part")
    assert (said, [one.id for one in chat.sent[-1].options]) == (
        nowhere.text,
        [one.id for one in nowhere.sent[-1].options],
    )


def test_the_menu_and_the_list_leave_out_what_is_not_for_this_person() -> None:
    for standing, shown in ((Standing.MEMBER, False), (Standing.STAFF, True)):
        chat = Chat(standing=standing)
        chat.say("/menu")
        assert ("go.reserve" in options(chat)) is shown
        assert options(chat)[0] == "go.types"


@pytest.mark.parametrize(
    ("payload", "at", "text"),
    [
        ("chemin", "chemin/but", "Bienvenue"),
        ("q_alliance", "", "[article]"),
        ("q_zut", "", "[link_unknown]"),
        ("../etc/passwd", "", "[link_unknown]"),
        ("", "", "[welcome]"),
    ],
)
def test_a_deep_link_opens_a_flow_or_an_article_and_nothing_else(payload: str, at: str, text: str) -> None:
    chat = Chat()
    chat.give(Opening(payload))
    assert chat.at == at
    assert text in chat.text
    assert len(chat.sent) <= 2


def test_a_command_of_a_flow_starts_it_and_an_unknown_one_is_told_so() -> None:
    chat = Chat()
    chat.say("/TYPES@bot")
    assert chat.at == "types/texte"
    [message] = chat.say("/zut*x*")
    assert message.text.startswith("[unknown")
    assert "/zut*x*" in chat.text
    assert chat.at == "types/texte"


def test_starting_another_path_keeps_the_place_and_says_so() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "public", "/types")
    assert chat.text.startswith("[place_kept] Le chemin")
    assert {run.flow for run in chat.session.runs} == {"types", "chemin"}
    chat.tap("nord")
    assert chat.at == "fond/note"


def test_the_welcome_names_the_person_and_offers_what_to_do() -> None:
    chat = Chat(name="*Awa*")
    chat.say("/start")
    assert chat.text == "[welcome]  *Awa*"
    assert options(chat) == ["ask", "menu"]
    chat.say("prendre le chemin", "/start")
    assert chat.text.startswith("[welcome_back]")
    assert options(chat) == ["resume", "ask", "menu"]
    chat.say("reprendre")
    assert chat.at == "chemin/but"


@pytest.mark.parametrize("what", ["voice", "sticker", "other", "too_large"])
def test_what_cannot_be_read_is_told_so_and_the_prompt_comes_back(what: str) -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    [message] = chat.give(Unusable(what))  # type: ignore[arg-type]
    assert chat.text.startswith("[too_large]" if what == "too_large" else "[unusable]")
    assert message.controls


# --- erasing everything: the yes answers the question, never anything later ---------------------------


def test_erasing_everything_takes_one_yes_to_the_question() -> None:
    for yes in ("oui", "d'accord"):
        chat = Chat()
        chat.say("prendre le chemin", "public", "/effacer", yes)
        [erased] = chat.effects
        assert isinstance(erased, Erase)
        assert erased.farewell.text == "[erased]"
        assert chat.session.runs == ()


def test_no_keeps_everything() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "public", "/effacer", "non")
    assert chat.text == "[not_erased]"
    assert chat.told


INBETWEEN = [
    Tap("do.menu"),
    Tap("go.relais"),
    Tap("art.alliance"),
    Tap("lang.fr"),
    Tap("zut"),
    Opening("relais"),
    Unusable("voice"),
    Attachment(Location(1, 2)),
]


@pytest.mark.parametrize("between", INBETWEEN, ids=str)
def test_a_yes_after_anything_else_erases_nothing(between: Tap | Opening | Unusable | Attachment) -> None:
    chat = Chat()
    chat.say("/effacer")
    chat.give(between)
    chat.say("oui")
    assert not any(isinstance(effect, Erase) for effect in chat.effects)


def test_a_yes_after_a_reminder_erases_nothing() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "/effacer")
    assert chat.wait(timedelta(days=2, hours=9))
    chat.say("oui")
    assert not any(isinstance(effect, Erase) for effect in chat.effects)


# --- commands -----------------------------------------------------------------------------------------------


def test_the_journeys_are_listed_in_the_order_of_the_menu_then_by_title() -> None:
    chat = Chat(standing=Standing.STAFF)
    chat.say("/parcours")
    assert options(chat) == ["go.types", "go.chemin"]


def test_the_road_map_stands_below_the_open_paths() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "peser", "une cause", "/reprendre")
    assert "[task_line] Voir une cause lundi 1er février 2027" in chat.text


def test_a_deep_link_may_be_typed() -> None:
    chat = Chat()
    chat.say("/start chemin")
    assert chat.at == "chemin/but"


def test_a_language_that_exists_is_taken_and_the_prompt_comes_back() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "/langue")
    assert options(chat) == ["lang.fr", "lang.en"]
    chat.tap("lang.en")
    assert SetLanguage("en") in chat.effects
    assert chat.text.startswith("[language_set]\n\n[prompt")
    chat.give(Tap("lang.zz"))
    assert not any(isinstance(effect, SetLanguage) for effect in chat.effects)


def test_one_s_data_can_be_had_as_a_file() -> None:
    chat = Chat()
    chat.say("/mes_donnees")
    assert options(chat) == ["export", "erase"]
    chat.tap("export")
    [export] = [effect for effect in chat.effects if isinstance(effect, Export)]
    assert export.name == "mes-donnees.json"
    assert export.message.key


def test_a_question_may_follow_its_command() -> None:
    chat = Chat()
    chat.say("prendre le chemin", f"/question {QUESTION}")
    assert chat.sent[0].text.startswith("[article]")
    assert chat.at == "chemin/but"
    chat.say("/question")
    assert (chat.text, chat.at) == ("[ask_away]", "")
