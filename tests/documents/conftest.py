"""People who upload, and their files."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.kernel.actor import Actor
from registry.kernel.staging import StagedFile
from registry.kernel.uow import Units

LI = Actor(account=uuid.UUID(int=1), name="李建国")
WANG = Actor(account=uuid.UUID(int=2), name="王芳")

Piece = Callable[[bytes], StagedFile]


@pytest.fixture
def piece(units: Units) -> Iterator[Piece]:
    """Return the bytes of one request as the web hands them on."""
    pieces: list[StagedFile] = []

    def arrive(data: bytes) -> StagedFile:
        staged = StagedFile(units.tools.staging, 1 << 32)
        staged.write(data)
        staged.settle()
        pieces.append(staged)
        return staged

    yield arrive
    for each in pieces:
        each.discard()


@pytest.fixture
def staging(units: Units) -> Path:
    return units.tools.staging
