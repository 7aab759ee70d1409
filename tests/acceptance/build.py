"""Lawful states of the acceptance storey, made by the acts themselves."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from registry.acceptance.accepting import Request, open_acceptance, sign_acceptance
from registry.acceptance.concealing import Covering, add_photo, notice_covering
from registry.acceptance.entering import LOT_IN_FULL, Entry, enter_result, sheet_of
from registry.acceptance.models import ConcealedWork, LotResult, NodeAcceptance
from registry.acceptance.reviewing import Answer, lines_asked
from registry.acceptance.rules import Found, Totals, Verdict
from registry.acceptance.sampling import least_sample
from registry.acceptance.signing import Opinion, sign_lot
from registry.acceptance.standing import level_of, state_of_unit
from registry.acceptance.treating import declare_absent
from registry.kernel.actor import Actor
from registry.projects.models import Term
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards.acceptance import AcceptanceLevel, Check, role_for
from registry.works.models import Lot
from registry.works.planning import NewLot, add_lot
from tests import build as house
from tests.build import Site
from tests.works import build as works

FORMWORK = works.FORMWORK
AGREED = Opinion(Verdict.PASSED, "符合要求")
TOTALS = Totals(10, 10, 5, 5, 3, 3, 10, 10)
HEADS = {"site/firm-technical-head": "曹技部", "site/firm-quality-head": "严质部"}
SIGNERS = ("site/foreman", "site/quality-inspector", "site/supervision-engineer")


def lot(site: Site, item_code: str = FORMWORK, capacity: str = "40", place: str = "三层①~⑤/A~D轴") -> Lot:
    with site.units.writing(works.planner(site)) as uow:
        return add_lot(uow, site.unit, NewLot(works.contractor(site), item_code, place, capacity=Decimal(capacity)))


def points_of(check: Check, value: str | None = None) -> Mapping[str, Sequence[Decimal]]:
    """Five points for each measure, on its limit unless a value is given."""
    return {
        measure.key: [Decimal(value or measure.upper or measure.lower)] * 5 for measure in check.measures
    }


def good(site: Site, lot_id: UUID) -> Entry:
    """What is found where everything conforms."""
    with site.units.reading(site.leaders["site/foreman"]) as uow:
        sheet = sheet_of(uow, uow.get(Lot, lot_id, *LOT_IN_FULL))
    return Entry([
        Found(check.key, max(least_sample(check, sheet.tables.content, sheet.capacity), 5), 0, "符合要求", points_of(check))
        for check in sheet.template.checks
    ], "施工方案 2026-3")


def entered(site: Site, lot_id: UUID, entry: Entry | None = None) -> LotResult:
    with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
        return enter_result(uow, lot_id, entry or good(site, lot_id))


def sign(site: Site, lot_id: UUID, *posts: str, opinion: Opinion = AGREED) -> None:
    for post in posts or SIGNERS:
        with site.units.writing(site.leaders[post]) as uow:
            sign_lot(uow, lot_id, opinion)


def passed(site: Site, item_code: str = FORMWORK, place: str = "三层①~⑤/A~D轴") -> Lot:
    made = lot(site, item_code, place=place)
    entered(site, made.id)
    sign(site, made.id)
    return made


def heads(site: Site) -> None:
    """Register the heads of the contractor's technical and quality departments, unless they are there."""
    with site.units.reading(site.officer) as uow:
        there = {term.post for term in in_office(uow.session, site.project, list(HEADS), uow.today)}
    for post, name in HEADS.items():
        house.CREW.setdefault(post, ("contractor", name))
        if post not in there:
            house.staff(site, post)


def opened(site: Site, code: str, by: str = "site/technical-leader") -> NodeAcceptance:
    """Put a node up for acceptance, with everybody who has to attend."""
    request = request_for(site, code)
    with site.units.writing(site.leaders[by]) as uow:
        return open_acceptance(uow, site.unit, code, request)


def request_for(site: Site, code: str) -> Request:
    return Request("同意报验", TOTALS, attendants_for(site, code), answers=answers_for(site, code))


def answers_for(site: Site, code: str) -> dict[str, Answer]:
    """Every line of 核查 that is asked at a node, found to conform."""
    with site.units.reading(site.officer) as uow:
        lines = lines_asked(
            standards.unit_reviews(uow.session, house.REGION, uow.today).content, state_of_unit(uow.session, site.unit), code,
        )
    return {line.key: Answer(line.key, 3, 3, note="检 2026-001 齐鲁检测" if line.numbered else "") for line in lines}


def attendants_for(site: Site, code: str) -> list[UUID]:
    if level_of(code) is AcceptanceLevel.ITEM:
        return []
    if level_of(code) is AcceptanceLevel.UNIT:
        return [site.terms["site/technical-leader"], site.terms["site/supervision-engineer"]]
    heads(site)
    return [site.terms["site/technical-leader"], *(site.terms[post] for post in HEADS)]


def signers_for(site: Site, code: str) -> list[Actor]:
    """Those who sign a node, in order, each by his post."""
    with site.units.reading(site.officer) as uow:
        roles = standards.acceptance_roles(uow.session, house.REGION, uow.today).content
        duties = role_for(roles, level_of(code), code).signing
        by_post = {
            uow.session.scalar(select(Term.post).where(Term.id == term)): site.leaders[key]
            for key, term in site.terms.items()
        }
    return [next(by_post[post] for post in duty.posts if post in by_post) for duty in duties]


def accepted(site: Site, code: str) -> NodeAcceptance:
    made = opened(site, code)
    for actor in signers_for(site, code):
        with site.units.writing(actor) as uow:
            sign_acceptance(uow, made.id, AGREED)
    return made


def absent_but(site: Site, *present: str) -> None:
    """Declare all sub-divisions below the divisions of `present` absent but those, and all other divisions."""
    with site.units.reading(site.officer) as uow:
        tree = state_of_unit(uow.session, site.unit).tree
    codes = [one.code for one in tree.children() if not any(code.startswith(one.code) for code in present)]
    for division in {code[:2] for code in present}:
        codes += [one.code for one in tree.children(division) if one.code not in {code[:4] for code in present}]
    with site.units.writing(site.leaders["site/technical-leader"]) as uow:
        declare_absent(uow, site.unit, codes, "设计不含此项")


def concealed(
    site: Site, item_key: str = "rebar", item_code: str = "020102", photos: int = 2, previous: UUID | None = None
) -> ConcealedWork:
    with site.units.writing(site.leaders["site/foreman"]) as uow:
        work = notice_covering(uow, site.unit, Covering(
            item_key, item_code, "三层梁板①~⑤轴", "HRB400E Φ25、Φ8", "钢筋牌号、规格、数量、位置",
            uow.at + timedelta(hours=48), "结施-05", previous=previous,
        ))
    for _number in range(photos):
        with site.units.writing(site.leaders["site/foreman"]) as uow:
            add_photo(uow, work.id, works.photo())
    return work
