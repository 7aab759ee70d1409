"""What can be asked about designs. Every answer has been through policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.designs.authority import own_firms, owning_firm
from registry.designs.models import (
    ARGUMENT_IN_FULL,
    CHANGE_IN_FULL,
    SET_IN_FULL,
    ArgumentOpinion,
    DesignApproval,
    DesignChange,
    DesignTarget,
    DrawingReview,
    DrawingSet,
    DrawingSheet,
    Reviewed,
    SchemeArgument,
)
from registry.designs.rules import Held, Waiting, drawings_on, showing, touches
from registry.designs.standing import InLine, changes_of, kind_of, review_of, sets_of, state_of_change
from registry.documents.queries import Readable, readable
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission, Scope
from registry.projects.models import PROJECT_PARTIES, Project, UnitProject
from registry.projects.offices import in_office
from registry.projects.queries import Node, own_nodes, path, tree
from registry.standards import handbook as standards
from registry.standards.drawings import ChangeKind, Discipline, Office

UNIT_IN_FULL = (selectinload(UnitProject.project).options(PROJECT_PARTIES, selectinload(Project.units)),)


@dataclass(frozen=True, slots=True)
class InForceDrawings:
    """What to build from on a day, and beside it what was there and did not count yet, each with the reason."""

    unit: UnitProject
    part: str                                  # "" for the whole unit
    path: tuple[Node, ...]                     # down to the part
    on: date
    sets: tuple[DrawingSet, ...]
    changes: tuple[DesignChange, ...]
    waiting: tuple[Held[DrawingSet], ...]
    waiting_changes: tuple[Held[DesignChange], ...]


def drawings_in_force(uow: UnitOfWork, unit_id: UUID, part_code: str, on: date) -> InForceDrawings:
    """The drawings and changes in force for a part of a unit project on a day.

    part_code   a code of GB 50300, one of the unit's own parts, or "" for the whole unit
    raises      Invalid for a part there is not; NotFound for a unit out of reach
    source      建设工程质量管理条例 第十一、二十八条
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.DESIGN_READ, unit.scope)
    way = path(uow, unit_id, part_code) if part_code else []
    if part_code and not way:
        raise Invalid(_("该单位工程没有编码为“{code}”的部位。", code=part_code), field="part")
    above = frozenset(node.code for node in way)
    catalogue = next((node.code for node in reversed(way) if not node.own), "")
    shown = showing(standards.disciplines(uow.session, unit.project.region, on), catalogue)
    building = {
        stage.key for stage in standards.drawing_stages(uow.session, unit.project.region, on).content if stage.builds
    }
    found = drawings_on([
        InLine(one) for one in sets_of(uow.session, unit.project_id, [unit_id])
        if one.stage in building and one.discipline in shown
    ], on)
    concerned = [
        one for one in changes_of(uow.session, unit.project_id, unit_id)
        if touches(one.parts, part_code, above)
    ]
    states = [(one, state_of_change(uow.session, one, on)) for one in concerned]
    return InForceDrawings(
        unit, part_code, tuple(way), on, tuple(one.record for one in found.sets),
        tuple(one for one, why in states if why is None),
        tuple(Held(one.what.record, one.why) for one in found.waiting),
        tuple(Held(one, why) for one, why in states if why is not None),
    )


def unreviewed_changes(uow: UnitOfWork, whole: Project) -> list[DesignChange]:
    """The changes of a project that must be reviewed again and have not passed: none may be left at completion."""
    policy.require(uow.actor, Permission.DESIGN_READ, whole.scope)
    return [
        one for one in changes_of(uow.session, whole.id)
        if review_of(one, uow.today) is not None and state_of_change(uow.session, one, uow.today) is not Waiting.REFUSED
    ]


def project_read(uow: UnitOfWork, project_id: UUID) -> Project:
    found = uow.get(Project, project_id, PROJECT_PARTIES, selectinload(Project.units))
    policy.require(uow.actor, Permission.DESIGN_READ, found.scope)
    return found


def unit_read(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    found = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.DESIGN_READ, found.scope)
    return found


