"""What can be asked about completion. Every answer has been through policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.completion.gates import GateLine, UnitGates, gates_of, lines_of
from registry.completion.housing import PaperKind
from registry.completion.models import (
    ROUND_IN_FULL,
    UNIT_IN_FULL,
    Acceptance,
    Certificate,
    CompletionFiling,
    Dwelling,
    Report,
    ResidentialPaper,
    Round,
    Statement,
)
from registry.completion.rules import earliest_meeting
from registry.completion.standing import Standing, standing
from registry.completion.station import FILING_IN_FULL
from registry.completion.steps import Step, steps_of
from registry.completion.warranty import CERTIFICATE_IN_FULL
from registry.documents.queries import Readable, readable
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.notices.calendar import Deadline
from registry.policy import Permission, Scope
from registry.projects.models import Project, UnitProject
from registry.projects.queries import project_by_number, register
from registry.standards import handbook as standards
from registry.standards.completion import CompletionGate, DwellingCheckpoint, Moment
from registry.standards.periods import Period
from registry.standards.warranty import WarrantyClock, WarrantyRule, WarrantyUnit
from registry.standards.wording import Wording

MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class Where:
    """Where a unit project stands: its round, its steps, how many conditions are met, what the reader may do next."""

    now: Standing
    steps: Sequence[Step]
    gates: Sequence[UnitGates]
    earlier: Sequence[Round]

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if step.mine), None)


def where(uow: UnitOfWork, unit_id: UUID) -> Where:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, now.project.scope)
    held = now.open_round or now.accepted_round
    return Where(
        now, steps_of(now, held),
        [UnitGates(now.unit, moment, lines_of(now, moment)) for moment in (Moment.ACCEPTANCE, Moment.FILING, Moment.HANDOVER)],
        [one for one in reversed(now.rounds) if held is None or one.id != held.id],
    )


@dataclass(frozen=True, slots=True)
class ProjectGates:
    project: Project
    moment: Moment
    units: Sequence[UnitGates]


def project_gates(uow: UnitOfWork, project_id: UUID, moment: Moment) -> ProjectGates:
    whole = register(uow, project_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, whole.scope)
    return ProjectGates(whole, moment, gates_of(uow, whole, moment))


def unit_gates(uow: UnitOfWork, unit_id: UUID, moment: Moment) -> ProjectGates:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, now.project.scope)
    return ProjectGates(now.project, moment, [UnitGates(now.unit, moment, lines_of(now, moment))])


def gates_by_number(uow: UnitOfWork, number: str, moment: Moment) -> ProjectGates:
    """The conditions of a project known by its number, for the command. Raises NotFound."""
    return project_gates(uow, project_by_number(uow, number).id, moment)


@dataclass(frozen=True, slots=True)
class ToState:
    unit: UnitProject
    gate: CompletionGate
    line: GateLine | None
    said: Sequence[Statement]


def condition(uow: UnitOfWork, unit_id: UUID, rule: str) -> ToState:
    """A condition somebody is about to state, and what was stated of it before."""
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, now.project.scope)
    for gate in standards.completion_gates(uow.session, now.project.region, uow.today):
        if gate.key == rule and gate.stated:
            lines = {line.rule: line for line in lines_of(now, gate.moments[0])}
            said = uow.session.scalars(
                select(Statement).where(Statement.unit_project_id == unit_id, Statement.rule == rule)
                .order_by(Statement.stated_at.desc(), Statement.id)
            ).all()
            return ToState(now.unit, gate, lines.get(rule), said)
    raise NotFound(_("没有找到所要的记录。"))


def unit_to_sign(uow: UnitOfWork, unit_id: UUID) -> Standing:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_SIGN, now.project.scope)
    return now


@dataclass(frozen=True, slots=True)
class ToCall:
    """What calling a meeting turns on: how long before it the station is told, and the first day it may be held on."""

    now: Standing
    notice: Period
    earliest: Deadline
    others: Sequence[tuple[str, str]]      # the project's unit projects, to choose from


def meeting_to_call(uow: UnitOfWork, unit_id: UUID) -> ToCall:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_FILE, now.project.scope)
    clocks = standards.completion_clocks(uow.session, now.project.region, uow.today).content
    return ToCall(now, clocks.notice, earliest_meeting(uow.today, clocks.notice), [
        (str(unit.id), unit.name) for unit in now.project.units if unit.accepted_on is None or unit.id == unit_id
    ])


def unit_to_file(uow: UnitOfWork, unit_id: UUID) -> Standing:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_FILE, now.project.scope)
    return now


def unit_to_oversee(uow: UnitOfWork, unit_id: UUID) -> Standing:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.STATION_RECORD, now.project.scope)
    return now


def filing(uow: UnitOfWork, filing_id: UUID) -> CompletionFiling:
    found = uow.get(CompletionFiling, filing_id, *FILING_IN_FULL)
    policy.require(uow.actor, Permission.STATION_RECORD, found.round.scope)
    return found


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the station: meetings to come, acceptances to record, filings to answer; the oldest first."""

    meetings: Sequence[Round]
    unrecorded: Sequence[Round]
    filings: Sequence[Round]


