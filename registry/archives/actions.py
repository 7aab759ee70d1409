"""What can be done with the responsibility archive: assemble it, hand it out."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.models import Archive
from registry.archives.package import Opener, Packed
from registry.documents import actions as documents
from registry.documents.kinds import ending_of
from registry.documents.models import Document
from registry.documents.queries import content
from registry.kernel.errors import Conflict
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.ledger.tree import NotYetSequenced
from registry.plaques.models import Mounting, Plaque
from registry.plaques.public import proof_of
from registry.pledges.models import Authorisation, ChangeOfLeader, Pledge
from registry.pledges.standing import UNDATED, dates_of, papers_of
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term
from registry.standards import handbook as standards

WHOLE = (
    selectinload(Project.units),
    selectinload(Project.participations).options(
        selectinload(Participation.organisation), selectinload(Participation.units),
        selectinload(Participation.terms).selectinload(Term.person),
    ),
)


class AssembledMeanwhile(Conflict):
    code = "archive.assembled-meanwhile"


@dataclass(frozen=True, slots=True)
class Package:
    """What a download is made of."""

    name: str
    files: Sequence[Packed]
    opened: Opener
    info: dict[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One document of the archive: under which heading of the catalogue, what it is called, of which day."""

    heading: str               # "Q1-02"
    title: str
    responsible: str           # 责任者
    dated: date
    sha256: str


def assemble_archive(uow: UnitOfWork, project_id: UUID) -> Archive:
    """Print the information table and the catalogue, and freeze the list of everything that belongs to the archive.

    The table holds whole identity numbers, as the law asks; assembling it is therefore an event with a name to it.
    What is missing is listed, not hidden: an archive may be assembled at any time. Raises AssembledMeanwhile when
    somebody else was faster while the papers were printed.
    Source: 建质〔2014〕124号 第十条.
    """
    project = uow.get(Project, project_id, *WHOLE)
    policy.require(uow.actor, Permission.ARCHIVE_READ, project.scope)
    policy.require_fresh(uow.actor)
    number = next_number(uow, project)
    table = documents.deposit(uow, uow.tools.printer.pdf("responsibility_table", table_facts(uow, project)), "application/pdf")
    items = signed_papers(uow, project) + changes(uow, project) + plaques(uow, project)
    items.append(Item("Q1-03", _("项目负责人质量终身责任信息表"), project_owner(project), uow.today, table))
    items.sort(key=lambda item: (item.heading, item.dated, item.title))
    missing = missing_of(uow, project, {item.heading for item in items})
    printed = uow.tools.printer.pdf("archive_catalogue", catalogue_facts(uow, project, number, items, missing))
    catalogue = documents.deposit(uow, printed, "application/pdf")
    files = frozen(uow, [Item("Q1-00", _("卷内目录"), project_owner(project), uow.today, catalogue), *items])
    manifest = documents.deposit(uow, manifest_of(project, number, files, missing), "application/json")

    uow.lock(f"archive:{project_id}")
    if next_number(uow, project) != number:
        raise AssembledMeanwhile(_("他人刚刚完成了该项目的组卷。"), remedy=_("请查看新的案卷；仍需组卷的，请再次办理。"))
    archive = Archive(
        id=uow.new_id(), project_id=project_id, number=number, catalogue_sha256=catalogue, manifest_sha256=manifest,
        files=files, missing=missing, assembled_on=uow.today, assembled_at=uow.at, assembled_by_id=uow.actor.account,
    )
    uow.session.add(archive)
    ledger.append(uow, "archive.assembled", archive, files=documents.refs(uow, catalogue, table, manifest))
    return archive


