"""What every inspection shares: its limits, how it refuses, and that a file has one face only."""

import resource
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Facts = dict[str, Any]

MEMORY = 1 << 30  # bytes of address space
SECONDS = 30      # of processor time
HEAD = 1024
PDF, ZIP = "pdf", "zip"


class Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def said(path: str, inspect: Callable[[str], Facts], face: str) -> dict[str, Facts | str]:
    """Inspect a file and return {"facts": …} when it may be kept, {"refused": "<code>"} when not.

    face   PDF or ZIP when this kind is one; any other file that could be opened as one is refused
    """
    try:
        refuse_second_face(path, face)
        return {"facts": inspect(path)}
    except Refused as no:
        return {"refused": no.code}
    except MemoryError:
        return {"refused": "bomb"}


def confine() -> None:
    """Take away memory, time, and the writing of files."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(limit, (value, value))


def refuse_second_face(path: str, face: str) -> None:
    """A file that another program would open as something else again is no evidence of anything."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
    if face != PDF and b"%PDF-" in head:
        raise Refused("two-faced")
    if face != ZIP and is_archive(path):
        raise Refused("two-faced")


def is_archive(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
