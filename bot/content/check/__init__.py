"""The rules: one function each, told apart by their code; the tables below are all of them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from bot.content.authored import Material
from bot.content.check import (
    conditions,
    confusion,
    fields,
    graph,
    ids,
    knowledge,
    language,
    lengths,
    links,
    phrasings,
    review,
    sources,
    typography,
)
from bot.content.problem import Problem

if TYPE_CHECKING:  # loads numpy
    from bot.knowledge.trial import Trial

Rule = Callable[[Material], Iterable[Problem]]
DatedRule = Callable[[Material, date], Iterable[Problem]]
TriedRule = Callable[[Material, "Trial"], Iterable[Problem]]

ERRORS: tuple[Rule, ...] = (
    ids.flow_is_named_like_its_file,
    ids.steps_have_their_own_ids,
    ids.prompts_have_an_id,
    ids.sections_are_declared,
    ids.one_flow_a_command,
    ids.one_flow_a_trigger,
    links.targets_exist,
    links.menu_targets_exist,
    graph.every_step_is_reached,
    graph.no_cycle_without_a_prompt,
    conditions.conditions_are_typed,
    conditions.placeholders_are_known,
    conditions.arithmetic_is_never_absent,
    conditions.fields_are_filled_before,
    fields.declarations_agree,
    fields.bounds_make_sense,
    fields.choices_come_from_choices,
    fields.parts_fit,
    links.given_answers_exist,
    lengths.texts_fit,
    lengths.buttons_fit,
    knowledge.articles_have_their_own_ids,
    knowledge.articles_refer_to_what_exists,
    knowledge.phrases_know_their_holes,
)
WARNINGS: tuple[Rule, ...] = (
    links.planned_targets,
    links.planned_and_written,
    fields.personal_fields_are_kept_for_a_time,
    lengths.labels_fit_a_phone,
    language.pictures_are_described,
    language.one_way_to_address_people,
    language.sentences_are_short,
    language.acronyms_are_explained,
    typography.french_spacing,
    phrasings.phrasings_differ,
    sources.sources_are_cited,
    sources.sources_have_an_address,
    review.figures_have_a_year,
)
DATED: tuple[DatedRule, ...] = (
    review.reviews_are_done,
    review.checks_are_recent,
)
"""Warnings that depend on the day."""

TRIED: tuple[TriedRule, ...] = (
    confusion.phrasings_have_no_twin,
    confusion.entries_keep_their_questions,
    confusion.entries_can_be_found,
)
"""Warnings from a trial of the whole base: only for content without errors."""


def find_errors(material: Material) -> Iterator[Problem]:
    """What has to be mended before the content is used."""
    for rule in ERRORS:
        yield from rule(material)


def find_warnings(material: Material, today: date) -> Iterator[Problem]:
    """What should be mended, as of a day."""
    for rule in WARNINGS:
        yield from rule(material)
    for dated in DATED:
        yield from dated(material, today)


def find_in_trial(material: Material, trial: "Trial") -> Iterator[Problem]:
    """What a trial of the knowledge base shows."""
    for rule in TRIED:
        yield from rule(material, trial)
