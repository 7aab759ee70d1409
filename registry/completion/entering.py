"""The day of acceptance of a building that was finished before the registry knew its construction.

A unit project whose lots or reports are in the registry is accepted by its flow alone; see actions.py.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, or_, select

from registry import policy
from registry.completion.models import UNIT_IN_FULL, Round
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.actions import accept_unit
from registry.projects.models import UnitProject
from registry.works.models import Lot


class ByItsFlow(Conflict):
    code = "completion.by-its-flow"


def enter_acceptance_day(uow: UnitOfWork, unit_id: UUID, accepted_on: date) -> UnitProject:
    """Enter the day by hand, from the papers of a building the registry did not see built.

    Raises ByItsFlow once lots are laid out or a round of acceptance was opened, and whatever `accept_unit` does.
    Source: 建设工程质量管理条例 第十六条: accepted is what its conditions and its parties have made accepted.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    uow.get(UnitProject, unit_id, lock=True)  # a round that is being opened comes first
    if flows(uow, unit_id):
        raise ByItsFlow(
            _("{unit}的施工过程已在系统中登记，竣工验收合格日期由各方签署验收意见产生，不能直接填写。", unit=unit.name),
            remedy=_("请在“竣工验收与备案”页由施工单位提交工程竣工报告，再由建设单位组织验收。"),
        )
    return accept_unit(uow, unit_id, accepted_on)


def flows(uow: UnitOfWork, unit_id: UUID) -> bool:
    """Whether the registry saw the unit project being built, so that its acceptance is its flow's."""
    found = uow.session.scalar(select(or_(
        exists().where(Lot.unit_project_id == unit_id, Lot.withdrawn_at.is_(None)),
        exists().where(Round.unit_project_id == unit_id),
    )))
    return bool(found)


def unit_to_enter(uow: UnitOfWork, unit_id: UUID) -> tuple[UnitProject, bool]:
    """The unit project whose day somebody wants to enter, and whether its flow alone may give it."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    return unit, flows(uow, unit_id)
