"""The standing phrases: which exist, which holes each may have, and how they are filled.

French lives in YAML.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field as Constraint
from pydantic import model_validator

from bot.flows.authored import Authored, Slug
from bot.flows.template import Rich, Template, fill_from, plain_from
from bot.model.message import Markdown

PHRASES: Mapping[str, tuple[str, ...]] = {
    # greetings and help
    "welcome": ("name",),
    "welcome_back": ("name",),
    "welcome_option_profile": (),
    "welcome_option_ask": (),
    "ask_away": (),
    "help": ("contact",),
    "help_in_step": (),
    "greeting": (),
    "thanks": (),
    "insult": (),
    "abilities": (),
    "human": ("contact",),
    "contact_missing": (),
    "unknown_command": ("command",),
    "staff_only": (),
    "link_unknown": (),
    # menu, journeys, open runs
    "menu": (),
    "journeys": (),
    "journey_line": ("title", "summary"),
    "resume_list": (),
    "resume_line": ("title", "done", "total", "section"),
    "resume_none": (),
    "task_list": (),
    "task_line": ("title", "due"),
    "resumed": ("title",),
    "place_kept": ("title",),
    "already_open": ("title",),
    "button_resume": (),
    "button_restart": (),
    "button_resume_titled": ("title",),
    "restarted": ("title",),
    "step_gone": ("title",),
    "flow_gone": (),
    "journey_done": (),
    "suggestions": (),
    # prompts and their buttons
    "button_back": (),
    "button_skip": (),
    "button_pause": (),
    "button_done": (),
    "button_yes": (),
    "button_no": (),
    "button_menu": (),
    "button_share_phone": (),
    "button_share_location": (),
    "ticked": ("label",),
    "answered": ("question", "answer"),
    "answer_skipped": (),
    "prompt": ("section", "done", "total", "question"),
    "prompt_without_section": ("done", "total", "question"),
    "choose_several": (),
    "back_at_start": (),
    "skip_not_allowed": (),
    "paused": ("title",),
    "cancelled": ("title",),
    "nothing_to_cancel": (),
    "nothing_to_repeat": (),
    "stale_tap": (),
    "runaway": ("contact",),
    "refused_choice": (),
    "unsure_choice": (),
    "refused_number": (),
    "refused_number_range": ("min", "max"),
    "refused_choices_count": ("min", "max"),
    "refused_date": (),
    "refused_email": (),
    "refused_phone": (),
    "refused_department": (),
    "refused_file": (),
    "refused_location": (),
    "refused_text_short": ("min",),
    "refused_text_long": ("max",),
    "unusable": (),
    "too_large": (),
    # review
    "review": (),
    "review_line": ("question", "answer"),
    "review_ok": (),
    "review_fix": (),
    "review_erase": (),
    "review_pick": (),
    "review_confirm_erase": (),
    "review_erased": (),
    "review_corrected": (),
    "handoff": ("contact",),
    # questions and answers
    "article": ("title", "answer"),
    "article_more": ("title", "more"),
    "article_sources": ("title", "sources"),
    "article_source_line": ("name", "address"),
    "article_source_line_plain": ("name",),
    "article_signature": ("author", "reviewed"),
    "article_to_check": ("what", "where", "year"),
    "article_not_ready": ("title", "where", "contact"),
    "article_stale": ("date",),
    "article_gone": (),
    "button_more": (),
    "button_more_on": ("title",),
    "button_sources": (),
    "button_helpful": (),
    "button_not_it": (),
    "button_none": (),
    "button_term": ("term",),
    "button_term_long": ("term",),
    "opinion_thanks": (),
    "opinion_known": (),
    "opinion_guesses": (),
    "opinion_rephrase": (),
    "opinion_rephrase_at_prompt": (),
    "more_none": (),
    "beside_topic": (),
    "suggest": (),
    "suggest_which": (),
    "bare_word": (),
    "reject": (),
    "reject_at_prompt": (),
    "reject_redirect": (),
    "reject_thrice": ("contact",),
    "button_human": (),
    "back_to_prompt": (),
    "question_empty": (),
    # in a group, and cards to share
    "group_hello": ("command",),
    "group_ask": ("command",),
    "group_greeting": ("command",),
    "group_abilities": ("command",),
    "group_insult": (),
    "group_reject": (),
    "group_private": (),
    "group_human": ("contact",),
    "button_private": (),
    "button_shared": (),
    "inline_button": (),
    # links and QR pictures, for staff
    "link_of_what": (),
    "link_needs_telegram": (),
    "link_choose": (),
    "link_unfound": (),
    "link_ready": ("title", "link"),
    "link_tip": (),
    "link_waits": (),
    "link_picture": ("title",),
    # questions without an answer, for staff
    "missed_list": ("count",),
    "missed_line": ("count", "title"),
    "missed_none": (),
    "missed_group": ("count", "last", "verdicts", "examples"),
    "missed_reject": ("count",),
    "missed_suggest": ("count",),
    "missed_disliked": ("count",),
    "missed_near": ("entries",),
    "missed_proposed": ("count", "title"),
    "missed_nothing_to_add": ("title",),
    "missed_dismissed": (),
    "missed_stale": ("count", "titles"),
    "button_add_to": ("title",),
    "button_dismiss": (),
    # events
    "events_list": (),
    "events_none": (),
    "event_line": ("when", "title"),
    "event_line_seated": (),
    "event_line_waiting": (),
    "event_line_maybe": (),
    "event_card": ("when", "title"),
    "event_when": ("day", "begin", "end"),
    "event_when_days": ("day", "begin", "last", "end"),
    "event_zone": ("city",),
    "event_place": ("place",),
    "event_organiser": ("name",),
    "event_left": ("left", "capacity"),
    "event_full": (),
    "event_full_waiting": ("waiting",),
    "event_deadline": ("day", "hour"),
    "event_late": (),
    "event_begun": (),
    "event_cancelled": (),
    "event_gone": (),
    "event_seated": (),
    "event_waiting": (),
    "event_waiting_at": ("number",),
    "event_maybe": (),
    "event_declined": (),
    "event_promoted": ("title",),
    "event_reminder": ("title",),
    "event_changed": ("title",),
    "event_called_off": ("title",),
    "event_calendar": ("title",),
    "button_going": (),
    "button_wait": (),
    "button_maybe": (),
    "button_decline": (),
    "button_calendar": (),
    "button_event_link": (),
    # own data and language
    "my_data": (),
    "button_export": (),
    "button_erase": (),
    "export_ready": (),
    "confirm_erase": (),
    "erased": (),
    "not_erased": (),
    "language": (),
    "language_set": (),
    # trouble
    "apology": (),
    "too_fast": (),
    "absent": (),
    "file_received": (),
    "list_and": (),
    "association_self": (),
    # the web page
    "page_title": (),
    "page_subtitle": (),
    "page_conversation": (),
    "page_menu": (),
    "page_composer_label": (),
    "page_composer_placeholder": (),
    "page_send": (),
    "page_attach": (),
    "page_typing": (),
    "page_you": (),
    "page_assistant": (),
    "page_choices": (),
    "page_ways_out": (),
    "page_more": (),
    "page_download": (),
    "page_new_messages": (),
    "page_offline": (),
    "page_not_sent": (),
    "page_retry": (),
    "page_too_fast": (),
    "page_file_too_large": (),
    "page_loading": (),
    "page_no_script": (),
    "page_panel_title": (),
    "page_panel_where": (),
    "page_panel_nowhere": (),
    "page_panel_fields": (),
    "page_panel_no_fields": (),
    "page_panel_verdict": (),
    "page_panel_no_verdict": (),
    "page_panel_problems": (),
    "page_panel_no_problems": (),
    "page_panel_start": (),
    "page_panel_flow": (),
    "page_panel_step": (),
    "page_panel_from_the_beginning": (),
    "page_panel_go": (),
    "page_panel_person": (),
    "page_panel_first_person": (),
    "page_panel_other_person": (),
    "page_panel_name": (),
    "page_panel_be_this_person": (),
    "page_panel_staff": (),
    "terminal_hint": (),
    "terminal_goodbye": (),
}
"""Every standing phrase and the holes it may have.

