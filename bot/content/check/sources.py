"""The sources: each is cited, each can be looked up, and (asked for only) each still answers."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.content.authored import Material
from bot.content.document import Document
from bot.content.problem import NBSP, Problem, quote

if TYPE_CHECKING:  # loads the HTTP client, which a start does not need
    from bot.content.addresses import Probed


def sources_are_cited(material: Material) -> Iterator[Problem]:
    """`unused-source` (warning). Silent while an entry is broken or cites an unknown name."""
    document = material.sources_document
    cited = {name for authored in material.articles for name in authored.article.sources}
    whole = material.article_ids == {authored.article.id for authored in material.articles}
    if document is None or not whole or not cited <= material.sources.keys():
        return
    for name in material.sources:
        if name not in cited:
            message = f"aucune fiche ne cite {quote(name)}{NBSP}: citez-la ou retirez-la"
            yield document.problem("unused-source", message, (name,), key=True, severity="warning")


def sources_have_an_address(material: Material) -> Iterator[Problem]:
    """`no-address`, `bad-address` (warnings). An address that is written but left empty says: it has none."""
    document = material.sources_document
    if document is None:
        return
    for name, source in material.sources.items():
        if source.address:
            if not source.address.startswith(("http://", "https://")):
                message = f"une adresse commence par https://{NBSP}: {quote(source.address)}"
                yield document.problem("bad-address", message, (name, "address"), severity="warning")
        elif "address" not in document.keys((name,)):
            empty = quote("address:")
            message = f"source sans adresse{NBSP}: ajoutez-la, ou écrivez {empty} seul si elle n'en a pas"
            yield document.problem("no-address", message, (name,), key=True, severity="warning")


def sources_answer(material: Material, probed: Mapping[str, "Probed"]) -> Iterator[Problem]:
    """`dead-source` (warning), `moved-source`, `unchecked-source` (notes): of the addresses asked."""
    document = material.sources_document
    if document is None:
        return
    for name, source in material.sources.items():
        if source.address and (found := probed.get(source.address)):
            yield from _told(document, name, found)


def _told(document: Document, name: str, found: "Probed") -> Iterator[Problem]:
    where = (name, "address")
    match found.state:
        case "alive":
            return
        case "gone" | "nowhere":
            message = f"cette adresse ne mène plus à rien ({found.detail}){NBSP}: cherchez la nouvelle"
            yield document.problem("dead-source", message, where, severity="warning")
        case "moved":
            message = f"cette page a déménagé{NBSP}: {found.detail}"
            yield document.problem("moved-source", message, where, severity="note")
        case "silent" | "unclear" | "private":
            message = f"adresse non vérifiée ({found.detail}){NBSP}: ouvrez-la vous-même"
            yield document.problem("unchecked-source", message, where, severity="note")
