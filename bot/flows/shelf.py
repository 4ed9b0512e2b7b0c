"""What a step may look up in the authored content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bot.flows.field import Declared
from bot.flows.phrases import Phrases
from bot.knowledge.article import Article, Source
from bot.model.message import AttachedFile
from bot.model.values import ArticleId, FlowId

if TYPE_CHECKING:
    from bot.flows.flow import Flow


@dataclass(frozen=True)
class Shelf:
    """Flows, phrases and articles by their names."""

    flows: Mapping[FlowId, "Flow"]
    phrases: Phrases
    articles: Mapping[ArticleId, Article] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    planned: Mapping[FlowId, str] = field(default_factory=dict)
    """Journeys announced but not written yet, with their titles: left out of the chat."""
    media: Mapping[str, AttachedFile] = field(default_factory=dict)
    """Authored pictures and files by their path below flows/."""
    profile: Mapping[str, Declared] = field(default_factory=dict)
    """Profile fields (`person.role`) that some flow declares."""
    revisions: Mapping[FlowId, str] = field(default_factory=dict)
    """Fingerprint of each flow."""

    @cached_property
    def left(self) -> Mapping[FlowId, Mapping[str, int]]:
        """Flow -> key of a step -> most questions that may still come from there, sub-flows included."""
        from bot.flows.lengths import questions_left  # flows are made of steps, which know the shelf

        return questions_left(self.flows)
