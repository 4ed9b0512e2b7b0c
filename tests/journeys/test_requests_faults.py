"""Requests where something is in the way, over HTTP: no topics, a copy that is refused, nobody to tell."""

import asyncio
import json
from pathlib import Path
from urllib.request import urlopen

from tests.journeys.program import PATIENCE, Program, page_of
from tests.journeys.test_requests import FORUM, answered, desk, heard, opened
from tests.telegram_api import faults


async def test_buttons_do_what_they_say_in_a_group_without_topics(tmp_path: Path) -> None:
    async with desk(tmp_path, forum=False, rights=frozenset()) as here:
        await opened(here, topic=False)
        await here.claire.taps("Je m'en occupe", chat=here.chat)
        assert "Claire s'en occupe" in (await here.told()).text
        await here.tom.taps("Fermer", chat=here.chat)
        assert "rôle" in (await here.told()).text
        await here.claire.taps("Fermer", chat=here.chat)
        assert "a fermé" in (await here.told()).text
        assert (await heard(here.awa, "terminé")).labels == ["Oui", "En partie", "Non"]
        await here.until("SELECT state FROM request", ("closed",))


async def test_killed_before_it_was_noted_that_the_first_message_arrived(tmp_path: Path) -> None:
    """The one moment at which a topic is made twice: the buttons of both lead to the request."""
    async with desk(tmp_path) as here:
        here.api.fault(faults.slow_body(60), method="sendMessage", chat=FORUM)
        await here.awa.says("parler à quelqu'un")
        first = await here.told()
        here.program.kill()
        here.program = Program("run", folder=tmp_path, settings=here.settings)
        second = await here.told()
        assert here.thread(first) != here.thread(second)
        await here.until("SELECT reference FROM request_topic", (str(here.thread(second)),))
        pack = here.chat.thread[first.message_id]
        await here.claire.taps("Je m'en occupe", chat=here.chat, message=pack)
        told = await here.told()
        assert "Claire s'en occupe" in told.text and here.thread(told) == here.thread(second)


async def test_topics_turned_off_by_hand(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await answered(here)
        here.chat.is_forum = False
        await here.awa.says("Toujours là ?")
        told = await here.told()
        assert told.text.endswith("Awa\u00a0: Toujours là ?")
        await here.claire.says("Oui, toujours.", chat=here.chat, reply_to=told.message_id)
        await heard(here.awa, "Oui, toujours.")


async def test_what_cannot_be_copied_is_told_to_whom_it_was_for(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await opened(here)
        here.api.fault(faults.bad_request("message can't be copied"), method="copyMessage")
        await here.claire.shares_document("bail.pdf", b"%PDF", chat=here.chat, thread=thread)
        await heard(here.awa, "que je ne peux pas montrer")
        failed = await here.told()
        assert "pas pu être remis à Awa" in failed.text and here.thread(failed) == thread


async def test_a_topic_that_takes_no_words_sends_them_to_each_of_the_team(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await answered(here)
        await here.api.quiet(idle=0.3, timeout=30)
        here.api.fault(faults.bad_request("TOPIC_CLOSED"), method="sendMessage", chat=FORUM)
        await here.awa.says("Il y a quelqu'un ?")
        told = await here.claire.hears(PATIENCE)
        assert "1 · Awa" in told.text and "Il y a quelqu'un ?" in told.text


async def test_health_says_that_the_group_is_lost_and_stays_green(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        page = await asyncio.to_thread(page_of, here.program)
        assert "note" not in json.loads(await asyncio.to_thread(get, f"{page}/healthz"))
        assert "alliances_staff_group_reachable 1.0" in await asyncio.to_thread(get, f"{page}/metrics")
        here.forum.removes_bot(here.tom)
        await here.until(
            f"SELECT reachable FROM person JOIN address ON person = person.id WHERE address.id = '{FORUM}'",
            (0,),
        )
        told = json.loads(await asyncio.to_thread(get, f"{page}/healthz"))
        assert told["ready"] and "group of staff" in told["note"]
        read = await asyncio.to_thread(get, f"{page}/metrics")
        assert "alliances_staff_group_reachable 0.0" in read and "alliances_staff_reachable 1.0" in read


def get(address: str) -> str:
    with urlopen(address, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


async def test_without_topics_an_erasure_deletes_what_is_young_and_rewords_what_is_not(
    tmp_path: Path,
) -> None:
    for group in (True, False):
        folder = tmp_path / str(group)
        async with desk(folder, forum=False, rights=frozenset(), group=group) as here:
            place = here.chat if group else here.claire.chat
            await here.awa.says("parler à quelqu'un")
            await heard(here.awa, "C'est noté")
            pack = await here.claire.hears(PATIENCE, chat=place)
            await here.awa.says("capybara")
            await heard(here.awa, "transmis")
            said = await here.claire.hears(PATIENCE, chat=place)
            here.api.fault(faults.bad_request("message can't be deleted"), method="deleteMessage", times=1)
            await here.awa.says("/effacer")
            await heard(here.awa, "J'efface")
            await here.awa.taps("Tout effacer")
            await heard(here.awa, "tout est effacé")
            reworded = await here.claire.hears(PATIENCE, chat=place)
            assert reworded.edited and reworded.message_id == pack.message_id and "retiré" in reworded.text
            async with asyncio.timeout(PATIENCE):
                while not place.thread[said.message_id].deleted:
                    await asyncio.sleep(0.02)
            asked = await here.claire.hears(PATIENCE, chat=place)
            assert "demande n°\u00a01" in asked.text
            for message in place.messages:
                assert message.deleted or not {"Awa", "capybara"} & set(message.content.text.split())
