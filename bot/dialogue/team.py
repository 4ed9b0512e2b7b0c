"""Roles in the conversation: who has one, links that give one once, and the journal of what was done.

Every function asks again who is tapping: a button may be forged or older than somebody's standing.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import date, timedelta

from bot.dialogue.draft import Draft
from bot.dialogue.questions import say_stale
from bot.events.card import write_hour
from bot.flows.cards import LABEL
from bot.flows.french import shorten, write_date
from bot.flows.phrases import PHRASES
from bot.flows.template import Rich
from bot.markup.escape import escape
from bot.markup.plain import plain
from bot.model.effects import Invite, Send, TakeRole, Unrole
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right
from bot.model.team import Entry, Member, Refused, invitation_digest
from bot.model.values import ArticleId
from bot.model.who import PersonId, Standing

PREFIX = "i_"
"""In front of an invitation's token in the payload of a link."""

LASTS = timedelta(days=7)
"""So long an invitation can be used."""

TRIED = 5
"""Lines of what was tried without the right to."""

PAGE = 8
"""Names on one screen."""

HEAD = 60
"""Signs of a title in the journal."""

REFUSED: Mapping[str, str] = {
    "request": "refused_request",
    "request (anonymous)": "refused_request_anonymous",
    "request (channel)": "refused_request_anonymous",
    "request (forward)": "refused_request_forward",
    "request (via_bot)": "refused_request_forward",
    "invitation": "refused_invitation",
}
"""What was tried -> its phrase, where it was neither a command nor a button."""

ROLES = frozenset(standing.value for standing in Standing if standing is not Standing.MEMBER)

GIVEN = (Standing.STAFF, Standing.ORGANISER)
"""Roles that a link can give; administrators stand in the settings."""


def list_team(draft: Draft, argument: str = "") -> None:
    """`/equipe`: who has which role, and the buttons that give and take them."""
    members = "\n".join(_line(draft, member) for member in draft.view.team.members)
    text = Markdown(f"{draft.phrases.say('team')}\n\n{members}")
    invite = [draft.button(f"team_invite_{standing}", f"invite-{standing}") for standing in GIVEN]
    take = [draft.button("team_take", "team-take")] if _removable(draft) else []
    draft.change(active=None)
    draft.add(Send(Message(text, (*invite, *take, draft.button("button_menu", "menu")))))


def invite(draft: Draft, standing: Standing) -> None:
    """A link that gives this role to who opens it first."""
    if not draft.may(Right.ROLES):
        say_stale(draft)
        return
    token = urlsafe_b64encode(draft.rng.getrandbits(192).to_bytes(24)).decode().rstrip("=")
    expires = draft.now + LASTS
    how = draft.phrases.say("team_link_how", role=_role(draft, standing))
    draft.add(
        Invite(standing, invitation_digest(token), expires),
        Send(Message(how, (draft.button("button_team", "team"),), silent=True)),
        Send(Message(_invitation(draft, token, standing)), kept=False),
    )


def take_role(draft: Draft, token: str) -> None:
    """Somebody opened an invitation."""
    phrases = draft.phrases
    name = draft.view.person.name or phrases.say("team_nameless")
    welcome, told = {}, {}
    for standing in GIVEN:
        role = _role(draft, standing)
        welcome[standing] = _keyed(
            draft, phrases.say(f"team_welcome_{standing}"), draft.button("button_menu", "menu")
        )
        told[standing] = _keyed(draft, phrases.say("team_joined", name=name, role=role))
    gone = _keyed(draft, phrases.say("team_link_gone"), draft.button("button_menu", "menu"))
    draft.change(active=None)
    draft.add(TakeRole(invitation_digest(token), welcome, told, gone))


