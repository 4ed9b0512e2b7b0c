"""Links that open the assistant at one entry or journey, and their pictures for posters: for staff."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.dialogue.draft import Draft
from bot.dialogue.journeys import may_start
from bot.dialogue.questions import come_back, find, say_and_come_back, say_stale, ways_on
from bot.documents.qr import MEDIA_TYPES, qr_picture
from bot.events.card import PREFIX as EVENT
from bot.flows.cards import LABEL, titles
from bot.flows.french import shorten
from bot.flows.shelf import Shelf
from bot.flows.template import Rich
from bot.knowledge.article import Article
from bot.knowledge.ask import Verdict
from bot.knowledge.choice import same_words
from bot.markup.escape import escape
from bot.model.effects import HandOut, NewFile, Send
from bot.model.inputs import PAYLOAD
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right
from bot.model.values import ArticleId, FlowId

ENTRY = "q_"
"""In front of an entry's id in a payload; a flow stands there by its id alone."""

PREFIXES = {"entry": ENTRY, "event": EVENT, "flow": ""}
"""Kind of target -> what stands in front of its id in a payload."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
"""A public name on Telegram."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads."""

    id: str
    """Of the entry or the flow."""
    kind: Literal["entry", "flow", "event"]
    title: str
    ready: bool = True
    """False: an entry whose answer is not shown yet."""

    @property
    def payload(self) -> str:
        """What the link carries."""
        return f"{PREFIXES[self.kind]}{self.id}"


def target_of(written: str, shelf: Shelf) -> Target | None:
    """The flow or the entry of this id; an entry also by its payload `q_…`. None if there is neither."""
    flow = shelf.flows.get(FlowId(written))
    if flow:
        return Target(flow.flow, "flow", flow.title)
    article = shelf.articles.get(ArticleId(written.removeprefix(ENTRY)))
    return Target(article.id, "entry", article.question, article.ready) if article else None


def targets(shelf: Shelf) -> Iterable[str]:
    """Every id that a link can lead to."""
    return (*shelf.flows, *shelf.articles)


def deep_link(bot: str, target: Target) -> str:
    """The address that opens the bot of this public name at the target. ValueError for what cannot be one."""
    if not NAME.fullmatch(bot) or not PAYLOAD.fullmatch(target.payload):
        raise ValueError(f"no link can be made of {bot!r} and {target.payload!r}")
    return f"https://t.me/{bot}?start={target.payload}"


def link(draft: Draft, argument: str) -> None:
    """`/lien`, with an id or words: the link and its picture, or the entries to choose from."""
    words = argument.strip()
    if not draft.view.policy.bot:
        say_and_come_back(draft, draft.phrases.say("link_needs_telegram"))
    elif not words:
        say_and_come_back(draft, draft.phrases.say("link_of_what"))
    elif target := target_of(words.lower(), draft.shelf) or _journey(draft, words) or _event(draft, words):
        hand_out_link(draft, target)
    else:
        _by_question(draft, words)


def link_chosen(draft: Draft, name: str) -> None:
    """An entry was tapped among those that `/lien` offered."""
    target = target_of(f"{ENTRY}{name}", draft.shelf)
    if not draft.may(Right.EVENTS) or not draft.view.policy.bot or target is None:
        say_stale(draft)
    else:
        hand_out_link(draft, target)


def _journey(draft: Draft, words: str) -> Target | None:
    flows = (flow for flow in draft.shelf.flows.values() if may_start(draft, flow))
    named = (flow for flow in flows if same_words(words, (flow.title, *flow.triggers)))
    return next((Target(flow.flow, "flow", flow.title) for flow in named), None)


def _event(draft: Draft, words: str) -> Target | None:
    events = (seen.event for seen in draft.view.events)
    named = (
        one
        for one in events
        if words.lower().removeprefix(EVENT) == one.id or same_words(words, (one.title,))
    )
    return next((Target(one.id, "event", one.title) for one in named), None)


def _by_question(draft: Draft, words: str) -> None:
    finding = find(draft, words)
    names = [match.id for match in finding.matches[:3] if ArticleId(match.id) in draft.shelf.articles]
    if finding.verdict is Verdict.REJECT or not names:
        say_and_come_back(draft, draft.phrases.say("link_unfound"))
    elif finding.verdict is Verdict.ANSWER and (target := target_of(f"{ENTRY}{names[0]}", draft.shelf)):
        hand_out_link(draft, target)
    else:
        _offer(draft, names)


def _offer(draft: Draft, names: Sequence[str]) -> None:
    """Titles to choose from, whose buttons make the link."""
    articles = [draft.shelf.articles[ArticleId(name)] for name in names]
    offered = titles(draft.phrases.say("link_choose"), articles, _link_option)
    draft.add(Send(replace(offered, options=(*offered.options, *ways_on(draft)))))
    come_back(draft)


def _link_option(article: Article) -> Option:
    return Option(f"link.{article.id}", shorten(article.question, LABEL), f"link.{article.id}")


def hand_out_link(draft: Draft, target: Target) -> None:
    """The link as text and as a picture."""
    phrases, address = draft.phrases, deep_link(draft.view.policy.bot, target)
    parts = [phrases.say("link_ready", title=target.title, link=link_text(address))]
    if not target.ready:
        parts.append(phrases.say("link_waits"))
    parts.append(phrases.say("link_tip"))
    picture = NewFile(
        f"qr_{target.id}.png",
        MEDIA_TYPES["png"],
        qr_picture(address),
        phrases.label("link_picture", title=target.title),
    )
    draft.add(HandOut(Message(Markdown("\n\n".join(parts))), (picture,)))
    come_back(draft)


def link_text(address: str) -> Rich:
    """An address as what is read and what is opened."""
    return Rich(Markdown(f"[{escape(address)}](<{address}>)"))
