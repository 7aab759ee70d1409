"""Changing the keys of the vault: afterwards the old key opens nothing and is needed for nothing."""

import pytest
from sqlalchemy import select

from registry import rotation
from registry.adapters.vault import KeyRing
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Unavailable
from registry.kernel.uow import Units
from registry.parties.entering import identity_place
from registry.parties.models import Person
from registry.rooms import whole_schema
from tests import build

OLD, NEW, INDEX = bytes(range(32)), bytes(range(100, 132)), bytes(range(32, 64))
BOTH = KeyRing({"test": OLD, "next": NEW}, INDEX)
NEW_ALONE = KeyRing({"next": NEW}, INDEX)


def identities(units: Units, ring: KeyRing) -> list[str]:
    with units.reading(SYSTEM) as uow:
        people = uow.session.scalars(select(Person).order_by(Person.id)).all()
        return [ring.open(person.identity_sealed, identity_place(person.id)) for person in people]


def test_after_resealing_the_old_key_is_needed_no_more(law: None, units: Units) -> None:
    build.site(units)
    before = identities(units, BOTH)
    with pytest.raises(Unavailable):
        identities(units, NEW_ALONE)

    outcome = rotation.reseal(units, BOTH)

    assert identities(units, NEW_ALONE) == before
    assert outcome.resealed >= len(before) >= 10
    assert not outcome.still_needed


def test_resealing_again_finds_nothing_to_do(law: None, units: Units) -> None:
    build.site(units)
    rotation.reseal(units, BOTH)
    assert rotation.reseal(units, BOTH).resealed == 0


def test_more_rows_than_one_batch_are_all_resealed(law: None, units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    build.site(units)
    rotation.reseal(units, BOTH)
    assert len(identities(units, NEW_ALONE)) >= 10


def test_every_sealed_column_keeps_to_the_name_by_which_it_is_found() -> None:
    """A column that holds sealed bytes under another name would be left behind by a change of keys."""
    found = {(column.table.name, column.name) for column in rotation.sealed_columns()}
    assert found >= {("person", "identity_sealed"), ("person", "phone_sealed"), ("account", "totp_sealed")}
    assert all("id" in column.table.columns for column in rotation.sealed_columns())
    assert all(column.table in whole_schema().sorted_tables for column in rotation.sealed_columns())
