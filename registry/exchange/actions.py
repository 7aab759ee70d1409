"""What can be done with a roster: enter what is new in it, many projects in one act.

A roster brings thousands of records. They are written by tens of statements, not thousands, and each is
still an event of its own in the ledger, of the same kind as when it is entered on a page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from registry.exchange import queries
from registry.exchange.consistency import CatalogueOf
from registry.exchange.findings import Findings
from registry.exchange.planning import FirmPlan, Held, Identity, ProjectPlan, plan
from registry.exchange.rows import LeaderRow, ProjectRoster, UnitRow
from registry.exchange.sheets import PROJECTS
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.search import bigrams
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, lock_number
from registry.ledger.actions import Entry, append_many
from registry.parties.entering import (
    OrganisationFacts,
    PersonFacts,
    enter_organisations,
    enter_people,
    organisations_by_code,
)
from registry.parties.models import Organisation, Person, Qualification
from registry.projects.actions import close_term
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.standards.posts import Post


@dataclass(frozen=True, slots=True)
class Created:
    """How many records are new."""

    projects: int = 0
    unit_projects: int = 0
    participations: int = 0
    terms: int = 0
    organisations: int = 0
    persons: int = 0

    def __add__(self, other: "Created") -> "Created":
        return Created(*(mine + theirs for mine, theirs in zip(
            asdict(self).values(), asdict(other).values(), strict=True
        )))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would go in, and which firms and people the registry does not know yet."""

    plans: Sequence[ProjectPlan]
    firms: set[str]
    people: set[Identity]

    def created(self, firms: int, people: int) -> Created:
        """Return what would be new, of which `firms` and `people` were not counted before."""
        stays = [firm for one in self.plans for firm in one.firms]
        return Created(
            sum(one.held is None for one in self.plans), sum(len(one.units) for one in self.plans),
            sum(firm.held is None for firm in stays), sum(len(firm.terms) for firm in stays), firms, people,
        )


def enter_rosters(
    uow: UnitOfWork, rosters: Sequence[ProjectRoster], catalogue_of: CatalogueOf, findings: Findings
) -> Created:
    """Enter what is new in each project's roster; a project with a fault is noted and stays out as a whole.

    Two imports of one project wait for each other, so the second finds everything known.
    """
    wait_for(uow, [roster.project.number for roster in rosters])
    plans, _held = planned(uow, rosters, catalogue_of, findings)
    return Entering(uow, plans, catalogue_of).enter()


def wait_for(uow: UnitOfWork, numbers: Iterable[str]) -> None:
    """Hold the locks of some projects, as `uow.lock` does, in one order everywhere and by one statement."""
    locks = sorted(lock_number(f"project:{number}") for number in numbers)
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:locks AS bigint[])) AS n"), {"locks": locks}
    )


def planned(
    uow: UnitOfWork, rosters: Sequence[ProjectRoster], catalogue_of: CatalogueOf, findings: Findings
) -> tuple[list[ProjectPlan], Held]:
    """Return what is new in each roster that can go in, and what it was held against; note why others stay."""
    held = queries.held(uow, rosters)
    plans = []
    for roster in rosters:
        try:
            queries.require_import(uow, roster, held)
        except (Forbidden, NotFound):
            reason = _("您的账户不能导入这个项目，请由该地区质量监督机构或建设单位经办人导入。")
            number, line = roster.project.number, roster.project.line
            findings.refuse(number, PROJECTS, line, "项目编号", reason)
            continue
        plans.append(plan(roster, held, catalogue_of(roster.project.region).post_of, findings))
    return [one for one in plans if one.roster.project.number not in findings.refused], held


def rehearse_rosters(
    uow: UnitOfWork, rosters: Sequence[ProjectRoster], catalogue_of: CatalogueOf, findings: Findings
) -> Rehearsal:
    """Return what `enter_rosters` would enter. Writes nothing."""
    plans, held = planned(uow, rosters, catalogue_of, findings)
    firms = {firm.row.uscc for one in plans for firm in one.firms} - held.organisations.keys()
    people = {
        (row.identity_kind, row.identity_number) for one in plans for firm in one.firms for row in firm.terms
    } - held.people.keys()
    return Rehearsal(plans, firms, people)


