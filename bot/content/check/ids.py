"""Names that must exist once: flows, steps, sections, commands, triggers."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.content.authored import Damaged, Material
from bot.content.problem import NBSP, Problem, did_you_mean, quote
from bot.flows.phrases import COMMANDS
from bot.flows.step import END, NEXT, Prompt
from bot.knowledge.text import fold

RESERVED = (NEXT, END)
"""Words that mean a way on, so no step can have them as its id."""


def flow_is_named_like_its_file(material: Material) -> Iterator[Problem]:
    """`flow-name`, `duplicate-flow`."""
    seen: dict[str, str] = {}
    for authored in material.flows:
        document, id = authored.document, authored.flow.flow
        stem = PurePosixPath(document.path).stem
        if id in seen:
            message = f"le parcours {quote(id)} existe déjà dans {seen[id]}"
            yield document.problem("duplicate-flow", message, ("flow",))
        elif id != stem:
            message = (
                f"le fichier s'appelle {quote(stem)}, le parcours {quote(id)}{NBSP}: donnez-leur le même nom"
            )
            yield document.problem("flow-name", message, ("flow",))
        seen.setdefault(id, document.path)


def steps_have_their_own_ids(material: Material) -> Iterator[Problem]:
    """`duplicate-step`, `reserved-id`."""
    for authored in material.flows:
        taken: set[str] = set()
        for place, step in authored.steps():
            former = [(("replaces", number), old) for number, old in enumerate(step.replaces)]
            own: list[tuple[tuple[str | int, ...], str]] = [(("id",), step.id)] if step.id else []
            for where, name in [*own, *former]:
                if name in RESERVED:
                    yield authored.problem("reserved-id", f"{quote(name)} est un mot réservé", place, where)
                elif name in taken:
                    message = f"deux étapes portent l'id {quote(name)}"
                    yield authored.problem("duplicate-step", message, place, where)
                taken.add(name)


def prompts_have_an_id(material: Material) -> Iterator[Problem]:
    """`step-needs-id`."""
    for authored in material.flows:
        for place, step in authored.steps():
            if isinstance(step, Prompt) and not isinstance(step, Damaged) and not step.id:
                message = f"une étape qui attend une réponse a besoin d'un id{NBSP}: «{NBSP}id: …{NBSP}»"
                yield authored.problem("step-needs-id", message, place)


def sections_are_declared(material: Material) -> Iterator[Problem]:
    """`unknown-section`."""
    for authored in material.flows:
        known = authored.document.keys(("sections",))
        for place, step in authored.steps():
            if step.section and step.section not in known:
                message = f"partie inconnue {quote(step.section)}{did_you_mean(step.section, known)}"
                yield authored.problem("unknown-section", message, place, ("section",))


def one_flow_a_command(material: Material) -> Iterator[Problem]:
    """`duplicate-command`."""
    taken = dict.fromkeys(COMMANDS, "le bot lui-même")
    for authored in material.flows:
        command = authored.flow.command
        if command and command in taken:
            message = f"la commande /{command} est déjà prise par {taken[command]}"
            yield authored.document.problem("duplicate-command", message, ("command",))
        elif command:
            taken[command] = quote(authored.flow.flow)


def one_flow_a_trigger(material: Material) -> Iterator[Problem]:
    """`duplicate-trigger`."""
    taken: dict[str, str] = {}
    if material.phrases:
        words = [word for words in material.phrases.words.values() for word in words]
        taken = {fold(word): "un mot du bot lui-même" for word in words}
    for authored in material.flows:
        for number, trigger in enumerate(authored.flow.triggers):
            word = " ".join(fold(trigger).split())
            if word in taken:
                message = f"{quote(trigger)} est déjà {taken[word]}"
                yield authored.document.problem("duplicate-trigger", message, ("triggers", number))
            taken[word] = f"un déclencheur de {quote(authored.flow.flow)}"
