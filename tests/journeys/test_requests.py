"""A request from opening to satisfaction, over HTTP: the real program, a forum of staff, and a person."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.on_telegram import on, serving
from tests.journeys.program import PATIENCE, Program, Settings
from tests.small_base import write_small_base
from tests.storage.samples import rows
from tests.telegram_api import BotApi, Group, Person, faults
from tests.telegram_api.forum import topic_of
from tests.telegram_api.world import Chat, Heard

FORUM = -1009
CLAIRE, AWA, TOM = 4711001, 4711002, 4711003
UNKNOWN = "recette de la pizza aux champignons"
CHANNEL = {"id": -5, "type": "channel"}
SECRET = "zanzibarette"
"""Said among staff, and never to be written down."""


@dataclass
class Desk:
    """A forum where Claire sees to requests, and Awa, who has one. Tom is in the forum without a role."""

    api: BotApi
    forum: Group
    claire: Person
    awa: Person
    tom: Person
    program: Program
    folder: Path
    settings: Settings

    @property
    def chat(self) -> Chat:
        return self.forum.chat

    async def told(self) -> Heard:
        """What the assistant says next in the forum."""
        return await self.claire.hears(PATIENCE, chat=self.chat)

    async def is_quiet(self) -> None:
        """Nothing more is said to anybody."""
        await self.api.quiet(idle=0.5, timeout=30)
        for person, chat in ((self.claire, self.chat), (self.awa, None), (self.claire, None)):
            assert person.missed(chat=chat) == []

    def thread(self, heard: Heard) -> int:
        """The topic of a message in the forum."""
        thread = self.chat.thread[heard.message_id].thread
        assert thread is not None
        return thread

    def query(self, sql: str) -> Sequence[tuple[object, ...]]:
        return rows(self.folder / "data" / "alliances.sqlite3", sql)

    async def until(self, sql: str, *found: tuple[object, ...]) -> None:
        """Wait until the database says so."""
        async with asyncio.timeout(PATIENCE):
            while self.query(sql) != list(found):
                await asyncio.sleep(0.02)

    async def looks(self, thread: int, icon: str, *, closed: bool) -> None:
        """Wait until a topic looks so."""
        async with asyncio.timeout(PATIENCE):
            while (topic_of(self.chat, thread)["icon"], topic_of(self.chat, thread)["closed"]) != (
                icon,
                closed,
            ):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def desk(
    folder: Path,
    *,
    forum: bool = True,
    rights: frozenset[str] | None = None,
    group: bool = True,
    flow: str = "",
) -> AsyncIterator[Desk]:
    """The program, with a group of staff; without one, they are told each in their own chat."""
    content = folder / "content"
    write_small_base(content)
    if flow:
        (content / "flows" / "essai.yaml").write_text(flow, encoding="utf-8")
    async with BotApi() as api:
        room = api.group(FORUM, title="Équipe")
        room.chat.is_forum = forum
        room.chat.rights = frozenset({"can_manage_topics"}) if rights is None else rights
        claire = api.person(CLAIRE, first_name="Claire")
        awa, tom = api.person(AWA, first_name="Awa"), api.person(TOM, first_name="Tom")
        others = {"staff_group": FORUM} if group else {}
        settings = on(api, content=content, staff=CLAIRE, **others)
        async with serving(folder, settings) as program:
            await claire.starts()
            await claire.hears(PATIENCE)
            here = Desk(api, room, claire, awa, tom, program, folder, settings)
            try:
                yield here
                assert await asyncio.to_thread(here.program.stop) == 0
            finally:
                if here.program.running:
                    here.program.kill()
            assert "Traceback" not in program.err and "loop_died" not in program.err
            assert SECRET not in program.err


async def test_a_request_in_a_forum_topic_from_opening_to_satisfaction(  # noqa: PLR0915  # one story, told whole
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as here:
        awa, claire, chat = here.awa, here.claire, here.chat
        # A question without an answer goes to the team once Awa agrees.
        await awa.says(UNKNOWN)
        rejected = await awa.hears(PATIENCE)
        assert "Envoyer ma question à l'équipe" in rejected.labels
        await awa.taps("Envoyer ma question à l'équipe")
        asked = await awa.hears(PATIENCE)
        assert UNKNOWN in asked.text
        assert asked.labels == ["Oui, tout envoyer", "La question seule", "Ne rien envoyer"]
        await awa.taps("Oui, tout envoyer")
        assert (await awa.hears(PATIENCE)).text.startswith("C'est envoyé")

        # It has a topic of its own, with the context.
        pack = await here.told()
        thread = here.thread(pack)
        assert topic_of(chat, thread) == {"name": f"1 · Awa\u00a0: {UNKNOWN}", "icon": "❗", "closed": False}
        assert "Demande n°\u00a01" in pack.text and UNKNOWN in pack.text and "Derniers messages" in pack.text
        assert "Je m'en occupe" in pack.labels

        # Claire takes it, talks to a colleague, and answers.
        await claire.taps("Je m'en occupe", chat=chat)
        assert "Claire s'en occupe" in (await here.told()).text
        await here.looks(thread, "✍", closed=False)
        await claire.says(f"// {SECRET}", chat=chat, thread=thread)
        await claire.says(f"/note {SECRET}", chat=chat, thread=thread)
        answer = await claire.says("Bonjour *Awa* <b>, 200 g de farine.", chat=chat, thread=thread)
        heard = await awa.hears(PATIENCE)
        assert heard.text.startswith("Claire, de l'équipe\n\nBonjour *Awa* <b>, 200 g de farine.")
        assert heard.labels == ["Reprendre avec l'assistant"]
        async with asyncio.timeout(PATIENCE):
            while not answer.reactions:
                await asyncio.sleep(0.02)
        await here.looks(thread, "💬", closed=False)

        # A correction corrects; a file is copied; the way back is said once.
        await claire.edits(answer, "Bonjour Awa, 250 g de farine.")
        corrected = await awa.hears(PATIENCE)
        assert corrected.edited and "250 g" in corrected.text
        await claire.shares_document("recette.pdf", b"%PDF", chat=chat, thread=thread)
        assert "vous envoie ceci" in (await awa.hears(PATIENCE)).text
        copied = await awa.hears(PATIENCE)
        assert copied.file is not None and copied.file.upload.name == "recette.pdf"

        # What Awa writes goes to Claire, her files too, and the assistant is silent.
        await awa.says("bonjour, et pour six personnes ?")
        assert (await here.told()).text == "Awa\u00a0: bonjour, et pour six personnes ?"
        await awa.shares_document("four.txt", b"180 degres", caption="mon four")
        passed = await here.told()
        assert (
            passed.file is not None and passed.file.upload.data == b"180 degres" and "mon four" in passed.text
        )
        assert here.thread(passed) == thread
        assert awa.missed() == []
        await here.looks(thread, "✍", closed=False)

        # A canned answer is shown before it leaves.
        await claire.says("/modele bien-recu", chat=chat, thread=thread)
        preview = await here.told()
        assert "Bonjour Awa, votre message est bien arrivé" in preview.text
        await claire.taps("Envoyer cette réponse", chat=chat)
        assert "votre message est bien arrivé" in (await awa.hears(PATIENCE)).text
        assert "Transmis à Awa" in (await here.told()).text

        # Closed, Awa says how it was.
        await claire.says("/fermer", chat=chat, thread=thread)
        assert "a fermé la demande" in (await here.told()).text
        await here.looks(thread, "✅", closed=True)
        finished = await awa.hears(PATIENCE)
        assert finished.labels == ["Oui", "En partie", "Non"]
        await awa.taps("En partie")
        assert "manqué" in (await awa.hears(PATIENCE)).text
        assert "en partie" in (await here.told()).text
        await awa.says("Il manquait la cuisson.")
        assert (await awa.hears(PATIENCE)).text.startswith("Merci")
        assert "Il manquait la cuisson." in (await here.told()).text
        await awa.says("bonjour")
        assert "Que puis-je faire" in (await awa.hears(PATIENCE)).text
        await here.is_quiet()
        ((state, score, words, answered, closed),) = here.query(
            "SELECT state, score, words, answered, closed FROM request"
        )
        assert (state, score, words) == ("closed", "half", "Il manquait la cuisson.")
        assert answered is not None and closed is not None and str(answered) < str(closed)
        acts = [act for (act,) in here.query("SELECT act FROM journal WHERE act LIKE 'request%' ORDER BY id")]
        assert acts == ["request.take", *["request.answer"] * 3, "request.close"]
        for file in (here.folder / "data").rglob("*"):
            assert not file.is_file() or SECRET.encode() not in file.read_bytes()


async def test_who_has_no_role_or_hides_who_they_are_is_not_passed_on(tmp_path: Path) -> None:
    """F27 where staff see to requests."""
    async with desk(tmp_path) as here:
        awa, claire, tom, chat = here.awa, here.claire, here.tom, here.chat
        thread = await opened(here)
        await tom.says("capybara, je sais", chat=chat, thread=thread)
        assert "rôle" in (await here.told()).text
        for words in ("vraiment", "/fermer", "/prendre", "/modele bien-recu"):
            await tom.says(words, chat=chat, thread=thread)
        await tom.taps("Fermer", chat=chat)
        await claire.says("quetzal anonyme", chat=chat, thread=thread, sender_chat=chat.json())
        assert "anonymes" in (await here.told()).text
        await claire.says("ocelot d'un canal", chat=chat, thread=thread, sender_chat=CHANNEL)
        await claire.says("tapir transféré", chat=chat, thread=thread, forward_origin={"type": "user"})
        await claire.says("coati d'un autre", chat=chat, thread=thread, via_bot={"id": 5, "is_bot": True})
        wrote = await tom.says("rien", chat=chat, thread=thread)
        await tom.edits(wrote, "rien non plus")
        await here.is_quiet()
        assert here.query("SELECT state, assigned, answered FROM request") == [("open", None, None)]
        assert here.query("SELECT act FROM journal WHERE act LIKE 'request%'") == []
        ((tries,),) = here.query("SELECT sum(count) FROM refusal WHERE act LIKE 'request%'")
        assert tries == 12
        for words in ("quetzal", "ocelot", "tapir", "coati"):
            assert kept(here, words) == []
        # And outside of a topic nothing is heard at all.
        await claire.says(f"notre {SECRET}", chat=chat)
        await claire.says(f"autre sujet {SECRET}", chat=chat, thread=thread + 77)
        await here.is_quiet()
        assert kept(here, SECRET) == [] and awa.missed() == []


async def test_without_topics_staff_answer_by_replying(tmp_path: Path) -> None:
    async with desk(tmp_path, forum=False, rights=frozenset()) as here:
        awa, claire, chat = here.awa, here.claire, here.chat
        await awa.says("parler à quelqu'un")
        noted = await awa.hears(PATIENCE)
        assert noted.labels == ["Transmettre mes réponses", "Ne pas les transmettre"]
        pack = await here.told()
        assert pack.text.startswith("1 · Awa") and "pas partagées" in pack.text
        await awa.says("C'est pour un bail.")
        assert "transmis" in (await awa.hears(PATIENCE)).text
        said = await here.told()
        assert said.text == "Awa\u00a0: C'est pour un bail."
        assert chat.thread[said.message_id].reply_to == pack.message_id
        await awa.taps("Transmettre mes réponses")
        assert "transmis" in (await awa.hears(PATIENCE)).text
        shared = await here.told()
        assert shared.edited and shared.text.startswith("1 · Awa") and "C'est pour un bail." in shared.text
        await claire.says("Quel bail ?", chat=chat, reply_to=said.message_id)
        assert "Quel bail ?" in (await awa.hears(PATIENCE)).text
        await claire.says("/fermer", chat=chat, reply_to=pack.message_id)
        assert "a fermé" in (await here.told()).text
        assert (await awa.hears(PATIENCE)).labels == ["Oui", "En partie", "Non"]
        await here.is_quiet()


async def test_a_topic_deleted_by_hand_is_made_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await opened(here)
        here.chat.topics[thread].deleted = True
        await here.claire.says("Bonjour", chat=here.chat, thread=thread)
        await here.awa.hears(PATIENCE)
        await here.awa.says("Toujours là ?")
        again = await here.told()
        assert again.text == "Awa\u00a0: Toujours là ?" and here.thread(again) != thread
        await here.claire.says("Oui", chat=here.chat, thread=here.thread(again))
        assert "Oui" in (await here.awa.hears(PATIENCE)).text
        assert len(here.api.calls("createForumTopic")) == 2


async def test_a_person_who_blocked_us_is_told_of_in_the_topic(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        thread = await opened(here)
        here.awa.chat.state = "blocked"
        await here.claire.says("Bonjour", chat=here.chat, thread=thread)
        failed = await here.told()
        assert "pas pu être remis à Awa" in failed.text and here.thread(failed) == thread
        await here.is_quiet()


async def test_put_out_of_the_group_staff_are_told_each_in_their_own_chat(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await opened(here)
        here.forum.removes_bot(here.tom)
        await here.until(
            f"SELECT reachable FROM person JOIN address ON person = person.id WHERE address.id = '{FORUM}'",
            (0,),
        )
        await here.awa.says("Vous êtes là ?")
        await here.awa.taps("Transmettre mes réponses")
        await here.awa.says("parler à quelqu'un")
        told = await here.claire.hears(PATIENCE)
        assert "Awa" in told.text
        await here.claire.says("/demandes")
        listed = await heard(here.claire, "Demandes")
        await here.claire.taps(listed.labels[0])
        shown = await heard(here.claire, "Demande n°")
        assert "Répondre" in shown.labels
        await here.claire.taps("Répondre")
        await heard(here.claire, "Écrivez votre réponse")
        await here.claire.says("Oui, me voici.")
        await heard(here.awa, "Oui, me voici.")
        await heard(here.claire, "Transmis à Awa")


async def test_the_group_moves_and_its_requests_go_on(tmp_path: Path) -> None:
    async with desk(tmp_path, forum=False, rights=frozenset()) as here:
        await opened(here, topic=False)
        new = here.forum.migrates(-1000777, here.claire)
        new.chat.is_forum, new.chat.rights = True, frozenset({"can_manage_topics"})
        await here.until("SELECT value FROM setting WHERE name = 'staff_group'", ("telegram:-1000777",))
        await here.awa.says("Le bail, suite.")
        said = await here.claire.hears(PATIENCE, chat=new.chat)
        assert "Le bail, suite." in said.text
        thread = new.chat.thread[said.message_id].thread
        assert thread is not None
        await here.claire.says("Bien reçu", chat=new.chat, thread=thread)
        await heard(here.awa, "Bien reçu")


async def test_erased_the_topic_is_deleted_or_staff_are_asked_to(tmp_path: Path) -> None:
    for rights in (frozenset({"can_manage_topics"}), frozenset({"can_manage_topics", "can_delete_messages"})):
        async with desk(tmp_path / str(len(rights)), rights=rights) as here:
            thread = await opened(here)
            await here.awa.says("/effacer")
            assert "48" in (await heard(here.awa, "J'efface")).text
            await here.awa.taps("Tout effacer")
            await heard(here.awa, "tout est effacé")
            if "can_delete_messages" in rights:
                async with asyncio.timeout(PATIENCE):
                    while not here.chat.topics[thread].deleted:
                        await asyncio.sleep(0.02)
            else:
                asked = await here.told()
                assert "demande n°\u00a01" in asked.text and "Awa" not in asked.text
                assert here.thread(asked) == thread
                async with asyncio.timeout(PATIENCE):
                    while not here.chat.topics[thread].closed:
                        await asyncio.sleep(0.02)
            assert here.query("SELECT * FROM request") == [] == here.query("SELECT * FROM request_topic")
            await here.is_quiet()


async def test_killed_between_a_topic_and_its_message_leaves_one_empty_topic_at_most(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        here.api.fault(faults.slow(60), method="createForumTopic")
        await here.awa.says("parler à quelqu'un")
        await heard(here.awa, "C'est noté")
        async with asyncio.timeout(PATIENCE):
            while not here.chat.topics:
                await asyncio.sleep(0.02)
        here.program.kill()
        here.program = Program("run", folder=tmp_path, settings=here.settings)
        pack = await here.told()
        assert len(here.chat.topics) == 2 and here.thread(pack) == max(here.chat.topics)
        await here.until("SELECT reference FROM request_topic", (str(here.thread(pack)),))
        await here.claire.says("Bonjour", chat=here.chat, thread=here.thread(pack))
        await heard(here.awa, "Bonjour")
        await here.is_quiet()


async def opened(here: Desk, *, topic: bool = True) -> int:
    """Awa asks for somebody; the topic of her request."""
    await here.awa.says("parler à quelqu'un")
    await heard(here.awa, "C'est noté")
    pack = await here.told()
    assert "Demande n°\u00a01" in pack.text
    return here.thread(pack) if topic else 0


async def answered(here: Desk) -> int:
    """A request that staff have answered in its topic; where it is."""
    thread = await opened(here)
    await here.claire.says("Bonjour", chat=here.chat, thread=thread)
    await heard(here.awa, "Bonjour")
    await here.looks(thread, "💬", closed=False)
    return thread


async def joins(here: Desk) -> None:
    """Tom is of the team from now on."""
    await here.claire.says("/equipe")
    await heard(here.claire, "Qui a quel rôle")
    await here.claire.taps("Inviter dans l'équipe")
    link = await heard(here.claire, "start=")
    await here.tom.says("/start " + link.text.partition("start=")[2].split()[0])
    await heard(here.tom, "Bienvenue dans l'équipe")
    await heard(here.claire, "Tom")


async def heard(person: Person, words: str) -> Heard:
    """The next thing with these words in it that a person hears in their own chat."""
    async with asyncio.timeout(PATIENCE):
        while words not in (said := await person.hears(PATIENCE)).text:
            pass
    return said


def kept(here: Desk, words: str) -> list[str]:
    """Files of the data folder that hold these words."""
    found = (path for path in (here.folder / "data").rglob("*") if path.is_file())
    return [path.name for path in found if words.encode() in path.read_bytes()]
