"""What can be done with the responsibility archive: assemble it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.models import Archive
from registry.documents import actions as documents
from registry.documents.kinds import ending_of
from registry.documents.models import Document
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.plaques.models import Mounting, Plaque
from registry.pledges.models import Authorisation, ChangeOfLeader, Pledge
from registry.pledges.standing import papers_of
from registry.policy import Permission
from registry.projects.models import Participation, Project, Term
from registry.standards import handbook as standards

WHOLE = (
    selectinload(Project.units),
    selectinload(Project.participations).options(
        selectinload(Participation.organisation), selectinload(Participation.units),
        selectinload(Participation.terms).selectinload(Term.person),
    ),
)


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
    What is missing is listed, not hidden: an archive may be assembled at any time.
    Source: 建质〔2014〕124号 第十条.
    """
    project = uow.get(Project, project_id, *WHOLE)
    policy.require(uow.actor, Permission.ARCHIVE_READ, project.scope)
    policy.require_fresh(uow.actor)
    number = next_number(uow, project)
    items = signed_papers(uow, project) + changes(uow, project) + plaques(uow, project)
    table = uow.tools.printer.pdf("responsibility_table", table_facts(uow, project))
    items.append(Item("Q1-03", _("项目负责人质量终身责任信息表"), project_owner(project), uow.today,
                      documents.deposit(uow, table, "application/pdf")))
    items.sort(key=lambda item: (item.heading, item.dated, item.title))
    missing = missing_of(uow, project, items)
    catalogue = uow.tools.printer.pdf("archive_catalogue", catalogue_facts(uow, project, number, items, missing))
    listed = [Item("Q1-00", _("卷内目录"), project_owner(project), uow.today,
                   documents.deposit(uow, catalogue, "application/pdf")), *items]
    archive = Archive(
        id=uow.new_id(), project_id=project_id, number=number, files=frozen(uow, listed), missing=missing,
        assembled_on=uow.today, assembled_at=uow.at, assembled_by_id=uow.actor.account,
    )
    uow.session.add(archive)
    ledger.append(uow, "archive.assembled", archive, files=documents.refs(uow, *[item.sha256 for item in listed]))
    return archive


def next_number(uow: UnitOfWork, project: Project) -> str:
    """案卷号: the project's number and a count, never used twice."""
    uow.lock(f"archive:{project.id}")
    count = uow.session.scalar(select(func.count()).where(Archive.project_id == project.id)) or 0
    return f"ZRDA-{project.number}-{count + 1:03d}"


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


def plaques(uow: UnitOfWork, project: Project) -> list[Item]:
    names = {unit.id: unit.name for unit in project.units}
    issued = uow.session.scalars(
        select(Plaque).where(Plaque.unit_project_id.in_(names)).order_by(Plaque.issued_on, Plaque.id)
    ).all()
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


def missing_of(uow: UnitOfWork, project: Project, items: list[Item]) -> list[Any]:
    """The headings of the catalogue nothing was filed under.

    Changes of leader and seismic devices are asked for only where there are any.
    """
    present = {item.heading for item in items}
    wanted = [
        document for document in standards.archive_catalogue(uow.session, project.region, uow.today)
        if document.category == "Q" and document.code in {"Q1-01", "Q1-02", "Q1-03", "Q1-05"}
    ]
    lacking = [{"code": document.code, "name": document.name} for document in wanted if document.code not in present]
    papers = papers_of(uow.session, [term.id for _firm, term in every_term(project)])
    return lacking + [
        {"code": "Q1-02", "name": _("{person}（{firm}）的授权书或承诺书", person=term.person_name, firm=firm.organisation_name)}
        for firm, term in every_term(project)
        if term.id not in papers or len(papers[term.id].signed) < len(("授权书", "承诺书"))
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
    posts = {post.key: post.label for post in standards.posts(uow.session, project.region, uow.today)}
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
                "uscc": firm.organisation.uscc, "post": posts.get(term.post, term.post), "person": term.person_name,
                "identity_number": uow.tools.vault.open(term.person.identity_sealed, f"person/identity/{term.person_id}"),
                "qualification": term.qualification_kind, "certificate": term.qualification_number,
                "since": term.since, "until": term.until, "change": term.ended_reason or "",
            }
            for firm, term in every_term(project)
        ],
        "prepared_by": project_owner(project), "prepared_on": uow.today,
    }


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
