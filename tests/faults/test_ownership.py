"""F35: files that others can reach, a disk of another machine, a second process on one database."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import SECRET, read_secret
from bot.storage.errors import ExposedDatabase
from bot.storage.opening import kind_of_file_system, reach, risks
from bot.storage.store import Store
from tests.faults.conftest import Disk, running
from tests.journeys.program import Program, alliances, page_of
from tests.storage.samples import POLICY
from tests.telegram_api import BotApi


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("alliances.sqlite3", 0o644),
        ("alliances.sqlite3", 0o660),
        ("secret", 0o640),
        (".", 0o775),
        (".", 0o757),
    ],
)
async def test_f35_what_others_can_read_or_replace_is_refused_with_the_way_out(
    tmp_path: Path, name: str, mode: int
) -> None:
    data = tmp_path / "data"
    await (await Store.open(data / "alliances.sqlite3", policy=POLICY)).close()
    read_secret(data / SECRET)
    (data / name).chmod(mode)
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        assert program.ends() == 2
    assert "chmod" in program.err and str(data / name) in program.err
    assert (program.out, "Traceback" in program.err) == ("", False)


def test_f35_a_data_folder_that_others_can_look_into_is_warned_about(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        page_of(program)
        assert f"look into {tmp_path / 'data'} (mode 755); close it with: chmod 700" in program.err
    (tmp_path / "stderr").unlink()
    (tmp_path / "stdout").unlink()
    (tmp_path / "data").chmod(0o700)
    with Program("run", folder=tmp_path, settings={"port": 0}) as program:
        page_of(program)
        assert program.err == ""


@pytest.mark.parametrize("mode", [0o700, 0o500])
def test_f35_a_folder_of_our_own_on_this_machine_is_no_risk(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    assert list(risks(tmp_path)) == []


def test_f35_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(ExposedDatabase, match="write into"):
        list(risks(tmp_path))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ext4", "here"),
        ("btrfs", "here"),
        ("tmpfs", "here"),
        ("overlay", "here"),
        ("", "here"),
        ("nfs", "elsewhere"),
        ("nfs4", "elsewhere"),
        ("cifs", "elsewhere"),
        ("smb3", "elsewhere"),
        ("fuse.sshfs", "elsewhere"),
        ("9p", "shared"),
        ("virtiofs", "shared"),
    ],
)
def test_f35_file_systems_of_other_machines_are_known_by_their_name(
    tmp_path: Path, kind: str, expected: str
) -> None:
    assert reach(kind) == expected
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:50 / {tmp_path} rw - {kind} host:/x rw\n"
    )
    warned = [risk for risk in risks(tmp_path, mounts) if f"lies on {kind}" in risk]
    assert len(warned) == (expected != "here")


def test_f35_the_file_system_of_this_machine_is_seen(disk: Disk) -> None:
    assert kind_of_file_system(disk.folder / "data" / "deep") == "tmpfs"


async def test_f35_a_second_process_is_refused_and_short_commands_work_beside_the_first(
    tmp_path: Path,
) -> None:
    def beside(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        ended = alliances(*arguments, folder=tmp_path, typed=typed)
        return ended.returncode, ended.stdout, ended.stderr

    async with BotApi() as api, running(api, tmp_path) as run:
        camille = api.person(1001)
        await camille.says("/start")
        await camille.hears(20)
        second = await asyncio.to_thread(alliances, "run", folder=tmp_path, settings={"port": 0})
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr.startswith("alliances: another process already serves from ")
        assert second.stderr.count("\n") == 1
        short: list[tuple[tuple[str, ...], Callable[[str], bool]]] = [
            (("backup", "copy.tar"), lambda told: "1 people" in told),
            (("announce", "--list"), lambda told: told == "No announcement yet.\n"),
            (("chat", "--json"), lambda told: '"turn": 1' in told),
        ]
        for command, good in short:
            status, out, err = await asyncio.to_thread(beside, *command, typed="/aide\n")
            assert (status, err, good(out)) == (0, "", True), (command, out)
        refused = await asyncio.to_thread(beside, "restore", "copy.tar")
        assert refused[0] == 2 and "already serves" in refused[2]
        await camille.says("/profil")
        assert (await camille.hears(20)).text
        await api.quiet(idle=0.6)
        assert await asyncio.to_thread(run.program.stop) == 0
    with Program(
        "run", folder=tmp_path / "again", settings={"data": tmp_path / "data", "port": 0}
    ) as program:
        page_of(program)
