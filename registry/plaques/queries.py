"""What can be asked about plaques: by those in reach, and by anybody with the code in hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, day_in_china
from registry.ledger.models import LedgerEvent
from registry.ledger.queries import inclusion_proof
from registry.plaques.actions import FILED, NotFiled, TooSoon, lines, require_moment
from registry.plaques.codes import is_code, normalised
from registry.plaques.models import Mounting, Plaque, PlaqueScan, WrongPlaqueReport
from registry.plaques.rules import Line, Verdict, verdict
from registry.pledges.queries import Board, Place, board
from registry.pledges.standing import accepted_on, end_of_life
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, Term, UnitProject
from registry.projects.queries import project
from registry.standards import handbook as standards
from registry.standards.warranty import WarrantyClock, WarrantyEnd, WarrantyRule, warranty_end

PLAQUE_IN_FULL = (
    selectinload(Plaque.mountings),
    selectinload(Plaque.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES, selectinload(Project.units)),
)


def plaque(uow: UnitOfWork, plaque_id: UUID) -> Plaque:
    found = uow.get(Plaque, plaque_id, *PLAQUE_IN_FULL)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    return found


@dataclass(frozen=True, slots=True)
class UnitPlaques:
    """A unit project, its plaques from the latest to the first, and why none can be made now (or "")."""

    unit: UnitProject
    plaques: Sequence[Plaque]
    obstacle: str
    may_issue: bool


def plaques_of(uow: UnitOfWork, project_id: UUID) -> list[UnitPlaques]:
    """Every unit project of a project with its plaques."""
    whole = project(uow, project_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, whole.scope)
    rows = uow.session.scalars(
        select(Plaque).options(*PLAQUE_IN_FULL)
        .where(Plaque.unit_project_id.in_([unit.id for unit in whole.units]))
        .order_by(Plaque.issued_at.desc(), Plaque.id)
    ).all()
    seats = board(uow, project_id)
    may_issue = policy.allows(uow.actor, Permission.PLAQUE_ISSUE, whole.scope)
    return [
        UnitPlaques(
            unit, [row for row in rows if row.unit_project_id == unit.id], obstacle(uow, seats, unit), may_issue,
        )
        for unit in whole.units
    ]


def obstacle(uow: UnitOfWork, seats: Board, unit: UnitProject) -> str:
    """Why no plaque can be made for a unit project today, or ""."""
    try:
        require_moment(uow, unit, seats.project)
        lines(seats, unit.id, FILED)
    except (NotFiled, TooSoon) as no:
        return str(no)
    return ""


@dataclass(frozen=True, slots=True)
class Change:
    """A leader who came or went, as the public may know it."""

    on: date
    post: str
    organisation: str
    outgoing: str
    incoming: str


@dataclass(frozen=True, slots=True)
class PublicPlaque:
    """All that a passer-by is told. Names, firms and days; nothing personal beyond them."""

    plaque: Plaque
    verdict: Verdict
    lines: Sequence[Line]                                   # as the register says today
    done: tuple[int, int]
    filed: Sequence[tuple[str, date | None, date | None]]   # post, pledge signed on, pair filed on
    changes: Sequence[Change]
    life_ends_on: date | None
    warranties: Sequence[tuple[WarrantyRule, WarrantyEnd]]
    mounting: Mounting | None
    successor: Plaque | None


def public_plaque(uow: UnitOfWork, typed: str) -> PublicPlaque:
    """What the page behind the QR code says. Anybody may ask.

    Raises NotFound for a code that is none of ours: the plaque is then not from this registry.
    """
    policy.open_to_all(uow.actor)
    code = normalised(typed)
    found = uow.session.scalar(select(Plaque).options(*PLAQUE_IN_FULL).where(Plaque.code == code)) if is_code(code) else None
    if found is None:
        raise NotFound(
            _("这不是本系统签发的标牌编码。"),
            remedy=_("请核对编码的每一个字符；若编码无误，该标牌可能系伪造，请向当地工程质量监督机构反映。"),
        )
    registry = replace(uow, actor=SYSTEM)  # the registry itself reads, and shows only what follows
    seats = board(registry, found.unit.project_id)
    here = [place for place in seats.places if place.participation and covers(place.participation.units, found.unit.id)]
    now = [
        Line(p.seat.role_label, p.seat.organisation, p.post.short, p.seat.person) for p in here if p.seat.person
    ]
    accepted = accepted_on(found.unit, found.unit.project.accepted_on)
    return PublicPlaque(
        found, verdict(found.facts, now, day_in_china(found.superseded_at) if found.superseded_at else None), now,
        seats.done,
        [filed_line(place) for place in here],
        changes_of(seats, found.unit.id), end_of_life(accepted, found.unit.design_life_years),
        warranties(registry, found.unit, accepted), found.mountings[-1] if found.mountings else None,
        successor_of(uow, found),
    )


def filed_line(place: Place) -> tuple[str, date | None, date | None]:
    pledge, filing = place.papers.pledge, place.papers.filing
    return place.seat.post_label, pledge.signed_on if pledge else None, filing.filed_on if filing else None


def covers(units: Sequence[UnitProject], unit_id: UUID) -> bool:
    return not units or unit_id in {unit.id for unit in units}


def changes_of(seats: Board, unit_id: UUID) -> list[Change]:
    """Who handed over to whom, from the terms themselves, the latest first."""
    found = []
    for firm in seats.project.participations:
        if not covers(firm.units, unit_id):
            continue
        labels = {place.post.key: place.post.short for place in seats.places}
        terms = [term for term in firm.terms if term.corrected_by_id is None]
        for earlier, later in pairs(terms):
            found.append(Change(later.since, labels[later.post], firm.organisation_name, earlier.person_name, later.person_name))
    return sorted(found, key=lambda change: (-change.on.toordinal(), change.organisation))


def pairs(terms: Sequence[Term]) -> list[tuple[Term, Term]]:
    """Each term with the one that followed it in the same post."""
    following: list[tuple[Term, Term]] = []
    for post in sorted({term.post for term in terms}):
        held = sorted((term for term in terms if term.post == post), key=lambda term: (term.since, term.created_at))
        following += pairwise(held)
    return following


def warranties(
    uow: UnitOfWork, unit: UnitProject, accepted: date | None
) -> list[tuple[WarrantyRule, WarrantyEnd]]:
    """The contractor's warranties known so far; none before acceptance."""
    if accepted is None:
        return []
    region = unit.project.region
    seasons = standards.seasons(uow.session, region, uow.today)
    return [
        (rule, warranty_end(rule, accepted, unit.design_life_years, seasons))
        for rule in standards.warranty_rules(uow.session, region, uow.today)
        if rule.clock is WarrantyClock.CONTRACTOR and rule.amount is not None
    ]


