"""What can be done with a plaque: issue it, record that it is up, report and answer that it is wrong."""

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import officers_near
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.codes import new_code, normalised, spoken
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.qr import qr_plan
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.actions import Message, mark_done, notify
from registry.parties.actions import SHORTEST_EXPLANATION
from registry.parties.models import RevealReason
from registry.plaques.models import Mounting, Plaque, PlaqueScan, WrongPlaqueReport
from registry.plaques.rules import Line, engraved
from registry.pledges.queries import Board, Place, board
from registry.pledges.rules import ON_FILE
from registry.pledges.standing import accepted_on
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, UnitProject
from registry.standards import handbook as standards
from registry.standards.periods import PlaqueMoment

WITH_PROJECT = selectinload(Plaque.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES)
UNIT_IN_FULL = (selectinload(UnitProject.project).options(PROJECT_PARTIES, selectinload(Project.units)),)
IDENTITY_LIKE = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
REPORTS_A_DAY = 20   # for one plaque; more is noise, and the station has been told already
HEARTBEAT = timedelta(minutes=1)  # between two scans that count: nobody fills the table from a loop
REPORTED = "plaque.reported"     # the kind of notice that asks to look into a report
WRONGS = ("missing", "damaged", "differs", "elsewhere", "other")


class NotFiled(Conflict):
    code = "plaque.not-filed"


class TooSoon(Conflict):
    code = "plaque.too-soon"


class ChangedMeanwhile(Conflict):
    code = "plaque.changed-meanwhile"


class TooManyReports(Conflict):
    status = 429
    code = "plaque.too-many-reports"


@dataclass(frozen=True, slots=True)
class Size:
    """Of the plaque, and of the QR code on it, in millimetres."""

    width_mm: int = 600
    height_mm: int = 400
    qr_mm: int = 90


@dataclass(frozen=True, slots=True)
class Hanging:
    """Where and when a plaque went up, by whom, with the photo that shows it."""

    photo: UUID | SentFile
    place: str
    mounted_on: date
    mounted_by: str


def issue_plaque(uow: UnitOfWork, unit_id: UUID, size: Size) -> Plaque:
    """Freeze a unit project's plaque from signed and filed records, and draw its artwork.

    Raises NotFiled while a demanded pair is not on file; TooSoon before the region's moment; Invalid when a
    QR module would be too small to scan; ChangedMeanwhile when the register changed while it was drawn.
    A plaque that stood before is superseded.
    Source: 建质〔2014〕124号 第九条.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.PLAQUE_ISSUE, unit.scope)
    require_moment(uow, unit, unit.project)
    code = new_code()
    facts = facts_today(uow, unit, code)
    artwork = artwork_facts(uow, facts, size)
    pdf = documents.deposit(uow, uow.tools.printer.pdf("plaque", artwork), "application/pdf")
    svg = documents.deposit(uow, uow.tools.printer.svg("plaque", artwork), "image/svg+xml")

    if facts_today(uow, behind_lock(uow, unit_id), code) != facts:
        raise ChangedMeanwhile(_("制作期间登记有变更，标牌未制作。"), remedy=_("请核对后重新制作。"))
    before = uow.session.scalar(select(Plaque).where(Plaque.unit_project_id == unit_id, Plaque.superseded_at.is_(None)))
    if before is not None:
        before.superseded_at, before.superseded_reason = uow.at, _("重新制作标牌")
        ledger.append(uow, "plaque.superseded", before)
    plaque = Plaque(
        id=uow.new_id(), unit_project_id=unit_id, code=code, facts=facts, pdf_sha256=pdf, svg_sha256=svg,
        issued_on=uow.today, issued_at=uow.at,
    )
    uow.session.add(plaque)
    ledger.append(uow, "plaque.issued", plaque, files=documents.refs(uow, pdf, svg))
    return plaque


def behind_lock(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    """Return a unit project as it stands behind its lock, forgetting whatever was read before."""
    uow.session.flush()
    uow.session.expire_all()
    return uow.get(UnitProject, unit_id, *UNIT_IN_FULL, lock=True)


def facts_today(uow: UnitOfWork, unit: UnitProject, code: str) -> dict[str, Any]:
    """What a plaque made today would bear. Raises NotFiled while a demanded pair is not on file."""
    whole = board(uow, unit.project_id)
    return engraved(project_facts(unit.project), unit_facts(unit), lines(whole, unit.id), uow.today, code)


def require_moment(uow: UnitOfWork, unit: UnitProject, project: Project) -> None:
    """Raise TooSoon when the region has the plaque made after acceptance and there has been none."""
    timing = standards.plaque_timing(uow.session, project.region, uow.today).content
    if timing.moment is PlaqueMoment.BEFORE_ACCEPTANCE or accepted_on(unit, project.accepted_on):
        return
    raise TooSoon(
        _("该单位工程尚未登记竣工验收合格日期，不能制作永久性标牌（{timing}）。", timing=timing),
        remedy=_("请先登记竣工验收合格日期。"),
    )


def lines(whole: Board, unit_id: UUID) -> list[Line]:
    """The firms and leaders of one unit project, in the order of the posts.

    Raises NotFiled naming every demanded post whose pair is not on file.
    """
    here = [place for place in whole.places if stands_for(place, unit_id)]
    manned = {place.post.key for place in here}
    missing = [
        place.seat.post_label for place in whole.places if place.seat.principal
        and (place.post.key not in manned or (stands_for(place, unit_id) and place.seat.state not in ON_FILE))
    ]
    if missing:
        raise NotFiled(
            _("以下责任主体的授权书和承诺书尚未备案：{seats}。", seats="、".join(dict.fromkeys(missing))),
            remedy=_("备案齐全后方可制作标牌，标牌内容只取自已签署并备案的登记。"),
        )
    return filed_lines(whole, unit_id)


def filed_lines(whole: Board, unit_id: UUID) -> list[Line]:
    """What of a unit project's firms and leaders is on file: all that a plaque may say."""
    return [
        line_of(place) for place in whole.places if stands_for(place, unit_id) and place.seat.state in ON_FILE
    ]


