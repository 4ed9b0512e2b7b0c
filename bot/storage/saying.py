"""What a turn says: into the history and the outbox, with the files that go along."""

from typing import assert_never

from bot.model.effects import Edit, Export, HandOut, NewFile, Send
from bot.model.message import Message
from bot.storage import gatherings, history, outbox, privacy
from bot.storage.file_rows import hand_out
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
            data = await privacy.export(scene.tx, scene.person)
            await say(scene, HandOut(message, (NewFile(name, "application/json", data),)))
        case HandOut() as made:
            await say(scene, Send(await hand_out(scene.tx, scene.files, scene.person, made, now=scene.now)))
        case _ as unexpected:
            assert_never(unexpected)


async def _post(scene: Scene, message: Message, *, edits: bool = False) -> None:
    person = scene.loaded.view.person.id
    await outbox.put(
        scene.tx, Post(scene.loaded.address, message, person, scene.priority, edits), now=scene.now
    )
    if scene.priority is Priority.REPLY:
        await gatherings.looked(scene.tx, person, scene.loaded.address, message.key, now=scene.now)
