"""Methods about the bot itself: its name, descriptions, commands, menu button; getMe, getChat, getFile.

A profile entry is kept per (kind, scope or chat, language). Checks: tdlib/td ``BotCommand.cpp`` and the
limits of the Bot API page.
"""

import json
import re
from typing import Any

from tests.telegram_api import answers
from tests.telegram_api.answers import JsonObject, bad_request
from tests.telegram_api.call import Call
from tests.telegram_api.render import file_json
from tests.telegram_api.world import World

LIMITS = {"name": 64, "description": 512, "short_description": 120}
"""Characters (Bot API, "setMyName", "setMyDescription", "setMyShortDescription")."""
COMMANDS_LIMIT = 100
DOWNLOAD_LIMIT = 20 * 2**20
"""Bytes of a file that ``getFile`` gives out (Bot API, "getFile")."""
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


async def get_me(world: World, call: Call) -> Any:
    """``getMe``."""
    never = {"can_connect_to_business": False, "has_main_web_app": False}
    return world.bot.json() | world.abilities | never


async def get_chat(world: World, call: Call) -> Any:
    """``getChat`` with the fields that the Bot API always gives."""
    full = {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }  # fmt: skip
    return world.chat_of(call).json() | full


async def get_file(world: World, call: Call) -> Any:
    """``getFile``; the path is good for ``/file/bot<token>/<path>``."""
    stored = world.files.get(call.text("file_id"))
    if stored is None:
        raise bad_request(answers.WRONG_FILE_ID)
    if len(stored.upload.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return file_json(stored) | {"file_path": stored.path}


async def set_my_commands(world: World, call: Call) -> Any:
    """``setMyCommands`` for a scope and a language."""
    commands = call.structure("commands", "can't parse commands JSON object")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")  # reported
    for one in commands:
        _check_command(one)
    world.profile[_key("commands", call)] = {"commands": commands}
    return True


async def get_my_commands(world: World, call: Call) -> Any:
    """``getMyCommands`` of exactly this scope and language."""
    return world.profile.get(_key("commands", call), {}).get("commands", [])


async def delete_my_commands(world: World, call: Call) -> Any:
    """``deleteMyCommands``."""
    world.profile.pop(_key("commands", call), None)
    return True


async def set_text(world: World, call: Call) -> Any:
    """``setMyName``, ``setMyDescription``, ``setMyShortDescription``."""
    kind = _text_kind(call)
    if len(call.text(kind)) > LIMITS[kind]:
        raise bad_request(f"{kind} is too long")  # our own words: the limit is Telegram's
    world.profile[kind, "", call.text("language_code")] = {kind: call.text(kind)}
    return True


async def get_text(world: World, call: Call) -> Any:
    """``getMyName``, ``getMyDescription``, ``getMyShortDescription``; another language falls back to none."""
    kind = _text_kind(call)
    default = {kind: world.bot.first_name if kind == "name" else ""}
    general = world.profile.get((kind, "", ""), default)
    return world.profile.get((kind, "", call.text("language_code")), general)


async def set_chat_menu_button(world: World, call: Call) -> Any:
    """``setChatMenuButton`` of a chat, or of all without one."""
    button = call.structure("menu_button", "can't parse menu button JSON object") or {"type": "default"}
    if button.get("type") not in {"default", "commands", "web_app"}:
        raise bad_request("MenuButton has unsupported type")
    world.profile["menu_button", _menu_chat(world, call), ""] = button
    return True


async def get_chat_menu_button(world: World, call: Call) -> Any:
    """``getChatMenuButton``."""
    general = world.profile.get(("menu_button", "", ""), {"type": "default"})
    return world.profile.get(("menu_button", _menu_chat(world, call), ""), general)


def _menu_chat(world: World, call: Call) -> str:
    return str(world.chat_of(call).id) if call.text("chat_id") else ""


def _key(kind: str, call: Call) -> tuple[str, str, str]:
    scope: JsonObject = call.structure("scope", "can't parse BotCommandScope JSON object") or {
        "type": "default"
    }
    return kind, json.dumps(scope, sort_keys=True), call.text("language_code")


def _text_kind(call: Call) -> str:
    return {"name": "name", "description": "description"}.get(call.method[5:].lower(), "short_description")


def _check_command(one: Any) -> None:
    """Texts: tdlib/td ``BotCommand.cpp``; BOT_COMMAND_INVALID is *reported*."""
    if not isinstance(one, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = (
        str(one.get("command", "")).strip().lstrip("/"),
        str(one.get("description", "")).strip(),
    )
    if not name:
        raise bad_request("command must be non-empty")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
