"""What of the construction process waits for the actor, from all storeys: each group only where he may act.

Every group costs the same few SELECTs however many projects there are, and lists the first few with a count.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.waiting import meetings, waiting_for_me
from registry.archives.models import Handover
from registry.completion.models import Acceptance, CompletionFiling, ReportKind, Round
from registry.completion.queries import queue
from registry.completion.rules import LEADERS, REPORT_WORDS, REPORTS
from registry.designs.models import Decision, DesignChange
from registry.designs.standing import kind_of
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.materials.models import (
    Approval,
    Batch,
    EntryInspection,
    Recall,
    RecallNotice,
    ReportBatch,
    TestReport,
)
from registry.materials.offices import APPROVERS, DISPOSERS, INSPECTORS
from registry.materials.reach import falls_under
from registry.materials.rules import FAILURES, Hold, HoldKey, Verdict
from registry.materials.standing import holds
from registry.policy import Permission
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.standards import handbook as standards
from registry.works.marking import ACCEPTERS, CHECKERS
from registry.works.models import Lot, Mark, PlanReview, SiteCheck
from registry.works.models import Verdict as MarkVerdict
from registry.works.reviewing import REVIEWERS

SHOWN = 5
MOST_LOOKED_AT = 200  # batches, the oldest first, and changes, the latest first
LOT_LABEL = Lot.number + " " + Lot.place


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    about: str                         # project and unit project
    link: str


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one sort that wait. `act` is what the button says; `more` is where all of them stand, "" for nowhere."""

    title: str
    act: str
    items: Sequence[Item]
    count: int
    more: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """One office the actor holds today."""

    term: UUID
    firm: UUID
    role: str
    project: UUID
    units: Sequence[str]               # numbers; none: the whole project
    post: str

    def reaches(self, unit_number: str) -> bool:
        return not self.units or unit_number in self.units


def waiting(uow: UnitOfWork) -> list[Group]:
    """What waits for the actor, what he must sign first."""
    policy.require(uow.actor, Permission.DESK_OPEN, policy.ANYWHERE)
    held = offices(uow)
    ways: list[Callable[[UnitOfWork, Sequence[Office]], Iterable[Group]]] = []
    if held:
        ways += [of_acceptance, of_marks, of_lots, of_beginnings, of_materials, of_changes, of_rounds, of_recalls]
    if policy.holds_anywhere(uow.actor, Permission.STATION_RECORD):
        ways.append(of_station)
    if policy.holds_anywhere(uow.actor, Permission.COMPLETION_FILE):
        ways.append(of_owner)
    if policy.holds_anywhere(uow.actor, Permission.ARCHIVE_RECEIVE):
        ways.append(of_archive)
    if held or policy.holds_anywhere(uow.actor, Permission.STATION_RECORD):
        ways.append(of_meetings)
    return [group for way in ways for group in way(uow, held) if group.count]


def offices(uow: UnitOfWork) -> list[Office]:
    """The offices the actor holds today, on the sites of projects that are not accepted yet and of those that are."""
    if uow.actor.person is None:
        return []
    rows = uow.session.execute(
        select(Term.id, Participation.id, Participation.role, Participation.project_id, Participation.unit_numbers, Term.post)
        .join(Participation, Participation.id == Term.participation_id)
        .where(
            Term.person_id == uow.actor.person, Term.corrected_by_id.is_(None), Term.since <= uow.today,
            Participation.organisation_id == uow.actor.organisation,
            or_(Term.until.is_(None), Term.until >= uow.today),
            or_(Participation.until.is_(None), Participation.until >= uow.today),
        ).order_by(Term.since, Term.id)
    )
    return [Office(*row) for row in rows]


def where_held(held: Iterable[Office], posts: Collection[str]) -> ColumnElement[bool] | None:
    """The condition on projects and their units by which one holds any of those posts there; None for nowhere."""
    ways = [
        and_(Project.id == one.project, UnitProject.number.in_(one.units)) if one.units else Project.id == one.project
        for one in held if one.post in posts
    ]
    return or_(*ways) if ways else None


def group_of(uow: UnitOfWork, asked: Select[*tuple[Any, ...]], title: str, act: str, link: Callable[[UUID], str]) -> Group:
    """A group from a SELECT of (id, label, project, unit) in its order; its length comes with its first rows."""
    rows = uow.session.execute(asked.add_columns(func.count().over()).limit(SHOWN)).all()
    items = [Item(row[1], f"{row[2]} · {row[3]}" if row[3] else row[2], link(row[0])) for row in rows]
    return Group(title, act, items, rows[0][-1] if rows else 0)


