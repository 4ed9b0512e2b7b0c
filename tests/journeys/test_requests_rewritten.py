"""What is edited after it was passed on, over HTTP: by the person, and by staff, in each of their rooms."""

import asyncio
from pathlib import Path

from tests.journeys.program import PATIENCE
from tests.journeys.test_requests import AWA, UNKNOWN, Desk, desk, heard, opened

CALLS = """\
flow: essai
title: Chercher une salle
summary: Une question.
format: 1
steps:
  - id: souci
    ask: Quel est votre souci ?
    field: {name: souci, type: text, keep: 1 month}
  - handoff: Une personne va vous aider.
  - id: suite
    ask: Autre chose ?
    field: {name: suite, type: text, keep: 1 month}
  - say: "C'est noté."
"""


async def answered(here: Desk, thread: int) -> None:
    """Claire answered: what Awa writes goes to her from now on."""
    await here.claire.says("Bonjour Awa", chat=here.chat, thread=thread)
    await heard(here.awa, "Bonjour Awa")


async def test_staff_read_what_a_person_edits_below_the_copy_of_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        awa, chat = here.awa, here.chat
        before = await awa.says("vetiver, entre nous et l'assistant")
        await awa.hears(PATIENCE)
        thread = await opened(here)
        await answered(here, thread)
        wrote = await awa.says("Rendez-vous à 14 h")
        copy = await here.told()
        assert copy.text == "Awa\u00a0: Rendez-vous à 14 h"
        await awa.edits(wrote, "Rendez-vous à *15 h* <b>")
        told = await here.told()
        assert told.text == "Awa a modifié son message\u00a0: Rendez-vous à *15 h* <b>"
        assert here.thread(told) == thread and not told.edited
        assert chat.thread[told.message_id].reply_to == copy.message_id
        # Once more: the same note says so, nobody is called a second time.
        await awa.edits(wrote, "Rendez-vous à 16 h")
        again = await here.told()
        assert again.edited and again.message_id == told.message_id and "16 h" in again.text
        # A file's words: the file comes once more, as it is now.
        file = await awa.shares_document("bail.txt", b"loyer", caption="mon bail")
        await here.told()
        await awa.recaptions(file, "mon nouveau bail")
        assert "modifié" in (await here.told()).text
        copied = await here.told()
        assert copied.file is not None and copied.file.upload.data == b"loyer"
        assert "mon nouveau bail" in copied.text and here.thread(copied) == thread
        # What was for the assistant alone stays so.
        await awa.edits(before, "vetiver quand même")
        await awa.edits(wrote, "/effacer")
        await here.is_quiet()
        assert here.query("SELECT id FROM inbox WHERE body LIKE '%quand%'") == []


