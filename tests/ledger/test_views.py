"""Anyone sees the signed tree and gets a proof; what an event says, only the entitled."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from registry.ledger import queries
from registry.ledger.actions import append
from registry.ledger.merkle import leaf_hash
from registry.ledger.models import LedgerEvent
from registry.ledger.notes import open_note, parse_checkpoint
from registry.ledger.proofs import verify_proof
from registry.ledger.sequencing import checkpoint, sequence
from tests.ledger.build import a_person, an_organisation

Visit = Callable[..., FlaskClient]

LI = Actor(account=uuid4(), person=uuid4(), organisation=uuid4(), name="李建国")
STRANGER = Actor(account=uuid4(), person=uuid4(), organisation=uuid4(), name="王五")


@pytest.fixture
def event(units: Units) -> LedgerEvent:
    with units.writing(LI) as uow:
        append(uow, "person.entered", a_person(uow))
        return append(uow, "organisation.entered", an_organisation(uow))


@pytest.fixture
def signed_event(units: Units, event: LedgerEvent) -> LedgerEvent:
    sequence(units)
    checkpoint(units)
    return event


@pytest.mark.usefixtures("signed_event")
def test_the_page_shows_the_signed_tree_and_the_key(visit: Visit, tools: Tools) -> None:
    page = visit().get("/ledger")
    assert page.status_code == 200
    last = tools.signer.last()
    assert last is not None
    assert last[1].hex() in page.text
    assert tools.signer.verifier_key in page.text.replace("&#43;", "+")
    assert "2026年3月2日 12:00" in page.text


def test_before_the_first_checkpoint_the_page_says_so(visit: Visit) -> None:
    assert "账本尚无检查点" in visit().get("/ledger").text
    assert visit().get("/ledger/checkpoint").status_code == 404


@pytest.mark.usefixtures("signed_event")
def test_the_checkpoint_can_be_fetched_by_machines(visit: Visit, tools: Tools) -> None:
    answer = visit().get("/ledger/checkpoint")
    assert answer.mimetype == "text/plain"
    assert parse_checkpoint(open_note(answer.data, tools.signer.verifier_key).text).size == 2


def test_anyone_gets_a_proof_that_holds_without_us(
    visit: Visit, tools: Tools, signed_event: LedgerEvent
) -> None:
    answer = visit().get(f"/ledger/events/{signed_event.id}/proof")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={signed_event.id}.tlog-proof"
    assert verify_proof(answer.data, leaf_hash(signed_event.body), tools.signer.verifier_key).size == 2


def test_an_event_not_yet_signed_has_no_proof_yet(visit: Visit, units: Units, event: LedgerEvent) -> None:
    assert "尚未编入账本" in visit().get(f"/ledger/events/{event.id}/proof").text
    sequence(units)
    answer = visit().get(f"/ledger/events/{event.id}/proof")
    assert answer.status_code == 404
    assert "尚未签入检查点" in answer.text


def test_who_acted_may_read_the_event_and_a_stranger_may_not_know_of_it(
    visit: Visit, signed_event: LedgerEvent
) -> None:
    address = f"/ledger/events/{signed_event.id}/body"
    assert visit(LI).get(address).data == signed_event.body
    assert visit(STRANGER).get(address).status_code == 404


@pytest.mark.parametrize(("region", "seen"), [("370100", True), ("370000", True), ("110000", False)])
def test_a_station_reads_events_about_records_of_its_region(
    units: Units, event: LedgerEvent, region: str, seen: bool
) -> None:
    officer = Actor(account=uuid4(), region=region, roles=frozenset({Role.OFFICER}))
    with units.reading(officer) as uow:
        if seen:
            assert queries.event_body(uow, event.id) == event.body
            return
        with pytest.raises(NotFound):
            queries.event_body(uow, event.id)


def test_a_damaged_event_is_read_by_the_audit_administrator_alone(committed: Units) -> None:
    with committed.writing(LI) as uow:
        event = append(uow, "organisation.entered", an_organisation(uow))
    with committed.writing(SYSTEM) as uow:
        connection = uow.session.connection()
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE ledger_event SET body = 'x'")
    guardian = Actor(account=uuid4(), roles=frozenset({Role.AUDIT_ADMIN}))
    with committed.reading(guardian) as uow:
        assert queries.event_body(uow, event.id) == b"x"
    with pytest.raises(Forbidden), committed.reading(LI) as uow:
        queries.event_body(uow, event.id)