A phrase missing in YAML, or a hole not listed, is an error.
"""

ControlWord = Literal[
    "back",
    "skip",
    "pause",
    "cancel",
    "repeat",
    "help",
    "done",
    "yes",
    "no",
    "none",
    "restart",
    "resume",
    "more",
]
SmallTalk = Literal["greeting", "thanks", "insult", "abilities", "human"]
CommandName = Literal[
    "start",
    "aide",
    "menu",
    "parcours",
    "reprendre",
    "question",
    "evenements",
    "langue",
    "mes_donnees",
    "effacer",
]
COMMANDS: tuple[str, ...] = get_args(CommandName)


class Calendar(Authored):
    """How dates are written."""

    days: tuple[str, ...] = Constraint(min_length=7, max_length=7)
    """Monday first."""
    months: tuple[str, ...] = Constraint(min_length=12, max_length=12)
    first: str
    """The first day of a month: `1er`."""
    relative: Mapping[str, int]
    """Words for days counted from today: `demain: 1`."""


class MenuEntry(Authored):
    """One line of the menu: it starts a flow, shows an article, or is one of the commands."""

    label: str = Constraint(min_length=1, max_length=30)
    flow: Slug | None = None
    article: Slug | None = None
    command: CommandName | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "MenuEntry":
        if sum(target is not None for target in (self.flow, self.article, self.command)) != 1:
            raise ValueError("a menu entry names exactly one of flow, article, command")
        return self


class Phrases(Authored):
    """flows/phrases.yaml."""

    format: Literal[1]
    phrases: Mapping[str, Template]
    words: Mapping[ControlWord, tuple[str, ...]]
    """Typed words that act like a button."""
    small_talk: Mapping[SmallTalk, tuple[str, ...]]
    """Wordings that are no question; the phrase of the same name answers them."""
    commands: Mapping[CommandName, str]
    """What the command menu says behind each command."""
    menu: tuple[MenuEntry, ...] = Constraint(min_length=1)
    calendar: Calendar
    languages: Mapping[str, str]
    """IETF tag -> its own name."""

    @model_validator(mode="after")
    def _complete(self) -> "Phrases":
        missing = sorted(PHRASES.keys() - self.phrases.keys())
        unknown = sorted(self.phrases.keys() - PHRASES.keys())
        gaps = sorted(set(get_args(ControlWord)) - self.words.keys())
        if missing or unknown or gaps:
            told = [f"missing: {', '.join(missing)}"] if missing else []
            told += [f"unknown: {', '.join(unknown)}"] if unknown else []
            told += [f"missing in words: {', '.join(gaps)}"] if gaps else []
            raise ValueError("phrases " + "; ".join(told))
        return self

    def say(self, key: str, **values: str | int | float | Rich) -> Markdown:
        """A phrase as Markdown, its holes filled."""
        return fill_from(self.phrases[key], values)

    def label(self, key: str, **values: str | int | float) -> str:
        """A phrase as plain text for a button."""
        return plain_from(self.phrases[key], values)
