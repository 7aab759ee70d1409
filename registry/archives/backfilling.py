"""旧工程补录: scanned archives of old projects, filed by a manifest (.xlsx) and a folder of files.

One row is one file: 项目编号, 编号, 题名, 日期, 责任单位, 文件. A project goes in whole or not at all; what stands already
is left alone, so that the same manifest may be run again.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook as Written
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.filing import FileFacts, Shelf, file_documents, judge, shelf_of
from registry.archives.models import scope_for
from registry.documents import actions as documents
from registry.documents.actions import Offer
from registry.documents.inspection import inspect_file
from registry.documents.kinds import EVIDENCE, MAX_UPLOAD, clean_name
from registry.kernel.actor import SYSTEM, Actor
from registry.kernel.days import day_typed
from registry.kernel.errors import Invalid, Refusal
from registry.kernel.staging import StagedFile
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, Units
from registry.kernel.workbook import Cell, Kind, Row, open_workbook
from registry.policy import Permission, Scope
from registry.projects.models import Project

COLUMNS = ("项目编号", "编号", "题名", "日期", "责任单位", "文件")
OPTIONAL = frozenset({"责任单位"})
HEADER_WITHIN = 20
EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


class NoManifest(Invalid):
    code = "archive.no-manifest"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, and which project it keeps out."""

    row: int
    column: str
    project: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row of the manifest, read."""

    row: int
    project: str
    code: str
    title: str
    dated_on: date
    firm: str
    file: str


@dataclass(slots=True)
class Report:
    """projects: how many went in, or would; filed: files that are new; known: files that stood already."""

    projects: int = 0
    filed: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def rehearse(units: Units, manifest: Path, folder: Path | None, actor: Actor = SYSTEM) -> Report:
    """Say what a back-filing would do, and do nothing. Without a folder, the files themselves are not looked for.

    actor   only what he may file for exists
    """
    return run(manifest, lambda number, wanted, report: rehearse_project(
        lambda: units.reading(actor), number, wanted, folder, report))


def backfill(units: Units, manifest: Path, folder: Path) -> Report:
    """File what the manifest lists, each project in a transaction of its own."""
    return run(manifest, lambda number, wanted, report: file_project(units, number, wanted, folder, report))


Opener = Callable[[], AbstractContextManager[UnitOfWork]]


def run(manifest: Path, act: Callable[[str, Sequence[Wanted], Report], None]) -> Report:
    report = Report()
    rows = read_manifest(manifest, report)
    refused = {fault.project for fault in report.faults}
    for number in dict.fromkeys(row.project for row in rows):
        wanted = [row for row in rows if row.project == number]
        if number not in refused:
            act(number, wanted, report)
    return report


def rehearse_project(opened: Opener, number: str, wanted: Sequence[Wanted], folder: Path | None, report: Report) -> None:
    with opened() as uow:
        facts = judged(uow, number, wanted, folder, report)
        if facts is None:
            return
        shelf, many = facts
        known = sum((one.code, one.sha256) in shelf.standing for one in many)
    report.projects, report.filed, report.known = report.projects + 1, report.filed + len(many) - known, report.known + known


def file_project(units: Units, number: str, wanted: Sequence[Wanted], folder: Path, report: Report) -> None:
    with units.writing(SYSTEM) as uow:
        facts = judged(uow, number, wanted, folder, report)
        if facts is None:
            return
        shelf, many = facts
        for one, row in zip(many, wanted, strict=True):
            take_in(uow, folder / row.file, one.name)
        known = sum((one.code, one.sha256) in shelf.standing for one in many)
        file_documents(uow, shelf.project.id, many)
    report.projects, report.filed, report.known = report.projects + 1, report.filed + len(many) - known, report.known + known


def judged(
    uow: UnitOfWork, number: str, wanted: Sequence[Wanted], folder: Path | None, report: Report
) -> tuple[Shelf, list[FileFacts]] | None:
    """Return what is to be filed for one project, None after noting what is wrong with any of it."""
    project = uow.session.scalar(select(Project).options(selectinload(Project.participations)).where(Project.number == number))
    if project is None or not policy.allows(uow.actor, Permission.ARCHIVE_FILE, scope_for(project, None)):
        report.faults += [Fault(row.row, COLUMNS[0], number, _("没有编号为“{number}”的项目。", number=number)) for row in wanted]
        return None
    shelf = shelf_of(uow, project.id)
    many, before = [], len(report.faults)
    for row in wanted:
        try:
            many.append(facts_of(uow, shelf, row, folder))
        except Refusal as no:
            column = {"code": COLUMNS[1], "title": COLUMNS[2], "dated_on": COLUMNS[3], "responsible": COLUMNS[4]}
            report.faults.append(Fault(row.row, column.get(getattr(no, "field", ""), COLUMNS[5]), number, str(no)))
    return None if len(report.faults) > before else (shelf, many)


def facts_of(uow: UnitOfWork, shelf: Shelf, row: Wanted, folder: Path | None) -> FileFacts:
    said = FileFacts(row.code, row.title, "", row.dated_on, name=clean_name(row.file))
    if row.firm:
        firm = next((one for one in shelf.project.participations if one.organisation_name == row.firm), None)
        if firm is None:
            raise Invalid(_("“{firm}”不是该项目登记的参建单位。", firm=row.firm), field="responsible")
        said = replace(said, responsible_id=firm.id)
    found = judge(uow, shelf, said)
    if folder is None:
        return found
    path = within(folder, row.file)
    inspect_file(path, found.name, "")
    with path.open("rb") as file:
        return replace(found, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def within(folder: Path, name: str) -> Path:
    """Return the file of that name in the folder. A name that leads out of it is none."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise Invalid(_("文件夹中没有“{name}”。", name=name[:120]), field="file")
    return path


