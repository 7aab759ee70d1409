"""Reading a roster: from a workbook to the projects that can go in, with everything that was found.

Nothing here knows a database: what the registry already holds is asked when a project goes in.
"""

from collections.abc import Iterator
from pathlib import Path

from registry.exchange import mending
from registry.exchange.consistency import CatalogueOf, settled
from registry.exchange.findings import Fault, Findings
from registry.exchange.mending import Days
from registry.exchange.reading import Sheet, find_header, read_rows
from registry.exchange.rows import Bundle, ProjectRoster
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS, sheets
from registry.exchange.spool import Spool
from registry.kernel.text import _
from registry.kernel.workbook import Workbook, open_workbook


def read_roster(path: Path, spool: Spool, findings: Findings) -> None:
    """Read a whole workbook into `spool` and note what is found in it.

    raises   WorkbookRefused when the file as a whole cannot be taken
    """
    with open_workbook(path) as book:
        names = {mending.squeezed(name): name for name in book.sheets}
        for sheet in sheets(Days(book.counts_from_1904)):
            if sheet.name in names:
                read_sheet(book, names[sheet.name], sheet, spool, findings)
            else:
                reason = _("缺少工作表「{name}」，请使用模板。", name=sheet.name)
                findings.whole.append(Fault(sheet.name, 0, "", reason))


def read_sheet(book: Workbook, name: str, sheet: Sheet, spool: Spool, findings: Findings) -> None:
    rows = book.rows(name)
    header = find_header(sheet, rows)
    findings.whole += header.faults
    if header.faults:
        return
    for line, project, row in read_rows(sheet, header, rows, book.merges(name), findings):
        spool.add(sheet.name, project, line, row)


def projects_of(spool: Spool, catalogue_of: CatalogueOf, findings: Findings) -> Iterator[ProjectRoster]:
    """Yield the projects without a fault, in the order of the file; note what is wrong with the others."""
    if findings.whole:
        return
    refuse_strays(spool, findings)
    for number in spool.projects(PROJECTS):
        rows = (tuple(spool.rows(name, number)) for name in (PROJECTS, UNITS, PARTICIPATIONS, LEADERS))
        ready = settled(Bundle(number, *rows), catalogue_of, spool, findings)
        if number not in findings.refused:
            yield ready


def refuse_strays(spool: Spool, findings: Findings) -> None:
    """Note the rows of projects that the first sheet does not list."""
    for name in (UNITS, PARTICIPATIONS, LEADERS):
        for line, project in spool.strays(name, PROJECTS):
            if (PROJECTS, project) not in findings.broken:
                reason = _("「工程」表中没有项目 {number}，请补上或改正编号。", number=project)
                findings.refuse(project, name, line, "项目编号", reason)
