"""What an authored knowledge entry, a source and the word lists are: the schema of knowledge/*.yaml.

Frozen pydantic models validated from plain data; reading YAML and positions belongs to `bot.content`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

MAX_ANSWER_WORDS = 60
MIN_PHRASINGS = {"article": 8, "glossary": 8, "redirect": 4}
"""How many ways of asking an entry needs, by kind: the base moves the figures more than the algorithm."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=43)]
"""An identifier: small letters without accents, digits and hyphens; never changes once published."""

Text = Annotated[str, Field(min_length=1)]
Kind = Literal["article", "glossary", "redirect"]
Audience = Literal["benevole", "dirigeant", "salarie"]
Status = Literal["sourcé", "mixte", "à vérifier"]


class _Authored(BaseModel):
    # Deferred as in `flows.authored`: entries that lie checked in the cache need no validators.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class ToCheck(_Authored):
    """What the reader should confirm before acting, because it may have changed."""

    what: Text
    """The point to confirm."""
    where: Text
    """Where to confirm it: a site, an office."""
    year: Annotated[int, Field(ge=2000, le=2100)]
    """Year of the figure or rule as written in the answer."""


class Source(_Authored):
    """Where a fact comes from."""

    name: Text
    """Author, title, year."""
    address: str | None = None
    """Web address, when there is one."""


class Article(_Authored):
    """One entry of the knowledge base."""

    id: Slug
    """Never changes: links, statistics and journeys name it."""
    chapter: Slug
    """Chapter of the base, such as "2-alliance-partenariat"."""
    kind: Kind = "article"
    """A redirect says that the subject is not treated here and where to go."""
    audience: Audience
    """Whom the wording serves first."""
    question: Text
    """The question as a title."""
    phrasings: tuple[Text, ...]
    """The same question as people type it."""
    keywords: tuple[Text, ...] = ()
    """Words that alone point to this entry."""
    answer: Text
    """Short answer in light Markdown, at most 60 words."""
    more: str | None = None
    """Longer text with a concrete example."""
    status: Status
    """How well its facts are established."""
    to_check: ToCheck | None = None
    """Mandatory unless the status is "sourcé"."""
    facts: tuple[Text, ...] = ()
    """Numbers of the facts it rests on."""
    sources: tuple[Slug, ...] = ()
    """Names in sources.yaml."""
    related: tuple[Slug, ...] = ()
    """Entries worth reading next."""
    journeys: tuple[Slug, ...] = ()
    """Guided journeys worth doing next."""
    author: Text
    """Who wrote it."""
    reviewed: date
    """Day of the last review."""
    review_after: date | None = None
    """Day from which it must be reviewed again."""
    ready: bool = True
    """False: the title is shown, not the answer, until somebody competent has read it."""
    not_ready_because: str | None = None
    """Why it waits, as the author would tell a colleague; mandatory when not ready."""

    @field_validator("answer")
    @classmethod
    def _short(cls, answer: str) -> str:
        words = count_words(answer)
        if words > MAX_ANSWER_WORDS:
            raise _wrong(f"has {words} words, at most {MAX_ANSWER_WORDS}: move the rest to 'more'")
        return answer

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.status != "sourcé" and self.to_check is None and self.kind != "redirect":
            raise _wrong(f"'to_check' (what, where, year) is missing: the status is '{self.status}'")
        least = MIN_PHRASINGS[self.kind]
        if len(self.phrasings) < least:
            raise _wrong(f"has {len(self.phrasings)} phrasings, at least {least} are needed")
        if not self.ready and not self.not_ready_because:
            raise _wrong("'not_ready_because' is missing: 'ready' is false")
        if self.review_after is not None and self.review_after < self.reviewed:
            raise _wrong("'review_after' is before 'reviewed'")
        return self


class Words(_Authored):
    """The word lists of words.yaml: how people of this domain write."""

    acronyms: Mapping[Text, Text] = Field(default_factory=dict)
    """Acronym -> what it stands for."""
    synonyms: tuple[Annotated[tuple[Text, ...], Field(min_length=2)], ...] = ()
    """Groups of words or short phrases that mean the same here."""
    sms: Mapping[Text, Text] = Field(default_factory=dict)
    """Abbreviation or colloquial spelling -> the usual words."""
    stop: tuple[Text, ...] = ()
    """Words to leave out beyond the grammar words of French."""


def count_words(text: str) -> int:
    """Words of a text as a reader counts them: a lone « or : is none."""
    return sum(any(sign.isalnum() for sign in piece) for piece in text.split())


def _wrong(message: str) -> PydanticCustomError:
    # A custom error keeps pydantic's "Value error, " out of what authors read. The type is a stable code.
    return PydanticCustomError("article", "{message}", {"message": message})
