"""What the running program counts, for `/metrics`. No text, name or id of any person."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.app import Assistant
from bot.metrics import Figure

Labelled = Mapping[tuple[str, ...], float]


async def figures(assistant: Assistant, skipped: Mapping[str, int]) -> tuple[Figure, ...]:
    """Counts since the start, and how things stand now. `skipped`: updates not for us, by reason."""
    backlog = await assistant.store.backlog()
    runner, courier = assistant.runner, assistant.courier
    waiting: Labelled = {(name,): float(number) for name, number in asdict(backlog).items()}
    turns: Labelled = {(outcome,): float(number) for outcome, number in runner.counts.items()}
    sent: Labelled = {kind: float(number) for kind, number in courier.counts.items()}
    dropped: Labelled = {(str(reason),): float(number) for reason, number in skipped.items()}
    ready, problems = not assistant.store.trouble, len(assistant.keeper.problems)
    heard = await assistant.store.requests.heard()
    group: Labelled = {} if heard.group is None else {(): float(heard.group)}
    return (
        Figure("turns", "Inputs decided and committed, by what came of them", "counter", turns, ("outcome",)),
        Figure("turn_seconds", "Time spent on them, in seconds", "counter", {(): runner.seconds}),
        Figure("deliveries", "Messages and what came back", "counter", sent, ("priority", "receipt")),
        Figure("skipped_updates", "Updates that were not for us", "counter", dropped, ("reason",)),
        Figure("rows", "Updates and messages that wait, or were set aside", "gauge", waiting, ("where",)),
        Figure("lanes", "People being answered now", "gauge", {(): float(len(assistant.lanes))}),
        Figure("storage_ready", "1 if the database takes what is written", "gauge", {(): float(ready)}),
        Figure(
            "staff_group_reachable", "1 if the group of staff lets us in; none set: absent", "gauge", group
        ),
        Figure(
            "staff_reachable",
            "Staff who read requests in their own chat",
            "gauge",
            {(): float(heard.readers)},
        ),
        Figure("content_problems", "Errors in the authored files", "gauge", {(): float(problems)}),
    )
