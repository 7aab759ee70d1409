"""The official records as printed: facts in the order of the forms. Printed once, when the last has signed, and kept.

Source: GB 50300-2013 附录E、F、G、H; 隐蔽工程验收记录 GB/T 50328 C5 (the provinces' own tables differ).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.accepting import UNIT_IN_FULL
from registry.acceptance.entering import LOT_IN_FULL
from registry.acceptance.models import AcceptancePaper, ConcealedWork, LotResult, NodeAcceptance, Signature
from registry.acceptance.reviewing import TABLE_NAMES, ReviewedTable, tables_kept
from registry.acceptance.rules import COVER_NAMES, VERDICT_NAMES, Verdict
from registry.documents import actions as documents
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceLevel, Check, CheckRank, LotTemplate
from registry.standards.divisions import DivisionTree
from registry.works.models import Lot

Facts = dict[str, object]
FORMS = {
    AcceptanceLevel.ITEM: "item_record", AcceptanceLevel.SUBDIVISION: "division_record",
    AcceptanceLevel.DIVISION: "division_record", AcceptanceLevel.UNIT: "unit_review",
}
CONTRACTORS = ("contractor", "general-contractor")
SUBCONTRACT_LEADER = "site/subcontract-leader"


def print_result(uow: UnitOfWork, result_id: UUID) -> AcceptancePaper | None:
    """Print a lot's record, once; None when it is printed already."""
    return printed_once(uow, "result_id", result_id, "lot_record", lambda: lot_facts(uow, result_id))


def print_acceptance(uow: UnitOfWork, acceptance_id: UUID) -> AcceptancePaper | None:
    found = uow.get(NodeAcceptance, acceptance_id)
    return printed_once(uow, "acceptance_id", acceptance_id, FORMS[found.level], lambda: node_facts(uow, acceptance_id))


def print_concealed(uow: UnitOfWork, work_id: UUID) -> AcceptancePaper | None:
    return printed_once(uow, "work_id", work_id, "hidden_record", lambda: hidden_facts(uow, work_id))


def printed_once(
    uow: UnitOfWork, column: str, subject: UUID, form: str, facts_of: Callable[[], Facts]
) -> AcceptancePaper | None:
    policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, policy.ANYWHERE)
    uow.lock(f"acceptance paper {subject}")
    if uow.session.scalar(select(AcceptancePaper.id).where(getattr(AcceptancePaper, column) == subject)) is not None:
        return None
    facts = facts_of()
    unit = facts.pop("unit_id")
    sha256 = documents.deposit(uow, uow.tools.printer.pdf(form, facts), "application/pdf")
    paper = AcceptancePaper(
        id=uow.new_id(), unit_project_id=unit, form=form, number=str(facts["number"]), document_sha256=sha256,
        printed_at=uow.at, **{column: subject},
    )
    uow.session.add(paper)
    ledger.append(uow, "acceptance.printed", paper, files=documents.refs(uow, sha256))
    return paper


def heading(uow: UnitOfWork, unit: UnitProject, code: str, tree: DivisionTree, number: str) -> Facts:
    """What stands above every record."""
    division = tree.find(code[:2]).name if code else ""
    sub = tree.find(code[:4]).name if len(code) > 3 else ""
    return {
        "unit_id": unit.id, "number": number, "project": unit.project.name, "unit": f"{unit.project.name} {unit.name}",
        "division": " / ".join(name for name in (division, sub) if name), "item": tree.find(code).name if len(code) == 6 else "",
        "firms": firms_of(uow, unit, code, tree),
    }


def firms_of(uow: UnitOfWork, unit: UnitProject, code: str, tree: DivisionTree) -> dict[str, str]:
    """施工单位, 项目负责人 and 项目技术负责人, and what the subcontractors built, as it is on the day of printing."""
    rows = uow.session.execute(
        select(Participation.id, Participation.role, Participation.organisation_name, Term.post, Term.person_name)
        .outerjoin(Term, (Term.participation_id == Participation.id) & Term.until.is_(None) & Term.corrected_by_id.is_(None))
        .where(Participation.project_id == unit.project_id, Participation.until.is_(None))
        .order_by(Participation.since, Participation.id, Term.since, Term.id)
    ).all()
    return {
        "contractor": first(row.organisation_name for row in rows if row.role in CONTRACTORS),
        "leader": first(row.person_name for row in rows if row.post in ("project-manager", "epc-manager")),
        "technical": first(
            row.person_name for row in rows if row.post == "site/technical-leader" and row.role in CONTRACTORS
        ),
    } | subcontracted(uow, unit, rows, code, tree)


