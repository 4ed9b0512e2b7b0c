"""What steps and the menu refer to: steps, flows, articles, actions, files."""

from collections.abc import Collection, Iterator

from bot.content.authored import AuthoredFlow, Material
from bot.content.problem import NBSP, Problem, did_you_mean, quote
from bot.flows.actions import ACTIONS
from bot.flows.step import Link
from bot.flows.steps.end import EVENTS_LIST
from bot.flows.steps.goto import Goto


def targets_exist(material: Material) -> Iterator[Problem]:
    """`unknown-` (step, flow, article, action, media), `planned-call`."""
    for authored in material.flows:
        for place, step in authored.steps():
            for link in step.links():
                if fault := _fault(link, authored, material):
                    yield authored.problem(*fault, place, link.where)


def _fault(link: Link, authored: AuthoredFlow, material: Material) -> tuple[str, str] | None:
    if link.kind == "field":  # its rule is with the names of conditions
        return None
    if link.kind == "flow" and link.name in material.planned and link.name not in material.flow_ids:
        return "planned-call", f"{quote(link.name)} n'est pas encore écrit{NBSP}: on ne peut pas l'appeler"
    known = _known(link, authored, material)
    if link.name in known:
        return None
    code, what = _WORDS[link.kind]
    return code, f"{what} {quote(link.name)}{did_you_mean(link.name, known) or _how_to_end(link)}"


_WORDS = {
    "step": ("unknown-step", "étape inconnue"),
    "flow": ("unknown-flow", "parcours inconnu"),
    "step-or-flow": ("unknown-step", f"ni étape de ce parcours, ni parcours{NBSP}:"),
    "flow-or-article": ("unknown-flow", f"ni parcours, ni fiche{NBSP}:"),
    "article": ("unknown-article", "fiche inconnue"),
    "action": ("unknown-action", "action inconnue"),
    "media": ("unknown-media", f"fichier absent de flows/media/{NBSP}:"),
}


def _known(link: Link, authored: AuthoredFlow, material: Material) -> Collection[str]:
    steps, flows = authored.flow.position.keys(), material.flow_ids | material.planned.keys()
    match link.kind:
        case "step":
            return steps
        case "flow":
            return flows
        case "step-or-flow":
            return {name for name in steps if not name.startswith("#")} | flows
        case "flow-or-article":
            return flows | material.article_ids | {EVENTS_LIST}
        case "article":
            return material.article_ids
        case "action":
            return ACTIONS.keys()
        case "media":
            return material.media.keys()
        case "field":
            return ()


def _how_to_end(link: Link) -> str:
    if link.name in ("end", "fin") and link.kind == "step-or-flow":
        return f"{NBSP}; pour finir, écrivez une étape «{NBSP}end: {{}}{NBSP}»"
    return ""


def given_answers_exist(material: Material) -> Iterator[Problem]:
    """`unknown-field`, `gives`: what `goto` gives to another flow is asked there."""
    for authored in material.flows:
        for place, step in authored.steps():
            if not isinstance(step, Goto) or not step.gives:
                continue
            there = material.flow(step.goto)
            if step.goto in authored.flow.position:
                message = f"{quote('gives')} va avec un autre parcours, pas avec une étape"
                yield authored.problem("gives", message, place, ("gives",), key=True)
            elif there is not None:
                known = there.flow.declared
                for name in step.gives:
                    if name not in known:
                        hint = did_you_mean(name, known)
                        message = f"{quote(step.goto)} ne demande pas {quote(name)}{hint}"
                        yield authored.problem("unknown-field", message, place, ("gives", name), key=True)


def planned_targets(material: Material) -> Iterator[Problem]:
    """`planned` (warning): once a file for each journey to come."""
    for authored in material.flows:
        places: dict[str, list[tuple[int, Link]]] = {}
        for place, step in authored.steps():
            for link in step.links():
                if (
                    link.kind not in ("step-or-flow", "flow-or-article")
                    or link.name in authored.flow.position
                ):
                    continue
                if (
                    link.name in material.planned
                    and link.name not in material.flow_ids | material.article_ids
                ):
                    places.setdefault(link.name, []).append((place, link))
        for name, found in places.items():
            often = f" ({len(found)} fois)" if len(found) > 1 else ""
            message = f"{quote(name)} n'est pas encore écrit{often}{NBSP}: le bot ne le proposera pas"
            yield authored.problem("planned", message, found[0][0], found[0][1].where, severity="warning")


def planned_and_written(material: Material) -> Iterator[Problem]:
    """`planned-written` (warning)."""
    document = material.planned_document
    if document is None:
        return
    for place, id in enumerate(material.planned):
        if id in material.flow_ids:
            message = f"{quote(id)} est écrit{NBSP}: retirez-le de cette liste"
            yield document.problem("planned-written", message, (place, "id"), severity="warning")


def menu_targets_exist(material: Material) -> Iterator[Problem]:
    """`unknown-flow`, `unknown-article` in the menu."""
    document = material.phrases_document
    if document is None or material.phrases is None:
        return
    for place, entry in enumerate(material.phrases.menu):
        flows = material.flow_ids | material.planned.keys()
        if entry.flow and entry.flow not in flows:
            message = f"parcours inconnu {quote(entry.flow)}{did_you_mean(entry.flow, flows)}"
            yield document.problem("unknown-flow", message, ("menu", place, "flow"))
        if entry.article and entry.article not in material.article_ids:
            message = (
                f"fiche inconnue {quote(entry.article)}{did_you_mean(entry.article, material.article_ids)}"
            )
            yield document.problem("unknown-article", message, ("menu", place, "article"))
