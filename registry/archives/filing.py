"""Putting documents under the catalogue (归档), and replacing one by a better one.

`file_document` is for the storeys above, whose act has asked policy itself; `hand_in` is for people.
Source: GB/T 50328-2014（2019年版）; 建设部令第90号.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.models import ArchiveFile, scope_for
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import EVIDENCE, clean_name
from registry.documents.models import Document
from registry.kernel import jobs
from registry.kernel.errors import Conflict, Invalid, Refusal
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.ledger.rules import FileRef
from registry.policy import Permission, Scope
from registry.projects.models import Participation, Project, UnitProject
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.archiving import ArchiveRules
from registry.standards.catalogues import ArchiveDocument, Retention

PARTIES = (selectinload(Project.participations), selectinload(Project.units))
MOST = 200          # files of one act
OPEN = "open"       # 密级 of what nobody said otherwise of


class UnknownCode(Invalid):
    code = "archive.unknown-code"


class Classified(Invalid):
    code = "archive.classified"


class NoReason(Invalid):
    code = "archive.no-reason"


class FiledBefore(Conflict):
    code = "archive.filed-before"


class SupersededMeanwhile(Conflict):
    code = "archive.superseded-meanwhile"


class RowsRefused(Invalid):
    """Some of many files cannot be filed, so none was. `rows`: number of the row, from 0 → why."""

    code = "archive.rows-refused"

    def __init__(self, rows: Mapping[int, str]) -> None:
        super().__init__(_("{count} 个文件不能归档，本次均未归档。", count=len(rows)), field="rows",
                         remedy=_("请按各行的说明更正后再次提交。"))
        self.rows = rows


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is said of a document that is filed.

    sha256           a document kept already
    responsible_id   the participation it comes from; None: the firm whose part the catalogue says it is
    retention        None: as the catalogue suggests
    secrecy          key or word of the 密级
    name             file name as given; "" for a paper the registry itself has printed
    supersedes_id    the file it takes the place of, with `reason`
    """

    code: str
    title: str
    sha256: str
    dated_on: date
    responsible_id: UUID | None = None
    unit_id: UUID | None = None
    retention: Retention | None = None
    secrecy: str = OPEN
    name: str = ""
    supersedes_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as a person hands it in. `facts.sha256` is empty: the file tells."""

    file: UUID | SentFile
    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything a filing is judged by: one project, its catalogue and rules, and what stands there."""

    project: Project
    catalogue: Mapping[str, ArchiveDocument]
    edition_id: UUID
    rules: ArchiveRules
    makers: Mapping[str, str]                      # code → key of the role whose part it is
    standing: Mapping[tuple[str, str], ArchiveFile]  # (code, sha256) → the file that stands
    by_id: Mapping[UUID, ArchiveFile]


def file_document(uow: UnitOfWork, project_id: UUID, facts: FileFacts) -> ArchiveFile:
    """File one document for an act of a storey above, which has asked policy itself.

    The same document under the same code again changes nothing and returns the file that stands.
    Raises UnknownCode, Classified, NoReason, Invalid, SupersededMeanwhile.
    """
    policy.open_to_all(uow.actor)
    return file_documents(uow, project_id, [facts])[0]


def file_documents(uow: UnitOfWork, project_id: UUID, many: Sequence[FileFacts]) -> list[ArchiveFile]:
    """Do as `file_document` does for each in turn, in few statements however many there are."""
    policy.open_to_all(uow.actor)
    shelf = shelf_of(uow, project_id)
    known = dict(shelf.standing)
    filed, born = [], []
    for facts in many:
        judged = judge(uow, shelf, facts)
        file = known.get((judged.code, judged.sha256))
        if file is None:
            file = entered(uow, shelf, judged)
            known[judged.code, judged.sha256] = file
            born.append(file)
        filed.append(file)
    write(uow, born)
    return filed


def hand_in(uow: UnitOfWork, project_id: UUID, offered: Sequence[Offered]) -> list[ArchiveFile]:
    """File what a person hands in, all of it or nothing.

    A firm files for itself; the owner and the station for everybody. Raises RowsRefused with a sentence for each
    file that cannot be filed: of a wrong kind, filed before, classified, under a code the catalogue lacks.
    """
    shelf = shelf_of(uow, project_id)
    policy.require(uow.actor, Permission.ARCHIVE_FILE, own_part(uow, shelf.project))
    if not 0 < len(offered) <= MOST:
        raise Invalid(_("一次请归档 1 至 {most} 个文件。", most=MOST), field="rows")
    refused: dict[int, str] = {}
    files: list[ArchiveFile] = []
    for row, one in enumerate(offered):
        try:
            files.append(taken(uow, shelf, one, files))
        except Refusal as no:
            refused[row] = str(no)
    if refused:
        raise RowsRefused(refused)
    write(uow, files)
    return files


