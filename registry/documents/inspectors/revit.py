"""RVT: a compound file that says of itself that Revit wrote it. It is kept, and never opened here."""

from pathlib import Path

from registry.documents.inspectors.frame import Facts, Refused

MARK = "BasicFileInfo".encode("utf-16-le")  # the stream every Revit file has, by its name in the directory
BLOCK = 1 << 20


def inspect_revit(path: str) -> Facts:
    """Word, Excel and a dozen others are compound files too: without the mark it is one of those."""
    if not holds(path, MARK):
        raise Refused("not-revit")
    return {}


def holds(path: str, mark: bytes) -> bool:
    """Whether the bytes of `mark` stand anywhere in a file, looked through a block at a time."""
    kept = b""
    with Path(path).open("rb") as file:
        while block := file.read(BLOCK):
            if mark in kept + block:
                return True
            kept = block[-len(mark):]
    return False
