"""The designs of a project on one page: by unit and discipline what is in force, what lacks, and the next act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from registry.designs.authority import own_firms
from registry.designs.models import (
    ARGUMENT_IN_FULL,
    DesignChange,
    DesignTarget,
    DrawingIssue,
    DrawingSet,
    SchemeArgument,
)
from registry.designs.queries import Labels, labels, project_read, targets_of
from registry.designs.rules import Delivered, Lack, Waiting, completeness
from registry.designs.standing import changes_of, review_of, sets_of, state_of_change
from registry.kernel.uow import UnitOfWork
from registry.projects.models import Project, UnitProject
from registry.standards import handbook as standards
from registry.standards.drawings import Deliverable, TargetKind


class Next(StrEnum):
    """The next act on a line of drawings, and with it who must act."""

    REVIEW = "review"          # 送审并登记审查合格书: the owner, the reviewers
    MEND = "mend"              # 修改后交付下一版: the designer
    HAND_OUT = "hand-out"      # 发放施工: the owner
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of drawings: its latest version, the one in force, and what comes next."""

    newest: DrawingSet
    current: DrawingSet | None
    why: Waiting | None            # why the newest is not in force
    next: Next
    used_early: tuple[DrawingIssue, ...]


@dataclass(frozen=True, slots=True)
class UnitDesigns:
    """A unit project, or the project as a whole (`unit` None): its lines, what a digital delivery lacks, its targets."""

    unit: UnitProject | None
    lines: tuple[Line, ...]
    delivery: tuple[Lack, ...]
    targets: tuple[DesignTarget, ...]

    @property
    def missing(self) -> tuple[Deliverable, ...]:
        return tuple(one.wanted for one in self.delivery if not one.present)

    @property
    def present(self) -> int:
        return sum(one.present for one in self.delivery)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    change: DesignChange
    state: Waiting | None


@dataclass(frozen=True, slots=True)
class DesignDesk:
    project: Project
    names: Labels
    target_kinds: dict[str, TargetKind]
    units: tuple[UnitDesigns, ...]
    changes: tuple[ChangeLine, ...]
    arguments: Sequence[SchemeArgument]
    begun_unreviewed: bool         # work has begun, and no construction drawings have passed review
    may_deliver: bool
    may_review: bool
    may_record: bool
    may_aim: bool


def desk(uow: UnitOfWork, project_id: UUID) -> DesignDesk:
    """Everything about the designs of a project, in a fixed number of statements."""
    whole = project_read(uow, project_id)
    names = labels(uow, whole)
    sets = sets_of(uow.session, project_id)
    wanted = standards.deliverables(uow.session, whole.region, uow.today)
    targets = targets_of(uow, whole)
    stages = standards.drawing_stages(uow.session, whole.region, uow.today).content
    building = frozenset(stage.key for stage in stages if stage.builds)
    units = tuple(
        unit_designs(uow.today, unit, sets, wanted, targets, building) for unit in (None, *whole.units)
        if unit is not None or any(one.unit_project_id is None for one in sets)
    )
    firms = own_firms(uow, whole)
    held = {firm.role for firm in firms}
    return DesignDesk(
        whole, names, {one.key: one for one in standards.target_kinds(uow.session, whole.region, uow.today)}, units,
        tuple(ChangeLine(one, state_of_change(uow.session, one, uow.today)) for one in changes_of(uow.session, project_id)),
        arguments_of(uow, project_id), begun_unreviewed(whole, sets, building, uow.today),
        may_deliver=any(held & set(roles) for roles in names.delivering.values()),
        may_review=bool(held & {"owner", "drawing-review"}), may_record=bool(firms),
        may_aim=bool(held & {"design", "general-contractor"}),
    )


def unit_designs(
    today: date, unit: UnitProject | None, sets: Sequence[DrawingSet], wanted: Sequence[Deliverable],
    targets: dict[UUID, list[DesignTarget]], building: frozenset[str],
) -> UnitDesigns:
    unit_id = unit.id if unit else None
    own = [one for one in sets if one.unit_project_id == unit_id]
    reaching = own if unit is None else [*own, *(one for one in sets if one.unit_project_id is None)]
    return UnitDesigns(
        unit, lines_of(own, building, today), completeness(wanted, delivered(reaching)) if unit else (),
        tuple(targets.get(unit_id, ())) if unit_id else (),
    )


def lines_of(sets: Iterable[DrawingSet], building: frozenset[str], today: date) -> tuple[Line, ...]:
    """Return one line for each discipline and stage, those that are built from first."""
    def place(one: DrawingSet) -> tuple[bool, str, str]:
        return one.stage not in building, one.stage, one.discipline

    ordered = sorted(sets, key=lambda one: (*place(one), -one.version))
    return tuple(line_of(list(versions), building, today) for _place, versions in groupby(ordered, place))


def line_of(versions: Sequence[DrawingSet], building: frozenset[str], today: date) -> Line:
    """versions   of one line, the latest first"""
    newest = versions[0]
    why = review_of(newest, today)
    current = next((one for one in versions if review_of(one, today) is None), None)
    early = tuple(issue for one in versions for issue in one.issues if issue.before_review)
    return Line(newest, current, why, next_act(newest, why, building), early)


def next_act(newest: DrawingSet, why: Waiting | None, building: frozenset[str]) -> Next:
    if why is Waiting.NOT_REVIEWED:
        return Next.REVIEW
    if why is Waiting.REVIEW_FAILED:
        return Next.MEND
    return Next.HAND_OUT if newest.stage in building and not newest.issues else Next.NOTHING


def delivered(sets: Iterable[DrawingSet]) -> list[Delivered]:
    """Return what kinds of file the latest versions hold, by stage and discipline."""
    latest: dict[tuple[UUID | None, str, str], DrawingSet] = {}
    for one in sets:
        key = (one.unit_project_id, one.stage, one.discipline)
        if key not in latest or latest[key].version < one.version:
            latest[key] = one
    return [
        Delivered(one.stage, one.discipline, frozenset(sheet.kind for sheet in one.sheets)) for one in latest.values()
    ]


def begun_unreviewed(project: Project, sets: Iterable[DrawingSet], building: frozenset[str], today: date) -> bool:
    """Whether work has begun although no construction drawings at all have passed review."""
    if project.started_on is None or project.started_on > today:
        return False
    return not any(one.stage in building and review_of(one, today) is None for one in sets)


def arguments_of(uow: UnitOfWork, project_id: UUID) -> Sequence[SchemeArgument]:
    return uow.session.scalars(
        select(SchemeArgument).options(*ARGUMENT_IN_FULL).where(SchemeArgument.project_id == project_id)
        .order_by(SchemeArgument.held_on.desc(), SchemeArgument.id)
    ).all()