def require_part(uow: UnitOfWork, project: Project, organisation_id: UUID | None = None) -> None:
    """Raise unless the actor may file for the project: for that firm, or for his own."""
    scope = scope_for(project, organisation_id) if organisation_id else own_part(uow, project)
    policy.require(uow.actor, Permission.ARCHIVE_FILE, scope)


def own_part(uow: UnitOfWork, project: Project) -> Scope:
    """The project as far as the actor's own firm takes part in it."""
    parties = project.scope.organisations
    return scope_for(project, uow.actor.organisation if uow.actor.organisation in parties else None)


def supersede_file(uow: UnitOfWork, file_id: UUID, offered: Offered) -> ArchiveFile:
    """Put a better document in the place of one that was filed, and say why. Both stay for good."""
    older = uow.get(ArchiveFile, file_id, selectinload(ArchiveFile.project).options(*PARTIES),
                    selectinload(ArchiveFile.participation))
    policy.require(uow.actor, Permission.ARCHIVE_FILE, older.scope)
    facts = replace(offered.facts, supersedes_id=file_id, code=older.code, responsible_id=older.participation_id,
                    unit_id=older.unit_project_id)
    file = taken(uow, shelf_of(uow, older.project_id), replace(offered, facts=facts), [])
    write(uow, [file])
    return file


def taken(uow: UnitOfWork, shelf: Shelf, one: Offered, before: Sequence[ArchiveFile]) -> ArchiveFile:
    """Judge what is said of a file, take the file itself in, and return the record."""
    facts = judge(uow, shelf, one.facts)
    firm = next(firm for firm in shelf.project.participations if firm.id == facts.responsible_id)
    policy.require(uow.actor, Permission.ARCHIVE_FILE, scope_for(shelf.project, firm.organisation_id))
    kept = documents.take(uow, one.file, EVIDENCE)
    same = shelf.standing.get((facts.code, kept.sha256)) or next(
        (file for file in before if (file.code, file.document_sha256) == (facts.code, kept.sha256)), None)
    if same is not None:
        raise FiledBefore(_("此文件已归入 {code}《{title}》。", code=same.code, title=same.title))
    return entered(uow, shelf, replace(facts, sha256=kept.sha256, name=clean_name(kept.name)))


def entered(uow: UnitOfWork, shelf: Shelf, facts: FileFacts) -> ArchiveFile:
    assert facts.responsible_id is not None  # noqa: S101 — judge() has named the firm
    return ArchiveFile(
        id=uow.new_id(), project_id=shelf.project.id, unit_project_id=facts.unit_id,
        participation_id=facts.responsible_id, code=facts.code, edition_id=shelf.edition_id, title=facts.title,
        name=facts.name, document_sha256=facts.sha256, dated_on=facts.dated_on,
        retention=facts.retention or shelf.catalogue[facts.code].retention, secrecy=facts.secrecy,
        supersedes_id=facts.supersedes_id, reason=facts.reason or None,
        filed_on=uow.today, filed_at=uow.at, filed_by_id=uow.actor.account,
    )


def write(uow: UnitOfWork, files: Sequence[ArchiveFile]) -> None:
    """Write the records and their events, and have the files examined in the background."""
    if not files:
        return
    uow.session.add_all(files)
    try:
        uow.session.flush()
    except IntegrityError as clash:
        if "uq_archive_file_superseded_once" in str(clash.orig):
            raise SupersededMeanwhile(_("他人刚刚提交了该文件的新版本。"), remedy=_("请查看新版本后再决定是否更换。")) from None
        raise
    kept = {row.sha256: row for row in uow.session.scalars(
        select(Document).where(Document.sha256.in_({file.document_sha256 for file in files})))}
    ledger.append_many(uow, "archive-file.filed", [
        ledger.Entry(file, files=[FileRef(file.document_sha256, kept[file.document_sha256].size,
                                          kept[file.document_sha256].media_type)])
        for file in files
    ])
    jobs.enqueue(uow, "archives.examine", file_ids=[str(file.id) for file in files])


