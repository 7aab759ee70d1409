"""Who is told what comes next: each step of completion notices the next to act."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from registry.accounts.holders import has_account, holders, officers_near
from registry.completion.models import ReportKind
from registry.completion.rules import LEADERS, REPORT_WORDS, REPORTS
from registry.completion.standing import Standing
from registry.kernel.actor import Role
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.notices.actions import Message, mark_done, notify

MEETING = ("meeting", "to-sign")
"""What a meeting asks of those who come."""


def page_of(now: Standing) -> str:
    return f"/units/{now.unit.id}/completion"


def tell(uow: UnitOfWork, now: Standing, people: Iterable[UUID], kind: str, title: str, due_on: date | None = None) -> None:
    """Notice people of the next step, as far as they have an account to be told in."""
    message = Message(
        f"completion.{kind}", page_of(now), title, _("{project}，{unit}。", project=now.project.name, unit=now.unit.name), due_on,
    )
    for person_id in dict.fromkeys(people):
        if has_account(uow.session, person_id):
            notify(uow, person_id, message)


def over(uow: UnitOfWork, now: Standing, *kinds: str, person_id: UUID | None = None) -> None:
    """What these notices asked for is done, by everybody or by that person."""
    for kind in kinds:
        mark_done(uow, f"completion.{kind}", page_of(now), person_id)


def leaders(now: Standing, posts: Iterable[str]) -> list[UUID]:
    return [term.person_id for post in posts for _firm, term in now.holders(post)]


def filers(uow: UnitOfWork, now: Standing) -> list[UUID]:
    """The owner's filers, and its leader."""
    own = [person for firm in now.firms("owner") for person in holders(uow.session, firm.organisation_id, Role.FIRM_FILER)]
    return [*own, *leaders(now, ("owner-leader",))]


def after_report(uow: UnitOfWork, now: Standing, kind: ReportKind) -> None:
    """The contractor's report calls for the others; the last of them for the owner's meeting."""
    over(uow, now, f"to-report.{kind.value}", person_id=uow.actor.person)
    if kind is ReportKind.CONTRACTOR:
        for other in (ReportKind.SUPERVISION, ReportKind.SURVEY, ReportKind.DESIGN):
            tell(uow, now, leaders(now, REPORTS[other]), f"to-report.{other.value}",
                 _("施工单位已提交工程竣工报告，请签署{report}", report=REPORT_WORDS[other]))
        return
    tell(uow, now, filers(uow, now), "to-call", _("{report}已提交，齐备后请组织竣工验收", report=REPORT_WORDS[kind]))


def of_meeting(uow: UnitOfWork, now: Standing, meets_on: date, meets_at: str, place: str) -> None:
    """The station is told of the meeting, and so is everybody who will sign."""
    over(uow, now, "to-call")
    title = _("竣工验收定于 {day} {at}，{place}", day=meets_on, at=meets_at, place=place)
    tell(uow, now, officers_near(uow.session, now.project.region), "meeting", title, meets_on)
    tell(uow, now, leaders(now, LEADERS.values()), "to-sign", title, meets_on)


def of_withdrawal(uow: UnitOfWork, now: Standing, reason: str) -> None:
    over(uow, now, *MEETING)
    title = _("竣工验收已取消：{reason}", reason=reason)
    tell(uow, now, officers_near(uow.session, now.project.region), "called-off", title)
    tell(uow, now, leaders(now, LEADERS.values()), "called-off", title)


def of_disagreement(uow: UnitOfWork, now: Standing) -> None:
    over(uow, now, *MEETING)
    title = _("竣工验收未通过：参加验收的各方意见不一致，请协商处理后重新组织")
    tell(uow, now, filers(uow, now), "disagreed", title)
    tell(uow, now, leaders(now, LEADERS.values()), "disagreed", title)


def of_acceptance(uow: UnitOfWork, now: Standing, report_by: date | None, file_by: date | None) -> None:
    over(uow, now, *MEETING)
    tell(uow, now, officers_near(uow.session, now.project.region), "to-record", _("竣工验收合格，请记录验收监督情况"), report_by)
    tell(uow, now, filers(uow, now), "to-file", _("竣工验收合格，请办理竣工验收备案"), file_by)


def of_filing(uow: UnitOfWork, now: Standing, answer_by: date | None) -> None:
    tell(uow, now, officers_near(uow.session, now.project.region), "to-receive", _("竣工验收备案已报送，请办理"), answer_by)


def of_receipt(uow: UnitOfWork, now: Standing, number: str) -> None:
    tell(uow, now, filers(uow, now), "received", _("竣工验收备案已收讫，备案号 {number}", number=number))


def of_order(uow: UnitOfWork, now: Standing) -> None:
    title = _("备案机关责令停止使用，重新组织竣工验收")
    tell(uow, now, filers(uow, now), "reordered", title)
    tell(uow, now, leaders(now, LEADERS.values()), "reordered", title)