class Entering:
    """Writes many plans at once: firms, people, projects, units, stays, terms, in this order."""

    def __init__(self, uow: UnitOfWork, plans: Sequence[ProjectPlan], catalogue_of: CatalogueOf) -> None:
        self.uow = uow
        self.plans = plans
        self.catalogue_of = catalogue_of
        self.firms: dict[str, Organisation] = {}
        self.people: dict[Identity, Person] = {}

    def enter(self) -> Created:
        if not self.plans:
            return Created()
        organisations = self._organisations()
        persons = self._people()
        new = [one for one in self.plans if one.held is None]
        whole = {id(one): one.held or self._project(one) for one in self.plans}
        self._write("project.created", [Entry(whole[id(one)]) for one in new])
        new_units = [self._unit(row, whole[id(one)]) for one in self.plans for row in one.units]
        self._write("unit-project.created", [Entry(unit) for unit in new_units])
        self._fill()
        self._close()
        stays = [
            (one, firm, firm.held or self._stay(firm, whole[id(one)])) for one in self.plans for firm in one.firms
        ]
        opened = [Entry(stay) for _one, firm, stay in stays if firm.held is None]
        self._write("participation.opened", opened)
        terms = [
            self._term(row, stay, self.catalogue_of(one.roster.project.region).post_of)
            for one, firm, stay in stays for row in firm.terms
        ]
        self._write("term.opened", [Entry(term) for term in terms])
        self._qualifications(row for _one, firm, _stay in stays for row in firm.terms)
        return Created(len(new), len(new_units), len(opened), len(terms), organisations, persons)

    def _write(self, kind: str, entries: list[Entry[Any]]) -> None:
        if entries:
            self.uow.session.add_all([entry.record for entry in entries])
            append_many(self.uow, kind, entries)

    def _organisations(self) -> int:
        """Find or enter every firm; return how many are new. What is registered of a firm stays as it is."""
        named = {firm.row.uscc: firm.row for one in reversed(self.plans) for firm in reversed(one.firms)}
        known = organisations_by_code(self.uow, named)
        missing = [
            OrganisationFacts(row.uscc, row.name, row.legal_representative)
            for code, row in named.items() if code not in known
        ]
        entered = enter_organisations(self.uow, missing) if missing else None
        self.firms = known | {row.uscc: row for row in (entered.rows if entered else ())}
        return entered.new if entered else 0

    def _people(self) -> int:
        """Find or enter everyone with a new term; return how many are new."""
        named = {
            (row.identity_kind, row.identity_number): PersonFacts(
                row.name, row.identity_kind, row.identity_number, row.phone
            )
            for one in reversed(self.plans) for firm in one.firms for row in reversed(firm.terms)
        }
        if not named:
            return 0
        entered = enter_people(self.uow, list(named.values()))
        self.people = dict(zip(named, entered.rows, strict=True))
        return entered.new

    def _project(self, one: ProjectPlan) -> Project:
        facts = columns(one.roster.project)
        grams = bigrams(f"{facts['name']} {facts['address']} {facts['number']}")
        return Project(id=self.uow.new_id(), grams=grams, created_at=self.uow.at, **facts)

    def _unit(self, row: UnitRow, project: Project) -> UnitProject:
        facts = columns(row) | {"project_id": project.id}
        del facts["project"]
        return UnitProject(id=self.uow.new_id(), created_at=self.uow.at, **facts)

    def _fill(self) -> None:
        """Fill the blanks that rosters fill, each project an amendment of its own."""
        reason = _("花名册补充")
        for one in self.plans:
            if one.held is not None and one.filled:
                for name, value in one.filled.items():
                    setattr(one.held, name, value)
                data = {"reason": reason, "changed": sorted(one.filled)}
                append_many(self.uow, "project.amended", [Entry(one.held, data)])
            for unit, filled in one.filled_units:
                for name, value in filled.items():
                    setattr(unit, name, value)
                data = {"reason": reason, "changed": sorted(filled)}
                append_many(self.uow, "unit-project.amended", [Entry(unit, data)])

    def _close(self) -> None:
        """End the terms and stays that rosters end; a stay takes the terms still open with it."""
        reason = _("花名册载明")
        for firm in (firm for one in self.plans for firm in one.firms):
            for term, last_day in firm.closing:
                close_term(self.uow, term, last_day, reason)
            stay, last = firm.held, firm.ending
            if stay is not None and last is not None:
                stay.until, stay.ended_reason = last, reason
                append_many(self.uow, "participation.ended", [Entry(stay)])
                for term in stay.terms:
                    if term.until is None and term.corrected_by_id is None:
                        close_term(self.uow, term, max(last, term.since), reason)

    def _stay(self, firm: FirmPlan, project: Project) -> Participation:
        row = firm.row
        return Participation(
            id=self.uow.new_id(), project_id=project.id, organisation_id=self.firms[row.uscc].id,
            role=row.role, organisation_name=row.name, legal_representative=row.legal_representative,
            licence_number=row.licence_number, since=row.since, until=row.until, created_at=self.uow.at,
            unit_numbers=sorted(row.units),
        )

    def _term(self, row: LeaderRow, stay: Participation, posts: Mapping[str, Post]) -> Term:
        person = self.people[row.identity_kind, row.identity_number]
        return Term(
            id=self.uow.new_id(), participation_id=stay.id, person_id=person.id, person_name=row.name,
            post=row.post, shared=not posts[row.post].sole, qualification_kind=row.qualification_kind,
            qualification_number=row.qualification_number, since=row.since, until=row.until,
            created_at=self.uow.at,
        )

    def _qualifications(self, rows: Iterable[LeaderRow]) -> None:
        """Note each 注册执业资格 as shown, once."""
        shown = {
            (self.people[row.identity_kind, row.identity_number].id, row.qualification_kind,
             row.qualification_number)
            for row in rows if row.qualification_kind
        }
        facts = [
            {"id": self.uow.new_id(), "person_id": person, "kind": kind, "number": number,
             "recorded_at": self.uow.at}
            for person, kind, number in sorted(shown)
        ]
        if facts:
            once = insert(Qualification).on_conflict_do_nothing(
                index_elements=["person_id", "kind", "number"]
            ).returning(Qualification)
            made = self.uow.session.scalars(once, facts).all()
            append_many(self.uow, "qualification.recorded", [Entry(one) for one in made])


def columns(row: Any) -> dict[str, Any]:
    """Return a row's facts by the names that its table has for them."""
    facts = asdict(row)
    del facts["line"]
    return facts