def line_of(place: Place) -> Line:
    return Line(place.seat.role_label, place.seat.organisation, place.post.short, place.seat.person)


def stands_for(place: Place, unit_id: UUID) -> bool:
    """Whether a place of the board concerns a unit project: its firm took it on, or is still to come."""
    firm = place.participation
    return firm is None or not firm.units or unit_id in {unit.id for unit in firm.units}


def project_facts(project: Project) -> dict[str, str]:
    return {"name": project.name, "number": project.number, "address": project.address}


def unit_facts(unit: UnitProject) -> dict[str, Any]:
    accepted = accepted_on(unit, unit.project.accepted_on)
    started = unit.project.started_on
    return {
        "number": unit.number, "name": unit.name, "design_life_years": unit.design_life_years,
        "started_on": started.isoformat() if started else None,
        "accepted_on": accepted.isoformat() if accepted else None,
    }


def artwork_facts(uow: UnitOfWork, facts: dict[str, Any], size: Size) -> dict[str, object]:
    """What the printer draws: the frozen facts, the true size, and a QR code that can be scanned."""
    address = f"{uow.tools.base_url}/v/{facts['code']}".upper()
    qr_plan(address, size.qr_mm)
    return facts | asdict(size) | {
        "qr_text": address, "bleed_mm": 3, "crop_marks": "yes", "spoken_code": spoken(facts["code"]),
        "site": uow.tools.base_url.split("//")[-1],
    }


