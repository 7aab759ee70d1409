"""What can be asked about prefabricated components: where each is between the plant and its place. After policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.errors import NotFound
from registry.kernel.text import _, later
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch, Component, ComponentStep, Verdict
from registry.materials.offices import (
    BATCH_IN_PROJECT,
    CLERKS,
    COMPONENT_IN_PROJECT,
    PLANT_SUPERVISORS,
    project_for,
)
from registry.materials.prefabrication import AT_THE_PLANT, Step
from registry.materials.queries import posts_held
from registry.policy import Permission
from registry.projects.models import Project, UnitProject
from registry.standards import handbook as standards

PRECAST = "020105"   # 装配式结构: what a component is installed as, unless somebody says otherwise
ITEM_DIGITS = 6
STEP_WORDS = {
    Step.RAW_MATERIAL: later("原材料检查"), Step.REINFORCEMENT: later("钢筋与预埋检查"), Step.CONCEALED: later("隐蔽检查"),
    Step.CONCRETE: later("混凝土检查"), Step.RELEASE: later("出厂检查"), Step.DELIVERED: later("进场"),
    Step.INSTALLED: later("安装"),
}


class Stage(StrEnum):
    """How far a component has come. One that failed a step stays there until the step passes."""

    FAILED = "failed"
    MAKING = "making"
    RELEASED = "released"
    DELIVERED = "delivered"
    INSTALLED = "installed"


STAGE_WORDS = {
    Stage.FAILED: later("不合格"), Stage.MAKING: later("驻厂监造"), Stage.RELEASED: later("已出厂"),
    Stage.DELIVERED: later("已进场"), Stage.INSTALLED: later("已安装"),
}


def passed(steps: Sequence[ComponentStep]) -> set[ComponentStep.Step]:
    """Return the steps whose last word is 合格. `steps` the oldest first."""
    last = {one.step: one.verdict for one in steps}
    return {step for step, verdict in last.items() if verdict is Verdict.PASSED}


def stage_of(steps: Sequence[ComponentStep]) -> Stage:
    good = passed(steps)
    if any(one.step not in good for one in steps):
        return Stage.FAILED
    for step, stage in ((Step.INSTALLED, Stage.INSTALLED), (Step.DELIVERED, Stage.DELIVERED), (Step.RELEASE, Stage.RELEASED)):
        if step in good:
            return stage
    return Stage.MAKING


def next_steps(steps: Sequence[ComponentStep], posts: frozenset[str]) -> list[ComponentStep.Step]:
    """Return what somebody in these posts may enter next, the nearest first."""
    good, stage = passed(steps), stage_of(steps)
    if posts & set(PLANT_SUPERVISORS) and not good & {Step.RELEASE, Step.DELIVERED}:
        return [step for step in AT_THE_PLANT if step not in good]
    if not posts & set(CLERKS):
        return []
    if Step.DELIVERED in good:
        return [] if stage is Stage.INSTALLED else [Step.INSTALLED]
    return [Step.DELIVERED] if Step.RELEASE in good else []


@dataclass(frozen=True, slots=True)
class Piece:
    component: Component

    @property
    def stage(self) -> Stage:
        return stage_of(self.component.steps)

    @property
    def place(self) -> str:
        return next((one.place for one in self.component.steps if one.step is Step.INSTALLED), "")


@dataclass(frozen=True, slots=True)
class Pieces:
    """One page of a project's components."""

    project: Project
    rows: Sequence[Piece]
    total: int
    may_enter: bool


def components(uow: UnitOfWork, project_id: UUID, word: str, stage: str, offset: int, limit: int) -> Pieces:
    """The components of a project by number. `stage`: making, released, delivered, installed, or "" for all."""
    project = project_for(uow, project_id, Permission.MATERIAL_READ)
    within: list[ColumnElement[bool]] = [Component.project_id == project_id, *at_stage(stage)]
    if word:
        within.append(Component.number.startswith(word.upper(), autoescape=True))
    total = uow.session.scalar(select(func.count()).select_from(Component).where(*within)) or 0
    found = uow.session.scalars(
        select(Component).options(selectinload(Component.steps)).where(*within)
        .order_by(Component.number, Component.id).offset(offset).limit(limit)
    ).all()
    enters = bool(posts_held(uow, project_id) & {*PLANT_SUPERVISORS, *CLERKS})
    return Pieces(project, [Piece(one) for one in found], total, enters)


