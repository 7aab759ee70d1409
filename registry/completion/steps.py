"""The way of a unit project through completion, step by step: what is done, by whom, when, and whose turn it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry import policy
from registry.completion.models import ReportKind, Round
from registry.completion.rules import LEADERS, REPORT_WORDS, REPORTS
from registry.completion.standing import Standing
from registry.kernel.actor import Actor
from registry.kernel.text import _
from registry.notices.calendar import deadline
from registry.pledges.rules import ON_FILE
from registry.policy import Permission
from registry.projects.models import Participation
from registry.standards import handbook as standards


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `mine`: the one who looks may act now; `paper` is (kind, id) of what can be opened."""

    label: str
    who: str
    done_on: date | None = None
    said: str = ""
    due_on: date | None = None
    late: bool = False
    link: str = ""
    act: str = ""
    mine: bool = False
    paper: tuple[str, UUID] | None = None


def steps_of(now: Standing, held: Round | None) -> list[Step]:
    """The steps of one round, the present one or one that is over."""
    actor, base = now.uow.actor, f"/units/{now.unit.id}/completion"
    reports = [step for kind in ReportKind for step in report_steps(now, held, kind, actor, base)]
    return [*reports, notice_step(now, held, actor, base), *opinion_steps(now, held, actor, base),
            *after_steps(now, held, actor, base)]


def runs(held: Round | None) -> bool:
    return held is not None and held.ended_at is None


def report_steps(now: Standing, held: Round | None, kind: ReportKind, actor: Actor, base: str) -> Iterable[Step]:
    given = {one.participation_id: one for one in (held.reports if held else []) if one.kind is kind}
    label = str(REPORT_WORDS[kind])
    for firm in now.reporters(kind):
        report = given.get(firm.id)
        if report is not None:
            yield Step(label, f"{report.person_name}（{firm.organisation_name}）", report.signed_on, report.conclusion,
                       paper=("report", report.id))
            continue
        opened = held is None or runs(held)
        ready = opened and (kind is ReportKind.CONTRACTOR or not now.due_reports(ReportKind.CONTRACTOR))
        yield Step(
            label, who_of(now, firm, REPORTS[kind]), link=f"{base}/reports/{kind.value}", act=_("签署{report}", report=label),
            mine=ready and leads(now, actor, firm, REPORTS[kind]) and not now.accepted_round,
        )


def who_of(now: Standing, firm: Participation, posts: Iterable[str]) -> str:
    names = [term.person_name for post in posts for held, term in now.holders(post) if held.id == firm.id]
    return f"{'、'.join(names)}（{firm.organisation_name}）" if names else firm.organisation_name


def leads(now: Standing, actor: Actor, firm: Participation, posts: Iterable[str]) -> bool:
    return any(
        term.person_id == actor.person for post in posts for held, term in now.holders(post)
        if held.id == firm.id and actor.person is not None
    )


def notice_step(now: Standing, held: Round | None, actor: Actor, base: str) -> Step:
    notice = held.notice if held else None
    owner = "、".join(firm.organisation_name for firm in now.firms("owner"))
    if notice is not None:
        said = _("定于 {day} {at}，{place}", day=notice.meets_on, at=notice.meets_at, place=notice.place)
        return Step(_("通知监督机构"), owner, notice.notified_on, said)
    ready = runs(held) and not any(now.due_reports(kind) for kind in ReportKind)
    before = standards.completion_clocks(now.uow.session, now.project.region, now.today).content.notice
    return Step(_("通知监督机构"), owner, said=_("验收 {period}前书面通知", period=before), link=f"{base}/meeting",
                act=_("组织竣工验收"), mine=ready and policy.allows(actor, Permission.COMPLETION_FILE, now.project.scope))


def opinion_steps(now: Standing, held: Round | None, actor: Actor, base: str) -> Iterable[Step]:
    given = {one.participation_id: one for one in (held.opinions if held else [])}
    roles = {role.key: role.label for role in standards.roles(now.uow.session, now.project.region, now.today)}
    for role, post in LEADERS.items():
        for firm in now.firms(role):
            label = _("{role}验收意见", role=roles[role])
            opinion = given.get(firm.id)
            if opinion is not None:
                said = f"{_('同意') if opinion.agrees else _('不同意')}：{opinion.opinion} {opinion.warning}".strip()
                yield Step(label, f"{opinion.person_name}（{firm.organisation_name}）", opinion.signed_on, said,
                           late=not opinion.agrees)
                continue
            notice = held.notice if held is not None and runs(held) else None
            due = notice is not None and now.today >= notice.meets_on
            yield Step(label, who_of(now, firm, (post,)), said=papers_lacking(now, firm, post), link=f"{base}/opinion",
                       act=_("签署验收意见"), mine=due and leads(now, actor, firm, (post,)))


def papers_lacking(now: Standing, firm: Participation, post: str) -> str:
    """Say it beforehand when the pair of the one who is to sign is not on file, as a successor's may be."""
    names = [term.person_name for held, term in now.holders(post) if held.id == firm.id and not on_file(now, term.id)]
    if not names:
        return ""
    return _("{person}的授权书、承诺书尚未备案，备案以前不能签署同意验收的意见", person="、".join(names))


def on_file(now: Standing, term_id: UUID) -> bool:
    place = now.board.place_of(term_id)
    return place is None or place.seat.state in ON_FILE


def after_steps(now: Standing, held: Round | None, actor: Actor, base: str) -> Iterable[Step]:
    """From the day of acceptance to the receipt."""
    station = _("工程质量监督机构")
    owner = "、".join(firm.organisation_name for firm in now.firms("owner"))
    acceptance = held.acceptance if held else None
    clocks = standards.completion_clocks(now.uow.session, now.project.region, now.today).content
    accepted = acceptance.accepted_on if acceptance else None
    yield Step(_("竣工验收合格"), _("各方"), accepted, paper=("acceptance", acceptance.id) if acceptance else None)
    officer = policy.allows(actor, Permission.STATION_RECORD, now.project.scope)
    record = held.oversight if held else None
    yield Step(
        _("验收监督记录"), station, record.recorded_on if record else None, record.words if record else "",
        deadline(clocks.report, accepted).due_on if accepted and not record else None, record.late if record else False,
        f"{base}/oversight", _("记录验收监督情况"), mine=officer and accepted is not None and record is None,
    )
    filing = held.filing if held else None
    yield Step(
        _("竣工验收备案"), owner, filing.submitted_on if filing else None, filing.content if filing else "",
        acceptance.file_by if acceptance and not filing else None, filing.late if filing else False, f"{base}/filing",
        _("报送备案"), paper=("filing", filing.id) if filing else None,
        mine=accepted is not None and filing is None and policy.allows(actor, Permission.COMPLETION_FILE, now.project.scope),
    )
    if filing is not None and filing.order is not None:
        order = filing.order
        yield Step(_("责令重新组织竣工验收"), station, order.ordered_on, f"{order.reasons}（{order.basis}）", late=True)
        return
    receipt = filing.receipt if filing else None
    yield Step(
        _("备案收讫"), station, receipt.received_on if receipt else None, receipt.number if receipt else "",
        link=f"/completion-filings/{filing.id}" if filing else "", act=_("办理备案"),
        mine=officer and filing is not None and receipt is None,
    )
