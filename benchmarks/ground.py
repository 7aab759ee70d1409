"""The ground the benchmarks stand on: a fresh private PostgreSQL with fsync on, migrated, with the shipped law.

One project is built as people would build it, act by act; crowds of others come by COPY (benchmarks.crowd).
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import selectinload

from registry.adapters import embedded, fonts
from registry.adapters.migrating import upgrade
from registry.adapters.objects import DirectoryStore
from registry.adapters.printing import WeasyPrinter
from registry.adapters.signing import Ed25519Signer
from registry.adapters.vault import KeyRing
from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.ports import Tools
from registry.kernel.uow import Units
from registry.parties.models import IdentityKind
from registry.pledges.actions import sign_authorisation, sign_pledge
from registry.pledges.changes import Newcomer, hand_over
from registry.pledges.filing import file_pair
from registry.projects.models import Participation, Term
from registry.projects.registering import PartyFacts, Registration, register_project
from registry.rooms import whole_schema
from registry.standards.actions import load_defaults
from tests import build
from tests.parties import build as parties

ROOT = Path(__file__).parent.parent
FORMS, FONTS = ROOT / "templates" / "print", Path(os.environ.get("VAR", ROOT / "var")) / "fonts"
AGO = timedelta(days=400)
ROLES = (
    "owner", "survey", "design", "contractor", "supervision", "contractor", "contractor", "design",
    "drawing-review", "testing", "concrete-supplier", "component-supplier",
)
CHANGES = 8


@dataclass
class Clock:
    """Tells the time of day, shifted: what is built happened some time ago."""

    shift: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) - self.shift


@dataclass(frozen=True, slots=True)
class Ground:
    folder: Path
    address: str            # of the database, as the registry's own role
    engine: Engine
    units: Units
    clock: Clock


@contextmanager
def ground() -> Iterator[Ground]:
    """Yield an empty registry of its own, with the shipped standards in force."""
    whole_schema()
    fonts.prepare(FONTS)
    with TemporaryDirectory(prefix="zhuze-bench-") as name:
        folder = Path(name)
        with embedded.using(folder / "server") as address:
            upgrade(address)
            engine, clock = create_engine(address, pool_size=16), Clock()
            printer = WeasyPrinter(FORMS, fonts=FONTS, workers=1)
            units = Units(engine, tools_in(folder, printer, clock))
            with units.writing(SYSTEM) as uow:
                load_defaults(uow)
            try:
                yield Ground(folder, address, engine, units, clock)
            finally:
                printer.close()
                engine.dispose()


def tools_in(folder: Path, printer: WeasyPrinter, clock: Clock) -> Tools:
    staging = folder / "staging"
    staging.mkdir()
    return Tools(
        store=DirectoryStore(folder / "objects"),
        printer=printer,
        vault=KeyRing({"bench": bytes(range(32))}, bytes(range(32, 64))),
        signer=Ed25519Signer(bytes(range(64, 96)), origin="zhuze.bench/ledger", state=folder / "ledger" / "last.json"),
        staging=staging,
        base_url="https://zhuze.bench",
        new_id=uuid.uuid4,
        now=clock.now,
    )


@dataclass(frozen=True, slots=True)
class Site:
    """A project of twelve firms and twenty terms, every pair signed and on file, and an officer who may see it."""

    project: uuid.UUID
    officer: Actor
    terms: tuple[uuid.UUID, ...]


def build_site(place: Ground) -> Site:
    """Build it act by act: registered 400 days ago, eight leaders changed 300 days later."""
    place.clock.shift = AGO
    units = place.units
    station = parties.organisation(units, "历下区建设工程质量监督站", build.REGION)
    officer = build.signed_in(units, "officer", "王监督", station.id, None, Role.OFFICER, build.REGION)
    with units.writing(officer) as uow:
        project = register_project(uow, registration(uow.today + timedelta(days=10))).id
    representatives: dict[uuid.UUID, Actor] = {}
    for term in terms_of(units, officer, project):
        enter_pair(units, officer, term, representatives)
    place.clock.shift = AGO - timedelta(days=300)
    for number, term in enumerate(terms_of(units, officer, project)[:CHANGES]):
        with units.writing(officer) as uow:
            hand_over(uow, term.id, Newcomer(
                f"继任{number}", IdentityKind.CITIZEN, build.identity(), "", "注册执业人员", f"鲁继{number:06d}",
                uow.today, "工作调动", "",
            ))
    terms = terms_of(units, officer, project)
    for term in terms:
        if term.until is None and term.person_name.startswith("继任"):
            enter_pair(units, officer, term, representatives)
    place.clock.shift = timedelta()
    return Site(project, officer, tuple(term.id for term in terms))


def registration(started_on: date) -> Registration:
    plain = build.registration("P-bench", started_on)
    rows = tuple(
        PartyFacts(
            role, parties.code(), f"海城第{number}有限公司", f"赵{number}", leader=f"李建{number}",
            identity_kind=IdentityKind.CITIZEN, identity=build.identity(), qualification_kind="注册执业人员",
            qualification_number=f"鲁{number:08d}",
        )
        for number, role in enumerate(ROLES)
    )
    return replace(plain, parties=rows)


def terms_of(units: Units, officer: Actor, project: uuid.UUID) -> list[Term]:
    with units.reading(officer) as uow:
        return list(uow.session.scalars(
            select(Term).join(Participation).where(Participation.project_id == project)
            .options(selectinload(Term.participation)).order_by(Term.since, Participation.organisation_name, Term.id)
        ))


def enter_pair(units: Units, officer: Actor, term: Term, representatives: dict[uuid.UUID, Actor]) -> None:
    """The legal representative authorises, the leader pledges, the officer takes both on file."""
    firm = term.participation
    leader = build.signed_in(
        units, f"leader-{term.id.hex[:12]}", term.person_name, firm.organisation_id, term.person_id, Role.PROJECT_LEADER,
    )
    if firm.organisation_id not in representatives:
        person = parties.person(units, firm.legal_representative, build.identity())
        representatives[firm.organisation_id] = build.signed_in(
            units, f"head-{firm.id.hex[:12]}", person.name, firm.organisation_id, person.id, Role.LEGAL_REPRESENTATIVE,
        )
    with units.writing(representatives[firm.organisation_id]) as uow:
        sign_authorisation(uow, term.id, build.signing(units))
    with units.writing(leader) as uow:
        sign_pledge(uow, term.id, build.signing(units))
    with units.writing(officer) as uow:
        file_pair(uow, term.id)
