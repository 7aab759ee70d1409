"""A large file costs as little memory as a small one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registry.kernel.uow import Units
from tests.documents import house, wire
from tests.documents.conftest import LI

SIZE = 256 * wire.MEBI


@pytest.mark.parametrize("send", [wire.send_form, wire.send_pieces, wire.send_whole])
def test_a_quarter_of_a_gibibyte_costs_little_memory(
    units: Units, tmp_path: Path, send: Callable[[Flask, Path], dict[str, Any]],
) -> None:
    app = house.build(units, lambda: LI, csrf="off")
    send(app, wire.film(tmp_path / "small", wire.MEBI))
    film = wire.film(tmp_path / "large", SIZE)
    with wire.Memory() as memory:
        assert send(app, film)["size"] == SIZE
    assert memory.grown < 50 * wire.MEBI
