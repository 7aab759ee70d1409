"""An event says exactly what was done, in the transaction in which it was done."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import SYSTEM, Actor
from registry.kernel.uow import Units
from registry.ledger.actions import Entry, append, append_many
from registry.ledger.models import LedgerEvent, LedgerPending, LedgerSalt
from registry.ledger.rules import EventTooLarge, FileRef, commitment, plain, read_body
from registry.parties.models import Organisation, OrganisationStatus
from tests.ledger.build import a_project, an_organisation

LI = Actor(account=uuid4(), person=uuid4(), organisation=uuid4(), name="李建国")
SHA = hashlib.sha256(b"drawing").hexdigest()


def said(event: LedgerEvent) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event.body)
    return body


def test_an_event_tells_who_did_what_to_which_record_and_when(units: Units) -> None:
    with units.writing(LI) as uow:
        firm = an_organisation(uow)
        event = append(uow, "organisation.entered", firm, data={"reason": "新增", "day": date(2026, 3, 2)},
                       files=[FileRef(SHA, 7, "application/pdf")])

    assert said(event) == {
        "v": 1, "id": str(event.id), "at": "2026-03-02T04:00:00.000000Z", "kind": "organisation.entered",
        "actor": str(LI.account), "person": str(LI.person), "organisation": str(LI.organisation),
        "subject": {"table": "organisation", "id": str(firm.id)}, "nth": 0, "previous": None,
        "record": {"uscc": firm.uscc, "name": firm.name, "legal_representative": "赵一", "region": "370100",
                   "status": "existing", "status_since": None, "successor_id": None},
        "data": {"reason": "新增", "day": "2026-03-02"},
        "files": [{"sha256": SHA, "size": 7, "type": "application/pdf"}],
        "personal": {},
    }
    assert rfc8785.dumps(json.loads(event.body)) == event.body


def test_an_event_notes_the_record_as_the_database_keeps_it(units: Units) -> None:
    with units.writing(LI) as uow:
        firm = an_organisation(uow)
        uow.session.execute(  # another act changed it after we loaded it
            update(Organisation).where(Organisation.id == firm.id).values(name="改后")
            .execution_options(synchronize_session=False)
        )
        event = append(uow, "organisation.looked-at", firm)
    assert said(event)["record"]["name"] == "改后"


def test_what_the_database_rounds_is_noted_rounded(units: Units) -> None:
    with units.writing(LI) as uow:
        project = a_project(uow, area=Decimal("12000.12345678"))
        event = append(uow, "project.created", project)
    with units.reading(SYSTEM) as uow:
        kept = uow.session.scalar(text("SELECT area FROM project WHERE id = :id"), {"id": project.id})
    assert said(event)["record"]["area"] == plain(kept) == "12000.123457"


def test_each_event_names_the_one_before_it_about_the_same_record(units: Units) -> None:
    with units.writing(LI) as uow:
        firm, other = an_organisation(uow), an_organisation(uow)
        first = append(uow, "organisation.entered", firm)
        append(uow, "organisation.entered", other)
        second = append(uow, "organisation.checked", firm)
    with units.writing(LI) as uow:
        firm = uow.get(Organisation, firm.id, lock=True)
        firm.status = OrganisationStatus.REVOKED
        third = append(uow, "organisation.revoked", firm)

    assert [event.nth for event in (first, second, third)] == [0, 1, 2]
    assert [event.previous_id for event in (first, second, third)] == [None, first.id, second.id]
    assert said(third)["previous"] == str(second.id)
    assert said(third)["record"]["status"] == "revoked"


def test_many_events_at_once_are_chained_as_one_by_one(units: Units) -> None:
    with units.writing(SYSTEM) as uow:
        firms = [an_organisation(uow) for _ in range(30)]
        entries = [Entry(firm) for firm in [*firms, firms[0], firms[0]]]
        events = append_many(uow, "organisation.imported", entries)
    assert [event.nth for event in events[-3:]] == [0, 1, 2]
    assert [event.previous_id for event in events[-2:]] == [events[0].id, events[-2].id]
    assert said(events[3])["actor"] is None
    assert units_of(units, LedgerPending) == 32


def test_nothing_appended_is_nothing_written(units: Units) -> None:
    with units.writing(SYSTEM) as uow:
        assert append_many(uow, "organisation.imported", []) == []


def units_of(units: Units, kind: type) -> int:
    with units.reading(SYSTEM) as uow:
        return len(uow.session.scalars(select(kind)).all())


def test_an_act_that_is_undone_leaves_no_event(units: Units) -> None:
    def act() -> None:
        with units.writing(LI) as uow:
            append(uow, "organisation.entered", an_organisation(uow))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert units_of(units, LedgerEvent) == units_of(units, LedgerPending) == 0


def test_personal_data_enters_only_as_a_salted_commitment(units: Units) -> None:
    with units.writing(LI) as uow:
        firm = an_organisation(uow)
        event = append(uow, "organisation.entered", firm, personal={"identity": "11010519491231002X"})
        salt = uow.session.get_one(LedgerSalt, (event.id, "identity"))
        assert len(salt.salt) == 32
    assert b"11010519491231002X" not in event.body
    assert said(event)["personal"] == {"identity": commitment(salt.salt, "11010519491231002X").hex()}
    preimage = b"zhuze/commitment/v1\x00" + salt.salt + b"11010519491231002X"
    assert commitment(salt.salt, "11010519491231002X") == hashlib.sha256(preimage).digest()


def test_a_salt_can_be_erased_and_an_event_cannot(units: Units) -> None:
    with units.writing(LI) as uow:
        event = append(uow, "organisation.entered", an_organisation(uow), personal={"phone": "13800000000"})
    with units.writing(SYSTEM) as uow:
        uow.session.execute(delete(LedgerSalt).where(LedgerSalt.event_id == event.id))
    for forbidden in (
        "DELETE FROM ledger_event", "UPDATE ledger_event SET kind = 'x'", "TRUNCATE ledger_event CASCADE",
    ):
        with pytest.raises(DBAPIError, match=r"keeps its rows|never changed"), units.writing(SYSTEM) as uow:
            uow.session.execute(text(forbidden))


def test_an_event_of_more_than_64_kib_is_refused(units: Units) -> None:
    with pytest.raises(EventTooLarge, match="65536"), units.writing(LI) as uow:
        append(uow, "organisation.entered", an_organisation(uow), data={"text": "长" * 22_000})


def test_nothing_can_happen_to_a_record_that_was_never_kept(units: Units) -> None:
    with pytest.raises(TypeError, match="never added"), units.writing(LI) as uow:
        append(uow, "organisation.entered", Organisation(id=uuid4()))


@pytest.mark.parametrize(("value", "form"), [
    (None, None),
    (True, True),
    (7, 7),
    (2**53, "9007199254740992"),
    (Decimal("1.50"), "1.5"),
    (Decimal("1.500000"), "1.5"),
    (Decimal(100), "100"),
    (Decimal("1E+2"), "100"),
    (Decimal("-0.000"), "0"),
    (date(2024, 2, 29), "2024-02-29"),
    (datetime(2024, 2, 29, 8, tzinfo=timezone(timedelta(hours=8))), "2024-02-29T00:00:00.000000Z"),
    (datetime(2024, 2, 29, 0, 0, 0, 5, tzinfo=UTC), "2024-02-29T00:00:00.000005Z"),
    (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    (b"\x00\xff", "00ff"),
    (OrganisationStatus.MERGED, "merged"),
    ({"a": (1, [UUID(int=1)])}, {"a": [1, ["00000000-0000-0000-0000-000000000001"]]}),
])  # fmt: skip
def test_a_value_has_one_form_in_the_ledger(value: object, form: object) -> None:
    assert plain(value) == form
    assert type(plain(value)) is type(form)


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no form for set"):
        plain({1, 2})


def test_a_body_reads_back_as_it_was_written(units: Units) -> None:
    with units.writing(LI) as uow:
        firm = an_organisation(uow)
        event = append(uow, "organisation.entered", firm, files=[FileRef(SHA, 7, "application/pdf")])
    read = read_body(event.body)
    assert read is not None
    assert (read.id, read.kind, read.nth, read.previous) == (str(event.id), event.kind, 0, None)
    assert read.files == (FileRef(SHA, 7, "application/pdf"),)


@given(st.binary() | st.text().map(str.encode))
def test_bytes_that_are_no_body_are_not_read(body: bytes) -> None:
    assert read_body(body) is None