def unit_numbered(uow: UnitOfWork, project_number: str, unit_number: str) -> UnitProject:
    """Return a unit project by the numbers people know. Raises NotFound."""
    found = uow.session.scalar(
        select(UnitProject.id).join(Project).where(Project.number == project_number, UnitProject.number == unit_number)
    )
    return unit_read(uow, found or UUID(int=0))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a question about drawings is asked: the units and the parts one step further down."""

    project: Project
    unit: UnitProject | None
    nodes: tuple[Node, ...]


def ground(uow: UnitOfWork, project_id: UUID, unit_number: str, below: str) -> Ground:
    """The unit projects, the chosen one (the only one where there is but one), and what lies directly below a code."""
    whole = project_read(uow, project_id)
    unit = next((one for one in whole.units if one.number == unit_number), None)
    if unit is None and len(whole.units) == 1:
        unit = whole.units[0]
    return Ground(whole, unit, tuple(tree(uow, unit.id, below)) if unit else ())


@dataclass(frozen=True, slots=True)
class SetShown:
    """One version, with all versions of its line (latest first), the changes to it, and what may be done here."""

    drawings: DrawingSet
    versions: Sequence[DrawingSet]
    changes: Sequence[DesignChange]
    state: Waiting | None
    discipline: str
    stage: str
    may_issue: bool
    may_follow: bool


def drawing_set(uow: UnitOfWork, set_id: UUID) -> SetShown:
    """One version of a drawing set, superseded ones too."""
    found = uow.get(DrawingSet, set_id, *SET_IN_FULL)
    policy.require(uow.actor, Permission.DESIGN_READ, found.scope)
    versions = uow.session.scalars(
        select(DrawingSet).options(selectinload(DrawingSet.reviewed).selectinload(Reviewed.review))
        .where(
            DrawingSet.project_id == found.project_id, DrawingSet.discipline == found.discipline,
            DrawingSet.stage == found.stage, DrawingSet.unit_project_id.is_not_distinct_from(found.unit_project_id),
        )
        .order_by(DrawingSet.version.desc())
    ).all()
    changes = [one for one in changes_of(uow.session, found.project_id) if one.set_id == set_id]
    names = labels(uow, found.project)
    return SetShown(
        found, versions, changes, review_of(found, uow.today), names.disciplines.get(found.discipline, found.discipline),
        names.stages.get(found.stage, found.stage), owning_firm(found.project) in own_firms(uow, found.project, ("owner",)),
        bool(own_firms(uow, found.project, names.delivering.get(found.stage, ()))),
    )


def set_to_hand_out(uow: UnitOfWork, set_id: UUID) -> SetShown:
    """The same for those who hand drawings to the builders. Raises Forbidden to the others."""
    shown = drawing_set(uow, set_id)
    if not shown.may_issue:
        refuse_recording(uow, shown.drawings.project)
    return shown


def refuse_recording(uow: UnitOfWork, project: Project) -> None:
    """Raise Forbidden to whoever may read of the project and acts for none of the firms concerned."""
    policy.require(uow.actor, Permission.DESIGN_RECORD, Scope(project.region, project.scope.organisations))


def sheet_file(uow: UnitOfWork, sheet_id: UUID) -> Readable:
    """The file of one sheet, as it was given."""
    sheet = uow.get(DrawingSheet, sheet_id)
    found = uow.get(DrawingSet, sheet.set_id, selectinload(DrawingSet.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.DESIGN_READ, found.scope)
    return readable(uow, sheet.sha256, f"{sheet.number} {sheet.title}")


def review_file(uow: UnitOfWork, review_id: UUID) -> Readable:
    """The certificate of a review, as it was signed."""
    review = uow.get(DrawingReview, review_id, selectinload(DrawingReview.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.DESIGN_READ, review.project.scope)
    return readable(uow, review.sha256, _("审查意见-{number}", number=review.certificate_number))


def change_file(uow: UnitOfWork, change_id: UUID) -> Readable:
    """The change as it was drawn up."""
    change = uow.get(DesignChange, change_id, selectinload(DesignChange.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.DESIGN_READ, change.scope)
    return readable(uow, change.sha256, _("变更-{number}", number=change.number))


def report_file(uow: UnitOfWork, argument_id: UUID) -> Readable:
    """The signed report of an expert argument."""
    argument = uow.get(SchemeArgument, argument_id, *ARGUMENT_IN_FULL)
    policy.require(uow.actor, Permission.DESIGN_READ, argument.scope)
    if argument.report_sha256 is None:
        raise NotFound(_("没有找到所要的记录。"))
    return readable(uow, argument.report_sha256, _("论证报告-{subject}", subject=argument.subject))


@dataclass(frozen=True, slots=True)
class Approval:
    """One office a change waits for: who gave it, or who could give it today."""

    office: Office
    given: DesignApproval | None
    holders: tuple[str, ...]       # names of those in office today
    mine: bool                     # the actor is one of them


@dataclass(frozen=True, slots=True)
class ChangeShown:
    change: DesignChange
    kind: str
    asked_by: str
    state: Waiting | None
    review: Waiting | None
    triggers: tuple[str, ...]      # labels
    parts: tuple[str, ...]         # each with its name
    approvals: tuple[Approval, ...]
    may_withdraw: bool
    may_review: bool


def design_change(uow: UnitOfWork, change_id: UUID) -> ChangeShown:
    """A change with its approvals, withdrawn ones too."""
    change = uow.get(DesignChange, change_id, *CHANGE_IN_FULL)
    policy.require(uow.actor, Permission.DESIGN_READ, change.scope)
    kind = kind_of(uow.session, change)
    names = labels(uow, change.project)
    state = state_of_change(uow.session, change, uow.today)
    firms = own_firms(uow, change.project)
    return ChangeShown(
        change, kind.label if kind else change.kind, names.roles.get(change.asked_by, change.asked_by), state,
        review_of(change, uow.today), tuple(names.triggers.get(key, key) for key in change.triggers),
        parts_named(uow, change), approvals_of(uow, change, kind) if kind else (),
        change.withdrawn_at is None and state is not None and change.participation in firms,
        any(firm.role in ("owner", "drawing-review") for firm in firms),
    )


def approvals_of(uow: UnitOfWork, change: DesignChange, kind: ChangeKind) -> tuple[Approval, ...]:
    posts = {post for office in kind.approvals for post in office.posts}
    holders = in_office(uow.session, change.project_id, posts, uow.today, change.unit.number if change.unit else "")
    given = {one.office: one for one in change.approvals}
    return tuple(
        Approval(
            office, given.get(office.key),
            tuple(dict.fromkeys(term.person_name for term in holders if term.post in office.posts)),
            mine=uow.actor.person is not None
            and any(term.person_id == uow.actor.person for term in holders if term.post in office.posts),
        )
        for office in kind.approvals
    )


def parts_named(uow: UnitOfWork, change: DesignChange) -> tuple[str, ...]:
    catalogue = standards.divisions(uow.session, uow.today)
    own = {node.code: node.name for node in own_nodes(uow, change.unit_project_id)} if change.unit_project_id else {}
    return tuple(
        f"{code} {own[code] if code in own else catalogue.path(code) if code in catalogue else ''}".strip()
        for code in change.parts
    )


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of keys by the standards in force today."""

    disciplines: dict[str, str]
    stages: dict[str, str]
    delivering: dict[str, tuple[str, ...]]     # stage → roles that deliver it
    roles: dict[str, str]
    change_kinds: dict[str, str]
    triggers: dict[str, str]
    argument_kinds: dict[str, str]


