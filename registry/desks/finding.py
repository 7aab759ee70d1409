"""Lots by their number and batches of material by 炉批号, from the one box, for those entitled."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.uow import UnitOfWork
from registry.materials.arriving import tidy_number
from registry.materials.models import Batch
from registry.policy import Permission
from registry.projects.models import Project, UnitProject
from registry.works.models import Lot

MOST = 20
LOT_NUMBER = re.compile(r"[0-9]{4,}-[0-9]{1,6}")
HAS_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Found:
    lots: Sequence[Lot]                    # with unit project and project
    batches: Sequence[Batch]               # with project


def found_on_sites(uow: UnitOfWork, typed: str) -> Found:
    """Lots and batches of exactly that number, the latest first. What cannot be a number is not looked for.

    Who only once held a post there does not find them: the pages of lots and batches are not his.
    """
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    number = tidy_number(typed)
    reach = Project.within(replace(policy.reach(uow.actor), person=None))
    lots = uow.session.scalars(
        select(Lot).join(UnitProject, UnitProject.id == Lot.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .options(selectinload(Lot.unit).selectinload(UnitProject.project))
        .where(Lot.number == number, Lot.withdrawn_at.is_(None), reach).order_by(Lot.planned_at.desc(), Lot.id).limit(MOST)
    ).all() if LOT_NUMBER.fullmatch(number) else []
    batches = uow.session.scalars(
        select(Batch).join(Project, Project.id == Batch.project_id).options(selectinload(Batch.project))
        .where(Batch.number == number, reach).order_by(Batch.arrived_on.desc(), Batch.id).limit(MOST)
    ).all() if HAS_DIGIT.search(number) else []
    return Found(lots, batches)
