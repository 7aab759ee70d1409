"""Acceptance dwelling by dwelling (分户验收), and the two papers for the buyers.

Source: 建质〔2009〕291号; 建质〔2013〕171号 第五条（九）; 建房〔1998〕102号; 建设工程抗震管理条例 第十五条.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.filing import FileFacts, file_document
from registry.completion import papers
from registry.completion.housing import SIDES, DwellingSignature, PaperKind
from registry.completion.models import UNIT_IN_FULL, Dwelling, DwellingCheck, ResidentialPaper
from registry.completion.standing import Standing, standing
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _, later
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards.handbook import InForce
from registry.standards.warranty import WarrantyClock, WarrantyUnit
from registry.standards.wording import Wording

MOST = 2_000         # dwellings of one act
RECORDERS = tuple(post for side in SIDES.values() for post in side)
NUMBER = re.compile(r"[0-9A-Za-z一-鿿#（）()-]{1,40}")


class BadList(Invalid):
    code = "dwelling.bad-list"


class NotAllAnswered(Invalid):
    code = "dwelling.not-all-answered"


class NothingToSign(Conflict):
    code = "dwelling.nothing-to-sign"


@dataclass(frozen=True, slots=True)
class DwellingRow:
    """One line of the list: number, area in m² (or None), layout (or "")."""

    number: str
    area: Decimal | None = None
    layout: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a dwelling: by the checkpoint's key, whether it is as it must be."""

    findings: Mapping[str, bool]
    words: str = ""
    photo: UUID | SentFile | None = None


def rows_pasted(text: str) -> list[DwellingRow]:
    """Read a pasted list: one dwelling a line, "1-101  89.5  两室一厅" apart by tabs, commas or spaces.

    Raises BadList, naming the line.
    """
    rows = []
    for count, line in enumerate(text.splitlines(), 1):
        cells = re.split(r"[\t,，;； ]+", line.strip(), maxsplit=2)
        if not cells[0]:
            continue
        if not NUMBER.fullmatch(cells[0]):
            raise BadList(_("第 {count} 行：“{number}”不是户号。", count=count, number=cells[0][:20]), field="rows")
        rows.append(DwellingRow(cells[0], area_typed(cells, count), cells[2] if len(cells) > 2 else ""))
    return rows


def area_typed(cells: Sequence[str], count: int) -> Decimal | None:
    if len(cells) < 2 or not cells[1]:
        return None
    try:
        area = Decimal(cells[1])
    except InvalidOperation:
        area = Decimal("NaN")
    if not (area.is_finite() and 0 < area < 10_000):
        raise BadList(_("第 {count} 行：“{area}”不是面积，请填写平方米数。", count=count, area=cells[1][:20]), field="rows")
    return area


