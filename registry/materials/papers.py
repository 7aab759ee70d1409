"""The official records of materials, printed from what is registered: made when asked for, kept nowhere."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry import policy
from registry.kernel.codes import spoken
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.materials.component_queries import component, components
from registry.materials.models import Component, EntryInspection, Verdict, WitnessedSample
from registry.materials.offices import batch_for
from registry.materials.queries import test_label
from registry.policy import Permission

ADDRESS = "/M/"  # as the QR code bears it: capitals need fewer modules
LABELS = 200     # printed at once
WORDS = {Verdict.PASSED: "合格", Verdict.FAILED: "不合格"}


@dataclass(frozen=True, slots=True)
class Printed:
    name: str
    pdf: bytes


def inspection_record(uow: UnitOfWork, batch_id: UUID) -> Printed:
    """材料进场检验记录. Raises NotFound before the batch was inspected."""
    batch = batch_for(uow, batch_id, Permission.MATERIAL_READ)
    policy.require(uow.actor, Permission.MATERIAL_READ, batch.scope)
    looks = uow.session.scalars(
        select(EntryInspection).where(EntryInspection.batch_id == batch_id)
        .order_by(EntryInspection.inspected_at, EntryInspection.id)
    ).all()
    if not looks:
        raise NotFound(_("该批材料还没有进场检验记录。"))
    look = looks[-1]
    facts = {
        "number": batch.code, "project": batch.project.name,
        "fields": [
            {"label": "材料名称", "value": batch.product}, {"label": "规格型号", "value": batch.grade},
            {"label": "炉批号", "value": batch.number},
            {"label": "进场数量", "value": f"{batch.quantity.normalize():f} {batch.unit}"},
            {"label": "生产单位", "value": batch.producer_name}, {"label": "供应单位", "value": batch.supplier_name},
            {"label": "进场日期", "value": batch.arrived_on.isoformat()}, {"label": "收货人", "value": batch.recorded_by},
        ],
        "checks": [
            {"label": "外观质量", "value": WORDS[look.appearance]}, {"label": "规格尺寸", "value": WORDS[look.dimension]},
            {"label": "标识", "value": WORDS[look.marks]}, {"label": "质量证明文件", "value": WORDS[look.documents]},
        ],
        "verdict": WORDS[look.verdict], "remark": look.remark, "signed_by": look.inspected_by,
        "signed_on": look.inspected_at.astimezone(CHINA).date(),
    }
    return Printed(f"材料进场检验记录-{batch.number}.pdf", uow.tools.printer.pdf("entry_inspection", facts))


def sampling_record(uow: UnitOfWork, batch_id: UUID) -> Printed:
    """见证取样记录 of a batch, every sample a line. Raises NotFound before the first sample. Source: 57号令 第十八条."""
    batch = batch_for(uow, batch_id, Permission.MATERIAL_READ)
    policy.require(uow.actor, Permission.MATERIAL_READ, batch.scope)
    samples = uow.session.scalars(
        select(WitnessedSample).where(WitnessedSample.batch_id == batch_id)
        .order_by(WitnessedSample.taken_at, WitnessedSample.id)
    ).all()
    if not samples:
        raise NotFound(_("该批材料还没有见证取样记录。"))
    facts = {
        "number": batch.code, "project": batch.project.name,
        "fields": [
            {"label": "材料名称", "value": batch.product}, {"label": "规格型号", "value": batch.grade},
            {"label": "炉批号", "value": batch.number},
            {"label": "代表数量", "value": f"{batch.quantity.normalize():f} {batch.unit}"},
        ],
        "samples": [
            {
                "mark": one.mark, "test": test_label(uow, batch, one.test), "count": one.count, "place": one.place,
                "taken_at": one.taken_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"), "sampler": one.sampled_by,
                "witness": one.witnessed_by, "photo": one.photo_sha256[:16],
            } for one in samples
        ],
    }
    return Printed(f"见证取样记录-{batch.number}.pdf", uow.tools.printer.pdf("witnessed_sampling", facts))


def batch_label(uow: UnitOfWork, batch_id: UUID) -> Printed:
    """The label for a delivery, 90 × 55 mm."""
    batch = batch_for(uow, batch_id, Permission.MATERIAL_READ)
    policy.require(uow.actor, Permission.MATERIAL_READ, batch.scope)
    facts = label_facts(uow, batch.code, "材料标识", batch.project.name, batch.product, [
        batch.grade, f"炉批号 {batch.number}", f"{batch.quantity.normalize():f} {batch.unit}",
        f"{batch.arrived_on.isoformat()} 进场", batch.producer_name,
    ])
    return Printed(f"材料标签-{batch.number}.pdf", uow.tools.printer.pdf("material_labels", {"labels": [facts]}))


def component_label(uow: UnitOfWork, component_id: UUID) -> Printed:
    """The label left at a component, 90 × 55 mm."""
    found = component(uow, component_id).component
    policy.require(uow.actor, Permission.MATERIAL_READ, found.scope)
    facts = facts_of_component(uow, found, found.project.name)
    return Printed(f"构件标签-{found.number}.pdf", uow.tools.printer.pdf("material_labels", {"labels": [facts]}))


def component_labels(uow: UnitOfWork, project_id: UUID, word: str, stage: str) -> Printed:
    """The labels of a list of components, one on a page of 90 × 55 mm. Raises NotFound when there are none."""
    listed = components(uow, project_id, word, stage, 0, LABELS)
    policy.require(uow.actor, Permission.MATERIAL_READ, listed.project.scope)
    if not listed.rows:
        raise NotFound(_("没有可打印标签的构件。"))
    labels = [facts_of_component(uow, row.component, listed.project.name) for row in listed.rows]
    return Printed("构件标签.pdf", uow.tools.printer.pdf("material_labels", {"labels": labels}))


def facts_of_component(uow: UnitOfWork, found: Component, project: str) -> dict[str, object]:
    return label_facts(uow, found.code, "预制构件标识", project, found.kind, [f"构件编号 {found.number}", found.plant_name])


def label_facts(uow: UnitOfWork, code: str, title: str, project: str, name: str, lines: list[str]) -> dict[str, object]:
    """What stands on a label: plain values, so that the same label gives the same bytes."""
    return {
        "title": title, "project": project, "name": name, "lines": lines, "code": spoken(code),
        "qr_text": f"{uow.tools.base_url}{ADDRESS}{code}".upper(),
    }
