"""Requests in the worst moments, over HTTP: what was deleted, doubled, blocked, or begun elsewhere."""

import asyncio
from pathlib import Path

from tests.journeys.program import PATIENCE, Program
from tests.journeys.test_requests import FORUM, answered, desk, heard, joins, opened
from tests.telegram_api import faults

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)

SHORT = """\
flow: essai
title: Chercher une salle
summary: Une question.
format: 1
steps:
  - id: combien
    ask: Combien de personnes viendront ?
    field: {name: combien, type: choice, keep: 1 month}
    choices:
      - {id: peu, label: Moins de vingt}
      - {id: plus, label: Davantage}
  - say: "C'est noté."
"""


async def test_two_of_the_team_answer_at_once_and_both_arrive(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await joins(here)
        thread = await opened(here)
        await here.claire.says("Réponse de Claire", chat=here.chat, thread=thread)
        await here.tom.says("Réponse de Tom", chat=here.chat, thread=thread)
        await here.tom.taps("Je m'en occupe", chat=here.chat)
        await here.claire.taps("Je m'en occupe", chat=here.chat)
        texts = [(await here.awa.hears(PATIENCE)).text for _ in range(2)]
        assert {"Claire", "Tom"} == {text.split(",")[0] for text in texts}
        await here.until("SELECT count(*) FROM journal WHERE act = 'request.answer'", (2,))
        await here.until("SELECT count(*) FROM journal WHERE act = 'request.take'", (2,))
        await here.until("SELECT state FROM request", ("taken",))
        assert [text for text in texts if "Répondez ici" in text] == texts[:1], "the way back is said once"


async def test_a_person_blocks_us_in_the_middle_and_comes_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await opened(here)
        await here.claire.says("Bonjour", chat=here.chat, thread=thread)
        await heard(here.awa, "Bonjour")
        here.awa.chat.state = "blocked"
        await here.claire.says("Vous êtes là ?", chat=here.chat, thread=thread)
        assert "pas pu être remis" in (await here.told()).text
        await here.claire.says("Vraiment ?", chat=here.chat, thread=thread)
        assert "pas pu être remis" in (await here.told()).text
        here.awa.chat.state = "open"
        await here.awa.says("Me revoilà")
        back = await here.told()
        assert "Me revoilà" in back.text and here.thread(back) == thread
        await here.claire.says("Très bien", chat=here.chat, thread=thread)
        await heard(here.awa, "Très bien")
        await here.is_quiet()


async def test_an_album_and_a_voice_message_both_ways(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread, chat = await opened(here), here.chat
        for name in ("un.pdf", "deux.pdf", "trois.pdf"):
            await here.claire.shares_document(name, b"%PDF" + name.encode(), chat=chat, thread=thread)
        names: list[str] = []
        while len(names) < 3:
            said = await here.awa.hears(PATIENCE)
            names += [said.file.upload.name] if said.file else []
        assert names == ["un.pdf", "deux.pdf", "trois.pdf"]
        await here.until("SELECT state FROM request", ("waiting",))
        await here.awa.shares_photo(PNG, caption="la salle")
        photo = await here.told()
        assert photo.file is not None and "la salle" in photo.text and here.thread(photo) == thread
        await here.awa.records()
        assert "envoie ceci" in (await here.told()).text
        voice = await here.told()
        assert voice.content.kind == "voice" and here.thread(voice) == thread
        await here.is_quiet()


async def test_an_answer_to_a_closed_request_says_how_to_reopen_and_score_counts_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread, chat = await opened(here), here.chat
        await here.claire.says("Bonjour", chat=chat, thread=thread)
        await heard(here.awa, "Bonjour")
        await here.claire.says("/fermer", chat=chat, thread=thread)
        assert "a fermé" in (await here.told()).text
        finished = await heard(here.awa, "terminé")
        await here.claire.says("Encore un mot", chat=chat, thread=thread)
        assert "/rouvrir" in (await here.told()).text
        await here.awa.taps("Oui", message=here.awa.chat.thread[finished.message_id])
        await heard(here.awa, "Merci")
        assert "Avis de la personne" in (await here.told()).text
        await here.awa.taps("Oui", message=here.awa.chat.thread[finished.message_id])
        await here.is_quiet()
        assert here.query("SELECT score FROM request") == [("good",)]
        await here.claire.says("/rouvrir", chat=chat, thread=thread)
        assert "a rouvert" in (await here.told()).text
        await here.claire.says("Encore un mot", chat=chat, thread=thread)
        await heard(here.awa, "Encore un mot")


async def test_the_bot_lost_its_rights_and_the_topic_was_deleted(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await answered(here)
        await here.api.quiet(idle=0.3, timeout=30)
        here.chat.rights = frozenset()
        here.chat.topics[thread].deleted = True
        await here.awa.says("Toujours là ?")
        told = await here.told()
        assert told.text.endswith("Awa\u00a0: Toujours là ?") and told.text.startswith("1 · Awa")
        await here.claire.says("Oui", chat=here.chat, reply_to=told.message_id)
        await heard(here.awa, "Oui")


async def test_the_group_was_deleted_and_another_stands_in_the_settings(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await opened(here)
        here.api.fault(faults.kicked(), chat=FORUM, times=99)
        await here.awa.says("Y a-t-il quelqu'un ?")
        await here.awa.taps("Transmettre mes réponses")
        await heard(here.claire, "Awa")
        await asyncio.to_thread(here.program.stop)
        other = here.api.group(-1010, title="Nouvelle équipe")
        other.chat.is_forum, other.chat.rights = True, frozenset({"can_manage_topics"})
        here.program = Program("run", folder=tmp_path, settings={**here.settings, "staff_group": -1010})
        await asyncio.to_thread(here.program.prints, "Telegram: connected")
        await here.awa.says("parler à quelqu'un")
        await here.awa.says("C'est pour le bail")
        said = await here.claire.hears(PATIENCE, chat=other.chat)
        thread = other.chat.thread[said.message_id].thread
        assert thread is not None
        await here.claire.says("Je vous lis ici", chat=other.chat, thread=thread)
        await heard(here.awa, "Je vous lis ici")


async def test_a_journey_rests_during_the_talk_and_goes_on_at_the_close(tmp_path: Path) -> None:
    async with desk(tmp_path, flow=SHORT) as here:
        awa = here.awa
        await awa.says("/parcours")
        journeys = await awa.hears(PATIENCE)
        await awa.taps(journeys.labels[0])
        question = await heard(awa, "Combien de personnes")
        await awa.says("parler à quelqu'un")
        await heard(awa, "C'est noté")
        assert (await heard(awa, "Combien de personnes")).labels == question.labels
        thread = here.thread(await here.told())
        await here.claire.says("Bonjour, dites-moi.", chat=here.chat, thread=thread)
        await heard(awa, "dites-moi")
        await awa.says("1")
        assert (await here.told()).text == "Awa\u00a0: 1", "to staff, not to the journey"
        await here.claire.says("/fermer", chat=here.chat, thread=thread)
        await heard(awa, "terminé")
        again = await heard(awa, "Combien de personnes")
        assert again.labels == question.labels