def queue(uow: UnitOfWork) -> Queue:
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    if not policy.holds_anywhere(uow.actor, Permission.STATION_RECORD):
        policy.require(uow.actor, Permission.STATION_RECORD, policy.ANYWHERE)
    rounds = uow.session.scalars(
        select(Round).join(UnitProject, UnitProject.id == Round.unit_project_id)
        .join(Project, Project.id == UnitProject.project_id).options(*ROUND_IN_FULL)
        .where(Project.within(policy.reach(uow.actor)), Round.id.in_(WAITING))
        .order_by(Round.opened_at, Round.id).limit(MOST_WAITING)
    ).all()
    mine = [one for one in rounds if policy.allows(uow.actor, Permission.STATION_RECORD, one.scope)]
    return Queue(
        [one for one in mine if one.ended_at is None and one.notice is not None],
        [one for one in mine if one.acceptance is not None and one.oversight is None],
        [one for one in mine if one.filing is not None and not one.filing.receipt and not one.filing.order],
    )


WAITING = (
    select(Round.id).where(
        Round.ended_at.is_(None) & Round.notices.any(withdrawn_at=None)
        | Round.acceptance.has() & ~Round.oversight.has()
        | Round.filings.any(~CompletionFiling.receipt.has() & ~CompletionFiling.order.has())
    )
)
"""The rounds in which something waits for the station."""


@dataclass(frozen=True, slots=True)
class Warranties:
    now: Standing
    rules: Sequence[WarrantyRule]          # what a number may be agreed for
    fixed: Sequence[WarrantyRule]          # as long as the design working life


def warranties(uow: UnitOfWork, unit_id: UUID) -> Warranties:
    """A unit project's certificates, and the minimum periods in force."""
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, now.project.scope)
    rules = [
        rule for rule in standards.warranty_rules(uow.session, now.project.region, uow.today)
        if rule.clock is WarrantyClock.CONTRACTOR and rule.unit is not WarrantyUnit.RESTART
    ]
    return Warranties(
        now, [rule for rule in rules if rule.unit is not WarrantyUnit.DESIGN_LIFE],
        [rule for rule in rules if rule.unit is WarrantyUnit.DESIGN_LIFE],
    )


def certificate_to_sign(uow: UnitOfWork, certificate_id: UUID) -> Certificate:
    found = uow.get(Certificate, certificate_id, *CERTIFICATE_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_SIGN, found.unit.scope)
    return found


@dataclass(frozen=True, slots=True)
class Homes:
    """The dwellings of a unit project, and the papers that were made for it, the last of a kind for each dwelling."""

    now: Standing
    whole: Sequence[ResidentialPaper]                              # of no dwelling in particular
    of: Mapping[UUID, Mapping[PaperKind, ResidentialPaper]]


