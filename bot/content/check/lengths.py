"""What fits: texts within the limits of Telegram after their longest expansion, labels on a button."""

from collections.abc import Iterator, Sequence

from bot.content.authored import AuthoredFlow, Material, merged_profile
from bot.content.problem import Problem
from bot.content.types import NameTable
from bot.flows.condition import MAX_LENGTH, Const
from bot.flows.departments import DEPARTMENTS
from bot.flows.field import Declared
from bot.flows.names import POST_SHOWN
from bot.flows.phrases import Phrases
from bot.flows.steps.ask import Ask
from bot.flows.steps.say import Say
from bot.flows.steps.set import Set
from bot.flows.template import Placeholder, Template
from bot.flows.typed import MAX_LINK, MAX_TEXT
from bot.markup import plain, utf16_length
from bot.model.message import Markdown

MAX_MESSAGE, MAX_CAPTION = 4096, 1024
"""Bot API, sendMessage and sendPhoto: UTF-16 units after entities are parsed."""
MAX_ACT = 48
"""Bytes of an act: 64 of callback data less what the channel adds to sign it."""
MAX_LABEL = 30
"""Characters that a phone shows on a button."""

_LONGEST = {
    "number": 20,
    "scale": 4,
    "yes_no": 30,
    "date": 28,
    "time": 7,
    "datetime": 38,
    "link": MAX_LINK,
    "post": POST_SHOWN,
    "condition": MAX_LENGTH,
    "email": 254,
    "phone": 16,
    "person": 64,
    "file": 64,
    "location": 200,
    "department": max(len(name) for name in DEPARTMENTS.values()) + 6,
}
"""Field type -> most characters of an answer as people read it."""
_BUILT_IN = {"person.name": 64, "person.language": 35, "progress.section": 60, "today": 28}
_NUMBER = 20
_COMPUTED = 64
_SERIAL = "p999999."
"""What stands before a choice's id in the act of its button."""


def texts_fit(material: Material) -> Iterator[Problem]:
    """`text-too-long`, `caption-too-long`."""
    profile = merged_profile(material.flows)
    for authored in material.flows:
        names = NameTable(authored, material, profile)
        for place, step in authored.steps():
            captioned = isinstance(step, Say) and (step.picture or step.attach)
            code, most = ("caption-too-long", MAX_CAPTION) if captioned else ("text-too-long", MAX_MESSAGE)
            for where, template in step.texts():
                around = _around(step, material.phrases) if where == ("ask",) and isinstance(step, Ask) else 0
                length = longest(template, names) + around
                if length > most:
                    message = f"{length} signes une fois rempli, {most} au plus"
                    yield authored.problem(code, message, place, where)
    yield from _articles_fit(material)
    yield from _phrases_fit(material)


def _articles_fit(material: Material) -> Iterator[Problem]:
    for authored in material.articles:
        article = authored.article
        around = utf16_length(article.question) + 400
        for key in ("answer", "more"):
            text = getattr(article, key) or ""
            length = utf16_length(plain(Markdown(text))) + around
            if length > MAX_MESSAGE:
                message = f"{length} signes avec le titre et la signature, {MAX_MESSAGE} au plus"
                yield authored.problem("text-too-long", message, (key,))


def _phrases_fit(material: Material) -> Iterator[Problem]:
    document = material.phrases_document
    if document is None or material.phrases is None:
        return
    for key, template in material.phrases.phrases.items():
        length = utf16_length(plain(Markdown(template.source)))
        if length > MAX_MESSAGE:
            yield document.problem(
                "text-too-long", f"{length} signes, {MAX_MESSAGE} au plus", ("phrases", key)
            )


def longest(template: Template, names: NameTable) -> int:
    """UTF-16 units of a text with the longest answers that can fill it."""
    filled = (part if isinstance(part, str) else "x" * _longest(part, names) for part in template.parts)
    return utf16_length(plain(Markdown("".join(filled))))


def _longest(hole: Placeholder, names: NameTable) -> int:
    if hole.plural:
        return max(len(word) for word in hole.plural)
    if hole.name in _BUILT_IN:
        return _BUILT_IN[hole.name]
    declared = names.declared(hole.name)
    if declared is None:
        return _NUMBER
    where = names.material.flows if "." in hole.name else (names.authored,)
    return longest_answer(hole.name, declared, where)


def longest_answer(name: str, declared: Declared, where: Sequence[AuthoredFlow]) -> int:
    """Most characters of an answer as people read it; `where`: the flows that may ask for it."""
    labels = [len(choice.label) for choice in declared.choices]
    match declared.type:
        case "choice":
            return max(labels, default=64)
        case "choices":
            return sum(labels) + 5 * len(labels) if labels else 640
        case "text":
            most = [
                step.field.max
                for authored in where
                for step in authored.flow.steps
                if isinstance(step, Ask) and step.field.name == name
            ]
            return min(int(max((value or MAX_TEXT for value in most), default=MAX_TEXT)), MAX_TEXT)
        case "computed":
            return _longest_computed(name, where)
    return _LONGEST[declared.type]


def _longest_computed(name: str, where: Sequence[AuthoredFlow]) -> int:
    steps = [step for authored in where for step in authored.flow.steps]
    trees = [step.set[name].tree for step in steps if isinstance(step, Set) and name in step.set]
    return max((len(str(tree.value)) for tree in trees if isinstance(tree, Const)), default=_COMPUTED)


def _around(step: Ask, phrases: Phrases | None) -> int:
    """What the engine writes around a question."""
    around = 120  # section and progress
    if phrases and step.field.type == "choices" and "choose_several" in phrases.phrases:
        around += len(phrases.phrases["choose_several"].source)
    return around


def buttons_fit(material: Material) -> Iterator[Problem]:
    """`button-too-long`: the act behind a button."""
    for authored in material.flows:
        for place, step in authored.steps():
            if not isinstance(step, Ask):
                continue
            for number, choice in enumerate(step.choices):
                if len(_SERIAL + choice.id) > MAX_ACT:
                    message = f"id de {len(choice.id)} signes, {MAX_ACT - len(_SERIAL)} au plus"
                    yield authored.problem("button-too-long", message, place, ("choices", number, "id"))
    for entry in material.articles:
        if len(f"more.{entry.article.id}") > MAX_ACT:
            message = f"id de {len(entry.article.id)} signes, {MAX_ACT - len('more.')} au plus"
            yield entry.problem("button-too-long", message, ("id",))


def labels_fit_a_phone(material: Material) -> Iterator[Problem]:
    """`long-label` (warning)."""
    for authored in material.flows:
        for place, step in authored.steps():
            if not isinstance(step, Ask):
                continue
            labels = [
                (("choices", number, "label"), choice.label) for number, choice in enumerate(step.choices)
            ]
            degrees = [(("labels", number), label) for number, label in enumerate(step.labels)]
            for where, label in [*labels, *degrees]:
                if len(label) > MAX_LABEL:
                    message = f"{len(label)} signes, un téléphone en montre {MAX_LABEL}"
                    yield authored.problem("long-label", message, place, where, severity="warning")
