"""Carrying an import out, from file to report. The door says how acts are opened; here they follow on.

Projects go in by the hundred, each hundred one transaction, each project as a whole or not at all: what is
wrong with a project is found before anything of it is written. Where the database still says no, because
somebody else was quicker, the hundred is undone and its projects are tried one by one.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from registry.exchange import actions, queries
from registry.exchange.actions import Created
from registry.exchange.consistency import Catalogue, CatalogueOf
from registry.exchange.findings import Fault, Findings
from registry.exchange.roster import projects_of, read_roster
from registry.exchange.rows import ProjectRoster
from registry.exchange.sheets import PROJECTS
from registry.exchange.spool import Spool
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, trying_again
from registry.kernel.workbook_safety import WorkbookRefused

PROJECTS_AT_ONCE = 100
Opener = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens one act: a transaction, or a savepoint within one."""


@dataclass(slots=True)
class Report:
    """What an import brought, or a rehearsal would bring."""

    created: Created = field(default_factory=Created)
    findings: Findings = field(default_factory=Findings)
    taken: int = 0             # projects of the file without a fault, new or known

    @property
    def complete(self) -> bool:
        return not self.findings.errors


def import_roster(path: Path, opener: Opener) -> Report:
    """Enter every project of the file that has no fault. Entering the same file again changes nothing."""
    report = Report()
    with _projects_in(path, opener, report) as (rosters, catalogue_of, _spool):
        while chunk := list(islice(rosters, PROJECTS_AT_ONCE)):
            _enter(chunk, opener, catalogue_of, report)
    return report


def rehearse_roster(path: Path, opener: Opener) -> Report:
    """Say what `import_roster` would do. Acts that are opened READ ONLY suffice."""
    report = Report()
    with _projects_in(path, opener, report) as (rosters, catalogue_of, spool):
        while chunk := list(islice(rosters, PROJECTS_AT_ONCE)):
            with opener() as uow:
                rehearsal = actions.rehearse_rosters(uow, chunk, catalogue_of, report.findings)
            firms = sum(spool.first("new firm", code) for code in rehearsal.firms)
            people = sum(spool.first("new person", f"{kind}/{number}") for kind, number in rehearsal.people)
            report.created += rehearsal.created(firms, people)
            report.taken += len(rehearsal.plans)
    return report


@contextmanager
def _projects_in(
    path: Path, opener: Opener, report: Report
) -> Iterator[tuple[Iterator[ProjectRoster], CatalogueOf, Spool]]:
    """Read the file and give out its sound projects; a file refused whole has none and says why."""
    with closing(Spool()) as spool:
        try:
            read_roster(path, spool, report.findings)
        except WorkbookRefused as refusal:
            report.findings.whole.append(Fault("", 0, "", str(refusal)))
        catalogue_of = _catalogues(opener)
        yield projects_of(spool, catalogue_of, report.findings), catalogue_of, spool


def _catalogues(opener: Opener) -> CatalogueOf:
    """Return the finder of a region's catalogue; each is asked for once."""
    known: dict[str, Catalogue] = {}

    def catalogue_of(region: str) -> Catalogue:
        if region not in known:
            with opener() as uow:
                known[region] = queries.catalogue(uow, region)
        return known[region]

    return catalogue_of


def _enter(chunk: Sequence[ProjectRoster], opener: Opener, catalogue_of: CatalogueOf, report: Report) -> None:
    """Enter some projects in one act; when the database refuses the act, one by one."""

    def act() -> tuple[Created, Findings]:
        findings = Findings()
        with opener() as uow:
            return actions.enter_rosters(uow, chunk, catalogue_of, findings), findings

    try:
        created, findings = trying_again(act)
    except (Conflict, IntegrityError):
        if len(chunk) > 1:
            for roster in chunk:
                _enter([roster], opener, catalogue_of, report)
            return
        [roster] = chunk
        reason = _("导入期间他人修改了这个项目，或与已登记的内容冲突，请重新导入一次。")
        report.findings.refuse(roster.project.number, PROJECTS, roster.project.line, "项目编号", reason)
        return
    report.created += created
    report.findings.add(findings)
    report.taken += len(chunk) - len(findings.refused)
