"""What a recall reaches: the conditions by which a batch falls under one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, true

from registry.materials.models import Batch, Recall
from registry.policy import region_prefix
from registry.projects.models import Project

Target = Recall.Target


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: a batch by number, everything of a firm, or a product; narrowed as far as is known."""

    target: Target
    batch_number: str = ""
    organisation_id: UUID | None = None      # with a batch or a product: its producer
    kind: str = ""
    product: str = ""
    arrived_since: date | None = None
    arrived_until: date | None = None


def reaches(sought: Sought, region: str = "000000") -> ColumnElement[bool]:
    """Return the condition on batches, joined with their projects. Each target has an index of its own."""
    conditions: list[ColumnElement[bool]] = [{
        Target.BATCH: Batch.number == sought.batch_number,
        Target.PRODUCER: Batch.producer_id == sought.organisation_id,
        Target.SUPPLIER: Batch.supplier_id == sought.organisation_id,
        Target.PRODUCT: Batch.product == sought.product,
    }[sought.target]]
    if sought.organisation_id and sought.target in {Target.BATCH, Target.PRODUCT}:
        conditions.append(Batch.producer_id == sought.organisation_id)
    if sought.kind:
        conditions.append(Batch.kind == sought.kind)
    if sought.arrived_since:
        conditions.append(Batch.arrived_on >= sought.arrived_since)
    if sought.arrived_until:
        conditions.append(Batch.arrived_on <= sought.arrived_until)
    prefix = region_prefix(region)
    conditions.append(Project.region.startswith(prefix) if prefix else true())
    return and_(*conditions)


def falls_under() -> ColumnElement[bool]:
    """Return the same as a condition between batches, their projects and recalls, all in the database."""
    region = case(
        (Recall.region == "000000", ""), (Recall.region.like("__0000"), func.left(Recall.region, 2)),
        (Recall.region.like("____00"), func.left(Recall.region, 4)), else_=Recall.region,
    )
    producer = or_(Recall.organisation_id.is_(None), Recall.organisation_id == Batch.producer_id)
    return and_(
        Project.region.startswith(region),
        or_(
            and_(Recall.target == Target.BATCH, Recall.batch_number == Batch.number, producer),
            and_(Recall.target == Target.PRODUCER, Recall.organisation_id == Batch.producer_id),
            and_(Recall.target == Target.SUPPLIER, Recall.organisation_id == Batch.supplier_id),
            and_(Recall.target == Target.PRODUCT, Recall.product == Batch.product, producer),
        ),
        or_(Recall.kind == "", Recall.kind == Batch.kind),
        or_(Recall.arrived_since.is_(None), Batch.arrived_on >= Recall.arrived_since),
        or_(Recall.arrived_until.is_(None), Batch.arrived_on <= Recall.arrived_until),
    )
