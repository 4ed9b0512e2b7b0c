"""The author's panel beside the conversation: how it stands, and being somebody or somewhere else."""

from dataclasses import asdict, dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels.web.body import read_json
from bot.channels.web.channel import WebChannel
from bot.channels.web.ports import Panel
from bot.channels.web.visitor import (
    MOST_PEOPLE,
    Played,
    hold,
    hold_people,
    new_id,
    people,
    tidy_name,
    visitor,
)
from bot.model.who import Address

LARGEST = 4 * 1024
"""Bytes of an action."""


@dataclass(frozen=True, slots=True)
class PanelApi:
    """The handlers of `/api/panel`."""

    channel: WebChannel
    panel: Panel

    async def state(self, request: Request) -> Response:
        """How the conversation stands, and the persons of this browser."""
        address = visitor(request)
        state = asdict(await self.panel.state(address))
        persons = [{"name": one.name, "current": one.id == address.id} for one in people(request)]
        return JSONResponse({**state, "people": persons})

    async def act(self, request: Request) -> Response:
        """One of the author's wishes; 404 for a flow, step or person that is not there."""
        address = visitor(request)
        match await read_json(request, LARGEST):
            case {"action": "staff", "on": bool(on)}:
                await self.panel.be_staff(address, on)
            case {"action": "start", "flow": str(flow), "step": str(step)}:
                await self._start(address, flow, step)
            case {"action": "person", "name": str(name)} if tidy_name(name):
                return _become_new(request, tidy_name(name))
            case {"action": "switch", "place": int(place)}:
                return _switch(request, place)
            case _:
                raise HTTPException(400)
        return JSONResponse({})

    async def _start(self, address: Address, flow: str, step: str) -> None:
        async with self.channel.conversations[address.id].lock:
            try:
                await self.panel.start(address, flow, step)
            except LookupError:
                raise HTTPException(404) from None


def _become_new(request: Request, name: str) -> Response:
    """A person of that name: the one already played, or a new one, who takes the oldest's place when full."""
    played = people(request)
    known = next((one for one in played if one.name == name), None)
    one = known or Played(name, new_id())
    return _become(one.id, played if known else [*played, one][-MOST_PEOPLE:])


def _switch(request: Request, place: int) -> Response:
    played = people(request)
    if not 0 <= place < len(played):
        raise HTTPException(404)
    return _become(played[place].id, played)


def _become(id: str, played: list[Played]) -> Response:
    answer: dict[str, Any] = {"reload": True}
    response = JSONResponse(answer)
    hold(response, id)
    hold_people(response, played)
    return response