def subcontracted(
    uow: UnitOfWork, unit: UnitProject, rows: Sequence[Any], code: str, tree: DivisionTree
) -> dict[str, str]:
    """分包单位, its leader and 分包内容: of the subcontractors whose lots lie below a node, and of no other.

    rows   of `firms_of`: participation, role, firm, post, person
    """
    works = uow.session.execute(
        select(Lot.participation_id, Lot.item_code, func.count()).join(Participation, Participation.id == Lot.participation_id)
        .where(
            Lot.unit_project_id == unit.id, Lot.withdrawn_at.is_(None), Lot.item_code.startswith(code, autoescape=True),
            Participation.role == "subcontractor",
        ).group_by(Lot.participation_id, Lot.item_code).order_by(Lot.item_code, Lot.participation_id)
    ).all()
    here = {firm for firm, _item, _count in works}
    names = {row.id: row.organisation_name for row in rows if row.id in here}
    items = {
        firm: "、".join(_("{item}（{n} 批）", item=tree.find(item).name, n=count) for one, item, count in works if one == firm)
        for firm in names
    }
    leaders = [row.person_name for row in rows if row.id in here and row.post == SUBCONTRACT_LEADER]
    return {
        "subcontractor": "、".join(dict.fromkeys(names.values())), "subcontract_leader": "、".join(dict.fromkeys(leaders)),
        "subcontract": "；".join(f"{names[firm]}：{said}" if len(names) > 1 else said for firm, said in items.items()),
    }


def first(names: Iterable[str | None]) -> str:
    return next((name for name in names if name), "")


def signatures_kept(signatures: Sequence[Signature], words: dict[Verdict, Any] = VERDICT_NAMES) -> list[dict[str, object]]:
    return [
        {"label": one.label, "name": one.person_name, "signed_on": one.signed_on, "verdict": str(words[one.verdict]),
         "opinion": one.opinion, "decides": one.decides}
        for one in signatures
    ]


def lot_facts(uow: UnitOfWork, result_id: UUID) -> Facts:
    result = uow.get(LotResult, result_id, selectinload(LotResult.signatures))
    lot = uow.get(Lot, result.lot_id, *LOT_IN_FULL)
    templates = standards.content_of(uow.session, kinds.LOT_TEMPLATES, result.template_edition_id)
    template = next(one for one in templates if one.key == result.template_key)
    tree = standards.content_of(uow.session, kinds.DIVISIONS, lot.divisions_edition_id)
    facts = heading(uow, lot.unit, lot.item_code, tree, f"{lot.number}-{result.attempt}")
    return facts | {"firms": builder_of(uow, lot, facts["firms"])} | {
        "lot": lot.name, "place": lot.place,
        "capacity": f"{result.capacity} {lot.capacity_unit or template.capacity_unit}".strip(),
        "builder": lot.participation.organisation_name, "basis": result.basis, "standard": template.standard,
        "dominant": checks_printed(template, result, CheckRank.DOMINANT),
        "general": checks_printed(template, result, CheckRank.GENERAL), "signatures": signatures_kept(result.signatures),
    }


def builder_of(uow: UnitOfWork, lot: Lot, firms: Any) -> dict[str, str]:
    """The firms on a lot's own record: a subcontractor only where he has built this very lot."""
    named: dict[str, str] = firms | {"subcontractor": "", "subcontract_leader": ""}
    if lot.participation.role != "subcontractor":
        return named
    leaders = in_office(uow.session, lot.unit.project_id, [SUBCONTRACT_LEADER], uow.today, lot.unit.number)
    return named | {
        "subcontractor": lot.participation.organisation_name,
        "subcontract_leader": first(one.person_name for one in leaders if one.participation_id == lot.participation_id),
    }


def checks_printed(template: LotTemplate, result: LotResult, rank: CheckRank) -> list[dict[str, str]]:
    kept = {one["key"]: one for one in result.checks}
    return [check_printed(check, kept[check.key]) for check in template.checks if check.rank is rank and check.key in kept]