def of_acceptance(uow: UnitOfWork, _held: Sequence[Office]) -> Iterable[Group]:
    found = waiting_for_me(uow)
    items = [Item(one.label, f"{one.project} · {one.unit}", one.link) for one in found[:SHOWN]]
    yield Group(_("待我签字的验收"), _("去签字"), items, len(found))


def of_marks(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    """Marks that wait for the supervision engineer."""
    here = where_held(held, ACCEPTERS)
    if here is not None:
        asked = (
            in_unit(select(Mark.id, LOT_LABEL, Project.name, UnitProject.name).join(Lot, Lot.id == Mark.lot_id))
            .where(here, Mark.superseded_at.is_(None), Mark.verdict.is_(None), Lot.withdrawn_at.is_(None))
            .order_by(Mark.made_at, Mark.id)
        )
        yield group_of(uow, asked, _("待我验收的责任标识"), _("去验收"), lambda mark: f"/marks/{mark}")


def of_beginnings(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    """What comes before the first lot: how a site is managed, and plans of lots the supervision has not gone through."""
    rows = uow.session.execute(
        select(SiteCheck.id, Participation.organisation_name, Project.name, Project.id, Project.region)
        .join(Participation, Participation.id == SiteCheck.participation_id).join(Project, Project.id == SiteCheck.project_id)
        .where(SiteCheck.project_id.in_({one.project for one in held}), SiteCheck.verdict.is_(None))
        .order_by(SiteCheck.filled_at, SiteCheck.id)
    ).all()
    posts = {(one.project, one.post) for one in held}
    mine = [
        Item(firm, name, f"/site-checks/{check}") for check, firm, name, project, region in rows
        if any((project, post) in posts for post in standards.site_rule(uow.session, region, uow.today).checks)
    ]
    yield Group(_("待检查的施工现场质量管理"), _("去检查"), mine[:SHOWN], len(mine))
    here = where_held(held, REVIEWERS)
    if here is not None:
        changed = func.max(func.greatest(Lot.planned_at, Lot.withdrawn_at))
        seen = (
            select(func.max(PlanReview.reviewed_at)).where(PlanReview.unit_project_id == UnitProject.id)
            .correlate(UnitProject).scalar_subquery()
        )
        asked = (
            in_unit(select(UnitProject.id, UnitProject.name, Project.name, literal("")).select_from(Lot)).where(here)
            .group_by(UnitProject.id, Project.id).having(func.count().filter(Lot.withdrawn_at.is_(None)) > 0)
            .having(or_(seen.is_(None), seen < changed)).order_by(changed, UnitProject.id)
        )
        yield group_of(uow, asked, _("待审核的检验批划分方案"), _("去审核"), lambda unit: f"/units/{unit}/works/review")


def of_lots(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    """Lots due and not marked, or marked and refused."""
    here = where_held(held, CHECKERS)
    if here is not None:
        standing = (Mark.lot_id == Lot.id) & (Mark.step == "") & Mark.superseded_at.is_(None)
        asked = (
            in_unit(select(Lot.id, LOT_LABEL, Project.name, UnitProject.name).outerjoin(Mark, standing))
            .where(here, Lot.withdrawn_at.is_(None), or_(
                and_(Lot.due_on <= uow.today, Mark.id.is_(None)), Mark.verdict == MarkVerdict.FAILED,
            )).order_by(Lot.due_on, Lot.number, Lot.id)
        )
        yield group_of(uow, asked, _("待标识的检验批"), _("去标识"), lambda lot: f"/lots/{lot}/mark")


def in_unit(asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return asked.join(UnitProject, UnitProject.id == Lot.unit_project_id).join(Project, Project.id == UnitProject.project_id)


def of_materials(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    """Batches to inspect, to approve, and those found bad that somebody must deal with."""
    inspects, approves, disposes = (
        {one.project for one in held if one.post in posts} for posts in (INSPECTORS, APPROVERS, DISPOSERS)
    )
    label = Batch.product + " " + Batch.number
    if inspects:
        asked = (
            select(Batch.id, label, Project.name, literal("")).join(Project, Project.id == Batch.project_id)
            .where(Project.id.in_(inspects), ~select(EntryInspection.id).where(EntryInspection.batch_id == Batch.id).exists())
            .order_by(Batch.arrived_on, Batch.id)
        )
        yield group_of(uow, asked, _("待进场检验的材料"), _("去检验"), lambda batch: f"/batches/{batch}/inspection")
    if approves | disposes:
        yield from judged(uow, approves, disposes)


def judged(uow: UnitOfWork, approves: set[UUID], disposes: set[UUID]) -> Iterable[Group]:
    rows = uow.session.execute(
        select(Batch.id, Batch.product + " " + Batch.number, Project.name, Project.id)
        .join(Project, Project.id == Batch.project_id)
        .where(or_(and_(Project.id.in_(approves), UNAPPROVED), and_(Project.id.in_(disposes), SUSPECT)))
        .order_by(Batch.arrived_on, Batch.id).limit(MOST_LOOKED_AT)
    ).all()
    reasons = holds(uow.session, [row[0] for row in rows])
    to_approve = [row for row in rows if row[3] in approves and only_approval(reasons[row[0]])]
    bad = [row for row in rows if row[3] in disposes and found_bad(reasons[row[0]])]
    yield Group(_("待监理审查的材料"), _("去审查"), [
        Item(row[1], row[2], f"/batches/{row[0]}/approval") for row in to_approve[:SHOWN]], len(to_approve))
    yield Group(_("不合格或被召回、待处置的材料"), _("去处置"), [
        Item(row[1], f"{row[2]} · {reasons[row[0]][0].label}", f"/batches/{row[0]}") for row in bad[:SHOWN]], len(bad))


UNAPPROVED = and_(
    select(EntryInspection.id).where(EntryInspection.batch_id == Batch.id).exists(),
    ~select(Approval.id).where(Approval.batch_id == Batch.id).exists(),
)
SUSPECT = or_(
    select(EntryInspection.id).where(EntryInspection.batch_id == Batch.id, EntryInspection.verdict == Verdict.FAILED).exists(),
    select(Approval.id).where(Approval.batch_id == Batch.id, Approval.verdict == Verdict.FAILED).exists(),
    select(ReportBatch.id).join(TestReport, TestReport.id == ReportBatch.report_id)
    .where(ReportBatch.batch_id == Batch.id, TestReport.verdict == Verdict.FAILED).exists(),
    select(Recall.id).where(falls_under(), Recall.lifted_at.is_(None)).correlate(Batch, Project).exists(),
)


def only_approval(found: Sequence[Hold]) -> bool:
    barring = [hold for hold in found if hold.bars_use]
    return bool(barring) and all(hold.key is HoldKey.APPROVAL for hold in barring)


def found_bad(found: Sequence[Hold]) -> bool:
    keys = {hold.key for hold in found}
    return HoldKey.REMOVED not in keys and bool(keys & (FAILURES | {HoldKey.RECALLED}))


def of_changes(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    """Design changes one of the actor's offices has not spoken on."""
    posts = {(one.project, one.post) for one in held}
    changes = uow.session.scalars(
        select(DesignChange)
        .options(selectinload(DesignChange.approvals), selectinload(DesignChange.unit), selectinload(DesignChange.project))
        .where(DesignChange.project_id.in_({one.project for one in held}), DesignChange.withdrawn_at.is_(None))
        .order_by(DesignChange.recorded_at.desc(), DesignChange.id).limit(MOST_LOOKED_AT)
    ).all()
    items = []
    for change in changes:
        kind, given = kind_of(uow.session, change), {one.office for one in change.approvals}
        refused = any(one.decision is Decision.REFUSED for one in change.approvals)
        asked = [] if kind is None or refused else [office for office in kind.approvals if office.key not in given]
        mine = [office for office in asked if any((change.project_id, post) in posts for post in office.posts)]
        if mine:
            unit = f" · {change.unit.name}" if change.unit else ""
            items.append(Item(f"{change.number} {change.content}"[:60], f"{change.project.name}{unit}",
                              f"/design-changes/{change.id}#{mine[0].key}"))
    yield Group(_("待我会签的设计变更"), _("去会签"), items[:SHOWN], len(items))


def of_rounds(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    """Reports and opinions that leaders owe in rounds of completion under way."""
    leaders = [one for one in held if one.post in LEADERS.values()]
    rounds = uow.session.scalars(
        select(Round).join(UnitProject, UnitProject.id == Round.unit_project_id)
        .options(selectinload(Round.reports), selectinload(Round.notices), selectinload(Round.opinions),
                 selectinload(Round.unit).selectinload(UnitProject.project))
        .where(UnitProject.project_id.in_({one.project for one in leaders}), Round.ended_at.is_(None))
        .order_by(Round.opened_at, Round.id)
    ).all() if leaders else []
    items = [
        Item(label, f"{one.unit.project.name} · {one.unit.name}", f"/units/{one.unit_project_id}/completion{path}")
        for one in rounds for office in leaders
        if one.unit.project_id == office.project and office.reaches(one.unit.number)
        for label, path in owed(uow, one, office)
    ]
    yield Group(_("竣工验收待我签署"), _("去签署"), items[:SHOWN], len(items))


def owed(uow: UnitOfWork, held: Round, office: Office) -> Iterable[tuple[str, str]]:
    """What one leader owes a round: his report, once the contractor's is there, and his opinion, from the day of the meeting."""
    reported = {one.kind for one in held.reports}
    for kind, posts in REPORTS.items():
        due = kind is ReportKind.CONTRACTOR or ReportKind.CONTRACTOR in reported
        given = any(one.kind is kind and one.participation_id == office.firm for one in held.reports)
        if office.post in posts and due and not given:
            yield str(REPORT_WORDS[kind]), f"/reports/{kind.value}"
    spoken = any(one.participation_id == office.firm for one in held.opinions)
    if held.notice is not None and uow.today >= held.notice.meets_on and not spoken:
        yield _("验收意见"), "/opinion"


def of_recalls(uow: UnitOfWork, held: Sequence[Office]) -> Iterable[Group]:
    asked = (
        select(RecallNotice.id, Recall.number + " " + Recall.reason, Project.name, literal(""))
        .join(Recall, Recall.id == RecallNotice.recall_id).join(Project, Project.id == RecallNotice.project_id)
        .where(Project.id.in_({one.project for one in held}), RecallNotice.answered_at.is_(None), Recall.lifted_at.is_(None))
        .order_by(RecallNotice.sent_at, RecallNotice.id)
    )
    yield group_of(uow, asked, _("待回复的材料召回"), _("去回复"), lambda notice: f"/recall-notices/{notice}")


def of_station(uow: UnitOfWork, _held: Sequence[Office]) -> Iterable[Group]:
    """Filings to receive, acceptances to record, meetings the station was told of."""
    found = queue(uow)
    filed = [(one, f"/completion-filings/{one.filing.id}") for one in found.filings if one.filing]
    seen = [(one, f"/units/{one.unit_project_id}/completion/oversight") for one in found.unrecorded]
    called = [(one, f"/units/{one.unit_project_id}/completion") for one in found.meetings]
    for title, act, rounds in (
        (_("待受理的竣工验收备案"), _("去受理"), filed), (_("待记录的竣工验收监督"), _("去记录"), seen),
        (_("收到的竣工验收通知"), _("查看"), called),
    ):
        yield Group(title, act, [
            Item(_("第 {number} 次验收", number=one.number), f"{one.unit.project.name} · {one.unit.name}", link)
            for one, link in rounds[:SHOWN]
        ], len(rounds), "/completion")


def of_owner(uow: UnitOfWork, _held: Sequence[Office]) -> Iterable[Group]:
    """What the owner's filer has to hand in after acceptance."""
    owner = select(Participation.project_id).where(
        Participation.organisation_id == uow.actor.organisation, Participation.role == "owner")
    asked = (
        select(UnitProject.id, _("备案期限：") + func.to_char(Acceptance.file_by, "YYYY-MM-DD"), Project.name, UnitProject.name)
        .select_from(Acceptance).join(Round, Round.id == Acceptance.round_id)
        .join(UnitProject, UnitProject.id == Round.unit_project_id).join(Project, Project.id == UnitProject.project_id)
        .where(Project.id.in_(owner), ~select(CompletionFiling.id).where(CompletionFiling.round_id == Round.id).exists())
        .order_by(Acceptance.file_by, Acceptance.id)
    )
    yield group_of(uow, asked, _("待报送的竣工验收备案"), _("去报送"), lambda unit: f"/units/{unit}/completion/filing")


def of_archive(uow: UnitOfWork, _held: Sequence[Office]) -> Iterable[Group]:
    asked = (
        select(Handover.id, Handover.number, Project.name, literal(""))
        .join(Project, Project.id == Handover.project_id)
        .where(
            Project.within(policy.reach(uow.actor)), Handover.sent_at.is_not(None), Handover.received_at.is_(None),
            Handover.returned_at.is_(None), Handover.failed_at.is_(None),
        ).order_by(Handover.sent_at, Handover.id)
    )
    yield group_of(uow, asked, _("待接收的工程档案"), _("去接收"), lambda handover: f"/handovers/{handover}")


def of_meetings(uow: UnitOfWork, _held: Sequence[Office]) -> Iterable[Group]:
    found = meetings(uow)
    yield Group(_("近期的验收和隐蔽检查"), _("查看"), [
        Item(f"{one.at.astimezone(CHINA):%m-%d %H:%M} {one.label}", f"{one.project} · {one.unit}", one.link)
        for one in found[:SHOWN]
    ], len(found), "/acceptance-meetings")
