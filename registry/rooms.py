"""The rooms of the storeys, found by their names: what a storey brings along by having a file of that name."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy import MetaData

from registry import STOREYS
from registry.kernel import sweeping
from registry.kernel.db import Base
from registry.kernel.jobs import Handler, Periodic

HOUSE = Path(__file__).parent
GROUND = {"kernel", "policy", "web"}  # what all storeys stand on; rooms begin above it
KERNEL_TABLES = ("registry.kernel.jobs", "registry.kernel.receipts")


def rooms(name: str) -> list[str]:
    """Return the modules called `name` of the storeys that have one, from the ground up."""
    return [
        f"registry.{storey}.{name}" for storey in STOREYS
        if storey not in GROUND and (HOUSE / storey / f"{name}.py").exists()
    ]


def whole_schema() -> MetaData:
    """Return the metadata of every table there is."""
    for room in (*KERNEL_TABLES, *rooms("models")):
        import_module(room)
    return Base.metadata


def job_handlers() -> dict[str, Handler]:
    return {kind: act for room in rooms("jobs") for kind, act in import_module(room).HANDLERS.items()}


def periodic_work() -> Sequence[Periodic]:
    return [*sweeping.PERIODIC, *(periodic for room in rooms("jobs") for periodic in import_module(room).PERIODIC)]


def commands() -> list[click.Command]:
    return [command for room in rooms("commands") for command in import_module(room).commands]
