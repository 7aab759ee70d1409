"""The whole archive of a project as a package, whether or not it was handed over: for the operator's command."""

from dataclasses import asdict

from sqlalchemy import select

from registry import policy
from registry.archives.actions import Package
from registry.archives.completeness import completeness
from registry.archives.gathering import gather, packed, write_papers
from registry.archives.proving import unnamed
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, Units
from registry.ledger import actions as ledger
from registry.ledger.sequencing import checkpoint, sequence
from registry.policy import Permission
from registry.projects.models import Project

SHOWN = 5


class NotInTheLedger(Conflict):
    """A file that no event names: the package would carry it without a proof."""

    code = "archive.not-in-the-ledger"


def sign_ledger(units: Units) -> None:
    """Give every event its place and sign the tree, so that the files of a package can be proved.

    Acts of their own, behind the sequencer's lock, before the package is made. Raises LedgerRewound or LedgerDamaged.
    """
    sequence(units)
    checkpoint(units)


def package_project(uow: UnitOfWork, number: str) -> Package:
    """Return the package of everything the archive of a project holds now; what is missing is listed in its catalogue.

    It may hold whole identity numbers: that it was made is written down. Raises NotFound for an unknown number;
    NotYetSequenced while the ledger has not signed the event of every file: see `sign_ledger`.
    """
    project_id = uow.session.scalar(select(Project.id).where(Project.number == number))
    if project_id is None:
        raise NotFound(_("没有编号为“{number}”的项目。", number=number[:60]))
    whole = completeness(uow, project_id)
    policy.require(uow.actor, Permission.ARCHIVE_READ, whole.project.scope)
    policy.require_fresh(uow.actor)
    pieces = gather(uow, whole)
    without = unnamed(uow, pieces)
    if without:
        raise NotInTheLedger(_("以下文件在存证账本中没有记载：{names}。", names="、".join(without[:SHOWN])),
                             remedy=_("请系统管理员运行 flask ledger audit 查明。"))
    missing = [line.named for line in whole.missing]
    label = f"DA-{number}-{uow.today:%Y%m%d}"
    written = write_papers(uow, whole.project, label, pieces, [], missing)
    ledger.append(uow, "project.archive-packaged", whole.project, data={"files": len(pieces), "number": label})
    return packed(uow, whole.project, label, [asdict(piece) for piece in pieces], written.papers, uow.today.isoformat())
