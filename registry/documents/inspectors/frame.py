"""What every inspection shares: its limits, how it refuses, and that a file has one face only."""

import json
import resource
import sys
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


def answer(inspect: Callable[[str], Facts], face: str = "") -> None:
    """Inspect the file named on the command line and say what was found.

    face   PDF or ZIP when this kind is one; any other file that could be opened as one is refused
    """
    confine()
    path = sys.argv[1]
    try:
        refuse_second_face(path, face)
        said: Facts = {"facts": inspect(path)}
    except Refused as no:
        said = {"refused": no.code}
    except MemoryError:
        said = {"refused": "bomb"}
    json.dump(said, sys.stdout)


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
