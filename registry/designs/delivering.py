"""Delivering drawings: files first, then one act that makes a version of them; and handing a version to the builders."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import officers_near
from registry.designs.authority import (
    firm_named,
    leaders_on,
    owning_firm,
    refuse_absent,
    require_recording,
    unit_named,
)
from registry.designs.models import SET_IN_FULL, DrawingIssue, DrawingSet, DrawingSheet
from registry.designs.naming import guessed
from registry.designs.rules import used_before_review
from registry.designs.standing import newest_of_line, verdicts
from registry.documents import actions as documents
from registry.documents.actions import Kept, SentFile
from registry.documents.kinds import PLANS, clean_name
from registry.documents.models import UploadState
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.staging import StagedFile
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.actions import Message, notify
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Participation, Project
from registry.standards import handbook as standards
from registry.standards.drawings import Discipline, DrawingStage
from registry.standards.handbook import InForce

PROJECT_WITH_UNITS = (PROJECT_PARTIES, selectinload(Project.units))
MOST_SHEETS = 500  # in one delivery


class DeliveredMeanwhile(Conflict):
    code = "drawings.delivered-meanwhile"


class SheetTwice(Invalid):
    code = "drawings.sheet-twice"


class UsedBeforeReview(Invalid):
    code = "drawings.used-before-review"


@dataclass(frozen=True, slots=True)
class SheetFacts:
    number: str
    title: str
    file: UUID | SentFile


@dataclass(frozen=True, slots=True)
class Delivery:
    """One version of one discipline's drawings at one stage.

    unit_id   None when they are for every unit project
    follows   the version number the sender took for the latest, 0 for none: nobody overtakes somebody unseen
    """

    discipline: str
    stage: str
    title: str
    number: str
    participation_id: UUID
    delivered_on: date
    sheets: tuple[SheetFacts, ...]
    unit_id: UUID | None = None
    follows: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Handing:
    """To whom a version was handed to build from, and when; `explanation` when no review had passed it by then."""

    participation_id: UUID
    issued_on: date
    explanation: str = ""


def deliver_drawings(uow: UnitOfWork, project_id: UUID, delivery: Delivery) -> DrawingSet:
    """Put a new version of a drawing set on record with all its sheets, superseding the version before.

    Raises Forbidden unless the actor acts for the firm that delivers; DeliveredMeanwhile when another version
    arrived since the sender looked; SheetTwice, Invalid, WrongFirm for what cannot be right; Unsuitable for files.
    Source: 建设工程勘察设计管理条例 第二十六、二十八条; 质量强国建设纲要 专栏3.
    """
    project = uow.get(Project, project_id, *PROJECT_WITH_UNITS)
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    firm = firm_named(project, delivery.participation_id)
    require_recording(uow, project, firm)
    stages = standards.drawing_stages(uow.session, project.region, delivery.delivered_on)
    stage = stage_named(stages, delivery.stage)
    discipline = discipline_named(uow, project, delivery.discipline)
    refuse_wrong(uow, firm, stage, delivery)
    unit = unit_named(project, delivery.unit_id)
    files = [documents.take(uow, sheet.file, PLANS) for sheet in delivery.sheets]
    refuse_twice(delivery.sheets, files)

    uow.lock(f"drawings:{project_id}/{delivery.unit_id}/{delivery.discipline}/{delivery.stage}")
    before = newest_of_line(uow.session, project, unit.id if unit else None, discipline.key, stage.key)
    refuse_overtaking(before, delivery)
    leader = leaders_on(uow.session, [firm.id], delivery.delivered_on).get(firm.id)
    made = DrawingSet(
        id=uow.new_id(), project_id=project_id, unit_project_id=unit.id if unit else None, discipline=discipline.key,
        stage=stage.key, version=delivery.follows + 1, title=delivery.title.strip(), number=delivery.number.strip(),
        participation_id=firm.id, designer_term_id=leader.id if leader else None,
        designer_name=leader.person_name if leader else "", delivered_on=delivery.delivered_on,
        supersedes_id=before.id if before else None, review_required=stage.review_required,
        edition_id=stages.edition.id, note=delivery.note.strip(), recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(made)
    ledger.append(uow, "drawings.delivered", made, data={"sheets": len(files)})
    keep_sheets(uow, made, delivery.sheets, files)
    return made


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that has arrived, with what its name tells of the sheet; `refused` says why it cannot be one."""

    upload_id: UUID | None
    file_name: str
    number: str
    title: str
    refused: str = ""