def check_printed(check: Check, kept: dict[str, Any]) -> dict[str, str]:
    """One line of the form: 验收项目, 设计要求及规范规定, 最小/实际抽样数量, 检查记录, 检查结果."""
    labels = {measure.key: measure.label for measure in check.measures}
    points = [
        f"{label}：{'，'.join(kept['points'][key])}" for key, label in labels.items() if key in kept["points"]
    ]
    return {
        "label": check.label, "requirement": f"{check.clause}　{check.requirement}",
        "sample": f"{kept['least'] or '—'}／{kept['actual'] or '—'}",
        "record": "；".join(part for part in (kept["record"], *points) if part),
        "result": _("不合格：{why}", why=kept["why"]) if kept["why"] else _("合格"),
    }


def node_facts(uow: UnitOfWork, acceptance_id: UUID) -> Facts:
    found = uow.get(NodeAcceptance, acceptance_id, selectinload(NodeAcceptance.signatures))
    unit = uow.get(UnitProject, found.unit_project_id, *UNIT_IN_FULL)
    tree = standards.content_of(uow.session, kinds.DIVISIONS, found.divisions_edition_id)
    number = f"{unit.project.number}-{unit.number}-{found.code or 'DW'}-{found.attempt}"
    decided = next((one for one in found.signatures if one.decides), None)
    return heading(uow, unit, found.code, tree, number) | {
        "name": found.name, "level": found.level.value, "children": found.children, "totals": found.totals or {},
        "remarks": found.remarks, "attendants": [f"{one['label']} {one['name']}" for one in found.attendants],
        "signatures": signatures_kept(found.signatures),
        "subdivisions": len({str(one["number"])[:4] for one in found.children}),
        "conclusion": str(VERDICT_NAMES[decided.verdict]) if decided else "",
        "reviewed": reviews_printed(tables_kept(uow.session, found.totals)), "reviewed_by": found.opened_name,
        "decided_by": decided.person_name if decided else "",
    } | unit_particulars(unit, unit.project)


def reviews_printed(tables: Sequence[ReviewedTable]) -> list[dict[str, object]]:
    """The companion tables, each with its title, and its rows trade after trade."""
    return [
        {"table": one.table.value, "title": str(TABLE_NAMES[one.table]), "source": one.rows[0][0].source,
         "rows": [
             {"subject": line.subject, "label": line.label, "count": answer.count, "right": answer.right,
              "sampled": answer.sampled, "sampled_right": answer.sampled_right, "note": answer.note}
             for line, answer in one.rows
         ]}
        for one in tables
    ]


def unit_particulars(unit: UnitProject, project: Project) -> Facts:
    storeys = "／".join(
        str(count) for count in (unit.storeys_above, unit.storeys_below) if count is not None
    )
    return {
        "structure": unit.structure or project.structure, "storeys": storeys,
        "area": f"{unit.area.normalize():f} m²" if unit.area is not None else "",
        "started_on": project.started_on or "", "accepted_on": unit.accepted_on or "",
    }


def hidden_facts(uow: UnitOfWork, work_id: UUID) -> Facts:
    work = uow.get(ConcealedWork, work_id, selectinload(ConcealedWork.signatures), selectinload(ConcealedWork.photos))
    unit = uow.get(UnitProject, work.unit_project_id, *UNIT_IN_FULL)
    items = standards.content_of(uow.session, kinds.CONCEALED_WORK, work.edition_id)
    item = next(one for one in items if one.key == work.item_key)
    tree = standards.divisions(uow.session, uow.today)
    decided = next((one for one in work.signatures if one.decides), None)
    return heading(uow, unit, work.item_code, tree, f"{unit.project.number}-{unit.number}-YB{work.number:04d}") | {
        "hidden": item.label, "place": work.place, "looked_on": work.looked_at.astimezone(CHINA).date(),
        "drawings": work.drawings, "materials": work.materials, "contents": work.contents,
        "photos": [photo.sha256 for photo in work.photos], "repeats": work.previous_id is not None,
        "opinions": "；".join(one.opinion for one in work.signatures if one.opinion),
        "conclusion": str(COVER_NAMES[decided.verdict]) if decided else "",
        "signatures": signatures_kept(work.signatures, COVER_NAMES),
    }
