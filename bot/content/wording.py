"""What authors read: the refusals of pydantic and of the authored models, as a code and a French sentence.

The models speak English to programmers; only this table translates them. A test holds it complete.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.problem import NBSP, did_you_mean, quote
from bot.flows.refusals import CONDITION_ROWS, Row, sentence, unknown_function

Details = Mapping[str, Any]
"""One error of pydantic: type, loc, msg, input, ctx."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an author is told, and about which key of the block."""

    code: str
    message: str
    key: str = ""
    """Key of the refused block that the message is about; empty: the block itself."""
    column: int | None = None
    """Character within the refused text, from 0."""


ROWS = (
    *CONDITION_ROWS,
    # bot/flows/template.py
    Row(r"a text is expected here, not (.*)", "wrong-type", "un texte est attendu ici, entre guillemets"),
    Row(r"a brace without its partner: '(.*)'", "placeholder", "accolade « {0} » sans sa pareille"),
    Row(
        r"'(\{.*\})' does not name a field.*",
        "placeholder",
        "« {0} » ne nomme aucune réponse ; écrivez par exemple {{person.name}}",
    ),
    Row(
        r"'(\{.*\})': unknown filter.*",
        "placeholder",
        "« {0} » : forme inconnue ; écrivez {{nom|date}} ou {{nombre|mot|mots}}",
    ),
    # bot/flows/duration.py
    Row(
        r"not a duration: (.*); write .*",
        "duration",
        "durée attendue, par exemple « 4 days » ou « 36 months »",
    ),
    # bot/flows/steps
    Row(
        r"a message carries a picture or a file, not both",
        "invalid",
        "un message porte une image ou un fichier, pas les deux",
        "attach",
    ),
    Row(r"'else' stands alone.*", "branch-case", "« else » reste seul : {{else: étape}}", "else"),
    Row(
        r"a case is \{if.*",
        "branch-case",
        "un cas s'écrit {{if: …, goto: étape}} ou {{if: …, call: parcours}}",
    ),
    Row(r"'returns' goes with 'call'", "branch-case", "« returns » va avec « call »", "returns"),
    Row(
        r"a branch ends with exactly one 'else'",
        "branch-else",
        "un « branch » finit par un « else », et un seul",
        "branch",
    ),
    Row(
        r"a field of type (\w+) needs 'choices'.*",
        "choices",
        "un champ de type {0} demande « choices » (ou « choices_from »), l'un des deux",
    ),
    Row(
        r"'choices' go with the types choice and choices, not with (.*)",
        "choices",
        "« choices » va avec les types choice et choices, pas avec {0}",
        "choices",
    ),
    Row(r"two choices have one id", "duplicate-choice", "deux choix portent le même id", "choices"),
    Row(
        r"'propose' goes with an answer that is typed, not with (.*)",
        "invalid",
        "« propose » va avec une réponse à écrire, pas avec {0}",
        "propose",
    ),
    Row(r"'default' needs 'skip: allowed'", "invalid", "« default » demande « skip: allowed »", "default"),
    Row(
        r"a scale needs 'min' and 'max'.*",
        "scale",
        "une échelle demande « min » et « max » entiers, 11 degrés au plus,"
        " et un mot de « labels » par degré s'il y en a",
        "field",
    ),
    # bot/flows/phrases.py
    Row(
        r"a menu entry names exactly one.*",
        "menu",
        "une ligne du menu nomme flow, article ou command, et un seul",
    ),
    Row(
        r"a canned answer has no hole but \{name\}: (.+)",
        "canned",
        "une réponse type n'a pas d'autre blanc que {{name}} : {0}",
    ),
    Row(r"phrases (?:missing|unknown).*", "incomplete", "phrases incomplètes"),
    # bot/knowledge/article.py
    Row(
        r"has (\d+) words, at most (\d+): move.*",
        "answer-too-long",
        "réponse de {0} mots, {1} au plus : déplacez le reste dans « more »",
    ),
    Row(
        r"'to_check' \(what, where, year\) is missing: the status is '(.*)'",
        "missing-key",
        "il manque « to_check » (what, where, year) : le statut est « {0} »",
        "status",
    ),
    Row(
        r"has (\d+) phrasings, at least (\d+) are needed",
        "few-phrasings",
        "{0} formulations, {1} au moins",
        "phrasings",
    ),
    Row(
        r"'not_ready_because' is missing.*",
        "missing-key",
        "il manque « not_ready_because » : la fiche n'est pas prête",
        "ready",
    ),
    Row(
        r"'review_after' is before 'reviewed'",
        "invalid",
        "« review_after » est avant « reviewed »",
        "review_after",
    ),
)