def take_in(uow: UnitOfWork, path: Path, name: str) -> None:
    """Keep a copy of a file of the folder: the folder itself is never touched."""
    staged = StagedFile(uow.tools.staging, MAX_UPLOAD)
    try:
        with path.open("rb") as file:
            staged.receive(file)
        staged.settle()
        documents.take_staged(uow, staged, Offer(name, "", staged.size), EVIDENCE)
    finally:
        staged.discard()


def require_filer(actor: Actor) -> None:
    """Raise unless the actor files archives for anybody at all."""
    policy.require(actor, Permission.ARCHIVE_FILE, Scope(actor.region, organisation=actor.organisation, owner=actor.organisation))


def read_manifest(path: Path, report: Report) -> list[Wanted]:
    """Return the rows that can be read; note the others. Raises NoManifest or WorkbookRefused for no manifest at all."""
    with open_workbook(path) as book:
        rows = book.rows(next(iter(book.sheets), ""))
        places = header_of(rows)
        found = [row for line, cells in rows if (row := read_row(line, cells, places, book.counts_from_1904, report))]
    if not found and not report.faults:
        raise NoManifest(_("清单中没有可补录的行。"))
    return found


def header_of(rows: Iterator[Row]) -> dict[str, int]:
    for line, cells in rows:
        if line > HEADER_WITHIN:
            break
        places = {cell.text.strip().rstrip("*＊"): place for place, cell in cells.items()}
        if all(name in places for name in COLUMNS if name not in OPTIONAL):
            return {name: places[name] for name in COLUMNS if name in places}
    raise NoManifest(_("没有找到表头，应含：{names}。", names="、".join(COLUMNS)))


def read_row(
    line: int, cells: dict[int, Cell], places: dict[str, int], from_1904: bool, report: Report
) -> Wanted | None:
    texts = {name: cells[place].text.strip() if place in cells else "" for name, place in places.items()}
    if not any(texts.values()):
        return None
    empty = [name for name in places if not texts[name] and name not in OPTIONAL]
    day = day_of(cells[places["日期"]], from_1904) if texts["日期"] else None
    project = texts["项目编号"]
    if empty:
        report.faults.append(Fault(line, empty[0], project, _("不能为空。")))
        return None
    if day is None:
        said = _("“{typed}”不是一个日期，请按 2024-03-05 的格式填写。", typed=texts["日期"][:20])
        report.faults.append(Fault(line, "日期", project, said))
        return None
    return Wanted(line, project, texts["编号"], texts["题名"], day, texts.get("责任单位", ""), texts["文件"])


def day_of(cell: Cell, from_1904: bool) -> date | None:
    """The day a cell says, written out or as the number a workbook keeps for it."""
    if cell.kind is not Kind.DATE:
        return day_typed(cell.text.strip())
    try:
        return EPOCHS[from_1904] + timedelta(days=int(float(cell.text)))
    except (ValueError, OverflowError):
        return None


def template() -> bytes:
    """An empty manifest with its headings."""
    book = Written()
    book.active.append(list(COLUMNS))
    out = BytesIO()
    book.save(out)
    return out.getvalue()
