"""A request is given to a colleague, over HTTP: in a topic, in a plain group, and in chats of one's own."""

from pathlib import Path

from tests.journeys.program import PATIENCE
from tests.journeys.test_requests import Desk, desk, heard, joins, opened
from tests.telegram_api.world import Heard


async def gives(here: Desk, who: str) -> Heard:
    """Claire gives the request of the group; the list of colleagues."""
    await here.claire.taps("Confier à…", chat=here.chat)
    asked = await here.told()
    assert "À qui confier" in asked.text
    await here.claire.taps(who, chat=here.chat)
    return asked


async def test_in_a_topic_a_colleague_gets_it_and_answers_from_their_own_chat(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await joins(here)
        thread = await opened(here)
        asked = await gives(here, "Tom")
        assert asked.labels == ["Claire", "Tom"] and here.thread(asked) == thread
        said = await here.told()
        assert said.text == "Claire a confié la demande à Tom." and here.thread(said) == thread
        await here.looks(thread, "✍", closed=False)
        mine = await here.tom.hears(PATIENCE)
        assert "Claire vous confie une demande" in mine.text and "1 · Awa" in mine.text
        assert mine.labels == ["Répondre", "Voir la demande"]
        await here.tom.taps("Voir la demande")
        assert "confiée à vous" in (await heard(here.tom, "Demande n°")).text
        await here.tom.taps("Répondre")
        await heard(here.tom, "Écrivez votre réponse")
        await here.tom.says("Bonjour Awa, c'est Tom.")
        await heard(here.awa, "c'est Tom")
        await heard(here.tom, "Transmis à Awa")
        # Who has it already is not told again; the list says who has it.
        await here.claire.taps("Tom", chat=here.chat)
        assert (await here.told()).text == "Tom s'en occupe déjà."
        await here.claire.says("/demandes")
        assert "confiée à Tom" in (await heard(here.claire, "Demandes")).text
        await here.claire.says("/journal")
        journal = (await heard(here.claire, "a confié une demande")).text
        assert "Claire" in journal and "à Tom" in journal
        await here.is_quiet()
        assert here.tom.missed() == []


async def test_in_a_plain_group_it_goes_the_same_way(tmp_path: Path) -> None:
    async with desk(tmp_path, forum=False, rights=frozenset()) as here:
        await joins(here)
        await opened(here, topic=False)
        await gives(here, "Tom")
        assert "Claire a confié la demande à Tom." in (await here.told()).text
        assert "vous confie" in (await here.tom.hears(PATIENCE)).text
        await here.until("SELECT name FROM request JOIN person ON person.id = assigned", ("Tom",))


async def test_without_a_group_each_hears_of_it_once(tmp_path: Path) -> None:
    async with desk(tmp_path, group=False) as here:
        await joins(here)
        await here.awa.says("parler à quelqu'un")
        await heard(here.awa, "C'est noté")
        await heard(here.claire, "Demande n°")
        await heard(here.tom, "Demande n°")
        await here.claire.taps("Confier à…")
        asked = await heard(here.claire, "À qui confier")
        assert asked.labels == ["Claire (vous)", "Tom", "Revenir à la demande"]
        await here.claire.taps("Tom")
        await heard(here.claire, "est confiée à Tom")
        assert "vous confie" in (await here.tom.hears(PATIENCE)).text
        await here.is_quiet()
        assert here.tom.missed() == []


async def test_who_blocked_us_or_lost_the_role_gets_nothing_and_who_gave_it_hears_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await joins(here)
        await opened(here)
        here.tom.chat.state = "blocked"
        await gives(here, "Tom")
        said = {(await here.told()).text for _ in range(2)}
        assert "Claire a confié la demande à Tom." in said
        assert any(text.startswith("Tom ne reçoit pas mes messages") for text in said)
        # A list from before the role was taken back; and somebody who never had one.
        await here.claire.taps("Confier à…", chat=here.chat)
        await here.told()
        await here.claire.says("/rendre", chat=here.chat, thread=max(here.chat.topics))
        assert "rend la demande" in (await here.told()).text
        here.tom.chat.state = "open"
        await here.claire.says("/equipe")
        await heard(here.claire, "Qui a quel rôle")
        await here.claire.taps("Retirer un rôle")
        await heard(here.claire, "À qui")
        await here.claire.taps("Tom (équipe)")
        await heard(here.claire, "Retirer à Tom")
        await here.claire.taps("Oui, retirer ce rôle")
        await heard(here.claire, "n'a plus")
        await here.claire.taps("Tom", chat=here.chat)
        assert "n'est plus de l'équipe" in (await here.told()).text
        await here.tom.taps("Tom", chat=here.chat)
        assert "rôle" in (await here.told()).text
        assert here.query("SELECT state, assigned FROM request") == [("open", None)]
