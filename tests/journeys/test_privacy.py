"""What people say, the token and the secret stand in no output of the program, however much it logs."""

import asyncio
from pathlib import Path

from tests.journeys.at_page import page_seat
from tests.journeys.program import Program, Settings, page_of
from tests.telegram_api import TOKEN, BotApi, Person, faults

WORDS = "zanzibarette"
"""Nobody but the person says this."""


async def test_nothing_of_anybody_is_logged(tmp_path: Path) -> None:
    async with BotApi() as api:
        settings: Settings = {"telegram_token": TOKEN, "telegram_api": api.url, "port": 0, "log": "debug"}
        camille = api.person(4711001, first_name=f"Prénom{WORDS}", username=f"nom_{WORDS}")
        with Program("run", folder=tmp_path, settings=settings) as program:
            await asyncio.to_thread(program.prints, "Telegram: connected")
            dominique = api.person(4711002, first_name=f"Autre{WORDS}")
            for say in ("/start", f"où trouver une {WORDS} ?", f"/{WORDS}", f"/question {WORDS}"):
                await dominique.says(say)
            await camille.says("/profil")
            api.fault(faults.bad_request(), method="sendMessage")
            api.fault(faults.server_error(effect=True), method="sendMessage")
            api.fault(faults.malformed(), method="getUpdates")
            api.fault(faults.flood(1), method="editMessageText")
            await camille.says(f"je suis {WORDS}")
            await camille.says("bénévole")
            await camille.shares_document(f"{WORDS}.pdf", WORDS.encode())
            await camille.shares_contact("+33612345678")
            api.updates.put_raw({"message": {"text": WORDS, "chat": WORDS}})
            api.updates.put_raw({WORDS: {"text": WORDS}})
            await camille.says("/mes_donnees")
            await _hears_of(camille, "garde")
            async with page_seat(page_of(program)) as seat:
                await seat.says(f"et ma {WORDS} ?")
                assert await seat.hears(1)
            await camille.blocks_bot()
            await api.quiet(idle=0.5, timeout=30)
            assert program.stop() == 0
        secret = (tmp_path / "data" / "secret").read_bytes()
        for told in (program.out, program.err):
            assert WORDS not in told.casefold()
            assert TOKEN not in told and TOKEN.partition(":")[2] not in told
            assert secret.hex() not in told and repr(secret)[2:-1] not in told
            assert "612345678" not in told
            assert "Traceback" not in told
        assert "DEBUG" in program.err


async def _hears_of(person: Person, words: str) -> None:
    async with asyncio.timeout(40):
        while words not in (await person.hears(30)).text:
            pass