def dwellings(uow: UnitOfWork, unit_id: UUID) -> Homes:
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, now.project.scope)
    by_dwelling: dict[UUID, dict[PaperKind, ResidentialPaper]] = {}
    for made in now.papers:
        if made.dwelling_id is not None:
            by_dwelling.setdefault(made.dwelling_id, {})[made.kind] = made
    return Homes(now, [made for made in now.papers if made.dwelling_id is None], by_dwelling)


@dataclass(frozen=True, slots=True)
class ToCheck:
    dwelling: Dwelling
    checkpoints: Sequence[DwellingCheckpoint]


def dwelling_to_check(uow: UnitOfWork, dwelling_id: UUID) -> ToCheck:
    found = uow.get(Dwelling, dwelling_id, selectinload(Dwelling.unit).options(*UNIT_IN_FULL))
    policy.require(uow.actor, Permission.COMPLETION_SIGN, found.unit.scope)
    return ToCheck(found, standards.dwelling_checks(uow.session, found.unit.project.region, uow.today).content)


@dataclass(frozen=True, slots=True)
class ToIssue:
    now: Standing
    wording: Wording
    dwelling: Dwelling | None              # None: for the whole unit project
    before: Mapping[str, str]              # what the last paper of the kind said, by field


def paper_to_issue(uow: UnitOfWork, unit_id: UUID, kind: PaperKind, dwelling_id: UUID | None = None) -> ToIssue:
    """What one of the two papers asks. Raises NotFound for a dwelling that is not of this unit project."""
    now = standing(uow, unit_id)
    policy.require(uow.actor, Permission.COMPLETION_RECORD, now.project.scope)
    dwelling = next((one for one in now.dwellings if one.id == dwelling_id), None)
    if dwelling_id is not None and dwelling is None:
        raise NotFound(_("没有找到所要的记录。"))
    wording = standards.wording(uow.session, f"completion/{kind.value}", now.project.region, uow.today).content
    last = next((one for one in reversed(now.papers) if one.kind is kind), None)
    return ToIssue(now, wording, dwelling, dict(last.answers) if last else {})


def paper(uow: UnitOfWork, kind: str, record_id: UUID) -> Readable:
    """A printed paper of completion, by the kind of record and its id. Raises NotFound."""
    sha256, scope, title = found_paper(uow, kind, record_id)
    policy.require(uow.actor, Permission.COMPLETION_READ, scope)
    return readable(uow, sha256, title)


def found_paper(uow: UnitOfWork, kind: str, record_id: UUID) -> tuple[str, Scope, str]:
    if kind in OF_A_ROUND:
        table, column, title = OF_A_ROUND[kind]
        record = uow.get(table, record_id)
        held = uow.get(Round, record.round_id, *ROUND_IN_FULL)
        return getattr(record, column), held.scope, f"{held.unit.name}-{title}"
    if kind == "warranty":
        certificate = uow.get(Certificate, record_id, *CERTIFICATE_IN_FULL)
        if certificate.paper_sha256 is not None:
            return certificate.paper_sha256, certificate.unit.scope, _("{unit}-工程质量保修书", unit=certificate.unit.name)
    if kind == "residential":
        made = uow.get(ResidentialPaper, record_id)
        unit = uow.get(UnitProject, made.unit_project_id, *UNIT_IN_FULL)
        return made.paper_sha256, unit.scope, f"{unit.name}-{PAPER_TITLES[made.kind]}"
    raise NotFound(_("没有找到所要的记录。"))


OF_A_ROUND: dict[str, tuple[type[Report | Acceptance | CompletionFiling], str, str]] = {
    "report": (Report, "paper_sha256", "竣工验收前报告"), "acceptance": (Acceptance, "report_sha256", "工程竣工验收报告"),
    "record": (Acceptance, "record_sha256", "单位工程质量竣工验收记录"),
    "filing": (CompletionFiling, "form_sha256", "竣工验收备案表"),
}
PAPER_TITLES = {PaperKind.GUARANTEE: "住宅质量保证书", PaperKind.MANUAL: "住宅使用说明书"}