def enter_dwellings(uow: UnitOfWork, unit_id: UUID, rows: Sequence[DwellingRow]) -> list[Dwelling]:
    """Enter the dwellings of a unit project: all of them, or none.

    Raises BadList for an empty list, a number twice or one that is there already.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_RECORD, unit.scope)
    uow.get(UnitProject, unit_id, lock=True)
    if not rows or len(rows) > MOST:
        raise BadList(_("请填写 1 至 {most} 户。", most=MOST), field="rows")
    known = set(uow.session.scalars(
        select(Dwelling.number).where(Dwelling.unit_project_id == unit_id, Dwelling.struck_off_at.is_(None))
    ))
    for row in rows:
        if row.number in known:
            raise BadList(_("户号 {number} 出现了不止一次，或者已经登记。", number=row.number), field="rows")
        known.add(row.number)
    made = [
        Dwelling(id=uow.new_id(), unit_project_id=unit_id, number=row.number, area=row.area, layout=row.layout,
                 entered_at=uow.at, entered_by_id=uow.actor.account)
        for row in rows
    ]
    uow.session.add_all(made)
    ledger.append_many(uow, "dwelling.entered", [ledger.Entry(one) for one in made])
    return made


def strike_off(uow: UnitOfWork, dwelling_id: UUID, reason: str) -> UUID:
    """Strike a dwelling off that was entered wrongly; return its unit project. It stays on record with the reason."""
    dwelling = uow.get(Dwelling, dwelling_id, selectinload(Dwelling.unit).options(*UNIT_IN_FULL))
    policy.require(uow.actor, Permission.COMPLETION_RECORD, dwelling.unit.scope)
    if not reason:
        raise Invalid(_("请写明原因。"), field="reason")
    uow.get(Dwelling, dwelling_id, lock=True)
    if dwelling.struck_off_at is not None:
        raise Conflict(_("该户已经注销登记。"))
    dwelling.struck_off_at, dwelling.struck_off_reason = uow.at, reason
    ledger.append(uow, "dwelling.struck-off", dwelling)
    return dwelling.unit_project_id


def check_dwelling(uow: UnitOfWork, dwelling_id: UUID, found: Found) -> DwellingCheck:
    """Record what was found in one dwelling. A later check counts instead of an earlier one; both stay.

    Raises NotAllAnswered while a checkpoint of the edition in force has no answer; NotInOffice.
    """
    dwelling = uow.get(Dwelling, dwelling_id, selectinload(Dwelling.unit).options(*UNIT_IN_FULL))
    unit = dwelling.unit
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    term = own_office(uow, unit.project_id, RECORDERS, uow.today, unit.number)
    checks = standards.dwelling_checks(uow.session, unit.project.region, uow.today)
    missing = [one.label for one in checks.content if one.key not in found.findings]
    if missing:
        raise NotAllAnswered(_("还没有填写：{missing}。", missing="、".join(missing)), field="findings")
    passed = all(found.findings[one.key] for one in checks.content)
    if not passed and not found.words:
        raise Invalid(_("有不合格的，请写明情况。"), field="words")
    photo = documents.take(uow, found.photo, PICTURES).sha256 if found.photo is not None else None
    uow.get(Dwelling, dwelling_id, lock=True)
    if dwelling.struck_off_at is not None:
        raise Conflict(_("该户已经注销登记。"))
    check = DwellingCheck(
        id=uow.new_id(), dwelling_id=dwelling_id, findings=[[one.key, found.findings[one.key]] for one in checks.content],
        passed=passed, words=found.words, photo_sha256=photo, checks_id=checks.edition.id, term_id=term.id,
        person_name=term.person_name, checked_on=uow.today, checked_at=uow.at,
    )
    uow.session.add(check)
    ledger.append(uow, "dwelling.checked", check, files=documents.refs(uow, photo) if photo else ())
    return check


def sign_dwellings(uow: UnitOfWork, unit_id: UUID, side: str) -> int:
    """Sign for one side every dwelling of a unit project that was found good and lacks this signature; return how many.

    A signature on the site: the signed-in session of the person, who holds the post today. Raises NothingToSign.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    if side not in SIDES:
        raise Invalid(_("没有这一签字方。"), field="side")
    term = own_office(uow, unit.project_id, SIDES[side], uow.today, unit.number)
    uow.get(UnitProject, unit_id, lock=True)
    checks = [one.check for one in standing(uow, unit_id).dwellings]
    waiting = [check for check in checks if check is not None and check.passed and side in check.unsigned]
    if not waiting:
        raise NothingToSign(_("没有等待{side}签字的合格住户。", side=SIDE_WORDS[side]))
    evidence = {"method": "session", "session": str(uow.actor.session or "")}
    given = [DwellingSignature(
        id=uow.new_id(), check_id=check.id, side=side, term_id=term.id, person_name=term.person_name, post=term.post,
        drawing_sha256=None, evidence=evidence, signed_on=uow.today, signed_at=uow.at,
    ) for check in waiting]
    uow.session.add_all(given)
    ledger.append_many(uow, "dwelling.signed", [ledger.Entry(one) for one in given])
    return len(waiting)


SIDE_WORDS = {"contractor": later("施工单位"), "supervision": later("监理单位"), "owner": later("建设单位")}


