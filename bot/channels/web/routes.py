"""The page's addresses, all of them behind the guard. `http` mounts them in local mode only."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.web.api import Api
from bot.channels.web.assets import answer_asset, answer_page, read_assets
from bot.channels.web.channel import WebChannel
from bot.channels.web.guard import Guard
from bot.channels.web.panel import PanelApi
from bot.channels.web.ports import Face, Files, History, Panel
from bot.runtime.channel import Receiver


@dataclass(frozen=True, slots=True)
class Page:
    """What the page works with."""

    channel: WebChannel
    receiver: Receiver
    history: History
    files: Files
    face: Callable[[], Face]
    """The words of the page now: content may be loaded anew."""
    panel: Panel | None = None
    """None: no author's panel."""


def page_routes(page: Page) -> list[BaseRoute]:
    """`/`, `/static`, `/api`, `/files`, and `/api/panel` if there is a panel."""
    api = Api(page.channel, page.receiver, page.history, page.files)
    routes: list[BaseRoute] = [
        *_static(page),
        Route("/api/conversation", api.conversation),
        Route("/api/stream", api.stream),
        Route("/api/say", api.say, methods=["POST"]),
        Route("/api/file", api.file, methods=["POST"]),
        Route("/files/{sha256}", api.download),
    ]
    if page.panel is not None:
        panel = PanelApi(page.channel, page.panel)
        routes.append(Route("/api/panel", panel.state, methods=["GET"]))
        routes.append(Route("/api/panel", panel.act, methods=["POST"]))
    # An application of its own, so that its refusals pass the guard on their way out, too.
    return [Mount("/", app=Guard(Starlette(routes=routes)))]


def _static(page: Page) -> list[BaseRoute]:
    assets = read_assets()

    async def home(request: Request) -> Response:
        return answer_page(page.face(), with_panel=page.panel is not None)

    async def asset(request: Request) -> Response:
        return answer_asset(assets, request)

    return [Route("/", home), Route("/static/{name}", asset)]
