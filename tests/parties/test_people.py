"""People: known by their identity number, which nobody sees without a reason."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from registry.kernel.uow import Units
from registry.ledger.models import LedgerEvent
from registry.parties.actions import (
    Reveal,
    add_qualification,
    change_phone,
    register_person,
    reveal_identity,
    withdraw_qualification,
)
from registry.parties.entering import PartyDiffers, PersonFacts, QualificationFacts, enter_people
from registry.parties.identifiers import InvalidIdentifier
from registry.parties.models import IdentityKind, Person, RevealLog, RevealReason
from registry.policy import NotFresh, Scope
from tests.parties import build
from tests.parties.build import IDENTITY, PHONE

REASON = Reveal("identity", RevealReason.ARCHIVE, "移交城建档案馆")
CALL = Reveal("phone", RevealReason.CONTACT, "通知到场签署")
HERE = Scope("370102")


OFFICER = Actor(account=UUID(int=1), region="370100", roles=frozenset({Role.OFFICER}), fresh=True)


def test_a_person_is_registered_once_by_kind_and_number(units: Units) -> None:
    first = build.person(units)
    again = build.person(units, identity=IDENTITY.lower())

    assert first.id == again.id
    assert first.identity_mask == "1****************X"


def test_the_same_number_under_another_name_is_refused_without_telling_the_name(units: Units) -> None:
    build.person(units, "李建国")

    with pytest.raises(PartyDiffers) as refused:
        build.person(units, "王建军")
    assert "李**" in str(refused.value)
    assert "建国" not in str(refused.value)
    assert IDENTITY not in str(refused.value)


def test_a_wrong_number_is_refused(units: Units) -> None:
    with pytest.raises(InvalidIdentifier):
        build.person(units, identity="110105194912310021")


def test_neither_number_nor_phone_lies_open_in_the_database(units: Units) -> None:
    build.person(units, phone=PHONE)

    with units.reading(NOBODY) as uow:
        for table in ("person", "ledger_event", "reveal_log"):
            for row in uow.session.execute(text(f"SELECT to_jsonb(t) - 'body' FROM {table} AS t")).scalars():
                assert not any(number in str(row) for number in (IDENTITY, PHONE))
        for body in uow.session.scalars(select(LedgerEvent.body)):
            assert not any(number.encode() in body for number in (IDENTITY, PHONE))


def test_a_number_moved_to_another_row_does_not_open(units: Units) -> None:
    first, second = build.person(units), build.person(units, "张三", "440524188001010014")
    with units.writing(SYSTEM) as uow:
        uow.get(Person, first.id).identity_sealed = second.identity_sealed

    with pytest.raises(Unavailable), units.writing(SYSTEM) as uow:
        reveal_identity(uow, first.id, REASON, HERE)


def test_many_people_are_entered_at_once(units: Units) -> None:
    facts = [
        PersonFacts("李建国", IdentityKind.CITIZEN, IDENTITY, PHONE),
        PersonFacts("SMITH JOHN", IdentityKind.PASSPORT, "E12345678"),
        PersonFacts("李建国", IdentityKind.CITIZEN, IDENTITY),
    ]
    with units.writing(SYSTEM) as uow:
        entered = enter_people(uow, facts)
        again = enter_people(uow, facts)

    assert (entered.new, again.new) == (2, 0)
    assert entered.rows[0] is entered.rows[2]
    with units.reading(NOBODY) as uow:
        assert uow.session.scalar(select(func.count()).where(LedgerEvent.kind == "person.registered")) == 2


def test_a_phone_is_learnt_once_and_then_changed_by_its_own_act_alone(units: Units) -> None:
    person = build.person(units)
    assert build.person(units, phone=PHONE).phone_mask == "138****5678"
    assert build.person(units, phone="13987654321").phone_mask == "138****5678"

    own = Actor(account=UUID(int=1), person=person.id, fresh=True)
    with units.writing(own) as uow:
        assert change_phone(uow, person.id, "139 8765 4321").phone_mask == "139****4321"
    with pytest.raises(NotFresh), units.writing(Actor(account=UUID(int=1), person=person.id)) as uow:
        change_phone(uow, person.id, PHONE)
    another = Actor(account=UUID(int=3), person=UUID(int=4), fresh=True)
    with pytest.raises(NotFound), units.writing(another) as uow:
        change_phone(uow, person.id, PHONE)


def test_a_whole_number_is_shown_for_a_reason_and_the_look_is_kept(units: Units) -> None:
    person = build.person(units, phone=PHONE)

    with units.writing(OFFICER) as uow:
        assert reveal_identity(uow, person.id, REASON, HERE) == IDENTITY
        assert reveal_identity(uow, person.id, CALL, HERE) == PHONE

    with units.reading(NOBODY) as uow:
        logs = uow.session.scalars(select(RevealLog).order_by(RevealLog.what)).all()
        bodies = uow.session.scalars(
            select(LedgerEvent.body).where(LedgerEvent.kind == "person.revealed")
        ).all()
    assert [(log.what, log.account_id, log.explanation) for log in logs] == [
        ("identity", UUID(int=1), "移交城建档案馆"), ("phone", UUID(int=1), "通知到场签署"),
    ]
    assert [IDENTITY.encode() in body for body in bodies] == [False, False]


def test_no_number_is_shown_without_reason_right_or_recent_proof(units: Units) -> None:
    person = build.person(units)

    with pytest.raises(Invalid), units.writing(OFFICER) as uow:
        reveal_identity(uow, person.id, Reveal("identity", RevealReason.ARCHIVE, " 档 案 "), HERE)
    with pytest.raises(NotFresh), units.writing(replace(OFFICER, fresh=False)) as uow:
        reveal_identity(uow, person.id, REASON, HERE)
    with pytest.raises(NotFound), units.writing(OFFICER) as uow:
        reveal_identity(uow, person.id, REASON, Scope("110101"))
    with pytest.raises(NotFound), units.writing(OFFICER) as uow:
        reveal_identity(uow, person.id, CALL, HERE)


def test_a_look_cannot_be_taken_out_of_the_log(units: Units) -> None:
    person = build.person(units)
    with units.writing(OFFICER) as uow:
        reveal_identity(uow, person.id, REASON, HERE)

    with pytest.raises(DBAPIError, match="for good"), units.writing(SYSTEM) as uow:
        uow.session.execute(text("DELETE FROM reveal_log"))


def test_a_qualification_is_noted_once_and_withdrawn_once(units: Units) -> None:
    person = build.person(units)
    facts = QualificationFacts(
        "一级注册建造师（建筑工程）", "鲁137000000001", date(2024, 1, 1), date(2027, 1, 1)
    )
    with units.writing(OFFICER) as uow:
        first = add_qualification(uow, person.id, facts)
        assert add_qualification(uow, person.id, facts).id == first.id

    with units.writing(OFFICER) as uow:
        withdraw_qualification(uow, first.id, date(2026, 3, 1), "注销公告")
    with pytest.raises(Conflict), units.writing(OFFICER) as uow:
        withdraw_qualification(uow, first.id, date(2026, 3, 2), "再次")


def test_registering_people_is_for_stations_and_filers(units: Units) -> None:
    firm = build.organisation(units)
    facts = PersonFacts("李建国", IdentityKind.CITIZEN, IDENTITY)
    with pytest.raises(Forbidden), units.writing(Actor(account=UUID(int=1), organisation=firm.id)) as uow:
        register_person(uow, facts)

    filer = Actor(account=UUID(int=2), organisation=firm.id, roles=frozenset({Role.FIRM_FILER}))
    with units.writing(filer) as uow:
        assert register_person(uow, facts, firm.id).name == "李建国"