def labels(uow: UnitOfWork, project: Project) -> Labels:
    session, region, today = uow.session, project.region, uow.today
    stages = standards.drawing_stages(session, region, today).content
    return Labels(
        {one.key: one.label for one in disciplines(uow, project)}, {one.key: one.label for one in stages},
        {one.key: one.roles for one in stages}, {one.key: one.label for one in standards.roles(session, region, today)},
        {one.key: one.label for one in standards.change_kinds(session, region, today).content},
        {one.key: one.label for one in standards.review_triggers(session, region, today).content},
        {one.key: one.label for one in standards.argument_kinds(session, region, today).content},
    )


def disciplines(uow: UnitOfWork, project: Project) -> tuple[Discipline, ...]:
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    return standards.disciplines(uow.session, project.region, uow.today)


@dataclass(frozen=True, slots=True)
class ArgumentShown:
    argument: SchemeArgument
    kind: str
    may_record: bool


def argument(uow: UnitOfWork, argument_id: UUID) -> ArgumentShown:
    """An expert argument with its experts, opinions and answers."""
    found = uow.get(SchemeArgument, argument_id, *ARGUMENT_IN_FULL)
    policy.require(uow.actor, Permission.DESIGN_READ, found.scope)
    names = labels(uow, found.project)
    return ArgumentShown(
        found, names.argument_kinds.get(found.kind, found.kind),
        found.conclusion is None and found.participation in own_firms(uow, found.project),
    )


def argument_to_record(uow: UnitOfWork, argument_id: UUID) -> ArgumentShown:
    """The same for the firm that called the experts. Raises Forbidden to the others."""
    shown = argument(uow, argument_id)
    if shown.argument.participation not in own_firms(uow, shown.argument.project):
        refuse_recording(uow, shown.argument.project)
    return shown


def targets_of(uow: UnitOfWork, project: Project) -> dict[UUID, list[DesignTarget]]:
    """What the designs of a project's units aim at today, by unit."""
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    rows = uow.session.scalars(
        select(DesignTarget)
        .where(
            DesignTarget.unit_project_id.in_([unit.id for unit in project.units]), DesignTarget.superseded_at.is_(None),
        )
        .order_by(DesignTarget.kind)
    )
    found: dict[UUID, list[DesignTarget]] = {}
    for row in rows:
        found.setdefault(row.unit_project_id, []).append(row)
    return found


def argument_of_opinion(uow: UnitOfWork, opinion_id: UUID) -> ArgumentShown:
    """The argument in which an opinion was given."""
    return argument(uow, uow.get(ArgumentOpinion, opinion_id).argument_id)
