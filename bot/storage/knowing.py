"""What a turn learns of a person and of their association: answers and tasks."""

from typing import assert_never

from bot.model.effects import AddTask, Forget, Remember
from bot.model.values import FieldRef, Owner
from bot.model.who import AssociationId
from bot.storage.codec import clean, dump_value, to_text
from bot.storage.scene import Scene


async def know(scene: Scene, effect: Remember | Forget | AddTask) -> None:
    """Keep or forget an answer or a task."""
    match effect:
        case Remember(ref, value, erase_after, personal):
            await scene.tx.run(
                "answer_put",
                **await _place(scene, ref),
                value=dump_value(value),
                personal=personal,
                given_by=scene.person,
                now=scene.moment,
                erase_after=None if erase_after is None else to_text(erase_after),
            )
        case Forget(ref):
            if ref.owner is Owner.PERSON or scene.association is not None:
                await scene.tx.run("answer_drop", **await _place(scene, ref))
        case AddTask(task):
            place = {"owner": task.owner.value, "owner_id": await _owner_id(scene, task.owner), "id": task.id}
            due = None if task.due is None else to_text(task.due)
            if task.done:
                await scene.tx.run("task_done", **place)
            else:
                await scene.tx.run("task_put", **place, title=clean(task.title), due=due, done=False)
        case _ as unexpected:
            assert_never(unexpected)


async def _place(scene: Scene, ref: FieldRef) -> dict[str, object]:
    owner_id = await _owner_id(scene, ref.owner)
    return {
        "owner": ref.owner.value,
        "owner_id": owner_id,
        "flow": ref.flow,
        "run": ref.run,
        "name": ref.name,
    }


async def _owner_id(scene: Scene, owner: Owner) -> int:
    """Id of the person or of their association, which exists from its first answer or task."""
    if owner is Owner.PERSON:
        return scene.person
    if scene.association is None:
        made = await scene.tx.one("association_add", now=scene.moment)
        assert made is not None
        scene.association = AssociationId(made["id"])
        await scene.tx.run("person_join", person=scene.person, association=scene.association)
    return scene.association
