"""The owner's notice, the meeting at which the leaders sign, and the day of 竣工验收合格.

Source: 建设工程质量管理条例 第十六条; 建质〔2013〕171号 第六、七条; 建质〔2014〕124号.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from registry import policy
from registry.acceptance.accepting import lock_unit
from registry.archives.filing import FileFacts, file_documents
from registry.completion import papers, telling
from registry.completion.gates import GateLine, barring, lines_of
from registry.completion.models import (
    UNIT_IN_FULL,
    Acceptance,
    Ending,
    MeetingNotice,
    Opinion,
    ReportKind,
    Round,
)
from registry.completion.reports import AlreadyAccepted, end_round
from registry.completion.rules import LEADERS, REPORT_WORDS, earliest_meeting
from registry.completion.signing import sign_as
from registry.completion.standing import Standing, standing
from registry.completion.unit_paper import unit_record
from registry.documents import actions as documents
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.calendar import deadline
from registry.pledges.actions import Signing
from registry.pledges.standing import papers_of_one
from registry.policy import Permission
from registry.projects.actions import accept_unit
from registry.projects.correcting import correct_acceptance
from registry.projects.models import Term, UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards.completion import Moment


class ReportsMissing(Conflict):
    code = "completion.reports-missing"


class TooShortNotice(Invalid):
    code = "completion.too-short-notice"


class AlreadyCalled(Conflict):
    code = "completion.already-called"


class NoMeeting(Conflict):
    code = "completion.no-meeting"


class TooEarly(Conflict):
    code = "completion.too-early"


class GatesNotMet(Conflict):
    """The meeting may not be held. `lines` are the conditions that are not met."""

    code = "completion.gates-not-met"

    def __init__(self, lines: Sequence[GateLine]) -> None:
        said = "；".join(
            _("{label}（{missing}）", label=line.label, missing="；".join(line.missing)) if line.missing else line.label
            for line in lines
        )
        super().__init__(_("尚有 {count} 项验收条件未满足：{said}。", count=len(lines), said=said),
                         remedy=_("请在“竣工验收条件”页逐项补齐。"))
        self.lines = tuple(lines)


class AlreadyGiven(Conflict):
    code = "completion.opinion-given"


@dataclass(frozen=True, slots=True)
class Meeting:
    """When, where and by whom acceptance is held. `meets_at` is China Standard Time, "09:30"."""

    meets_on: date
    meets_at: str
    place: str
    members: str               # 验收组名单, one a line


@dataclass(frozen=True, slots=True)
class Voice:
    """What one leader says at the meeting."""

    agrees: bool
    opinion: str


def call_meeting(uow: UnitOfWork, unit_ids: Sequence[UUID], meeting: Meeting) -> list[MeetingNotice]:
    """Tell the station in writing of the meeting at which one or several unit projects are to be accepted.

    Raises ReportsMissing, AlreadyCalled, NoMeeting (no round is open), TooShortNotice with the earliest day.
    Source: 建质〔2013〕171号 第六条（三）: 验收 7 个工作日前书面通知工程质量监督机构.
    """
    meeting_id, made = uow.new_id(), []
    for unit_id in unit_ids:
        unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
        policy.require(uow.actor, Permission.COMPLETION_FILE, unit.scope)
        uow.get(UnitProject, unit_id, lock=True)
        now = standing(uow, unit_id)
        made.append(notice_for(uow, now, ready_round(now), meeting_id, meeting))
        telling.of_meeting(uow, now, meeting.meets_on, meeting.meets_at, meeting.place)
    if not made:
        raise Invalid(_("请选择要验收的单位工程。"), field="units")
    return made


def ready_round(now: Standing) -> Round:
    """The round under way, with its four reports and no notice yet."""
    held = now.open_round
    if held is None:
        raise ReportsMissing(_("{unit}：施工单位尚未提交工程竣工报告。", unit=now.unit.name))
    missing = [
        _("{firm}的{report}", firm=firm.organisation_name, report=REPORT_WORDS[kind])
        for kind in ReportKind for firm in now.due_reports(kind)
    ]
    if missing:
        raise ReportsMissing(_("{unit}尚缺：{missing}。", unit=now.unit.name, missing="、".join(missing)))
    if held.notice is not None:
        raise AlreadyCalled(_("{unit}的竣工验收已定于 {day}。", unit=now.unit.name, day=held.notice.meets_on),
                            remedy=_("改期请先取消原通知。"))
    return held


def notice_for(uow: UnitOfWork, now: Standing, held: Round, meeting_id: UUID, meeting: Meeting) -> MeetingNotice:
    clocks = standards.completion_clocks(uow.session, now.project.region, uow.today)
    earliest = earliest_meeting(uow.today, clocks.content.notice)
    if earliest.due_on is None:
        raise Invalid(_("无法推算最早的验收日期：{why}", why=earliest.explanation), field="meets_on")
    if meeting.meets_on < earliest.due_on:
        raise TooShortNotice(
            _("应当在验收 {period}前通知质量监督机构：今天通知，最早可于 {day} 验收。",
              period=clocks.content.notice, day=earliest.due_on),
            field="meets_on",
        )
    notice = MeetingNotice(
        id=uow.new_id(), round_id=held.id, meeting_id=meeting_id, meets_on=meeting.meets_on, meets_at=meeting.meets_at,
        place=meeting.place, members=meeting.members, clock_id=clocks.edition.id, earliest_on=earliest.due_on,
        notified_on=uow.today, notified_at=uow.at, notified_by_id=uow.actor.account,
    )
    uow.session.add(notice)
    ledger.append(uow, "completion.called", notice)
    return notice


def withdraw_notice(uow: UnitOfWork, unit_id: UUID, reason: str) -> None:
    """Call a meeting off, for one unit project. It stays on record; another one may be called."""
    held = open_round_locked(uow, unit_id, Permission.COMPLETION_FILE)
    notice = held.notice
    if notice is None:
        raise NoMeeting(_("没有已通知的竣工验收。"))
    if held.opinions:
        raise Conflict(_("已有人签署验收意见，不能取消。"), remedy=_("确需重新组织的，请撤回本轮验收。"))
    notice.withdrawn_at, notice.withdrawn_reason = uow.at, reason
    ledger.append(uow, "completion.called-off", notice)
    telling.of_withdrawal(uow, standing(uow, unit_id), reason)


def withdraw_round(uow: UnitOfWork, unit_id: UUID, reason: str) -> Round:
    """Abandon a round. What was handed in stays on record; the next round begins with the contractor's report."""
    held = open_round_locked(uow, unit_id, Permission.COMPLETION_FILE)
    end_round(uow, held, Ending.WITHDRAWN, reason)
    telling.of_withdrawal(uow, standing(uow, unit_id), reason)
    return held


