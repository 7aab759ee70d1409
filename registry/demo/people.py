"""The people of the demo city, the clock they live by, and how they sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID

import pyotp

from registry.accounts.actions import AccountFacts, open_account
from registry.accounts.passwords import hashed
from registry.demo.cast import (
    ARCHIVE,
    AUDIT,
    FIRMS,
    LEADERS,
    OPERATOR,
    PASSWORD,
    REGION,
    SECRET,
    SIGN_INS,
    STATION,
    Leader,
    SignIn,
)
from registry.demo.pictures import Sent, drawn_name
from registry.documents.actions import Offer, upload_whole
from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.staging import StagedFile
from registry.kernel.uow import CHINA, Units
from registry.parties.entering import OrganisationFacts, PersonFacts, enter_organisations, enter_people
from registry.parties.models import IdentityKind
from registry.pledges.actions import Signing


@cache
def password_hash() -> str:
    """Hashed once for all of them, and not before it is needed: every process imports this module."""
    return hashed(PASSWORD)


@dataclass
class Clock:
    """The time of the story. Every signature takes a minute, so that no code of a second factor comes twice."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.astimezone(CHINA).date()

    def go_to(self, day: date) -> None:
        self.at = datetime.combine(day, time(9), CHINA).astimezone(UTC)

    def minute(self) -> None:
        self.at += timedelta(minutes=1)


@dataclass
class City:
    """The demo while it is being built."""

    units: Units
    clock: Clock
    accounts: dict[str, Actor]      # by "leader/<key>" or "representative/<key>", and by login
    uploads: dict[tuple[str, bytes], UUID] = field(default_factory=dict)

    def act_as(self, name: str) -> Actor:
        return self.accounts[name]

    def signing(self) -> Signing:
        """What somebody gives when signing, a minute after whoever was before."""
        self.clock.minute()
        return self.given()

    def given(self) -> Signing:
        """What somebody gives when signing now: the present code, and the name drawn by hand."""
        return Signing(pyotp.TOTP(SECRET).at(self.clock.at), drawn_name())

    def upload(self, actor: Actor, sent: Sent) -> UUID:
        """Send a file as a browser does, and use it as often as it is needed: to look into each again takes its time."""
        key = actor.name, sent.content
        if key not in self.uploads:
            with self.units.writing(actor) as uow:
                staged = StagedFile(uow.tools.staging, len(sent.content))
                staged.write(sent.content)
                self.uploads[key] = upload_whole(uow, Offer(sent.filename, sent.mimetype, staged.size), staged).id
                staged.discard()
        return self.uploads[key]


def open_accounts(city: City) -> None:
    everybody = [STATION, ARCHIVE, AUDIT, OPERATOR, *FIRMS.values()]
    with city.units.writing(SYSTEM) as uow:
        firms = enter_organisations(uow, [
            OrganisationFacts(firm.uscc, firm.name, firm.representative, REGION) for firm in everybody
        ])
        by_code = {row.uscc: row.id for row in firms.rows}
    ids = {firm.key: by_code[firm.uscc] for firm in everybody}
    for person in SIGN_INS:
        city.accounts[person.login] = open_one(city, person, ids)
    for key in LEADERS:
        open_signer(city, key, ids, "leader")
    for key in FIRMS:
        open_signer(city, key, ids, "representative")


def open_one(city: City, person: SignIn, ids: Mapping[str, UUID]) -> Actor:
    """Open one account of the printed list; a leader or legal representative is a person of the register too."""
    person_id = person_of(city, facts_of(person))
    with city.units.writing(SYSTEM) as uow:
        account = open_account(uow, AccountFacts(
            person.login, person.name, person_id, ids[person.firm], person.roles, person.region, password_hash(), SECRET,
        ))
    actor = Actor(account.id, person_id, ids[person.firm], person.name, person.region, person.roles, fresh=True)
    if person.leader:
        city.accounts[f"leader/{person.leader}"] = actor
    if person.representative:
        city.accounts[f"representative/{person.representative}"] = actor
    return actor


def open_signer(city: City, key: str, ids: Mapping[str, UUID], kind: str) -> None:
    """Open an account for a leader or a legal representative who is not on the printed list."""
    if f"{kind}/{key}" in city.accounts:
        return
    firm = key.removesuffix("-next").removesuffix("-gallery")
    name = LEADERS[key].name if kind == "leader" else FIRMS[key].representative
    role = Role.PROJECT_LEADER if kind == "leader" else Role.LEGAL_REPRESENTATIVE
    login = f"{'fuze' if kind == 'leader' else 'faren'}-{key}"
    city.accounts[f"{kind}/{key}"] = open_one(city, SignIn(
        login, name, "", frozenset({role}), firm,
        leader=key if kind == "leader" else "", representative=key if kind == "representative" else "",
    ), ids)


def facts_of(person: SignIn) -> PersonFacts:
    """Who stands behind an account: a leader, a legal representative, or somebody of the staff."""
    if person.leader:
        leader = LEADERS[person.leader]
        return PersonFacts(leader.name, IdentityKind.CITIZEN, leader.identity, leader.phone)
    number = FIRMS[person.representative].number % 100 + 500 if person.representative else 700 + SIGN_INS.index(person)
    return PersonFacts(person.name, IdentityKind.CITIZEN, Leader(person.name, number).identity)


def person_of(city: City, facts: PersonFacts) -> UUID:
    with city.units.writing(SYSTEM) as uow:
        [found] = enter_people(uow, [facts]).rows
    return found.id
