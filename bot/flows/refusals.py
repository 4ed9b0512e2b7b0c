"""What people who write conditions read when one is refused: a French sentence, and what they may have meant.

The condition language speaks English to programmers; only this table translates it. A test holds it complete.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.flows.condition import ARITY, ConditionError
from bot.knowledge.hints import NBSP, did_you_mean, quote


@dataclass(frozen=True, slots=True)
class Row:
    """A refusal of our own models and its translation; groups of the pattern fill the sentence."""

    pattern: str
    code: str
    french: str
    key: str = ""


_CONDITION = "une condition se met entre guillemets, par exemple \"but == 'peser'\""

CONDITION_ROWS = (
    Row(
        r"a condition is a text in quotes, not (.*)",
        "condition",
        f"condition ou calcul attendu{NBSP}: {_CONDITION}",
    ),
    Row(
        r"a condition has at most (\d+) characters.* has (\d+)",
        "condition",
        "condition trop longue : {1} signes, {0} au plus",
    ),
    Row(r"a condition has at most (\d+) parts", "condition", "condition trop longue : {0} éléments au plus"),
    Row(
        r"a condition is at most (\d+) levels deep",
        "condition",
        "condition trop imbriquée : {0} niveaux au plus",
    ),
    Row(
        r"not a condition: it holds a sign that is no text", "condition", "signe interdit dans une condition"
    ),
    Row(r"not a condition: nested too deeply", "condition", "condition trop imbriquée"),
    Row(
        r"not a condition: (.*)",
        "condition",
        "condition illisible à partir d'ici ; exemple : \"but == 'peser'\"",
    ),
    Row(
        r"compare two things at a time.*",
        "condition",
        "comparez deux choses à la fois et joignez les comparaisons par « and »",
    ),
    Row(r"not allowed in a condition: (.*)", "condition", "« {0} » n'est pas permis dans une condition"),
    Row(r"a number is at most.*", "condition", "nombre trop grand"),
    Row(r"only declared names may carry a dot", "condition", "seul un nom déclaré peut porter un point"),
    Row(r"a list holds written values only", "condition", "une liste ne contient que des valeurs écrites"),
    Row(r"'(.*)' takes at least (\d+) value\(s\)", "condition", "« {0} » demande au moins {1} valeur(s)"),
    Row(r"'(.*)' takes (\d+) value\(s\)", "condition", "« {0} » demande {1} valeur(s)"),
)
_UNKNOWN_FUNCTION = re.compile(r"unknown function '(.*)'")


def sentence(text: str) -> str:
    """The text with the non-breaking spaces of French."""
    text = re.sub(r" (?=[:;!?»])", NBSP, text)
    return text.replace("« ", f"«{NBSP}")


def unknown_function(message: str, functions: Iterable[str]) -> str:
    """The sentence about a function that does not exist; empty if the refusal is about something else."""
    found = _UNKNOWN_FUNCTION.fullmatch(message)
    return f"fonction inconnue {quote(found[1])}{did_you_mean(found[1], functions)}" if found else ""


def in_french(error: ConditionError) -> str:
    """A refusal of the condition language as one French sentence."""
    message = str(error)
    if said := unknown_function(message, ARITY):
        return said
    for row in CONDITION_ROWS:
        if found := re.fullmatch(row.pattern, message, re.DOTALL):
            return sentence(row.french.format(*found.groups()))
    return message
