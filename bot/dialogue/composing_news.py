"""The answers of the composing flow -> the plan of an announcement, and what staff is told about it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.events.audience import AudienceError, Chosen, checked, together, vocabulary_of
from bot.events.audience_words import describe
from bot.events.copies import unknown_holes
from bot.events.drafting import Given, moment_of, text_of
from bot.flows.desk import Composed
from bot.flows.french import write_date, write_hour, write_list
from bot.flows.posts import Post, read_post
from bot.flows.step import Scope
from bot.flows.steps.announce import Announce
from bot.flows.steps.submitting import DROP, FIX
from bot.flows.typed import Bad
from bot.model.announcement import (
    AnnouncementId,
    AnnouncementSeen,
    Audience,
    Crowd,
    Fate,
    NewsKind,
    Plan,
    Reach,
    Rhythm,
    Sweep,
    Twin,
)
from bot.model.event import EventId
from bot.model.message import Markdown, Message
from bot.model.turn import Need
from bot.model.values import FlowId, Value

RULES = frozenset(("among", "done", "under_way", "registered"))
"""Parts that choose people by some of several choices: with none of them, they choose nobody."""

SEND, AGAIN = "envoyer", "encore-"
"""Decisions: send it; send once more what was announced as the number that follows."""

WEEK = 7
"""Days for which "lately" holds where nobody says otherwise."""


def plan_of(given: Given, step: Announce, scope: Scope) -> Plan | Bad:
    """The announcement; or the phrase for what is in the way."""
    event = EventId(str(given["event"])) if "event" in given else None
    message = _message(read_post(given.get("post")))
    if message is None and event is None:
        return Bad("announce_empty")
    audience = audience_of(given, step, scope)
    if isinstance(audience, Bad):
        return audience
    starts = moment_of(given["starts"], scope.view.policy.timezone) if "starts" in given else None
    if "starts" in given and (starts is None or starts <= scope.now):
        return Bad("announce_past" if starts else "publish_no_such_time")
    coming = {seen.event.id for seen in scope.view.events}
    if event and Need.EVENTS in scope.view.known and event not in coming:
        return Bad("event_gone")
    plan = Plan(
        message or Message(Markdown("")),
        NewsKind(str(given["kind"])),
        audience,
        starts,
        Rhythm(str(given.get("rhythm", Rhythm.ONCE))),
        event=event,
    )
    if wrong := unknown_holes(plan, scope.shelf):
        names = ", ".join(f"{{{name}}}" for name in wrong)
        return Bad("announcement_hole", {"names": names, "example": "{prénom}"})
    return plan


def _message(post: Post | None) -> Message | None:
    if post is None:
        return None
    if post.poll:
        return Message(Markdown(""), poll=post.poll)
    files = (post.file,) if post.file else ()
    return Message(text_of(post), attachments=files, copied=post.copied)


def audience_of(given: Given, step: Announce, scope: Scope) -> Audience | Bad:
    """To whom: everybody whom all that was answered fits. A rule that was asked for and left without a choice
    must not let everybody in.
    """
    if any(part in RULES and scope.names.read(name) == () for part, _, name in step.parts.fields()):
        return Bad("announce_no_choice")
    vocabulary = vocabulary_of(scope.shelf)
    spare = given.get("spare", ())
    spared = spare if isinstance(spare, tuple) else (str(spare),)
    days = given.get("spare_days", WEEK)
    unseen = given.get("not_seen", 0)
    chosen = Chosen(
        answers=_among(step, scope),
        done=tuple(map(FlowId, _several(given.get("done")))),
        under_way=tuple(map(FlowId, _several(given.get("under_way")))),
        registered=tuple(map(EventId, _several(given.get("registered")))),
        unseen_days=int(unseen) if isinstance(unseen, int | float) else 0,
    )
    lately = int(days) if "recent" in spared and isinstance(days, int | float) else 0
    try:
        audience = chosen.audience(vocabulary, spare_busy="busy" in spared, spare_days=lately)
        condition = together(audience.condition, str(given.get("condition", "")))
        if condition:
            checked(condition, vocabulary)
    except AudienceError as error:
        return Bad("refused_condition", {"why": str(error)})
    return replace(audience, condition=condition)


def crowd_of(given: Given, step: Announce, scope: Scope) -> Crowd | None:
    """Whom it would reach, as a question to the store; None while the rule cannot be read."""
    audience = audience_of(given, step, scope)
    return None if isinstance(audience, Bad) else Crowd(NewsKind(str(given["kind"])), audience)


def _among(step: Announce, scope: Scope) -> Mapping[str, tuple[str, ...]]:
    """Profile field -> the answers chosen."""
    chosen: dict[str, tuple[str, ...]] = {}
    for name in step.announce.among:
        declared, value = scope.names.declared(name), scope.names.read(name)
        if declared and declared.listed and value is not None:
            chosen[declared.listed] = _several(value)
    return chosen


def _several(value: Value | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)


def twin_of(plan: Plan) -> Twin:
    """The need to know whether it was announced before."""
    return Twin(plan.message, plan.event)


def known_twin(plan: Plan, scope: Scope) -> AnnouncementId | None:
    """What was announced last of the same text, as staff are shown it."""
    seen = scope.view.twins.get(twin_of(plan))
    return seen.announcement.id if seen else None


def news_composed(plan: Plan | Bad, crowd: Crowd | None, scope: Scope) -> Composed:
    """What staff is told about it, and what can be decided."""
    phrases = scope.shelf.phrases
    label = phrases.label
    leave = ((FIX, (label("compose_fix"),)), (DROP, (label("compose_drop"),)))
    if isinstance(plan, Bad):
        return Composed(phrases.say(plan.phrase, **plan.values), leave)
    reach = scope.view.crowds.get(crowd) if crowd else None
    twin = scope.view.twins.get(twin_of(plan))
    lines = [phrases.say("announce_ask"), *_to_whom(plan, reach, scope), *_when(plan, scope)]
    if twin is not None:
        lines.append(_before(twin, scope))
    test = (("test", (label("announce_test"),)),)
    somebody = reach is None or reach.people > 0
    send = (_send(plan, reach, twin, scope),) if somebody else ()
    return Composed(Markdown("\n\n".join(lines)), (*test, *send, *leave))


def _send(
    plan: Plan, reach: Reach | None, twin: AnnouncementSeen | None, scope: Scope
) -> tuple[str, tuple[str, ...]]:
    """The decision to send it, and its wordings."""
    label = scope.shelf.phrases.label
    if twin is not None:
        return f"{AGAIN}{twin.announcement.id}", (label("announce_again"),)
    if plan.starts:
        return SEND, (label("announce_plan"),)
    if reach is None:
        return SEND, (label("announce_send_all"),)
    return SEND, (label("announce_send", count=reach.people), label("announce_send_all"))


def _before(twin: AnnouncementSeen, scope: Scope) -> Markdown:
    """When the same was announced, and who got it."""
    phrases, one = scope.shelf.phrases, twin.announcement
    moment = _moment(one.began or one.starts, scope)
    whom = _whom(one.plan, scope)
    if one.began is None:
        return phrases.say("announce_before_planned", moment=moment, whom=whom)
    if one.sweep is Sweep.RECALL:
        return phrases.say("announce_before_recalled", moment=moment)
    count = twin.tally.fates.get(Fate.SENT, 0)
    return phrases.say("announce_before", moment=moment, count=count, whom=whom)


def _to_whom(plan: Plan, reach: Reach | None, scope: Scope) -> Sequence[Markdown]:
    phrases = scope.shelf.phrases
    if reach is None:
        return ()
    if reach.people <= 0:
        return (phrases.say("announce_nobody"),)
    told = [phrases.say("announce_people", count=reach.people)]
    if plan.audience.condition:
        told = [phrases.say("announce_people_whom", count=reach.people, whom=_whom(plan, scope))]
    if reach.names:
        names = write_list(list(reach.names), phrases.label("list_and"))
        told.append(phrases.say("announce_names", names=names))
    if reach.left_out:
        told.append(phrases.say("announce_left_out", count=reach.left_out))
    return told


def _whom(plan: Plan, scope: Scope) -> str:
    """The rule of its audience in words, as they stand within a sentence."""
    phrases = scope.shelf.phrases
    titles = {seen.event.id: seen.event.title for seen in (*scope.view.events, *scope.view.past)}
    try:
        said = describe(plan.audience.condition, vocabulary_of(scope.shelf, titles), phrases)
    except AudienceError:  # one from before, about what is no more
        rule = phrases.label("audience_by_rule", rule=plan.audience.condition)
        said = phrases.label("audience_those", that=rule)
    return said[:1].lower() + said[1:]


def _when(plan: Plan, scope: Scope) -> Sequence[Markdown]:
    phrases = scope.shelf.phrases
    told: list[Markdown] = []
    if plan.starts:
        told.append(phrases.say("announce_when", moment=_moment(plan.starts, scope)))
    else:
        told.append(phrases.say("announce_now"))
    if plan.rhythm is not Rhythm.ONCE:
        told.append(phrases.say(f"announcement_{plan.rhythm}"))
    return told


def _moment(moment: datetime, scope: Scope) -> str:
    phrases, local = scope.shelf.phrases, moment.astimezone(scope.view.policy.timezone)
    return phrases.label("moment", day=write_date(local.date(), phrases.calendar), hour=write_hour(local))
