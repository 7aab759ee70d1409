"""Prefabricated components: entered at the plant, checked there by the resident supervisor, delivered, installed.

Source: 质量强国建设纲要（十四）; GB/T 51231-2016; GB 50204-2015 9.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.codes import new_code
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.materials.arriving import Firm, firm, tidy_number
from registry.materials.models import Batch, Component, ComponentStep, Verdict
from registry.materials.offices import CLERKS, PLANT_SUPERVISORS, between_recalls, project_for
from registry.materials.standing import holds
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, UnitProject
from registry.projects.offices import own_office

Step = ComponentStep.Step
MOST = 200
"""Components entered at once."""
AT_THE_PLANT = (Step.RAW_MATERIAL, Step.REINFORCEMENT, Step.CONCEALED, Step.CONCRETE, Step.RELEASE)


class NumberTaken(Conflict):
    code = "component.number-taken"


class OutOfTurn(Conflict):
    code = "component.out-of-turn"


@dataclass(frozen=True, slots=True)
class Piece:
    number: str          # the plant's own, unique within the plant
    kind: str            # 叠合板, 预制柱 …
    plant: Firm


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of a component. The place is needed for the installation, the batch for the delivery."""

    step: ComponentStep.Step
    verdict: Verdict = Verdict.PASSED
    remark: str = ""
    photo: UUID | SentFile | None = None
    batch_id: UUID | None = None
    unit_id: UUID | None = None
    item_code: str = ""
    place: str = ""
    part_id: UUID | None = None


def register_component(uow: UnitOfWork, project_id: UUID, piece: Piece) -> Component:
    """Enter a component and give it the code its label carries.

    Raises NumberTaken when the plant has used the number; NotInOffice unless the actor supervises at the plant or
    receives materials on the site.
    """
    project_for(uow, project_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, project_id, (*PLANT_SUPERVISORS, *CLERKS), uow.today)
    plant = firm(uow, piece.plant, "plant_uscc")
    number = tidy_number(piece.number)
    if not number:
        raise Invalid(_("请填写构件编号。"), field="number")
    uow.lock(f"component {plant.id} {number}")
    used = select(Component.id).where(Component.plant_id == plant.id, Component.number == number)
    if uow.session.scalar(used) is not None:
        raise NumberTaken(_("{plant}的构件编号“{number}”已经登记。", plant=plant.name, number=number))
    made = Component(
        id=uow.new_id(), project_id=project_id, code=new_code(), number=number, kind=piece.kind, plant_id=plant.id,
        plant_name=plant.name, term_id=term.id, recorded_by=term.person_name, recorded_at=uow.at,
    )
    uow.session.add(made)
    ledger.append(uow, "component.registered", made)
    return made


def register_components(uow: UnitOfWork, project_id: UUID, pieces: Sequence[Piece]) -> list[Component]:
    """Enter components of a plant together: all of them, or none when one number is refused."""
    if len(pieces) > MOST:
        raise Invalid(_("一次最多登记 {most} 个构件，现有 {n} 个。", most=MOST, n=len(pieces)), field="numbers")
    return [register_component(uow, project_id, piece) for piece in pieces]


def deliver_components(uow: UnitOfWork, batch_id: UUID, component_ids: Sequence[UUID]) -> list[ComponentStep]:
    """Enter that components came with a batch: all of them, or none. Raises what `record_step` raises."""
    return [record_step(uow, one, Happening(Step.DELIVERED, batch_id=batch_id)) for one in sorted(set(component_ids))]


def record_step(uow: UnitOfWork, component_id: UUID, happening: Happening) -> ComponentStep:
    """Enter what happened to a component.

    The checks at the plant are the resident supervisor's. It is delivered only after its release (构件出厂) passed, with
    a batch of this project, and installed only after its delivery, while nothing bars the use of the batch.

    Raises OutOfTurn; NotInOffice; Invalid for an installation without a place.
    """
    component = uow.get(Component, component_id, selectinload(Component.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.MATERIAL_RECORD, component.scope)
    posts = PLANT_SUPERVISORS if happening.step in AT_THE_PLANT else CLERKS
    term = own_office(uow, component.project_id, posts, uow.today)
    refuse_unclear(uow, component, happening)
    photo = documents.take(uow, happening.photo, PICTURES) if happening.photo is not None else None
    between_recalls(uow)
    uow.get(Component, component_id, lock=True)
    refuse_out_of_turn(uow, component, happening.step)
    if happening.step is Step.DELIVERED:
        component.batch_id = happening.batch_id
        ledger.append(uow, "component.delivered", component)
    made = ComponentStep(
        id=uow.new_id(), component_id=component_id, step=happening.step, verdict=happening.verdict, remark=happening.remark,
        unit_project_id=happening.unit_id, item_code=happening.item_code, place=happening.place, part_id=happening.part_id,
        photo_sha256=photo.sha256 if photo else None, term_id=term.id, by=term.person_name, at=uow.at,
    )
    uow.session.add(made)
    ledger.append(uow, "component.step", made, files=documents.refs(uow, photo.sha256) if photo else ())
    return made


def refuse_unclear(uow: UnitOfWork, component: Component, happening: Happening) -> None:
    if happening.verdict is Verdict.FAILED and not happening.remark.strip():
        raise Invalid(_("不合格的，请写明哪里不合格。"), field="remark")
    if happening.step is Step.DELIVERED:
        batch = uow.session.get(Batch, happening.batch_id) if happening.batch_id else None
        if batch is None or batch.project_id != component.project_id:
            raise Invalid(_("请选择构件所在的进场批。"), field="batch")
    if happening.step is Step.INSTALLED:
        unit = uow.session.get(UnitProject, happening.unit_id) if happening.unit_id else None
        if unit is None or not happening.place.strip():
            raise Invalid(_("请填写安装的单位工程和部位。"), field="place")
        if unit.project_id != component.project_id:
            raise NotFound(_("没有找到所要的记录。"))


def refuse_out_of_turn(uow: UnitOfWork, component: Component, step: ComponentStep.Step) -> None:
    """Raise OutOfTurn unless the component has come as far as the step needs it to have."""
    happened = uow.session.execute(
        select(ComponentStep.step, ComponentStep.verdict).where(ComponentStep.component_id == component.id)
        .order_by(ComponentStep.at, ComponentStep.id)
    )
    last = {row.step: row.verdict for row in happened}
    if step in last and last[step] is Verdict.PASSED:
        raise OutOfTurn(_("构件 {number} 的这一步已经登记。", number=component.number))
    if step is Step.DELIVERED and last.get(Step.RELEASE) is not Verdict.PASSED:
        raise OutOfTurn(_("构件 {number} 还没有出厂检验合格的驻厂监造记录，不能进场。", number=component.number),
                        remedy=_("请驻厂监造人员先登记构件出厂检查。"))
    if step is Step.INSTALLED:
        if last.get(Step.DELIVERED) is not Verdict.PASSED or component.batch_id is None:
            raise OutOfTurn(_("构件 {number} 尚未进场，不能安装。", number=component.number))
        barring = [hold.label for hold in holds(uow.session, [component.batch_id])[component.batch_id] if hold.bars_use]
        if barring:
            raise OutOfTurn(_("构件 {number} 所在的进场批不能使用：{why}。", number=component.number, why="；".join(barring)))
