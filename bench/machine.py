"""What this machine is: enough to read the figures by, without its name, its paths or its owner."""

import os
import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


def describe() -> str:
    """Processor, cores, memory, system and Python."""
    return ", ".join(part for part in (_processor(), _cores(), _memory(), _system(), _python()) if part)


def _processor() -> str:
    if CPU_INFO.is_file():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return " ".join(value.split())
    return platform.processor() or platform.machine()


def _cores() -> str:
    return f"{os.cpu_count()} cores"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not on every system
        return ""
    return f"{size / 2**30:.0f} GiB of memory"


def _system() -> str:
    return f"{platform.system()} {platform.machine()}"


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"
