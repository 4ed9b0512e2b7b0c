"""What a turn says: into the history and the outbox, with the files that go along."""

from dataclasses import replace
from typing import assert_never

from bot.model.effects import Edit, Export, HandOut, NewFile, Send
from bot.model.message import AttachedFile, Message
from bot.model.values import StoredFile
from bot.storage import gatherings, history, outbox, privacy
from bot.storage.codec import clean
from bot.storage.outbox import Post, Priority
from bot.storage.scene import Scene


async def say(scene: Scene, effect: Send | Edit | Export | HandOut) -> None:
    """Queue a message of the turn and keep it in the history."""
    match effect:
        case Edit(message) if message.key is not None:
            message = scene.instead.get(message.key, message)
            address = scene.loaded.address
            await history.edited(scene.tx, scene.loaded.view.person.id, address, message, now=scene.now)
            await _post(scene, message, edits=True)
        case Send(message) | Edit(message):
            message = scene.instead.get(message.key or "", message)
            if not isinstance(effect, Send) or effect.kept:
                await history.said(scene.tx, scene.loaded.view.person.id, message, now=scene.now)
            await _post(scene, message)
        case Export(message, name):
            await say(scene, Send(await _with_export(scene, message, name)))
        case HandOut(message, files):
            attached = [await _kept(scene, file) for file in files]
            await say(scene, Send(replace(message, attachments=(*message.attachments, *attached))))
        case _ as unexpected:
            assert_never(unexpected)


async def _post(scene: Scene, message: Message, *, edits: bool = False) -> None:
    person = scene.loaded.view.person.id
    await outbox.put(
        scene.tx, Post(scene.loaded.address, message, person, scene.priority, edits), now=scene.now
    )
    if scene.priority is Priority.REPLY:
        await gatherings.looked(scene.tx, person, scene.loaded.address, message.key, now=scene.now)


async def _with_export(scene: Scene, message: Message, name: str) -> Message:
    data = await privacy.export(scene.tx, scene.loaded.view.person.id)
    sha256 = scene.files.keep_now(data)
    await own(scene, StoredFile(sha256, name, "application/json", len(data)), "export")
    return replace(
        message, attachments=(*message.attachments, AttachedFile(name, "application/json", sha256))
    )


async def _kept(scene: Scene, file: NewFile) -> AttachedFile:
    """A file made in this turn, kept like an export: until it has surely been fetched."""
    sha256 = scene.files.keep_now(file.content)
    await own(scene, StoredFile(sha256, file.name, file.media_type, len(file.content)), "export")
    return AttachedFile(file.name, file.media_type, sha256, file.alternative)


async def own(scene: Scene, file: StoredFile, origin: str) -> None:
    """Note a file as one of the person; `origin`: `received` or `export`."""
    await scene.tx.run(
        "file_put",
        sha256=file.sha256,
        person=scene.person,
        origin=origin,
        name=clean(file.name),
        media_type=clean(file.media_type),
        size=file.size,
        now=scene.moment,
    )