def mount_plaque(uow: UnitOfWork, plaque_id: UUID, hanging: Hanging) -> Mounting:
    """Record that a plaque is up: photo, place, day, by whom."""
    plaque = uow.get(Plaque, plaque_id, WITH_PROJECT, lock=True)
    policy.require(uow.actor, Permission.PLAQUE_MOUNT, plaque.scope)
    if plaque.superseded_at is not None:
        raise Conflict(_("该标牌已被取代，不能再登记安装。"))
    if not plaque.issued_on <= hanging.mounted_on <= uow.today:
        raise Invalid(_("安装日期应在制作之日 {day} 与今天之间。", day=plaque.issued_on), field="mounted_on")
    photo = documents.take(uow, hanging.photo, PICTURES)
    mounting = Mounting(
        id=uow.new_id(), plaque_id=plaque_id, place=hanging.place, mounted_on=hanging.mounted_on,
        mounted_by=hanging.mounted_by, photo_sha256=photo.sha256, recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(mounting)
    ledger.append(uow, "plaque.mounted", mounting, files=documents.refs(uow, photo.sha256))
    return mounting


def report_wrong_plaque(uow: UnitOfWork, code: str, kind: str, words: str, contact: str) -> WrongPlaqueReport:
    """Take down what a passer-by says is wrong with a plaque. Anybody may; the contact is sealed."""
    policy.open_to_all(uow.actor)
    plaque = uow.session.scalar(select(Plaque).options(WITH_PROJECT).where(Plaque.code == normalised(code)))
    if plaque is None or kind not in WRONGS:
        raise Invalid(_("请选择标牌的问题。"), field="kind")
    if IDENTITY_LIKE.search(words):
        raise Invalid(_("请勿在说明中填写身份证号码。"), field="words")
    refuse_flood(uow, plaque.id)
    report_id = uow.new_id()
    report = WrongPlaqueReport(
        id=report_id, plaque_id=plaque.id, kind=kind, words=words.strip()[:500], reported_at=uow.at,
        contact_sealed=uow.tools.vault.seal(contact, f"wrong_plaque_report/contact/{report_id}") if contact else None,
    )
    uow.session.add(report)
    ledger.append(uow, "plaque.reported-wrong", report, personal={"words": report.words} if report.words else None)
    for person_id in officers_near(uow.session, plaque.scope.region):
        notify(uow, person_id, Message(
            REPORTED, link_to(plaque), _("标牌有误，待核实：{unit}", unit=plaque.facts["unit"]["name"]),
        ))
    return report


def link_to(plaque: Plaque) -> str:
    return f"/plaques/{plaque.id}"


def refuse_flood(uow: UnitOfWork, plaque_id: UUID) -> None:
    """Raise TooManyReports when a plaque has been reported often enough within a day."""
    since = uow.at - timedelta(days=1)
    count = uow.session.scalar(select(func.count()).where(
        WrongPlaqueReport.plaque_id == plaque_id, WrongPlaqueReport.reported_at > since,
    )) or 0
    if count >= REPORTS_A_DAY:
        raise TooManyReports(_("该标牌今日已收到多次反映，质量监督机构正在核实。"))


def note_scan(uow: UnitOfWork, code: str) -> None:
    """Count that somebody opened a plaque's page today: the plaque is there and can be read.

    One row a plaque and day, one count a minute at most, and nothing about who it was. A code that is none of
    ours counts nothing.
    """
    policy.open_to_all(uow.actor)
    plaque_id = uow.session.scalar(select(Plaque.id).where(Plaque.code == normalised(code)))
    if plaque_id is None:
        return
    row = insert(PlaqueScan).values(plaque_id=plaque_id, day=uow.today, scans=1, last_at=uow.at)
    uow.session.execute(row.on_conflict_do_update(
        index_elements=["plaque_id", "day"], set_={"scans": PlaqueScan.scans + 1, "last_at": uow.at},
        where=PlaqueScan.last_at < uow.at - HEARTBEAT,
    ))


def answer_report(uow: UnitOfWork, report_id: UUID, answer: str) -> WrongPlaqueReport:
    """Say what was done about a report; once said it stays."""
    report = uow.get(WrongPlaqueReport, report_id, lock=True)
    plaque = uow.get(Plaque, report.plaque_id, WITH_PROJECT)
    policy.require(uow.actor, Permission.PLAQUE_ISSUE, plaque.scope)
    if report.answered_at is not None:
        raise Conflict(_("该反映已经答复。"))
    if not answer.strip():
        raise Invalid(_("请填写处理结果。"), field="answer")
    report.answered_at, report.answered_by_id, report.answer = uow.at, uow.actor.account, answer
    ledger.append(uow, "plaque.report-answered", report)
    waiting = select(WrongPlaqueReport.id).where(
        WrongPlaqueReport.plaque_id == plaque.id, WrongPlaqueReport.answered_at.is_(None),
    )
    if uow.session.scalar(waiting.limit(1)) is None:
        mark_done(uow, REPORTED, link_to(plaque))
    return report


def reveal_contact(uow: UnitOfWork, report_id: UUID, reason: str, explanation: str) -> str:
    """Return how to reach whoever reported a plaque, and note for good who looked and why.

    Raises NotFresh without a recent proof; Invalid without an explanation; NotFound when none was left.
    """
    report = uow.get(WrongPlaqueReport, report_id, lock=True)
    plaque = uow.get(Plaque, report.plaque_id, WITH_PROJECT)
    policy.require(uow.actor, Permission.IDENTITY_REVEAL, plaque.scope)
    policy.require_fresh(uow.actor)
    if len("".join(explanation.split())) < SHORTEST_EXPLANATION:
        raise Invalid(_("请说明查看的具体事由，至少 {least} 个字。", least=SHORTEST_EXPLANATION), field="explanation")
    if report.contact_sealed is None:
        raise NotFound(_("反映人没有留下联系方式。"))
    contact = uow.tools.vault.open(report.contact_sealed, f"wrong_plaque_report/contact/{report.id}")
    ledger.append(uow, "plaque.contact-revealed", report, data={
        "reason": RevealReason(reason), "explanation": explanation.strip(),
    })
    return contact
