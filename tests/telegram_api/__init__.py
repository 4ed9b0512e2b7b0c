"""A local stand-in of the Telegram Bot API, for tests: real HTTP, real refusals, faults on demand.

What may live here: what the Bot API does as a bot can see it. What may not: anything of our own bot.

    async with BotApi() as api:
        camille = api.person(1001, first_name="Camille")
        await camille.says("/start")
        heard = await camille.hears()
        await camille.taps(heard.labels[0])
        api.fault(faults.flood(3), method="sendMessage", chat=1001)
        await api.quiet()

Modules: ``wire`` (HTTP), ``call`` (one call as data), ``answers`` (refusals), ``markup`` and ``keyboards``
(what is parsed), ``world`` (what is remembered), ``render`` (to JSON), ``updates`` and ``webhook`` (towards
the bot), ``sending`` ``copying`` ``editing`` ``profile`` and the table ``methods``, ``faults`` and
``limits``, ``person`` and ``group`` (who acts), ``server`` (all together), ``control`` (from another
process).
"""

from tests.telegram_api import faults
from tests.telegram_api.clock import ManualClock, RealClock
from tests.telegram_api.group import Group
from tests.telegram_api.limits import Limits
from tests.telegram_api.person import Person
from tests.telegram_api.server import TOKEN, BotApi

__all__ = ["TOKEN", "BotApi", "Group", "Limits", "ManualClock", "Person", "RealClock", "faults"]
