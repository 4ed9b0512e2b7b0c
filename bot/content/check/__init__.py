"""The rules: one function each, told apart by their code; the tables below are all of them."""

from collections.abc import Callable, Iterable, Iterator

from bot.content.authored import Material
from bot.content.check import conditions, fields, graph, ids, knowledge, language, lengths, links, typography
from bot.content.problem import Problem

Rule = Callable[[Material], Iterable[Problem]]

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
)


def find_errors(material: Material) -> Iterator[Problem]:
    """What has to be mended before the content is used."""
    for rule in ERRORS:
        yield from rule(material)


def find_warnings(material: Material) -> Iterator[Problem]:
    """What should be mended."""
    for rule in WARNINGS:
        yield from rule(material)
