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
from bot.model.team import Member, Team
from bot.model.turn import Turn, View
from bot.model.who import PersonId, Standing
from tests.dialogue.chat import Chat

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
