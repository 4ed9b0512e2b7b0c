"""A small assistant behind the real page: scripted answers, a history in memory, a server on a free port."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.channels.web import (
    TEXT_KEYS,
    Face,
    KeptFile,
    MenuEntry,
    Page,
    PanelState,
    Said,
    Shown,
    Start,
    WebChannel,
    page_routes,
)
from bot.http import Health, build, serve
from bot.markup import escape
from bot.model.inputs import Attachment, Command, Input, Tap, Utterance
from bot.model.message import AttachedFile, Markdown, Message, Option
from bot.model.receipt import Delivered
from bot.model.values import StoredFile
from bot.model.who import Address

TEXTS = {
    **{key: key.replace("_", " ").capitalize() for key in TEXT_KEYS},
    "title": "Assistant Alliances",
    "subtitle": "Questions et parcours pour agir à plusieurs",
    "conversation": "Conversation",
    "menu": "Menu",
    "composer_label": "Votre message",
    "composer_placeholder": "Écrivez votre message",
    "send": "Envoyer",
    "attach": "Joindre un fichier",
    "typing": "écrit…",
    "you": "Vous :",
    "assistant": "L’assistant :",
    "choices": "Réponses possibles",
    "ways_out": "Autres possibilités",
    "more": "En savoir plus",
    "download": "Télécharger",
    "new_messages": "Nouveaux messages",
    "offline": "Connexion perdue. Nouvel essai…",
    "not_sent": "Message non envoyé.",
    "retry": "Réessayer",
    "too_fast": "Un instant : vos messages arrivent trop vite.",
    "file_too_large": "Ce fichier dépasse 20 Mo.",
    "loading": "Chargement de la conversation…",
    "no_script": "Cette page a besoin de JavaScript.",
    "panel_title": "Atelier",
    "panel_where": "Où l’on est",
    "panel_nowhere": "Aucun parcours en cours.",
    "panel_fields": "Réponses enregistrées",
    "panel_no_fields": "Aucune réponse.",
    "panel_verdict": "Dernière question",
    "panel_no_verdict": "Aucune question posée.",
    "panel_problems": "Contenu",
    "panel_no_problems": "Aucun problème.",
    "panel_start": "Commencer ailleurs",
    "panel_flow": "Parcours",
    "panel_step": "Étape",
    "panel_from_the_beginning": "Depuis le début",
    "panel_go": "Commencer",
    "panel_person": "Qui parle",
    "panel_first_person": "Vous",
    "panel_other_person": "Parler en tant que",
    "panel_name": "Prénom",
    "panel_be_this_person": "Devenir cette personne",
    "panel_staff": "Membre de l’équipe",
}
MENU = (
    MenuEntry("menu", "Ce que je sais faire"),
    MenuEntry("parcours", "Choisir un parcours"),
    MenuEntry("reprendre", "Reprendre là où vous en étiez"),
    MenuEntry("mes_donnees", "Voir, exporter, effacer mes données"),
)
WAYS_OUT = (
    Option("back", "Retour", "c.back"),
    Option("skip", "Passer", "c.skip"),
    Option("pause", "Pause", "c.pause"),
)
ROLES = ("Bénévole", "Membre du bureau ou du CA", "Salarié", "Je découvre une association")

GREETING = Message(
    Markdown(
        "Bonjour ! Je vous aide à agir avec d’autres associations.\n\n"
        "Posez-moi une question, ou choisissez un **parcours** : vous pouvez l’interrompre quand vous voulez."
    ),
    options=(
        Option("go.faire-connaissance", "Faire connaissance (5 min)", "go.faire-connaissance"),
        Option("go.alliance", "Alliance ou partenariat ? (8 min)", "go.alliance"),
    ),
)
QUESTION = Message(
    Markdown("**1 sur 7.** Quel est votre rôle ?"),
    options=tuple(Option(f"r{n}", label, f"a.{n}") for n, label in enumerate(ROLES)),
    controls=WAYS_OUT,
    key="q1",
)
SECOND = Message(
    Markdown("**2 sur 7.** Avez-vous déjà agi avec une autre organisation ?"),
    options=(Option("y", "Oui", "b.1"), Option("n", "Non", "b.2")),
    controls=WAYS_OUT,
    key="q2",
)
ARTICLE = Message(
    Markdown(
        "Un **partenariat** échange des apports : chacun garde son projet. "
        "Une **alliance** invente à plusieurs ce que personne ne ferait seul.\n\n"
        "Trois signes d’une alliance :\n- le but est écrit ensemble ;\n"
        "- on décide ensemble ;\n- on accepte de changer une habitude.\n\n"
        "> Ce point engage votre association. Je vous donne un repère ; faites-le confirmer.\n\n"
        "Source : [service-public.fr](https://www.service-public.fr/)"
    ),
    folded=Markdown("Une convention courte suffit souvent au début. Une charte vient après l’essai."),
    options=(Option("s", "D’où cela vient-il ?", "s.1"),),
)


@dataclass
class Stage:
    """Receiver, history, files and panel of a conversation that follows a script."""

    folder: Path
    channel: WebChannel = field(init=False)
    heard: list[tuple[Address, Input, str]] = field(default_factory=list)
    records: dict[str, list[Said | Shown]] = field(default_factory=dict)
    kept: dict[str, KeptFile] = field(default_factory=dict)
    staff: bool = False
    slow: float = 0.0
    slow_panel: float = 0.0
    broken: Exception | None = None
    texts: Mapping[str, str] = field(default_factory=lambda: TEXTS)
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.channel = WebChannel(now=self.now)

    def now(self) -> datetime:
        """The real clock."""
        return datetime.now(UTC)

    async def receive(
        self, address: Address, input: Input, *, name: str = "", profile: Mapping[str, str] | None = None
    ) -> None:
        """Note what was said, then answer by the script."""
        if self.broken:
            raise self.broken
        self.heard.append((address, input, name))
        self.note(address, input)
        await asyncio.sleep(self.slow)
        for message in self.answers(input):
            await self.say(address, message)

    def answers(self, input: Input) -> Sequence[Message]:
        """What the script answers."""
        match input:
            case Command("start") | Command("menu"):
                return [GREETING]
            case Tap("go.faire-connaissance"):
                return [QUESTION]
            case Tap(act) if act.startswith("a."):
                chosen = ROLES[int(act[2:])]
                answered = Message(Markdown(f"Quel est votre rôle ?\n**{escape(chosen)}**"), key="q1")
                return [answered, SECOND]
            case Utterance(text) if "alliance" in text:
                return [replace(ARTICLE, silent=True), QUESTION]
            case Command("mes_donnees"):
                return [
                    Message(Markdown("Voici tout ce que je sais de vous."), attachments=(self.document(),))
                ]
            case Attachment(StoredFile(name=name)):
                return [Message(Markdown(f"Bien reçu : {escape(name)}"))]
            case Utterance(text):
                return [Message(Markdown(f"Vous avez écrit : {escape(text)}"))]
            case _:
                return []

    async def say(self, address: Address, message: Message) -> str:
        """Send a message, or edit the one that went out under its key; keep it in the history."""
        key = f"{address}/{message.key}"
        known = self.keys.get(key) if message.key and not message.options else None
        if known is None:  # as the engine does: said again means a new message under a new key
            message = replace(message, key=f"k{len(self.records.get(str(address), ()))}-{message.key}")
        receipt = await self.channel.send(address, message, replaces=known)
        assert isinstance(receipt, Delivered)
        self.keys[key] = receipt.reference
        record = self.records.setdefault(str(address), [])
        place = next(
            (n for n, one in enumerate(record) if isinstance(one, Shown) and one.reference == known), None
        )
        if place is None:
            record.append(Shown(receipt.reference, self.now(), message))
        else:
            record[place] = Shown(receipt.reference, record[place].at, message)
        return receipt.reference

    def note(self, address: Address, input: Input) -> None:
        """Keep what a person said."""
        record = self.records.setdefault(str(address), [])
        id = f"in-{len(record)}"
        match input:
            case Utterance(text):
                record.append(Said(id, self.now(), text))
            case Command(name, argument):
                record.append(Said(id, self.now(), f"/{name} {argument}".rstrip()))
            case Attachment(StoredFile() as file):
                record.append(Said(id, self.now(), "", file))
                self.kept[f"{address}/{file.sha256}"] = self.kept[file.sha256]
            case _:
                pass

    def document(self) -> AttachedFile:
        """A file that the assistant hands out, allowed in every conversation."""
        path = self.folder / "export"
        path.write_bytes(b'{"role": "benevole"}')
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.kept[f"*/{digest}"] = KeptFile("2027-01-14_mes-donnees.json", "application/json", path)
        return AttachedFile("2027-01-14_mes-donnees.json", "application/json", digest)

    async def recent(self, address: Address) -> Sequence[Said | Shown]:
        """The whole history."""
        return tuple(self.records.get(str(address), ()))

    async def keep(self, content: bytes, name: str, media_type: str) -> StoredFile:
        """Keep the bytes of a file."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / digest
        path.write_bytes(content)
        self.kept[digest] = KeptFile(name, media_type, path)
        return StoredFile(digest, name, media_type, len(content))

    async def find(self, address: Address, sha256: str) -> KeptFile | None:
        """A file of this conversation."""
        return self.kept.get(f"{address}/{sha256}") or self.kept.get(f"*/{sha256}")

    async def state(self, address: Address) -> PanelState:
        """How the script stands."""
        staff = self.staff
        await asyncio.sleep(self.slow_panel)
        return PanelState(
            flow="faire-connaissance",
            step="role",
            fields=(("person.role", "benevole"), ("association.salaries", "aucune")),
            verdict=("Answer : difference-alliance-partenariat (0,91)", "2e : convention-ou-charte (0,44)"),
            problems=(),
            staff=staff,
            starts=(Start("faire-connaissance", "Faire connaissance", ("role", "salaries", "budget")),),
        )

    async def be_staff(self, address: Address, staff: bool) -> None:
        """Note the standing."""
        self.staff = staff

    async def start(self, address: Address, flow: str, step: str) -> None:
        """Begin the only flow."""
        if flow != "faire-connaissance":
            raise LookupError(flow)
        await self.say(address, replace(QUESTION, text=Markdown(f"Étape : {escape(step)}")))

    def page(self, *, with_panel: bool = True) -> Page:
        """The page of this stage."""
        return Page(
            channel=self.channel,
            receiver=self,
            history=self,
            files=self,
            face=lambda: Face(self.texts, MENU),
            panel=self if with_panel else None,
        )

    def yesterday(self, address: Address) -> None:
        """Make everything said so far a day older."""
        record = self.records.get(str(address), [])
        self.records[str(address)] = [replace(one, at=one.at - timedelta(days=1)) for one in record]


async def healthy() -> Health:
    """All is well."""
    return Health(live=True, ready=True)


@asynccontextmanager
async def served(stage: Stage, *, with_panel: bool = True, port: int = 0) -> AsyncIterator[str]:
    """The page on a real server; gives its address. Leaves only when the server has stopped."""
    app = build(
        host="127.0.0.1",
        health=healthy,
        page=page_routes(stage.page(with_panel=with_panel)),
        stopping=stage.channel.close,
    )
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(app, "127.0.0.1", port, started=listening.set_result))
    try:
        await asyncio.wait((server, listening), return_when=asyncio.FIRST_COMPLETED)
        if server.done():
            server.result()
        yield f"http://127.0.0.1:{listening.result()}"
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