def open_round_locked(uow: UnitOfWork, unit_id: UUID, permission: Permission) -> Round:
    """The round under way as it stands behind the lock of its unit project. Raises NoMeeting without one."""
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, permission, unit.scope)
    uow.get(UnitProject, unit_id, lock=True)
    now = standing(uow, unit_id)
    if now.open_round is None:
        raise NoMeeting(_("没有进行中的竣工验收。"), remedy=_("请先由施工单位提交工程竣工报告。"))
    return now.open_round


def sign_opinion(uow: UnitOfWork, unit_id: UUID, voice: Voice, signing: Signing) -> Opinion:
    """Give one's opinion at the meeting, as the leader of one's firm; the last signature makes the day of acceptance.

    A firm that disagrees ends the round: the parties agree on a way and the meeting is organised anew.
    Raises NoMeeting, TooEarly before its day, GatesNotMet with the list, NotInOffice unless the actor holds the post
    today, AlreadyGiven for a firm that has spoken. Source: 建质〔2013〕171号 第六条; GB 50300-2013 第6.0.6条.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    term = own_office(uow, unit.project_id, tuple(LEADERS.values()), uow.today, unit.number)
    lock_unit(uow, unit_id)                   # nothing below is opened again meanwhile
    uow.get(UnitProject, unit_id, lock=True)  # one signer at a time: whoever is last concludes
    now = standing(uow, unit_id)
    held = meeting_under_way(now)
    refuse_second(held, term)
    lines = lines_of(now, Moment.ACCEPTANCE)
    if voice.agrees and barring(lines):
        raise GatesNotMet(barring(lines))
    opinion = entered(uow, held, term, voice, signing)
    if not voice.agrees:
        end_round(uow, held, Ending.DISAGREED, _("{person}：{words}", person=term.person_name, words=voice.opinion))
        telling.of_disagreement(uow, now)
        return opinion
    given = [*held.opinions, opinion]
    if {firm.id for firm in now.due_opinions()} <= {opinion.participation_id}:
        conclude(uow, now, held, given, lines)
    return opinion


def meeting_under_way(now: Standing) -> Round:
    held = now.open_round
    if held is None and now.accepted_round is not None:
        raise AlreadyAccepted(_("该单位工程已于 {day} 竣工验收合格。", day=now.unit.accepted_on))
    if held is None or held.notice is None:
        raise NoMeeting(_("建设单位尚未通知竣工验收。"), remedy=_("请由建设单位组织验收组，并书面通知质量监督机构。"))
    if now.today < held.notice.meets_on:
        raise TooEarly(_("竣工验收定于 {day}，当日起方可签署验收意见。", day=held.notice.meets_on))
    return held


def refuse_second(held: Round, term: Term) -> None:
    for one in held.opinions:
        if one.participation_id == term.participation_id:
            raise AlreadyGiven(_("{person}已于 {day} 代表{firm}签署验收意见。", person=one.person_name, day=one.signed_on,
                                 firm=term.participation.organisation_name))


def entered(uow: UnitOfWork, held: Round, term: Term, voice: Voice, signing: Signing) -> Opinion:
    given = sign_as(uow, term, signing)
    on_file = papers_of_one(uow.session, term.id).filing is not None
    opinion = Opinion(
        id=uow.new_id(), round_id=held.id, participation_id=term.participation_id, agrees=voice.agrees, opinion=voice.opinion,
        warning="" if on_file else _("签字人的授权书、承诺书未备案，与备案的项目负责人不一致"), **given.columns(uow),
    )
    uow.session.add(opinion)
    ledger.append(uow, "completion.opinion", opinion, files=documents.refs(uow, *filter(None, (given.drawing_sha256,))))
    return opinion


def checked(lines: Sequence[GateLine]) -> list[tuple[str, str, str]]:
    return [(line.label, line.told, _("符合") if line.passed else _("不符合")) for line in lines]


def conclude(uow: UnitOfWork, now: Standing, held: Round, opinions: Sequence[Opinion], lines: Sequence[GateLine]) -> None:
    """All have agreed: print the report and the record, write the day, start the clocks that count from it.

    It follows from the signatures and is nobody's own decision, so the day is written in the name of the registry.
    """
    day = max(one.signed_on for one in opinions)
    report = documents.deposit(uow, uow.tools.printer.pdf(
        "acceptance_report", papers.acceptance_report(now, held, opinions, day, checked(lines))), "application/pdf")
    record = documents.deposit(
        uow, uow.tools.printer.pdf("unit_record", unit_record(now, held, opinions)), "application/pdf")
    clocks = standards.completion_clocks(uow.session, now.project.region, day)
    file_by = deadline(clocks.content.filing, day).due_on
    acceptance = Acceptance(
        id=uow.new_id(), round_id=held.id, accepted_on=day, concluded_at=uow.at, report_sha256=report, record_sha256=record,
        clock_id=clocks.edition.id, file_by=file_by, gates=[[line.rule, line.state.value] for line in lines],
    )
    uow.session.add(acceptance)
    ledger.append(uow, "completion.concluded", acceptance, files=documents.refs(uow, report, record))
    end_round(uow, held, Ending.ACCEPTED, "")
    by_the_registry = replace(uow, actor=SYSTEM)
    if now.unit.accepted_on is None:
        accept_unit(by_the_registry, now.unit.id, day)
    else:
        correct_acceptance(by_the_registry, now.unit.id, day, _("备案机关责令重新组织竣工验收"))
    file_documents(by_the_registry, now.project.id, [
        FileFacts("E1-05", _("{unit}工程竣工验收报告", unit=now.unit.name), report, day, unit_id=now.unit.id),
        FileFacts("C8-02", _("{unit}单位工程质量竣工验收记录", unit=now.unit.name), record, day, unit_id=now.unit.id),
    ])
    telling.of_acceptance(uow, now, deadline(clocks.content.report, day).due_on, file_by)
