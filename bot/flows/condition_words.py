"""What a flow asks, and under which condition, in the few words of its picture. Pure.

A condition is said by the answers that people give, not by the names that authors gave them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.flows.condition import Call, Condition, Const, Items, Name, Operation, Tree
from bot.flows.field import Declared
from bot.flows.flow import Flow
from bot.flows.french import shorten, write_number
from bot.flows.shelf import Shelf
from bot.flows.template import Template
from bot.knowledge.hints import quote
from bot.markup.plain import plain
from bot.model.values import FlowId

WORDS = 64
"""Characters of a step's own words."""
SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
"""How a comparison with something calculated is written."""

Written = str | int | float | bool


def in_words(condition: Condition, flow: Flow, shelf: Shelf) -> str:
    """`« Une entreprise » ou « Une fondation »`, `pas de réponse à « Quel budget ? »`; what has no words, as
    it is written.
    """
    try:
        return _Sayer(flow, shelf).said(condition.tree)
    except _NoWords:
        return condition.source


def name_in_words(path: str) -> str:
    """The name of what is calculated, `person.best_score`, as a word: `best score`."""
    return path.rpartition(".")[2].replace("_", " ")


def words_of(template: Template) -> str:
    """The first words of an authored text as a person reads them; … stands for what is filled in."""
    source = "".join(part if isinstance(part, str) else "…" for part in template.parts)
    first = next((line for line in plain(source).splitlines() if line.strip()), "")
    return shorten(" ".join(first.split()), WORDS)


class _NoWords(Exception):
    """A part of the condition has no words, so the whole has none."""


@dataclass(frozen=True, slots=True)
class _Sayer:
    flow: Flow
    shelf: Shelf

    def said(self, tree: Tree, *, inner: bool = False) -> str:
        phrases = self.shelf.phrases
        match tree:
            case Operation(operator="and" | "or" as word, operands=operands):
                joined = f" {phrases.label(f'list_{word}')} ".join(
                    self.said(one, inner=True) for one in operands
                )
                return f"({joined})" if inner else joined
            case Operation(operator="not", operands=(Call("answered", (Name(path=path),)),)):
                return phrases.label("graph_unanswered", question=self._question(path))
            case Operation(operator="not", operands=(operand,)):
                return phrases.label("graph_not", that=self.said(operand, inner=True))
            case Operation(operator=operator, operands=(Name(path=path), Const(value=value))) if (
                operator in SIGNS
            ):
                return self._compared(operator, path, value)
            case Operation(operator="in" | "not in" as operator, operands=(Name(path=path), Items(values))):
                either = self._answers(path, values)
                return phrases.label("graph_not", that=either) if operator == "not in" else either
            case Call("answered", (Name(path=path),)):
                return phrases.label("graph_answered", question=self._question(path))
            case Call("contains", (Name(path=path), Const(value=value))):
                return self._answers(path, [value])
            case Call("done" | "started" as what, (Const(value=journey),)):
                known = self.shelf.flows.get(FlowId(str(journey)))
                return phrases.label(f"graph_{what}", title=known.title if known else str(journey))
            case Name(path=path):
                return self._answered(path, phrases.label("button_yes"))
        raise _NoWords

    def _compared(self, operator: str, path: str, value: Written) -> str:
        declared = self._declared(path)
        if declared is None or declared.type in ("computed", "number", "scale"):
            return f"{self._question(path)} {SIGNS[operator]} {self._answer(path, value)}"
        said = self._answers(path, [value])
        return self.shelf.phrases.label("graph_not", that=said) if operator == "!=" else said

    def _answers(self, path: str, values: Iterable[Written]) -> str:
        either = f" {self.shelf.phrases.label('list_or')} ".join(
            quote(self._answer(path, one)) for one in values
        )
        declared = self._declared(path)
        # "Oui" alone says nothing.
        return self._answered(path, either) if declared and declared.type == "yes_no" else either

    def _answered(self, path: str, answer: str) -> str:
        return self.shelf.phrases.label("graph_answer", question=self._question(path), answer=answer)

    def _answer(self, path: str, value: Written) -> str:
        if isinstance(value, bool):
            return self.shelf.phrases.label("button_yes" if value else "button_no")
        if not isinstance(value, str):
            return write_number(value)
        declared = self._declared(path)
        return next((one.label for one in declared.choices if one.id == value), value) if declared else value

    def _question(self, path: str) -> str:
        declared = self._declared(path)
        if declared is None or declared.label is None or declared.label.placeholders():
            return name_in_words(path)
        return words_of(declared.label)

    def _declared(self, path: str) -> Declared | None:
        return self.flow.declared.get(path) or self.shelf.profile.get(path)
