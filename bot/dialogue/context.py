"""What a question means to this person, here and now: after the entry they just read, at the prompt where
they stand, in their role and at their stage.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.dialogue.draft import FRESH, Draft
from bot.dialogue.prompts import ready, walk_of
from bot.flows.steps.ask import Ask
from bot.flows.terms import terms_at
from bot.knowledge.article import Article
from bot.knowledge.ask import Finding, Reason, Verdict, ask, prefer
from bot.knowledge.choice import same_words
from bot.knowledge.follow import follow, goes_on, topic_of
from bot.model.values import ArticleId, FieldRef, FlowId, Owner

READ_AT = "read"
"""Where `Session.told` keeps when the topic was shown, ISO."""
READ_IN = "thread"
"""Where it keeps in which topic of a forum."""

AUDIENCES: Mapping[str, str] = {
    "benevole": "benevole",
    "bureau": "dirigeant",
    "salarie": "salarie",
    "decouverte": "benevole",
}
"""`person.role` -> the audience whose wording serves it first (`Article.audience`)."""

NEXT: Mapping[str, tuple[str, ...]] = {
    "comprendre": ("alliance-ou-partenariat", "sommes-nous-prets"),
    "allies": ("avec-qui", "alliance-ou-partenariat", "sommes-nous-prets"),
    "convaincre": ("convaincre-mon-ca", "alliance-ou-partenariat"),
    "ecrire": ("charte-ou-convention", "alliance-ou-partenariat"),
    "point": ("evaluer-les-effets", "sommes-nous-prets"),
    "valoriser": ("reconnaitre-les-competences", "evaluer-les-effets"),
}
"""`person.expects` -> the journeys that the end of `faire-connaissance` proposes, in their order."""

MERITS = {"audience": 2, "stage": 1}
"""What an entry earns for being written for the person's role, and for helping at their stage."""


def understand(draft: Draft, text: str) -> Finding:
    """The verdict on what this person asks here and now."""
    finding = ask(draft.library.index, text, here=_words_here(draft))
    topic = fresh_topic(draft)
    if topic and _may_go_on(draft, text, finding):
        articles = draft.shelf.articles
        finding = follow(draft.library.index, text, topic_of(topic, articles.values()), finding)
    if finding.reason is Reason.TOO_CLOSE:
        finding = prefer(finding, {match.id: _merit(draft, match.id) for match in finding.matches})
    return finding


def shown(draft: Draft, name: ArticleId) -> None:
    """An entry was shown: what comes next may go on from it."""
    told = {**draft.session.told, READ_AT: draft.now.isoformat(), READ_IN: draft.thread}
    draft.change(topic=name, told={place: said for place, said in told.items() if said})


def fresh_topic(draft: Draft) -> Article | None:
    """The entry that was just read here."""
    read, told = read_at(draft), draft.session.told
    if not draft.session.topic or read is None or draft.now - read > FRESH:
        return None
    if told.get(READ_IN, "") != draft.thread:
        return None
    return draft.shelf.articles.get(draft.session.topic)


def read_at(draft: Draft) -> datetime | None:
    """When the entry read last was shown."""
    read = draft.session.told.get(READ_AT)
    return datetime.fromisoformat(read) if read else None


def is_bare(draft: Draft, text: str) -> bool:
    """Whether a message is a mere yes, no, or "none": an answer, whatever it answers, and no question."""
    words = draft.phrases.words
    return same_words(text, (*words["yes"], *words["no"], *words["none"]))


def wants_more(draft: Draft, text: str) -> bool:
    """Whether a message asks for more of the entry just read: "en clair ?", "un exemple ?"."""
    return fresh_topic(draft) is not None and same_words(text, draft.phrases.words["more"])


def _may_go_on(draft: Draft, text: str, finding: Finding) -> bool:
    """At a prompt, what is neither an answer nor known must at least look like a question."""
    if finding.verdict is not Verdict.REJECT or draft.session.active is None:
        return True
    return goes_on(text) or text.rstrip().endswith("?")


def _words_here(draft: Draft) -> frozenset[str]:
    """The definitions of the words that the waiting prompt uses."""
    run = draft.active
    if run is None or not ready(draft, run):
        return frozenset()
    step = walk_of(draft, run).step
    return (
        frozenset(term.entry for term in terms_at(step, draft.shelf))
        if isinstance(step, Ask)
        else frozenset()
    )


def _merit(draft: Draft, name: str) -> int:
    article = draft.shelf.articles.get(ArticleId(name))
    if article is None:
        return 0
    role, expects = (draft.answers.get(FieldRef(Owner.PERSON, field)) for field in ("role", "expects"))
    written_for = MERITS["audience"] if article.audience == AUDIENCES.get(str(role)) else 0
    ahead = [flow for flow in NEXT.get(str(expects), ()) if FlowId(flow) not in draft.view.finished][:1]
    return written_for + (MERITS["stage"] if set(ahead) & set(article.journeys) else 0)
