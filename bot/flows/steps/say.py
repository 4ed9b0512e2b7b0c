"""`say`: shows a text, with an optional picture or file."""

from collections.abc import Iterable
from dataclasses import replace

from pydantic import model_validator

from bot.flows.authored import Authored
from bot.flows.step import Link, Outcome, Scope, Step
from bot.flows.template import Template
from bot.model.message import Message


class Medium(Authored):
    """A picture or a file that lies beside the flows."""

    file: str
    """Path below `flows/`."""
    alt: str = ""
    """What a picture shows, for people who do not see it."""


class Say(Step):
    """Shows a text."""

    say: Template
    picture: Medium | None = None
    attach: Medium | None = None
    """Any other file."""

    @model_validator(mode="after")
    def _one_medium(self) -> "Say":
        if self.picture and self.attach:
            raise ValueError("a message carries a picture or a file, not both")
        return self

    def enter(self, scope: Scope) -> Outcome:
        """Says it and goes on."""
        message = Message(scope.text(self.say))
        medium = self.picture or self.attach
        if medium:
            file = replace(scope.shelf.media[medium.file], alternative=medium.alt)
            message = replace(message, attachments=(file,))
        return Outcome(says=(message,))

    def texts(self) -> Iterable[tuple[tuple[str | int, ...], Template]]:
        return ((("say",), self.say),)

    def links(self) -> Iterable[Link]:
        for key, medium in (("picture", self.picture), ("attach", self.attach)):
            if medium:
                yield Link("media", medium.file, (key, "file"))