async def test_a_question_that_went_to_staff_is_corrected_there(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        question = await here.awa.says(UNKNOWN)
        await here.awa.hears(PATIENCE)
        await here.awa.taps("Envoyer ma question à l'équipe")
        await here.awa.hears(PATIENCE)
        await here.awa.taps("La question seule")
        await here.awa.hears(PATIENCE)
        pack = await here.told()
        await here.awa.edits(question, "recette de la tarte")
        told = await here.told()
        assert told.text == "Awa a modifié son message\u00a0: recette de la tarte"
        assert here.thread(told) == here.thread(pack)
        await here.is_quiet()


async def test_an_edit_shows_staff_no_answer_to_a_journey_that_calls_them(tmp_path: Path) -> None:
    async with desk(tmp_path, flow=CALLS) as here:
        awa = here.awa
        await awa.says("/parcours")
        await awa.taps((await awa.hears(PATIENCE)).labels[0])
        await heard(awa, "Quel est votre souci")
        private = await awa.says("vetiver, entre nous")
        await heard(awa, "Autre chose")
        pack = await here.told()
        assert "vetiver" not in pack.text, "what staff may see is asked first"
        await awa.edits(private, "vetiver, toujours entre nous")
        await here.api.quiet(idle=0.5, timeout=30)
        assert [one.text for one in here.claire.missed(chat=here.chat)] == []


async def test_words_that_only_call_staff_are_not_shown_to_them_by_an_edit(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        called = await here.awa.says("parler à quelqu'un")
        await heard(here.awa, "C'est noté")
        await here.told()
        await here.awa.edits(called, "vetiver, entre nous")
        await here.is_quiet()


async def test_who_edits_without_end_keeps_staff_from_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await answered(here, await opened(here))
        wrote = await here.awa.says("Rendez-vous à 14 h")
        await here.told()
        for number in range(300):
            await here.awa.edits(wrote, f"Rendez-vous à 15 h {number}")
        await here.until("SELECT count(*) > 300 FROM inbox WHERE state = 'done'", (1,))
        ((waiting,),) = here.query("SELECT count(*) FROM outbox WHERE state = 'waiting'")
        assert isinstance(waiting, int) and waiting < 150
        assert here.query(f"SELECT id FROM outbox WHERE address = '{AWA}'") == [], "nobody is told off"


async def test_an_edit_of_somebody_unknown_or_after_the_end_is_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await opened(here)
        await answered(here, thread)
        wrote = await here.awa.says("zircon")
        await here.told()
        await here.claire.says("/fermer", chat=here.chat, thread=thread)
        await here.told()
        await heard(here.awa, "terminé")
        await here.awa.edits(wrote, "zirconium")
        await here.is_quiet()
        await here.awa.says("/effacer")
        await heard(here.awa, "J'efface")
        await here.awa.taps("Tout effacer")
        await heard(here.awa, "tout est effacé")
        await here.until("SELECT count(*) FROM outbox WHERE state = 'waiting'", (0,))
        await here.awa.edits(wrote, "zirconite")
        await here.api.quiet(idle=0.5, timeout=30)
        assert here.query("SELECT name FROM person WHERE name = 'Awa'") == []
        assert here.query("SELECT id FROM inbox WHERE body LIKE '%zircon%'") == []


async def test_staff_correct_an_answer_from_their_own_chat(tmp_path: Path) -> None:
    async with desk(tmp_path, group=False) as here:
        awa, claire = here.awa, here.claire
        await awa.says("parler à quelqu'un")
        await heard(awa, "C'est noté")
        await heard(claire, "Demande n°")
        await claire.taps("Répondre")
        await heard(claire, "Écrivez votre réponse")
        wrote = await claire.says("Le 14 mars")
        await heard(awa, "Le 14 mars")
        await heard(claire, "Transmis à Awa")
        await claire.edits(wrote, "Le 15 mars")
        corrected = await awa.hears(PATIENCE)
        assert corrected.edited and "Le 15 mars" in corrected.text
        other = await claire.says("/demandes")
        await heard(claire, "Demandes")
        await claire.edits(other, "Le 16 mars")
        # And what Awa edits reaches Claire in her own chat.
        mine = await awa.says("Le matin")
        await heard(claire, "Le matin")
        await awa.edits(mine, "Le soir")
        await heard(claire, "Awa a modifié son message\u00a0: Le soir")
        await here.api.quiet(idle=0.5, timeout=30)
        assert awa.missed() == [] == claire.missed()


async def test_staff_who_edit_a_file_in_the_topic_send_it_as_it_is_now(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await opened(here)
        file = await here.claire.shares_document(
            "bail.pdf", b"%PDF", caption="page 1", chat=here.chat, thread=thread
        )
        await heard(here.awa, "vous envoie ceci")
        assert "page 1" in (await here.awa.hears(PATIENCE)).text
        await here.claire.recaptions(file, "page 2")
        async with asyncio.timeout(PATIENCE):
            while "page 2" not in (await here.awa.hears(PATIENCE)).text:
                pass
        await here.is_quiet()
