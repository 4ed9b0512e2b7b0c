"""Roles in the conversation: who sees which command, what an invitation says, what a stranger hears."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.dialogue.commands import STAFF_COMMANDS
from bot.menus import menu_of
from bot.model.effects import Audit, Finish, Invite, Send, TakeRole, Unrole
from bot.model.inputs import Opening, Tap, Utterance
from bot.model.rights import RIGHTS, Right, may
from bot.model.team import Entry, Member, Refused, Team
from bot.model.turn import Turn, View
from bot.model.who import PersonId, Standing
from tests.dialogue.chat import MONDAY, Chat

TEAM = Team(
    (
        Member(PersonId(1), "Awa", Standing.ADMIN),
        Member(PersonId(7), "Léo", Standing.STAFF),
        Member(PersonId(8), "", Standing.ORGANISER),
    )
)


class Office(Chat):
    """A chat that knows the team."""

    def view(self) -> View:
        return replace(super().view(), team=TEAM)


def effects(chat: Chat, kind: type) -> list[object]:
    return [one for one in chat.effects if isinstance(one, kind)]


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("command", sorted(STAFF_COMMANDS))
def test_a_command_answers_those_with_its_right_and_nobody_else_learns_of_it(
    standing: Standing, command: str
) -> None:
    chat, stranger = Office(standing=standing), Office(standing=standing)
    chat.say(f"/{command}")
    stranger.say("/inconnue")
    right, _ = STAFF_COMMANDS[command]
    refused = effects(chat, Audit) == [Audit("refused", f"/{command}")]
    assert refused is not may(standing, right)
    assert (chat.text == stranger.text.replace("inconnue", command)) is refused


def test_every_role_can_do_what_the_one_below_it_can() -> None:
    roles = list(Standing)
    for below, above in pairwise(roles):
        assert RIGHTS[below] <= RIGHTS[above]
    assert RIGHTS[Standing.MEMBER] == frozenset()
    assert Right.ROLES not in RIGHTS[Standing.STAFF]


def test_the_menu_of_a_role_has_its_commands_and_no_others() -> None:
    phrases = Chat().library.shelf.phrases
    everybody = menu_of(Standing.MEMBER, phrases)
    assert not {name for name, _ in everybody} & STAFF_COMMANDS.keys()
    for standing in Standing:
        own = {name for name, _ in menu_of(standing, phrases)} - {name for name, _ in everybody}
        assert own == {
            name
            for name, (right, _) in STAFF_COMMANDS.items()
            if may(standing, right) and name in phrases.staff_commands
        }
    assert len(menu_of(Standing.ADMIN, phrases)) <= 100, "Bot API, setMyCommands"


@pytest.mark.parametrize("role", ["staff", "organiser"])
def test_an_invitation_is_a_message_to_pass_on_whose_token_stays_in_it(role: str) -> None:
    chat = Office(standing=Standing.ADMIN)
    chat.say("/equipe")
    chat.tap(f"invite-{role}")
    (invite,) = effects(chat, Invite)
    assert isinstance(invite, Invite) and invite.standing == role
    found = re.search(r"/start i_([A-Za-z0-9_-]{32})", chat.text)
    assert found and found[1] not in str(invite)
    kept = [one for one in chat.effects if isinstance(one, Send) and one.kept]
    assert kept and found[1] not in str(kept), "the history would hold it"
    guest = Chat()
    guest.give(Opening(f"i_{found[1]}"))
    (taken,) = effects(guest, TakeRole)
    assert isinstance(taken, TakeRole) and taken.digest == invite.digest


def test_a_role_is_taken_back_after_a_question() -> None:
    chat = Office(standing=Standing.ADMIN)
    chat.say("/equipe")
    chat.tap("team-take", "unrole.7")
    assert not effects(chat, Unrole) and "Léo" in chat.text
    chat.tap("unrole-yes.7")
    assert effects(chat, Unrole) == [Unrole(PersonId(7))]


@pytest.mark.parametrize(
    "act", ["do.invite-staff", "do.invite-organiser", "do.team-take", "unrole.7", "unrole-yes.7", "do.team"]
)
@pytest.mark.parametrize("standing", [Standing.MEMBER, Standing.ORGANISER, Standing.STAFF])
def test_a_forged_button_of_roles_does_nothing(standing: Standing, act: str) -> None:
    chat = Office(standing=standing)
    chat.give(Tap(act))
    assert not effects(chat, Invite) and not effects(chat, Unrole)
    assert "Léo" not in chat.text


def test_a_forwarded_staff_command_is_only_words() -> None:
    chat = Office(standing=Standing.ADMIN)
    chat.give(Utterance("/equipe", forwarded=True))
    assert "Léo" not in chat.text


def test_administrators_cannot_be_taken_back_in_the_chat() -> None:
    chat = Office(standing=Standing.ADMIN)
    chat.give(Tap("unrole-yes.1"))
    assert not effects(chat, Unrole)
    assert isinstance(Turn(chat.session), Turn)


def test_who_loses_a_role_leaves_the_journeys_that_need_it() -> None:
    chat = Chat(standing=Standing.STAFF)
    flow = next(flow for flow in chat.library.shelf.flows.values() if flow.audience != "everyone")
    chat.give(Tap(f"go.{flow.id}"))
    assert chat.at
    chat.person = replace(chat.person, standing=Standing.MEMBER)
    chat.say("Bonjour")
    assert not chat.at and not chat.session.runs
    assert Finish(flow.id, "cancelled") in chat.effects
    chat.say("/reprendre")
    assert flow.title not in chat.text


class Crowded(Office):
    """A network where many have a role, and much was done."""

    journal: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()

    def view(self) -> View:
        many = tuple(Member(PersonId(number), f"P{number}", Standing.STAFF) for number in range(2, 150))
        members = (Member(PersonId(1), "Awa", Standing.ADMIN), *many)
        return replace(super().view(), team=Team(members, self.journal, self.refused))


def test_whose_role_is_taken_back_is_chosen_from_pages() -> None:
    chat = Crowded(standing=Standing.ADMIN)
    chat.say("/equipe")
    chat.tap("team-take")
    found, pages = set[str](), 0
    while True:
        pages += 1
        (shown,) = chat.sent
        assert len(shown.options) <= 12, "Telegram takes 100 buttons, a person far fewer"
        found |= {one.id for one in shown.options if one.id.startswith("unrole.")}
        if not any(one.id == f"unrole-page.{pages}" for one in shown.options):
            break
        chat.tap(f"unrole-page.{pages}")
    assert found == {f"unrole.{number}" for number in range(2, 150)}
    chat.give(Tap("unrole-page.999999999999999"))
    assert [one for one in chat.sent[0].options if one.id.startswith("unrole.")], "the last page"


def test_the_journal_says_what_it_was_about_in_plain_words() -> None:
    chat = Crowded(standing=Standing.ADMIN)
    article = next(iter(chat.library.shelf.articles.values()), None)
    lines = [
        ("event.published", "cafe-2027", "Café des *alliances*"),
        ("event.changed", "parti-2027", ""),
        ("announcement.recall", "3", "Bonjour à **tous**"),
        ("request.take", "12", ""),
        ("people.exported", "41", ""),
        ("role.taken", "staff", ""),
        ("strange.deed", "techno-42", ""),
        ("questions.proposed", article.id if article else "rien", ""),
    ]
    chat.journal = tuple(
        Entry(number, MONDAY, "Léo", act, about, title) for number, (act, about, title) in enumerate(lines)
    )
    day = MONDAY.date().isoformat()
    chat.refused = tuple(
        Refused(day, act, place, 2)
        for act, place in (
            ("/annonce", "group"),
            ("request (anonymous)", "telegram"),
            ("invitation", "link"),
        )
    )
    chat.say("/journal")
    text = chat.text
    assert "[journal_titled] Café des *alliances*" in text and "[journal_titled] Bonjour à tous" in text
    assert "[journal_numbered] 12" in text and "[journal_people] 41" in text and "[role_staff]" in text
    assert "[journal_else]" in text and "[refused_command] /annonce [refused_at_group]" in text
    assert "[refused_request_anonymous] [refused_at_telegram]" in text
    for technical in ("cafe-2027", "parti-2027", "strange", "techno-42", "anonymous)"):
        assert technical not in text
    if article:
        assert article.question in text


@pytest.mark.parametrize(
    "act",
    ["team-take", "req", "model", "unrole", "news-pause", "manage", "stats", "add", "people", "link", "miss"],
)
def test_a_refused_button_is_told_as_one(act: str) -> None:
    chat = Crowded(standing=Standing.ADMIN)
    chat.refused = (Refused(MONDAY.date().isoformat(), act, "web", 1),)
    chat.say("/journal")
    assert "[refused_button] [refused_at_web]" in chat.text