def issue_residential_paper(
    uow: UnitOfWork, unit_id: UUID, kind: PaperKind, answers: Mapping[str, str], dwelling_id: UUID | None = None
) -> ResidentialPaper:
    """Print the 住宅质量保证书 or the 住宅使用说明书 of a unit project, or of one dwelling; a later one takes its place.

    Raises Invalid, naming what the form still asks for.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_RECORD, unit.scope)
    now = standing(uow, unit_id)
    dwelling = next((one for one in now.dwellings if one.id == dwelling_id), None)
    if dwelling_id is not None and dwelling is None:
        raise Invalid(_("该户不属于本单位工程。"), field="dwelling")
    wording = standards.wording(uow.session, f"completion/{kind.value}", now.project.region, uow.today)
    said = known(now) | {name: text for name, text in answers.items() if text}
    lacking = [field.label for field in wording.content.fields if not field.optional and not said.get(field.key)]
    if lacking:
        raise Invalid(_("还没有填写：{missing}。", missing="、".join(lacking)), field="answers")
    facts = residential_facts(now, kind, wording, said, dwelling)
    sha256 = documents.deposit(uow, uow.tools.printer.pdf("residential_paper", facts), "application/pdf")
    made = ResidentialPaper(
        id=uow.new_id(), unit_project_id=unit_id, dwelling_id=dwelling_id, kind=kind,
        answers=[[field.key, said.get(field.key, "")] for field in wording.content.fields], wording_id=wording.edition.id,
        paper_sha256=sha256, issued_on=uow.today, issued_at=uow.at, issued_by_id=uow.actor.account,
    )
    uow.session.add(made)
    ledger.append(uow, "residential-paper.issued", made, files=documents.refs(uow, sha256))
    title = _("{unit}{paper}", unit=f"{unit.name}{dwelling.number if dwelling else ''}", paper=wording.content.title)
    file_document(uow, now.project.id, FileFacts("E1-11", title, sha256, uow.today, unit_id=unit_id))
    return made


def known(now: Standing) -> dict[str, str]:
    """What the registry itself can say in either paper."""
    def names(role: str) -> str:
        return "、".join(firm.organisation_name for firm in now.firms(role))

    return {
        "project": f"{now.project.name} {now.unit.name}", "organisation": names("owner"), "developer": names("owner"),
        "designer": names("design"), "contractor": names("contractor") or names("general-contractor"),
        "supervision": names("supervision"), "structure": now.unit.structure or now.project.structure,
        "design_life": _("{years} 年", years=now.unit.design_life_years),
        "quality": _("竣工验收合格（{day}）", day=now.unit.accepted_on) if now.unit.accepted_on else "",
    }


def residential_facts(
    now: Standing, kind: PaperKind, wording: InForce[Wording], said: Mapping[str, str], dwelling: Dwelling | None
) -> papers.Facts:
    """What either paper is printed from; the guarantee lists the periods, and seasons count as seasons."""
    fields = [
        (field.label, said.get(field.key, "")) for field in wording.content.fields if field.key not in AFTER_THE_PERIODS
    ]
    if dwelling is not None:
        fields.insert(0, (_("户号"), dwelling.number))
    sections = [papers.Section(_("说明"), wording.content.filled({name: text for name, text in said.items() if text}))]
    if kind is PaperKind.GUARANTEE:
        sections += [
            papers.Section(_("各部位、部件的保修期"), (), (_("部位"), _("保修期"), _("依据")), periods_promised(now)),
            papers.Section(_("报修与答复"), [
                f"{field.label}：{said.get(field.key, '')}" for field in wording.content.fields if field.key in AFTER_THE_PERIODS
            ]),
        ]
    return papers.paper(
        papers.number_of("ZZ", now, 1), wording.content.title, fields, sections,
        [papers.signature(now.uow, _("建设单位（盖章）"), None)],
    )


AFTER_THE_PERIODS = frozenset({"repair", "answer"})
"""What the guarantee says below its periods: 用户报修的单位，答复和处理的时限."""


def periods_promised(now: Standing) -> list[tuple[str, str, str]]:
    """Part, period, source: as the certificate promises, or else the minimum of the law."""
    rules = standards.warranty_rules(now.uow.session, now.project.region, now.today)
    certified = {one["key"]: one["words"] for held in now.certificates for one in held.periods}
    return [
        (rule.part, certified.get(rule.key) or minimum(rule.unit, rule.amount), rule.source) for rule in rules
        if rule.clock is WarrantyClock.CONTRACTOR and rule.unit not in {WarrantyUnit.AGREED, WarrantyUnit.RESTART}
    ]


def minimum(unit: WarrantyUnit, amount: int | None) -> str:
    words = {
        WarrantyUnit.DESIGN_LIFE: _("设计文件规定的合理使用年限"), WarrantyUnit.YEAR: _("{n} 年", n=amount),
        WarrantyUnit.HEATING_SEASON: _("{n} 个采暖期", n=amount), WarrantyUnit.COOLING_SEASON: _("{n} 个供冷期", n=amount),
    }
    return words[unit]