def receive_files(uow: UnitOfWork, project_id: UUID, files: Sequence[SentFile]) -> list[Arrived]:
    """Take in the files of sheets, to be named in a grid and delivered by the act after this one.

    files   as they came with a form: their streams lie in staging (see web.uploads)
    """
    project = uow.get(Project, project_id, *PROJECT_WITH_UNITS)
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    prefixes = [one.prefix for one in standards.disciplines(uow.session, project.region, uow.today)]
    return [received(uow, file, prefixes) for file in files[:MOST_SHEETS]]


def received(uow: UnitOfWork, file: SentFile, prefixes: Sequence[str]) -> Arrived:
    name = clean_name(file.filename or "")
    number, title = guessed(name, prefixes)
    staged: StagedFile = file.stream
    try:
        done = documents.upload_whole(uow, documents.Offer(name, file.mimetype, staged.size), staged)
    except Invalid as no:
        return Arrived(None, name, number, title, str(no))
    if done.state is UploadState.REFUSED or done.kind not in PLANS:
        return Arrived(None, name, number, title, done.reason or _("此处只接收图纸和模型文件。"))
    return Arrived(done.id, name, number, title)


def latest_version(uow: UnitOfWork, project_id: UUID, unit_id: UUID | None, discipline: str, stage: str) -> int:
    """The number of the latest version of a line of drawings, 0 before the first."""
    project = uow.get(Project, project_id, *PROJECT_WITH_UNITS)
    policy.require(uow.actor, Permission.DESIGN_READ, project.scope)
    newest = newest_of_line(uow.session, project, unit_id, discipline, stage)
    return newest.version if newest else 0


def keep_sheets(uow: UnitOfWork, made: DrawingSet, sheets: Sequence[SheetFacts], files: Sequence[Kept]) -> None:
    kept = [
        DrawingSheet(
            id=uow.new_id(), set_id=made.id, number=sheet.number.strip(), title=sheet.title.strip(), kind=file.kind,
            file_name=file.name, sha256=file.sha256,
        )
        for sheet, file in zip(sheets, files, strict=True)
    ]
    uow.session.add_all(kept)
    refs = documents.refs(uow, *(sheet.sha256 for sheet in kept))
    ledger.append_many(uow, "drawings.sheet-kept", [
        ledger.Entry(sheet, files=[ref]) for sheet, ref in zip(kept, refs, strict=True)
    ])


def stage_named(stages: InForce[tuple[DrawingStage, ...]], key: str) -> DrawingStage:
    for stage in stages.content:
        if stage.key == key:
            return stage
    raise Invalid(_("请选择设计阶段。"), field="stage")


def discipline_named(uow: UnitOfWork, project: Project, key: str) -> Discipline:
    for one in standards.disciplines(uow.session, project.region, uow.today):
        if one.key == key:
            return one
    raise Invalid(_("请选择专业。"), field="discipline")


def refuse_wrong(uow: UnitOfWork, firm: Participation, stage: DrawingStage, delivery: Delivery) -> None:
    if firm.role not in stage.roles:
        raise Invalid(
            _("{firm}在本工程不负责交付{stage}。", firm=firm.organisation_name, stage=stage.label), field="participation",
        )
    if delivery.delivered_on > uow.today:
        raise Invalid(_("交付日期不得晚于今天。"), field="delivered_on")
    refuse_absent(firm, delivery.delivered_on, "delivered_on")
    if not (delivery.title.strip() and delivery.number.strip()):
        raise Invalid(_("请填写图纸名称和设计编号。"), field="title")
    if not delivery.sheets:
        raise Invalid(_("至少要有一张图。"), field="files")
    if len(delivery.sheets) > MOST_SHEETS:
        raise Invalid(_("一次最多交付 {count} 个文件，请按专业分册交付。", count=MOST_SHEETS), field="files")