def project_to_enter(uow: UnitOfWork, project_id: UUID) -> Project:
    """The project components are about to be entered for."""
    return project_for(uow, project_id, Permission.MATERIAL_RECORD)


def at_stage(stage: str) -> list[ColumnElement[bool]]:
    """The conditions for a stage: it has been reached, and the next has not."""
    ways = {
        Stage.MAKING.value: (None, Step.RELEASE), Stage.RELEASED.value: (Step.RELEASE, Step.DELIVERED),
        Stage.DELIVERED.value: (Step.DELIVERED, Step.INSTALLED), Stage.INSTALLED.value: (Step.INSTALLED, None),
    }
    reached, ahead = ways.get(stage, (None, None))
    return [*([has_passed(reached)] if reached else []), *([~has_passed(ahead)] if ahead else [])]


def has_passed(step: ComponentStep.Step) -> ColumnElement[bool]:
    return select(ComponentStep.id).where(
        ComponentStep.component_id == Component.id, ComponentStep.step == step, ComponentStep.verdict == Verdict.PASSED,
    ).exists()


@dataclass(frozen=True, slots=True)
class Shown:
    """One component with everything that happened to it, and what the actor may enter next."""

    component: Component
    batch: Batch | None
    units: Sequence[UnitProject]
    nexts: Sequence[ComponentStep.Step]

    @property
    def stage(self) -> Stage:
        return stage_of(self.component.steps)

    @property
    def place(self) -> str:
        """单位工程 and 部位 of a component installed."""
        return next((
            f"{unit.name} {one.place}" for one in reversed(self.component.steps) for unit in self.units
            if one.step is Step.INSTALLED and one.unit_project_id == unit.id
        ), "")


def component(uow: UnitOfWork, component_id: UUID, needs: Permission = Permission.MATERIAL_READ) -> Shown:
    """`needs`: what the actor is about to do with it."""
    found = uow.get(Component, component_id, COMPONENT_IN_PROJECT, selectinload(Component.steps))
    policy.require(uow.actor, needs, found.scope)
    batch = uow.session.get(Batch, found.batch_id) if found.batch_id else None
    return Shown(found, batch, units_of(uow, found.project_id), next_steps(found.steps, posts_held(uow, found.project_id)))


def units_of(uow: UnitOfWork, project_id: UUID) -> Sequence[UnitProject]:
    return uow.session.scalars(
        select(UnitProject).where(UnitProject.project_id == project_id).order_by(UnitProject.number, UnitProject.id)
    ).all()


def items(uow: UnitOfWork) -> list[tuple[str, str]]:
    """(code, code and name) of the items a component may be installed as; the precast structure first."""
    policy.require(uow.actor, Permission.STANDARD_READ, policy.ANYWHERE)
    tree = standards.divisions(uow.session, uow.today)
    found = [(one.code, f"{one.code} {tree.path(one.code)}") for one in tree if len(one.code) == ITEM_DIGITS]
    return sorted(found, key=lambda pair: (pair[0] != PRECAST, pair[0]))


@dataclass(frozen=True, slots=True)
class Arriving:
    """The components released and not yet delivered, to be delivered with a batch."""

    batch: Batch
    ready: Sequence[tuple[str, str]]


def arriving(uow: UnitOfWork, batch_id: UUID) -> Arriving:
    batch = uow.get(Batch, batch_id, BATCH_IN_PROJECT)
    policy.require(uow.actor, Permission.MATERIAL_RECORD, batch.scope)
    found = uow.session.scalars(
        select(Component).where(Component.project_id == batch.project_id, *at_stage(Stage.RELEASED))
        .order_by(Component.plant_id != batch.producer_id, Component.number, Component.id)
    )
    return Arriving(batch, [(str(one.id), f"{one.number} {one.kind} · {one.plant_name}") for one in found])


def photo(uow: UnitOfWork, component_id: UUID, sha256: str) -> Readable:
    """A photo of a step of a component. Raises NotFound for any other hash."""
    found = uow.get(Component, component_id, COMPONENT_IN_PROJECT)
    policy.require(uow.actor, Permission.MATERIAL_READ, found.scope)
    kept = select(ComponentStep.id).where(ComponentStep.component_id == component_id, ComponentStep.photo_sha256 == sha256)
    if uow.session.scalars(kept).first() is None:
        raise NotFound(_("没有找到所要的记录。"))
    return readable(uow, sha256, f"{found.kind}-{found.number}")