def fetch_archive(uow: UnitOfWork, archive_id: UUID) -> Package:
    """Hand out an archive, and note for good who took it. It holds whole identity numbers: raises NotFresh
    unless the actor has just proved again who he is.
    """
    archive = uow.get(Archive, archive_id, selectinload(Archive.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.ARCHIVE_READ, archive.scope)
    policy.require_fresh(uow.actor)
    ledger.append(uow, "archive.fetched", archive)
    with content(uow, archive.manifest_sha256) as stream:
        listed = json.load(stream)["files"]
    return Package(
        f"{archive.number}.zip",
        [Packed(file["place"], file["sha256"]) for file in listed] + [Packed("manifest.json", archive.manifest_sha256)],
        partial(content, uow),
        {
            "Source-Organization": uow.tools.base_url, "External-Identifier": archive.number,
            "External-Description": archive.project.name, "Bagging-Date": archive.assembled_on.isoformat(),
        },
    )


def next_number(uow: UnitOfWork, project: Project) -> str:
    """案卷号: the project's number and a count, never used twice."""
    count = uow.session.scalar(select(func.count()).where(Archive.project_id == project.id)) or 0
    return f"ZRDA-{project.number}-{count + 1:03d}"


def manifest_of(project: Project, number: str, files: list[Any], missing: list[Any]) -> bytes:
    """The whole archive as a list: what the ledger's event names by its hash."""
    return rfc8785.dumps({
        "number": number, "project": {"number": project.number, "name": project.name}, "files": files, "missing": missing,
    })


def project_owner(project: Project) -> str:
    return next((firm.organisation_name for firm in project.participations if firm.role == "owner"), "")


def every_term(project: Project) -> list[tuple[Participation, Term]]:
    return [
        (firm, term) for firm in project.participations for term in firm.terms if term.corrected_by_id is None
    ]


def signed_papers(uow: UnitOfWork, project: Project) -> list[Item]:
    papers = papers_of(uow.session, [term.id for _firm, term in every_term(project)])
    found = []
    for firm, term in every_term(project):
        for paper in papers[term.id].signed if term.id in papers else ():
            heading, title = paper_heading(paper)
            found.append(Item(
                heading, _("{title}（{person}）", title=title, person=term.person_name),
                firm.organisation_name, paper.signed_on, paper.document_sha256,
            ))
    return found


def paper_heading(paper: Authorisation | Pledge) -> tuple[str, str]:
    if isinstance(paper, Authorisation):
        return "Q1-01", _("法定代表人授权书")
    return "Q1-02", _("工程质量终身责任承诺书")


def changes(uow: UnitOfWork, project: Project) -> list[Item]:
    terms = {term.id: (firm, term) for firm, term in every_term(project)}
    rows = uow.session.scalars(
        select(ChangeOfLeader).where(ChangeOfLeader.incoming_term_id.in_(terms))
        .order_by(ChangeOfLeader.effective_on, ChangeOfLeader.id)
    )
    return [
        Item("Q1-04", _("项目负责人变更表（{person}接任）", person=terms[row.incoming_term_id][1].person_name),
             terms[row.incoming_term_id][0].organisation_name, row.recorded_on, row.document_sha256)
        for row in rows
    ]


def plaques_known(uow: UnitOfWork, project: Project) -> list[Item]:
    """The plaques and the photographs of where they hang. Reads only."""
    names = {unit.id: unit.name for unit in project.units}
    issued = issued_to(uow, project)
    mounted = uow.session.scalars(
        select(Mounting).where(Mounting.plaque_id.in_([row.id for row in issued]))
        .order_by(Mounting.mounted_on, Mounting.id)
    )
    unit_of = {row.id: names[row.unit_project_id] for row in issued}
    return [
        Item("Q1-05", _("永久性标牌样图（{unit}）", unit=unit_of[row.id]), project_owner(project), row.issued_on,
             row.pdf_sha256)
        for row in issued
    ] + [
        Item("Q1-05", _("永久性标牌安装照片（{unit}）", unit=unit_of[row.plaque_id]), row.mounted_by, row.mounted_on,
             row.photo_sha256)
        for row in mounted
    ]


def plaques(uow: UnitOfWork, project: Project) -> list[Item]:
    """The plaques with the signed proof of each."""
    names = {unit.id: unit.name for unit in project.units}
    unit_of = {row.id: names[row.unit_project_id] for row in issued_to(uow, project)}
    return plaques_known(uow, project) + [
        Item("Q1-05", _("永久性标牌存证（{unit}）", unit=unit_of[plaque_id]), project_owner(project), uow.today, sha256)
        for plaque_id, sha256 in proofs(uow, list(unit_of)).items()
    ]


def issued_to(uow: UnitOfWork, project: Project) -> Sequence[Plaque]:
    return uow.session.scalars(
        select(Plaque).where(Plaque.unit_project_id.in_([unit.id for unit in project.units]))
        .order_by(Plaque.issued_on, Plaque.id)
    ).all()


def proofs(uow: UnitOfWork, plaque_ids: list[UUID]) -> dict[UUID, str]:
    """The signed proof of each plaque, kept as a document; one made in the last half minute has none yet."""
    kept = {}
    for plaque_id in plaque_ids:
        with suppress(NotYetSequenced):
            kept[plaque_id] = documents.deposit(uow, proof_of(uow, plaque_id).encode(), "application/json")
    return kept


def missing_of(uow: UnitOfWork, project: Project, present: Collection[str]) -> list[Any]:
    """The headings of the catalogue nothing was filed under, and whose pair is not signed.

    Changes of leader and seismic devices are asked for only where there are any.
    """
    wanted = [
        document for document in standards.archive_catalogue(uow.session, project.region, uow.today)
        if document.category == "Q" and document.code in {"Q1-01", "Q1-02", "Q1-03", "Q1-05"}
    ]
    lacking = [{"code": document.code, "name": document.name} for document in wanted if document.code not in present]
    papers = dates_of(uow, [term.id for _firm, term in every_term(project)])
    return lacking + [
        {"code": "Q1-02", "name": _("{person}（{firm}）的授权书或承诺书", person=term.person_name, firm=firm.organisation_name)}
        for firm, term in every_term(project)
        if not papers.get(term.id, UNDATED).both_signed
    ]


def frozen(uow: UnitOfWork, items: list[Item]) -> list[Any]:
    """The items as the record keeps them, each with its place in the package."""
    kept = {row.sha256: row for row in uow.session.scalars(
        select(Document).where(Document.sha256.in_({item.sha256 for item in items}))
    )}
    return [
        {
            "place": f"{count:03d}-{item.heading}-{safe(item.title)}.{ending_of(kept[item.sha256].media_type)}",
            "heading": item.heading, "title": item.title, "responsible": item.responsible,
            "dated": item.dated.isoformat(), "sha256": item.sha256,
            "size": kept[item.sha256].size, "media_type": kept[item.sha256].media_type,
        }
        for count, item in enumerate(items)
    ]


def safe(title: str) -> str:
    """A title as a file name: letters of any script and digits, nothing a file system would mind."""
    return "".join(sign if sign.isalnum() else "-" for sign in title).strip("-")[:60]


def table_facts(uow: UnitOfWork, project: Project) -> dict[str, object]:
    """质量终身责任信息表: the one table with whole identity numbers."""
    roles = {role.key: role.label for role in standards.roles(uow.session, project.region, uow.today)}
    return {
        "project": project.name, "project_number": project.number, "address": project.address,
        "permit_number": project.permit_number, "oversight_number": project.oversight_number,
        "units": [
            {"number": unit.number, "name": unit.name, "design_life": unit.design_life_years,
             "accepted_on": unit.accepted_on or project.accepted_on}
            for unit in project.units
        ],
        "rows": [
            {
                "role": roles.get(firm.role, firm.role), "organisation": firm.organisation_name,
                "uscc": firm.organisation.uscc, "post": post_label(uow, project, term), "person": term.person_name,
                "identity_number": uow.tools.vault.open(term.person.identity_sealed, f"person/identity/{term.person_id}"),
                "qualification": term.qualification_kind, "certificate": term.qualification_number,
                "since": term.since, "until": term.until, "change": term.ended_reason or "",
            }
            for firm, term in every_term(project)
        ],
        "prepared_by": project_owner(project), "prepared_on": uow.today,
    }


def post_label(uow: UnitOfWork, project: Project, term: Term) -> str:
    return standards.post_held(uow.session, term.post, project.region, term.since, uow.today).label


def catalogue_facts(
    uow: UnitOfWork, project: Project, number: str, items: list[Item], missing: list[Any]
) -> dict[str, object]:
    return {
        "project": project.name, "project_number": project.number, "volume_number": number,
        "items": [
            {"number": count, "code": item.heading, "title": item.title, "responsible": item.responsible,
             "dated": item.dated, "sha256": item.sha256}
            for count, item in enumerate(items, 1)
        ],
        "missing": [row["name"] for row in missing],
        "prepared_by": project_owner(project), "prepared_on": uow.today,
    }
