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

Arrived = Callable[[bytes], StagedFile]


@pytest.fixture
def arrived(units: Units) -> Iterator[Arrived]:
    """Return a file that came with a form as the web hands it on."""
    files: list[StagedFile] = []

    def arrive(data: bytes) -> StagedFile:
        staged = StagedFile(units.tools.staging, 1 << 32)
        staged.write(data)
        files.append(staged)
        return staged

    yield arrive
    for each in files:
        each.discard()


@pytest.fixture
def staging(units: Units) -> Path:
    return units.tools.staging
