"""Build lawful states of the designs: each function does what a user would have done."""

import io
from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from registry.designs.actions import Certificate, ChangeFacts, decide_change, record_change, record_review
from registry.designs.arguing import ArgumentFacts, Expert, Opinion, open_argument
from registry.designs.delivering import Delivery, Handing, SheetFacts, deliver_drawings, hand_out
from registry.designs.models import (
    ArgumentOpinion,
    Decision,
    DesignChange,
    DrawingIssue,
    DrawingReview,
    DrawingSet,
    DrawingSheet,
    Result,
    SchemeArgument,
)
from registry.kernel.actor import Actor
from tests import build as house
from tests.documents.samples import DWG, pdf

DELIVERED = date(2026, 1, 12)
REVIEWED = date(2026, 1, 20)
OFFICES = {"design": "design", "supervision": "supervision", "owner": "owner"}
"""Office that approves a change → role of the firm whose leader holds it."""
serial = count(1)


def sent(data: bytes = b"", name: str = "结施-01 图纸.pdf", media_type: str = "application/pdf") -> FileStorage:
    return FileStorage(io.BytesIO(data or pdf()), name, content_type=media_type)


def dwg(name: str = "结施-01 图纸.dwg") -> FileStorage:
    return sent(DWG, name, "image/vnd.dwg")


def firm_id(made: house.Site, role: str) -> UUID:
    return house.term_of(made, role).participation_id


def sheets(*numbers: str) -> tuple[SheetFacts, ...]:
    return tuple(SheetFacts(number, f"{number} 图", sent(name=f"{number}.pdf")) for number in numbers or ("结施-01",))


def delivery(made: house.Site, **changed: object) -> Delivery:
    facts: dict[str, object] = {
        "discipline": "structure", "stage": "construction", "title": "1 号楼结构施工图", "number": "SJ-2026-01",
        "participation_id": firm_id(made, "design"), "delivered_on": DELIVERED, "sheets": sheets(), "unit_id": made.unit,
    }
    return Delivery(**(facts | changed))  # type: ignore[arg-type]  # each test changes what it is about


def delivered(made: house.Site, actor: Actor | None = None, **changed: object) -> DrawingSet:
    """The designer's leader delivers a set."""
    facts = delivery(made, **changed)
    with made.units.writing(actor or made.leaders["design"]) as uow:
        return deliver_drawings(uow, made.project, facts)


def reviewed(
    made: house.Site, *sets: UUID, on: date = REVIEWED, result: Result = Result.QUALIFIED,
    changes: tuple[UUID, ...] = (), actor: Actor | None = None, number: str = "",
) -> DrawingReview:
    """The owner's filer records a certificate, or a refusal."""
    number = number or f"鲁审-{next(serial):04d}"
    with made.units.writing(actor or made.filer) as uow:
        return record_review(uow, made.project, Certificate(
            number, "泉城施工图审查中心", ("韩审查", "杨复核"), result, on,
            sent(name="审查合格书.pdf"), sets, changes,
            "" if result is Result.QUALIFIED else "配筋率不足，见意见 3 条。",
        ))


def handed_out(made: house.Site, set_id: UUID, on: date, explanation: str = "") -> DrawingIssue:
    with made.units.writing(made.filer) as uow:
        return hand_out(uow, set_id, Handing(firm_id(made, "contractor"), on, explanation))


def change_facts(made: house.Site, **changed: object) -> ChangeFacts:
    facts: dict[str, object] = {
        "kind": "design-change", "number": f"变-{next(serial):03d}", "reason": "甲方调整功能",
        "content": "三层 A 轴隔墙改为轻质墙",
        "parts": ("0301",), "asked_by": "owner", "participation_id": firm_id(made, "design"),
        "effective_on": date(2026, 3, 2), "file": sent(name="设计变更单.pdf"),
        "unit_id": made.unit,
    }
    return ChangeFacts(**(facts | changed))  # type: ignore[arg-type]  # each test changes what it is about


def changed(made: house.Site, actor: Actor | None = None, **facts: object) -> DesignChange:
    """The designer's leader draws up a change."""
    drawn = change_facts(made, **facts)
    with made.units.writing(actor or made.leaders["design"]) as uow:
        return record_change(uow, made.project, drawn)


def approved(made: house.Site, change_id: UUID, *offices: str) -> None:
    """Those offices, or all of them, agree."""
    for office in offices or tuple(OFFICES):
        with made.units.writing(made.leaders[OFFICES[office]]) as uow:
            decide_change(uow, change_id, office, Decision.APPROVED)


EXPERTS = tuple(
    Expert(name, "教授级高级工程师", "岩土工程", "省勘察设计协会") for name in ("甲专家", "乙专家", "丙专家", "丁专家", "戊专家")
)


def argued(
    made: house.Site, opinions: tuple[Opinion, ...] = (Opinion("补充监测方案", "甲专家"),), on: date = date(2026, 2, 1),
) -> SchemeArgument:
    """The contractor's leader puts an argument about a deep pit on record."""
    with made.units.writing(made.leaders["contractor"]) as uow:
        return open_argument(uow, made.project, ArgumentFacts(
            "deep-pit", "1 号楼深基坑支护专项施工方案", firm_id(made, "contractor"), on, EXPERTS, opinions,
            made.unit,
        ))


def drawn_up(made: house.Site) -> dict[str, UUID | str]:
    """One of everything, by the names that addresses use: delivered, reviewed, changed, argued, on the day it is."""
    with made.units.reading(made.officer) as uow:
        today = uow.today
    drawings = delivered(made, delivered_on=today)
    review = reviewed(made, drawings.id, on=today)
    change = changed(made, effective_on=today)
    with made.units.writing(made.leaders["design"]) as uow:
        argument = open_argument(uow, made.project, ArgumentFacts(
            "scheme", "总平面方案", firm_id(made, "design"), today, EXPERTS, (Opinion("核对退界"),),
        ))
    with made.units.reading(made.officer) as uow:
        sheet = uow.session.scalars(select(DrawingSheet.id).where(DrawingSheet.set_id == drawings.id)).one()
        opinion = uow.session.scalars(select(ArgumentOpinion.id).where(ArgumentOpinion.argument_id == argument.id)).one()
    return {
        "set_id": drawings.id, "review_id": review.id, "change_id": change.id, "argument_id": argument.id,
        "sheet_id": sheet, "opinion_id": opinion, "office": "design",
    }
