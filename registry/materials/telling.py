"""Who is told when a material fails or is recalled: the leaders in office, and those who act for their firms."""

from uuid import UUID

from registry.accounts.holders import holders
from registry.kernel.actor import Role
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.materials.models import Batch, TestReport
from registry.notices.actions import Message, notify
from registry.projects.models import Project
from registry.projects.offices import in_office

TOLD = ("owner-leader", "project-manager", "chief-supervisor", "site/supervision-engineer", "site/materials-clerk")
ROLES_TOLD = frozenset({"owner", "contractor", "general-contractor"})


def tell(uow: UnitOfWork, project: Project, message: Message) -> int:
    """Send a notice to everybody of a project whom materials concern, once each; return how many. Needs the firms loaded."""
    people: dict[UUID, None] = {}
    for term in in_office(uow.session, project.id, TOLD, uow.today):
        people[term.person_id] = None
    for firm in project.participations:
        if firm.role in ROLES_TOLD and (firm.until is None or firm.until >= uow.today):
            people |= dict.fromkeys(holders(uow.session, firm.organisation_id, Role.FIRM_FILER))
    for person in people:
        notify(uow, person, message)
    return len(people)


def tell_of_failure(uow: UnitOfWork, project: Project, report: TestReport, batch: Batch) -> int:
    return tell(uow, project, Message(
        "material.failed", f"/batches/{batch.id}",
        _("材料检验不合格：{product} {number}", product=batch.product, number=batch.number),
        _("{project}：报告 {report} 不合格，所代表的进场批及使用它的检验批已暂停。请退场、降级或按标准复检。",
          project=project.name, report=report.number),
    ))