def refuse_twice(sheets: Sequence[SheetFacts], files: Sequence[Kept]) -> None:
    """Each sheet has its number and its title; one number stands for one file of a kind."""
    unnamed = [file.name for sheet, file in zip(sheets, files, strict=True) if not (sheet.number.strip() and sheet.title.strip())]
    if unnamed:
        raise Invalid(_("以下文件没有图号或图名：{names}。", names="、".join(unnamed[:10])), field="files")
    counted = Counter((sheet.number.strip(), file.kind) for sheet, file in zip(sheets, files, strict=True))
    twice = sorted({number for (number, _kind), count in counted.items() if count > 1})
    if twice:
        raise SheetTwice(
            _("图号 {numbers} 出现了不止一次。", numbers="、".join(twice[:10])), field="files",
            remedy=_("同一张图可以各交一份 PDF 和一份 DWG，同一格式只能有一份。"),
        )


def refuse_overtaking(before: DrawingSet | None, delivery: Delivery) -> None:
    newest = before.version if before else 0
    if newest != delivery.follows:
        raise DeliveredMeanwhile(
            _("填写期间已有第 {version} 版交付，本次未交付。", version=newest),
            remedy=_("请查看最新版，确认仍须修改后再交付下一版。"),
        )
    if before and delivery.delivered_on < before.delivered_on:
        raise Invalid(
            _("交付日期不得早于上一版的交付日期 {day}。", day=before.delivered_on), field="delivered_on",
        )


def hand_out(uow: UnitOfWork, set_id: UUID, handing: Handing) -> DrawingIssue:
    """Record that a version was handed to a firm to build from. Before a 合格 review it is flagged and the station told.

    Raises UsedBeforeReview when it was used before review and nobody says why; Invalid for a stage nobody builds from,
    a day before the delivery or in the future; WrongFirm for a firm that was not there.
    Source: 建设工程质量管理条例 第十一条.
    """
    drawings = uow.get(DrawingSet, set_id, *SET_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.DESIGN_READ, drawings.scope)
    require_recording(uow, drawings.project, owning_firm(drawings.project))
    receiver = firm_named(drawings.project, handing.participation_id)
    stage = stage_named(
        standards.drawing_stages(uow.session, drawings.project.region, drawings.delivered_on), drawings.stage,
    )
    if not stage.builds:
        raise Invalid(_("{stage}不是施工的依据，不能发放施工使用。", stage=stage.label))
    if not drawings.delivered_on <= handing.issued_on <= uow.today:
        raise Invalid(_("发放日期应在交付之日 {day} 与今天之间。", day=drawings.delivered_on), field="issued_on")
    refuse_absent(receiver, handing.issued_on, "issued_on")
    early = used_before_review(drawings.review_required, verdicts(drawings.reviewed), handing.issued_on)
    if early and not handing.explanation.strip():
        raise UsedBeforeReview(
            _("该图纸在 {day} 尚未审查合格，施工图未经审查批准的不得使用。如实登记的，请说明情况。", day=handing.issued_on),
            field="explanation", remedy=_("登记后将标为“未审先用”，并通知质量监督机构。"),
        )
    issue = DrawingIssue(
        id=uow.new_id(), set_id=set_id, participation_id=receiver.id, issued_on=handing.issued_on, before_review=early,
        explanation=handing.explanation.strip(), recorded_at=uow.at, recorded_by_id=uow.actor.account,
    )
    uow.session.add(issue)
    ledger.append(uow, "drawings.handed-out", issue)
    if early:
        tell_station(uow, drawings)
    return issue


def tell_station(uow: UnitOfWork, drawings: DrawingSet) -> None:
    for person_id in officers_near(uow.session, drawings.project.region):
        notify(uow, person_id, Message(
            "drawings.used-before-review", f"/drawing-sets/{drawings.id}",
            _("施工图未经审查合格即使用：{project}", project=drawings.project.name),
            _("{number} {title} 第 {version} 版", number=drawings.number, title=drawings.title, version=drawings.version),
        ))