def successor_of(uow: UnitOfWork, old: Plaque) -> Plaque | None:
    if old.superseded_at is None:
        return None
    return uow.session.scalar(
        select(Plaque).where(Plaque.unit_project_id == old.unit_project_id, Plaque.superseded_at.is_(None))
    )


def artwork(uow: UnitOfWork, plaque_id: UUID, kind: str) -> Readable:
    """The artwork of a plaque at true size, kind "pdf" or "svg"."""
    found = plaque(uow, plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    title = _("永久性标牌-{unit}", unit=found.facts["unit"]["name"])
    return readable(uow, found.pdf_sha256 if kind == "pdf" else found.svg_sha256, title)


def photo(uow: UnitOfWork, mounting_id: UUID) -> Readable:
    """The photo of a plaque where it hangs."""
    mounting = uow.get(Mounting, mounting_id)
    found = plaque(uow, mounting.plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    return readable(uow, mounting.photo_sha256, _("标牌安装照片-{day}", day=mounting.mounted_on))


@dataclass(frozen=True, slots=True)
class Shown:
    """A plaque as those in reach see it."""

    plaque: Plaque
    reports: Sequence[WrongPlaqueReport]   # empty for those who cannot put it right
    last_scan: PlaqueScan | None


def shown(uow: UnitOfWork, plaque_id: UUID) -> Shown:
    found = plaque(uow, plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_READ, found.scope)
    reports = wrong_reports(uow, plaque_id) if policy.allows(uow.actor, Permission.PLAQUE_ISSUE, found.scope) else []
    return Shown(found, reports, uow.session.scalar(
        select(PlaqueScan).where(PlaqueScan.plaque_id == plaque_id).order_by(PlaqueScan.day.desc()).limit(1)
    ))


def reported(uow: UnitOfWork, report_id: UUID) -> Shown:
    """The plaque that a passer-by's report is about."""
    found = uow.get(WrongPlaqueReport, report_id)
    return shown(uow, found.plaque_id)


def unit_of(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    """The unit project a plaque is to be made for."""
    found = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.PLAQUE_ISSUE, found.scope)
    return found


def public_proof(uow: UnitOfWork, typed: str) -> str:
    """What is engraved, with the ledger's proof that it was issued: to be checked without us (registry.ledger.verify).

    Raises NotFound for a code that is none of ours, or while the event waits for its place in the ledger.
    """
    policy.open_to_all(uow.actor)
    found = uow.session.scalar(select(Plaque).where(Plaque.code == normalised(typed)))
    if found is None:
        raise NotFound(_("这不是本系统签发的标牌编码。"))
    event = uow.session.scalar(
        select(LedgerEvent).where(
            LedgerEvent.subject_table == "plaque", LedgerEvent.subject_id == found.id, LedgerEvent.nth == 0,
        )
    )
    if event is None:
        raise NotFound(_("没有找到存证。"))
    bundle = {"event": event.body.decode(), "proof": inclusion_proof(uow, event.id)}
    return json.dumps(bundle, ensure_ascii=False, indent=1)


def wrong_reports(uow: UnitOfWork, plaque_id: UUID) -> Sequence[WrongPlaqueReport]:
    """What passers-by said is wrong with a plaque, the latest first. For those who can put it right."""
    found = plaque(uow, plaque_id)
    policy.require(uow.actor, Permission.PLAQUE_ISSUE, found.scope)
    return uow.session.scalars(
        select(WrongPlaqueReport).where(WrongPlaqueReport.plaque_id == plaque_id)
        .order_by(WrongPlaqueReport.reported_at.desc())
    ).all()
