"""What must not be forgotten: are all files still what they were, and whose archive is due at the urban archive?"""

from datetime import datetime, time, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import holders
from registry.accounts.models import Account, AccountState, Grant
from registry.archives.models import Handover
from registry.archives.queries import handover_clock
from registry.documents import fixity
from registry.kernel import jobs
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.jobs import Job
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork, Units
from registry.notices import actions as notices
from registry.policy import ANYWHERE, Permission
from registry.projects.models import Project, UnitProject

IN_DAYS = 30                       # every object is re-hashed within so many days
AHEAD = timedelta(days=30)         # how long before the last day an owner is reminded
MOST = 500                         # hand-overs reminded of in one round
GUARDS = (Role.SYSTEM_ADMIN, Role.STATION_HEAD)


def ask_for_fixity(units: Units) -> None:
    """Have this day's part of the store re-hashed, once a day: a long work, and so a job and no round."""
    with units.writing(SYSTEM) as uow:
        begun = datetime.combine(uow.today, time(), CHINA)
        uow.lock("archives.fixity")
        if not uow.session.scalar(select(exists().where(Job.kind == "archives.fixity", Job.created_at >= begun))):
            jobs.enqueue(uow, "archives.fixity")


def check_fixity(uow: UnitOfWork) -> None:
    """Re-hash this day's part of all objects, and raise the alarm when one is missing or altered. Background work.

    Raises Unavailable when the store does not answer: tried again later.
    """
    policy.require(uow.actor, Permission.ARCHIVE_FILE, ANYWHERE)
    report = fixity.check(Units(uow.session.get_bind(), uow.tools), 1 / IN_DAYS)
    if report.damaged:
        raise_alarm(uow, report)


def raise_alarm(uow: UnitOfWork, report: fixity.Report) -> None:
    """Tell the system administrators and the heads of the stations, by number and never by name of a file."""
    policy.require(uow.actor, Permission.ARCHIVE_FILE, ANYWHERE)
    people = uow.session.scalars(
        select(Account.person_id).distinct().join(Grant, Grant.account_id == Account.id).where(
            Grant.role.in_(GUARDS), Grant.until.is_(None), Account.state == AccountState.ACTIVE,
            Account.person_id.is_not(None),
        )
    )
    said = _("缺失 {missing} 份，改动 {altered} 份，读不出 {unreadable} 份。请运行 flask storage fixity 查看并从备份恢复。",
             missing=len(report.missing), altered=len(report.altered), unreadable=len(report.unreadable))
    for person_id in sorted(one for one in people if one is not None):
        notices.notify(uow, person_id, notices.Message("storage.damaged", "/notices", _("文件存储核对发现异常"), said))


def remind_owners(units: Units) -> int:
    """Remind owners whose archive is due within AHEAD, or overdue; return how many people were told today."""
    with units.writing(SYSTEM) as uow:
        return sum(remind_owner(uow, project) for project in not_handed_over(uow))


def not_handed_over(uow: UnitOfWork) -> list[Project]:
    """Projects of which nothing is left to be accepted and no archive is on its way or received."""
    policy.require(uow.actor, Permission.ARCHIVE_FILE, ANYWHERE)
    going = exists().where(Handover.project_id == Project.id, Handover.sent_at.is_not(None), Handover.returned_at.is_(None))
    left = exists().where(UnitProject.project_id == Project.id, UnitProject.accepted_on.is_(None))
    rows = uow.session.scalars(
        select(Project).options(selectinload(Project.units), selectinload(Project.participations))
        .where(Project.accepted_on.is_not(None) | ~left, ~going).order_by(Project.id)
    )
    return [project for project in rows if is_due(uow, project)][:MOST]


def is_due(uow: UnitOfWork, project: Project) -> bool:
    clock = handover_clock(uow, project)
    return clock is not None and clock.due_on is not None and clock.due_on <= uow.today + AHEAD


def remind_owner(uow: UnitOfWork, project: Project) -> int:
    clock, owner = handover_clock(uow, project), project.scope.owner
    if clock is None or owner is None:
        return 0
    title = _("工程档案移交已逾期") if clock.is_past(uow.today) else _("工程档案移交即将到期")
    people = holders(uow.session, owner, Role.FIRM_FILER)
    for person_id in people:
        notices.notify(uow, person_id, notices.Message(
            "archive.due", f"/projects/{project.id}/archives", title, project.name, clock.due_on))
    return len(people)
