"""``python -m tests.telegram_api --port 8081``: the stand-in as a program, for a bot started by hand."""

import argparse
import asyncio
import contextlib

from tests.telegram_api.clock import Clock, ManualClock, RealClock
from tests.telegram_api.control import ControlPort
from tests.telegram_api.limits import Limits
from tests.telegram_api.server import TOKEN, BotApi


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.telegram_api", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="port of the Bot API on the loopback (0: any)")
    parser.add_argument("--control-port", type=int, help="open the control port too (0: any)")
    parser.add_argument("--token", default=TOKEN, help="the one token that is accepted")
    parser.add_argument("--limits", action="store_true", help="enforce Telegram's pace")
    parser.add_argument("--manual-clock", action="store_true", help="time moves by the control port only")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Run until interrupted."""
    clock: Clock = ManualClock() if options.manual_clock else RealClock()
    limits = Limits() if options.limits else None
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(
            BotApi(token=options.token, port=options.port, clock=clock, limits=limits)
        )
        print(f"Bot API: {api.url}  token: {api.token}", flush=True)
        if options.control_port is not None:
            control = await stack.enter_async_context(ControlPort(api, port=options.control_port))
            print(f"Control: {control.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