EXPECTED: Mapping[str, str] = {
    "string_type": "un texte (entre guillemets s'il ressemble à un nombre)",
    "int_type": "un nombre entier",
    "int_parsing": "un nombre entier",
    "int_from_float": "un nombre entier",
    "float_type": "un nombre",
    "float_parsing": "un nombre",
    "bool_type": "true ou false",
    "bool_parsing": "true ou false",
    "tuple_type": "une liste",
    "list_type": "une liste",
    "dict_type": "des clés avec leurs valeurs",
    "mapping_type": "des clés avec leurs valeurs",
    "model_type": "des clés avec leurs valeurs",
    "model_attributes_type": "des clés avec leurs valeurs",
    "date_type": "une date comme 2026-11-22",
    "date_parsing": "une date comme 2026-11-22",
    "date_from_datetime_parsing": "une date comme 2026-11-22",
    "date_from_datetime_inexact": "une date comme 2026-11-22",
}
"""Type of a pydantic error -> what stands there in a right file."""

_FORMS = (
    ("_]{1,32}", "minuscules sans accent, chiffres et « _ », 32 signes au plus"),
    (
        "person|association",
        "minuscules sans accent, chiffres et « _ », éventuellement après « person. » ou « association. »",
    ),
    (r"\d{4}-", "une date et une heure comme « 2027-01-14 18:30 »"),
    ("[0-5]", "une heure comme « 18:00 », entre guillemets"),
    ("a-z0-9", "minuscules sans accent et chiffres, mots joints par des tirets"),
)
"""A part of a pattern -> the form it asks for."""


def tell(details: Details, functions: tuple[str, ...] = ()) -> Told:
    """One error as an author reads it."""
    kind, written, context = details["type"], details["input"], details.get("ctx", {})
    if isinstance(context.get("error"), ValueError):
        return told(context["error"], functions)
    match kind:
        case "article":
            return _own(str(details["msg"]), None)
        case "missing":
            return Told("missing-key", f"il manque la clé {quote(details['loc'][-1])}")
        case "literal_error" | "enum":
            return _literal(written, str(context["expected"]))
        case "string_pattern_mismatch":
            form = next((form for part, form in _FORMS if part in context["pattern"]), context["pattern"])
            return Told("wrong-form", sentence(f"{quote(written)} n'a pas la bonne forme : {form}"))
        case "string_too_long":
            return Told("too-long", sentence(f"{len(written)} signes, {context['max_length']} au plus"))
        case "too_long":
            return Told("too-long", f"{context['actual_length']} éléments, {context['max_length']} au plus")
        case "string_too_short" | "too_short":
            return Told(
                "too-short",
                "rien n'est écrit ici" if not written else f"{context['min_length']} éléments au moins",
            )
        case "greater_than_equal":
            return Told("out-of-range", f"{written} est trop petit{NBSP}: {context['ge']} au moins")
        case "less_than_equal":
            return Told("out-of-range", f"{written} est trop grand{NBSP}: {context['le']} au plus")
    if kind in EXPECTED:
        return Told("wrong-type", sentence(f"{EXPECTED[kind]} est attendu ici" + _instead(written)))
    return Told("invalid", sentence(f"valeur refusée : {details['msg']}"))


def tell_union(all_details: list[Details]) -> Told:
    """The errors of one value that could be of several types, as one."""
    if len(all_details) == 1:
        return tell(all_details[0])
    expected = []
    for details in all_details:
        if details["type"] in ("literal_error", "enum"):
            expected.append(_french_or(str(details["ctx"]["expected"])))
        else:
            expected.append(EXPECTED.get(details["type"], ""))
    either = " ou ".join(dict.fromkeys(part for part in expected if part))
    return Told("wrong-type", sentence(f"{either} est attendu ici" + _instead(all_details[0]["input"])))


def told(error: ValueError, functions: tuple[str, ...] = ()) -> Told:
    """A refusal of one of our own models."""
    column = getattr(error, "column", None)
    if said := unknown_function(str(error), functions):
        return Told("condition", said, "", column)
    return _own(str(error), column)


def _own(message: str, column: int | None) -> Told:
    for row in ROWS:
        if found := re.fullmatch(row.pattern, message, re.DOTALL):
            return Told(row.code, sentence(row.french.format(*found.groups())), row.key, column)
    return Told("invalid", message, "", column)


def _literal(written: object, expected: str) -> Told:
    known = re.findall(r"'([^']*)'", expected)
    hint = did_you_mean(str(written), known)
    return Told(
        "wrong-value", sentence(f"{quote(written)} n'est pas permis ici : {_french_or(expected)}{hint}")
    )


def _french_or(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", " ou ")


def _instead(written: object) -> str:
    match written:
        case None:
            return ", et rien n'est écrit"
        case bool():
            return f", pas {str(written).lower()}"
        case list():
            return ", pas une liste"
        case dict():
            return ", pas un bloc de clés"
    return f", pas {quote(written)}"
