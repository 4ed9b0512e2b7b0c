"""`alliances doctor`: looks at everything an assistant stands on, changes nothing, and says the way out.

Each check is a function that gives its diagnosis (one or more); this module calls them in their order.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bot.channels.telegram.client import Account
from bot.channels.telegram.examining import examine_bot
from bot.channels.telegram.redaction import redacted
from bot.doctor import content, database, folder, machine, meaning, telegram
from bot.doctor.diagnosis import Diagnosis
from bot.runtime.clock import Clock
from bot.settings import Survey
from bot.storage.database_files import is_served

Check = Callable[[], Iterator[Diagnosis]]
Checks = Sequence[tuple[str, Check]]
"""Name, under which a check that fails in itself is told, and the check."""


async def examine(survey: Survey, clock: Clock) -> list[Diagnosis]:
    """Every check in turn. Nothing is raised: a check that fails in itself is a problem too."""
    authored = content.opened(survey.settings.content)
    checks = (*_here(survey, clock, authored), *await _telegram(survey, clock, authored))
    return [one for name, check in checks for one in _run(name, check)]


def status_of(found: Sequence[Diagnosis]) -> int:
    """The exit status: 1 with a problem, else 0."""
    return int(any(one.state == "problem" for one in found))


def _here(survey: Survey, clock: Clock, authored: content.Opened) -> Checks:
    """What can be told without the network."""
    data, file = survey.settings.data, survey.settings.database_file
    today = clock.now().astimezone(survey.settings.timezone).date()
    return (
        ("Python", machine.python),
        ("settings", partial(machine.settings, survey)),
        ("data folder", partial(folder.data_folder, data)),
        ("disk", partial(folder.disk, data)),
        ("file system", partial(folder.file_system, file.parent)),
        ("database", partial(database.database, file)),
        ("assistant", partial(database.serving, file)),
        ("secret", partial(folder.secret, data, file)),
        ("content", partial(content.content, authored, today)),
        ("index cache", partial(folder.cache, data)),
        ("semantic", partial(meaning.meaning, data / "cache", wanted=survey.settings.semantic == "auto")),
    )


async def _telegram(survey: Survey, clock: Clock, authored: content.Opened) -> Checks:
    """What the Bot API server tells, asked once; nothing is asked without a token."""
    token = survey.settings.telegram_token
    if token is None:
        alone = partial(machine.clock, survey, clock.now(), None)
        return (("clock", alone), ("Telegram", partial(telegram.without_token, survey)))
    group = telegram.present_group(survey.settings)
    told = await examine_bot(Account(token, survey.settings.telegram_api), group=group)
    now, served = clock.now(), is_served(survey.settings.database_file)
    checks: Checks = (
        ("clock", partial(machine.clock, survey, now, told.date)),
        ("Bot API", partial(telegram.server, told)),
        ("token", partial(telegram.token, told)),
        ("webhook", partial(telegram.webhook, told, survey, served=served, now=now)),
        ("menu", partial(telegram.menu, told, authored.commands)),
        ("staff group", partial(telegram.staff_group, told, survey.settings, group)),
    )
    # A refused token says it all: the others were not answered because of it.
    return checks[:3] if told.refused else checks


def _run(name: str, check: Check) -> Iterator[Diagnosis]:
    """What a check says, without any token."""
    try:
        for one in check():
            yield Diagnosis(one.name, one.state, redacted(one.what), redacted(one.way_out))
    except Exception as error:  # a diagnosis must go on whatever it meets
        what = f"this could not be looked at: {redacted(str(error)) or type(error).__name__}"
        yield Diagnosis(name, "problem", what, "if the reason is not plain, report it with this line")