def shelf_of(uow: UnitOfWork, project_id: UUID) -> Shelf:
    project = uow.get(Project, project_id, *PARTIES)
    found = standards.in_force(uow.session, kinds.ARCHIVE_CATALOGUE, project.region, uow.today)
    files = uow.session.scalars(select(ArchiveFile).where(ArchiveFile.project_id == project_id)).all()
    replaced = {file.supersedes_id for file in files}
    return Shelf(
        project, {row.code: row for row in found.content}, found.edition.id,
        standards.archive_rules(uow.session, project.region, uow.today), makers(uow, project),
        {(file.code, file.document_sha256): file for file in files if file.id not in replaced},
        {file.id: file for file in files if file.id not in replaced},
    )


def makers(uow: UnitOfWork, project: Project) -> dict[str, str]:
    """Whose part each document is, by the role of the firm."""
    rows = standards.stage_documents(uow.session, project.region, uow.today).content
    return {row.code: row.role for row in reversed(rows)}


def judge(uow: UnitOfWork, shelf: Shelf, facts: FileFacts) -> FileFacts:
    """Return the facts made whole, or raise the first thing that is wrong with them."""
    code = facts.code.strip().upper()
    if code not in shelf.catalogue:
        raise UnknownCode(_("归档目录中没有“{code}”。", code=facts.code[:20]), field="code",
                          remedy=_("请从归档目录中选择，例如 C5-03。"))
    secrecy = shelf.rules.secrecy(facts.secrecy)
    if secrecy is None:
        raise Invalid(_("密级“{given}”不在目录中，请填公开或内部。", given=facts.secrecy[:20]), field="secrecy")
    if not secrecy.accepted:
        raise Classified(_("密级为“{label}”的文件不得进入本系统。", label=secrecy.label), field="secrecy",
                         remedy=_("涉密工程请按保密规定另行归档。"))
    if not facts.title.strip():
        raise Invalid(_("请填写题名。"), field="title")
    if facts.dated_on > uow.today:
        raise Invalid(_("文件日期 {day} 晚于今天，请核对。", day=facts.dated_on), field="dated_on")
    refuse_wrong_version(shelf, facts, code)
    return replace(facts, code=code, secrecy=secrecy.key, title=facts.title.strip()[:200],
                   unit_id=unit_in(shelf, facts.unit_id), responsible_id=responsible(shelf, facts, code).id)


def refuse_wrong_version(shelf: Shelf, facts: FileFacts, code: str) -> None:
    if facts.supersedes_id is None:
        return
    if not facts.reason.strip():
        raise NoReason(_("请说明更换的原因。"), field="reason")
    older = shelf.by_id.get(facts.supersedes_id)
    if older is None:
        raise SupersededMeanwhile(_("该文件已有新版本，或不在本项目中。"), remedy=_("请在最新的版本上更换。"))
    if older.code != code:
        raise Invalid(_("新版本应归入同一编号 {code}。", code=older.code), field="code")


def unit_in(shelf: Shelf, unit_id: UUID | None) -> UUID | None:
    if unit_id is not None and unit_id not in {unit.id for unit in shelf.project.units}:
        raise Invalid(_("该单位工程不属于本项目。"), field="unit")
    return unit_id


def responsible(shelf: Shelf, facts: FileFacts, code: str) -> Participation:
    """The firm a file comes from: the one named, else the one whose part it is, else the owner."""
    firms = shelf.project.participations
    if facts.responsible_id is not None:
        named = next((firm for firm in firms if firm.id == facts.responsible_id), None)
        if named is None:
            raise Invalid(_("责任单位不是本项目的参建单位。"), field="responsible")
        return named
    found = firm_of_role(firms, shelf.makers.get(code, "owner"), unit_number(shelf.project.units, facts.unit_id))
    if found is None:
        raise Invalid(_("项目尚未登记建设单位，无法确定责任单位。"), field="responsible")
    return found


def firm_of_role(firms: Sequence[Participation], role: str, unit: str) -> Participation | None:
    """The firm in that role whose part the unit is; the owner where there is none. The one at work before one that left."""
    def rank(firm: Participation) -> tuple[bool, bool, date]:
        return (firm.until is not None, bool(unit) and bool(firm.unit_numbers) and unit not in firm.unit_numbers, firm.since)

    return min((firm for firm in firms if firm.role == role), key=rank, default=None) or min(
        (firm for firm in firms if firm.role == "owner"), key=rank, default=None)


def unit_number(units: Sequence[UnitProject], unit_id: UUID | None) -> str:
    return next((unit.number for unit in units if unit.id == unit_id), "")