def choose_whose(draft: Draft, page: int = 0) -> None:
    """Whose role is taken back? A page of those whom that can concern."""
    members = _removable(draft)
    if not draft.may(Right.ROLES) or not members:
        say_stale(draft)
        return
    page = min(page, (len(members) - 1) // PAGE)
    options = [
        Option(f"unrole.{member.id}", _whose(draft, member), f"unrole.{member.id}")
        for member in members[page * PAGE : (page + 1) * PAGE]
    ]
    if page > 0:
        options.append(_turned(draft, "button_door_back", page - 1))
    if (page + 1) * PAGE < len(members):
        options.append(_turned(draft, "button_door_next", page + 1))
    draft.say("team_take_whose", *options, draft.button("button_no", "team"))


def take_back(draft: Draft, person: PersonId, *, sure: bool) -> None:
    """Take a role back, once that is confirmed."""
    member = next((one for one in _removable(draft) if one.id == person), None)
    if not draft.may(Right.ROLES) or member is None:
        say_stale(draft)
        return
    name, role = _name(draft, member), _role(draft, member.standing)
    if not sure:
        yes = Option(f"unrole-yes.{person}", draft.phrases.label("team_take_yes"), f"unrole-yes.{person}")
        draft.say("team_take_sure", yes, draft.button("button_no", "team"), name=name, role=role)
        return
    draft.add(Unrole(person))
    draft.say("team_taken", draft.button("button_team", "team"), name=name, role=role)


def show_journal(draft: Draft, argument: str = "") -> None:
    """`/journal`: who did what, the newest first, and what was tried without the right to."""
    team, phrases = draft.view.team, draft.phrases
    lines = [_entry(draft, entry) for entry in team.journal] or [phrases.say("journal_empty")]
    parts = [phrases.say("journal"), Markdown("\n".join(lines))]
    if team.refused:
        tried = "\n".join(_tried(draft, one) for one in team.refused[:TRIED])
        parts += [phrases.say("journal_refused"), Markdown(tried)]
    draft.change(active=None)
    draft.add(Send(Message(Markdown("\n\n".join(parts)), (draft.button("button_menu", "menu"),))))


def _line(draft: Draft, member: Member) -> Markdown:
    you = draft.phrases.say("team_you") if member.id == draft.view.person.id else ""
    return Markdown(
        f"- {escape(_name(draft, member))} : {_role(draft, member.standing)}{f' ({you})' if you else ''}"
    )


def _turned(draft: Draft, label: str, page: int) -> Option:
    return Option(f"unrole-page.{page}", draft.phrases.label(label), f"unrole-page.{page}")


def _entry(draft: Draft, entry: Entry) -> Markdown:
    zone = draft.view.policy.timezone
    at = entry.at.astimezone(zone)
    key = f"journal_{entry.act.replace('.', '_').replace('-', '_')}"
    about = escape(_about(draft, entry))
    what = draft.phrases.say(key if key in PHRASES else "journal_else")
    who = escape(entry.name) if entry.name else draft.phrases.say("journal_nobody")
    day, hour = write_date(at.date(), draft.phrases.calendar), write_hour(at)
    done = Rich(Markdown(f"{what} ({about})" if about else what))
    return draft.phrases.say("journal_line", day=day, hour=hour, who=Rich(Markdown(who)), what=done)


def _about(draft: Draft, entry: Entry) -> str:
    """What it was done to, as people know it; empty where only we know it."""
    if entry.act == "request.give":
        number, _, _ = entry.about.partition(".")
        return draft.phrases.label(
            "journal_given" if entry.title else "journal_numbered", number=number, name=entry.title
        )
    if entry.title:
        news = entry.act.startswith("announcement.")
        said = plain(Markdown(entry.title), links=False) if news else entry.title
        return draft.phrases.label("journal_titled", title=shorten(said.strip().split("\n", 1)[0], HEAD))
    if entry.about in ROLES:
        return _role(draft, Standing(entry.about))
    if article := draft.shelf.articles.get(ArticleId(entry.about)):
        return draft.phrases.label("journal_titled", title=shorten(article.question, HEAD))
    match entry.act.partition(".")[0], entry.about.isdecimal():
        case "request" | "announcement", True:
            return draft.phrases.label("journal_numbered", number=entry.about)
        case "people", True:
            return draft.phrases.label("journal_people", count=int(entry.about))
        case "role", _:  # whose it was
            return entry.about
    return ""


def _tried(draft: Draft, one: Refused) -> Markdown:
    phrases = draft.phrases
    day = write_date(date.fromisoformat(one.day), phrases.calendar)
    if one.act.startswith("/"):
        what = phrases.label("refused_command", command=one.act)
    else:
        what = phrases.label(REFUSED.get(one.act, "refused_button"))
    where = f"refused_at_{one.place}"
    place = phrases.label(where if where in PHRASES else "refused_at_else")
    return phrases.say("journal_refused_line", day=day, act=what, place=place, count=one.count)


def _invitation(draft: Draft, token: str, standing: Standing) -> Markdown:
    """What is passed on to the person who is invited."""
    bot, payload = draft.view.policy.bot, f"{PREFIX}{token}"
    role = _role(draft, standing)
    if not bot:
        return draft.phrases.say("team_code", role=role, code=f"/start {payload}")
    address = f"https://t.me/{bot}?start={payload}"
    link = Rich(Markdown(f"[{escape(address)}](<{address}>)"))
    return draft.phrases.say("team_link", role=role, link=link)


def _removable(draft: Draft) -> tuple[Member, ...]:
    return tuple(one for one in draft.view.team.members if one.standing in GIVEN)


def _whose(draft: Draft, member: Member) -> str:
    return shorten(f"{_name(draft, member)} ({_role(draft, member.standing)})", LABEL)


def _name(draft: Draft, member: Member) -> str:
    return member.name or draft.phrases.label("team_nameless")


def _role(draft: Draft, standing: Standing) -> str:
    return draft.phrases.label(f"role_{standing}")


def _keyed(draft: Draft, text: Markdown, *options: Option) -> Message:
    return Message(text, options, key=draft.new_key())
