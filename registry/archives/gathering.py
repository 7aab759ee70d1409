"""Everything that goes to the urban archive: originals, their PDF/A twins, the catalogue, the proofs, a readme."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import aliased

from registry import policy
from registry.archives.actions import Package
from registry.archives.completeness import Completeness
from registry.archives.models import ArchiveFile
from registry.archives.package import Packed
from registry.archives.pieces import ORIGINAL, TWIN, Piece, place_of
from registry.archives.proving import proofs_of
from registry.archives.verifying import KEY, PROOFS
from registry.documents import actions as documents
from registry.documents.models import Document
from registry.documents.queries import content
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.projects.models import Project

MANIFEST, CATALOGUE, README = "目录.json", "目录.pdf", "说明.txt"


@dataclass(frozen=True, slots=True)
class Written:
    """The papers that go with the pieces: name in the package → SHA-256 of a document."""

    papers: dict[str, str]
    proved: int        # how many files have their proof with them


def gather(uow: UnitOfWork, whole: Completeness) -> list[Piece]:
    """Every document of the project's archive, in the order of the catalogue. Three SELECTs."""
    policy.open_to_all(uow.actor)
    owner = next((firm.organisation_name for firm in whole.project.participations if firm.role == "owner"), "")
    firms = {firm.id: firm.organisation_name for firm in whole.project.participations}
    told: list[tuple[str, str, str, str, str, str, str, str, str, str]] = []
    for file in standing(uow, whole.project.id):
        said = (file.code, file.title, firms[file.participation_id], file.dated_on.isoformat())
        record = (ArchiveFile.__tablename__, str(file.id))
        told.append((*said, ORIGINAL, file.document_sha256, file.lasting or "", file.flaw or "", *record))
        if file.twin_sha256:
            told.append((*said, TWIN, file.twin_sha256, "itself", "", *record))
    for one in whole.collected:
        firm = firms.get(one.participation_id, owner) if one.participation_id else owner
        table, record_id = one.record
        told.append((one.code, one.title, firm, one.dated_on.isoformat(), ORIGINAL, one.sha256, "", "", table, str(record_id)))
    kept = documents_of(uow, {row[5] for row in told})
    return [
        Piece(place_of(count, code, title, kind, kept[sha256].media_type), code, title, firm, dated, kind, sha256,
              kept[sha256].size, kept[sha256].media_type, lasting, flaw, table, record_id)
        for count, (code, title, firm, dated, kind, sha256, lasting, flaw, table, record_id) in enumerate(sorted(told), 1)
    ]


def standing(uow: UnitOfWork, project_id: UUID) -> Sequence[ArchiveFile]:
    """The files that nothing has superseded."""
    newer = aliased(ArchiveFile)
    return uow.session.scalars(
        select(ArchiveFile).outerjoin(newer, newer.supersedes_id == ArchiveFile.id)
        .where(ArchiveFile.project_id == project_id, newer.id.is_(None))
        .order_by(ArchiveFile.code, ArchiveFile.filed_at, ArchiveFile.id)
    ).all()


def documents_of(uow: UnitOfWork, hashes: Iterable[str]) -> dict[str, Document]:
    rows = uow.session.scalars(select(Document).where(Document.sha256.in_(set(hashes))))
    return {row.sha256: row for row in rows}


def write_papers(
    uow: UnitOfWork, project: Project, number: str, pieces: Sequence[Piece], findings: Sequence[dict[str, Any]],
    missing: Sequence[str],
) -> Written:
    """Print the catalogue, write it for programs too, gather the proofs, and keep all of it as documents.

    Raises NotYetSequenced, before anything is printed, while the ledger has not signed every event that names a file.
    """
    policy.open_to_all(uow.actor)
    owner = next((firm.organisation_name for firm in project.participations if firm.role == "owner"), "")
    proofs = "".join(proofs_of(uow, pieces))
    printed = uow.tools.printer.pdf("handover_catalogue", {
        "project": project.name, "project_number": project.number, "volume_number": number,
        "items": [
            {"number": count, "code": piece.code, "title": piece.title, "responsible": piece.responsible,
             "dated": piece.dated, "sha256": piece.sha256}
            for count, piece in enumerate((piece for piece in pieces if piece.kind == ORIGINAL), 1)
        ],
        "missing": list(missing), "prepared_by": owner, "prepared_on": uow.today,
    })
    listed = rfc8785.dumps({
        "number": number, "project": {"number": project.number, "name": project.name, "region": project.region},
        "files": [piece.listed() for piece in pieces], "findings": list(findings), "missing": list(missing),
    })
    papers = {
        CATALOGUE: documents.deposit(uow, printed, "application/pdf"),
        MANIFEST: documents.deposit(uow, listed, "application/json"),
        PROOFS: documents.deposit(uow, proofs.encode(), "application/jsonl"),
        KEY: documents.deposit(uow, f"{uow.tools.signer.verifier_key}\n".encode(), "text/plain"),
        README: documents.deposit(uow, readme(number, project, uow.tools.signer.verifier_key).encode(), "text/plain"),
    }
    return Written(papers, proofs.count("\n"))


def readme(number: str, project: Project, key: str) -> str:
    return _(
        "建设工程档案移交包 {number}\n工程：{name}（{project}）\n\n"
        "本包按 BagIt（RFC 8493）编制。data/原件 为原始文件，逐字节未改动；data/PDF-A副本 为影像件的长期保存副本；\n"
        "data/目录.pdf 为移交目录，data/目录.json 为同一目录的机读版本，含四性检测结果；\n"
        "data/存证.jsonl 每行为一份文件：在包中的位置、SHA-256、写有该值的账本事件、该事件在签名账本中的证明\n"
        "（c2sp.org/tlog-proof）；data/存证公钥.txt 为账本公钥，请与登记系统“存证”公示页的公钥核对：\n{key}\n\n"
        "核验：解压后在本目录运行 sha256sum -c manifest-sha256.txt，或用任意 BagIt 工具（如 bagit.py --validate .）；\n"
        "连同账本证明一并核验：flask archive verify 本包.zip --key 公钥（不需要数据库和网络）。\n",
        number=number, name=project.name, project=project.number, key=key,
    )


def packed(uow: UnitOfWork, project: Project, number: str, pieces: Sequence[dict[str, Any]], papers: dict[str, str],
           day: str) -> Package:
    """The package as it can be streamed, after the unit of work has ended."""
    return Package(
        f"{number}.zip",
        [Packed(name, sha256) for name, sha256 in sorted(papers.items())]
        + [Packed(piece["place"], piece["sha256"]) for piece in pieces],
        partial(content, uow),
        {
            "Source-Organization": uow.tools.base_url, "External-Identifier": number,
            "External-Description": project.name, "Bagging-Date": day,
        },
    )
