"""Links by which people open accounts and set new passwords."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from registry.accounts.actions import AccountFacts, MayNotGive, open_account
from registry.accounts.brakes import TooManyGuesses
from registry.accounts.invitations import (
    Acceptance,
    Asked,
    InvitationFacts,
    InvitationOver,
    accept,
    asks,
    invite,
    issue_recovery,
)
from registry.accounts.models import Account, Grant, Invitation
from registry.accounts.passwords import WeakPassword
from registry.accounts.proof import WrongCode, WrongPassword
from registry.accounts.sessions import Admission, Step, recognise, sign_in
from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, Invalid
from registry.kernel.uow import Units
from registry.parties.models import IdentityKind, Organisation
from tests.accounts import build
from tests.accounts.build import HERE, PASSWORD, Someone
from tests.conftest import Clock
from tests.parties import build as parties
from tests.parties.build import IDENTITY

NEW = "另一句没有人会猜到的话，是不是"
LEADER = frozenset({Role.PROJECT_LEADER})
OFFICER = frozenset({Role.OFFICER})


@pytest.fixture
def firm(units: Units) -> Organisation:
    return parties.organisation(units)


@pytest.fixture
def filer(units: Units, firm: Organisation) -> Actor:
    build.account(units, Someone("filer", roles=frozenset({Role.FIRM_FILER}), organisation=firm.id))
    return build.actor(units, "filer")


def token(units: Units, by: Actor, facts: InvitationFacts) -> str:
    with units.writing(by) as uow:
        return invite(uow, facts).url.rsplit("/", 1)[1]


def accepted(units: Units, link: str, given: Acceptance) -> Admission:
    with units.writing(NOBODY) as uow:
        return accept(uow, link, given, HERE)


def leader(units: Units, firm: Organisation) -> tuple[UUID, InvitationFacts]:
    person = parties.person(units)
    return person.id, InvitationFacts(person.name, LEADER, person.id, firm.id, target="/terms/1/pledge")


def test_an_invited_leader_opens_an_account_and_binds_a_second_factor(
    units: Units, firm: Organisation, filer: Actor
) -> None:
    person, facts = leader(units, firm)
    link = token(units, filer, facts)

    admission = accepted(units, link, Acceptance(NEW, "leader", identity=IDENTITY[-6:].lower()))

    assert admission.step is Step.ENROLMENT
    with units.reading(NOBODY) as uow:
        account = uow.session.scalars(select(Account).where(Account.login == "leader")).one()
        grant = uow.session.scalars(select(Grant).where(Grant.account_id == account.id)).one()
    assert (account.person_id, account.organisation_id) == (person, firm.id)
    assert (grant.role, grant.granted_by_id) == (Role.PROJECT_LEADER, filer.account)


def test_a_link_works_once(units: Units, firm: Organisation, filer: Actor) -> None:
    _person, facts = leader(units, firm)
    link = token(units, filer, facts)
    accepted(units, link, Acceptance(NEW, "leader", identity=IDENTITY[-6:]))

    with pytest.raises(InvitationOver):
        accepted(units, link, Acceptance(NEW, "leader2", identity=IDENTITY[-6:]))


def test_a_link_that_was_refused_still_works(units: Units, firm: Organisation, filer: Actor) -> None:
    _person, facts = leader(units, firm)
    link = token(units, filer, facts)
    with pytest.raises(WeakPassword):
        accepted(units, link, Acceptance("password", "leader", identity=IDENTITY[-6:]))

    accepted(units, link, Acceptance(NEW, "leader", identity=IDENTITY[-6:]))


def test_a_link_expires(units: Units, clock: Clock, firm: Organisation, filer: Actor) -> None:
    _person, facts = leader(units, firm)
    link = token(units, filer, facts)
    clock.forward(days=7)

    with pytest.raises(InvitationOver):
        accepted(units, link, Acceptance(NEW, "leader", identity=IDENTITY[-6:]))


def test_no_link_lasts_longer_than_a_week(units: Units, clock: Clock) -> None:
    with units.writing(SYSTEM) as uow:
        link = invite(uow, InvitationFacts("甲", frozenset({Role.SYSTEM_ADMIN}), lasts=timedelta(days=30)))
    assert link.invitation.expires_at == clock.at + timedelta(days=7)


def test_the_link_alone_is_not_enough_for_someone_we_know(
    units: Units, firm: Organisation, filer: Actor
) -> None:
    _person, facts = leader(units, firm)
    link = token(units, filer, facts)
    for _guess in range(5):
        with pytest.raises(WrongCode):
            accepted(units, link, Acceptance(NEW, "leader", identity="000000"))

    with pytest.raises(TooManyGuesses):
        accepted(units, link, Acceptance(NEW, "leader", identity=IDENTITY[-6:]))


def test_a_legal_representative_becomes_known_as_a_person(
    units: Units, firm: Organisation, filer: Actor
) -> None:
    link = token(units, filer, InvitationFacts(
        firm.legal_representative, frozenset({Role.LEGAL_REPRESENTATIVE}), organisation_id=firm.id
    ))
    with units.reading(NOBODY) as uow:
        assert asks(uow.session.scalars(select(Invitation)).one()) is Asked.WHOLE
    with pytest.raises(Invalid, match="不一致"):
        accepted(units, link, Acceptance(NEW, "rep", "另有其人", IdentityKind.CITIZEN, IDENTITY))

    accepted(units, link, Acceptance(NEW, "rep", firm.legal_representative, IdentityKind.CITIZEN, IDENTITY))

    with units.reading(NOBODY) as uow:
        account = uow.session.scalars(select(Account).where(Account.login == "rep")).one()
    assert account.person_id is not None


def test_an_officer_is_invited_without_an_identity_number(units: Units) -> None:
    link = token(units, SYSTEM, InvitationFacts("赵监督", OFFICER, region="370102", login="zhao"))

    assert accepted(units, link, Acceptance(NEW)).step is Step.ENROLMENT


def test_a_filer_invites_nobody_into_a_station_or_another_firm(units: Units, filer: Actor) -> None:
    with pytest.raises(MayNotGive):
        token(units, filer, InvitationFacts("甲", OFFICER, organisation_id=filer.organisation))
    with pytest.raises(Invalid):
        token(units, filer, InvitationFacts(
            "甲", LEADER, organisation_id=filer.organisation, target="https://evil.example"
        ))


def test_the_database_holds_no_link_that_works(units: Units, filer: Actor, firm: Organisation) -> None:
    _person, facts = leader(units, firm)
    link = token(units, filer, facts)

    with units.reading(NOBODY) as uow:
        [row] = uow.session.scalars(select(Invitation))
    assert link not in repr(vars(row))
    assert link.encode() not in row.token_sha256


def test_a_recovery_link_sets_a_password_and_skips_no_second_factor(units: Units) -> None:
    account = build.officer(units)
    before = build.let_in(units, "officer").token
    build.administrator(units, Role.SECURITY_ADMIN)
    with units.writing(build.actor(units, "security-admin")) as uow:
        link = issue_recovery(uow, account.id).url.rsplit("/", 1)[1]

    admission = accepted(units, link, Acceptance(NEW))

    assert admission.step is Step.SECOND_FACTOR
    assert recognise(units, before) == NOBODY
    with pytest.raises(WrongPassword), units.writing(NOBODY) as uow:
        sign_in(uow, "officer", PASSWORD, HERE)
    with pytest.raises(InvitationOver):
        accepted(units, link, Acceptance(NEW))


def test_a_recovery_link_lasts_a_quarter_of_an_hour(units: Units, clock: Clock) -> None:
    account = build.officer(units)
    with units.writing(SYSTEM) as uow:
        link = issue_recovery(uow, account.id).url.rsplit("/", 1)[1]
    clock.forward(minutes=15)

    with pytest.raises(InvitationOver):
        accepted(units, link, Acceptance(NEW))


def test_opening_accounts_is_for_those_who_manage_them(units: Units) -> None:
    build.officer(units)

    with pytest.raises(Forbidden), units.writing(build.actor(units, "officer")) as uow:
        open_account(uow, AccountFacts("x-account", "某人"))
