"""Lawful states of the works storey, made by the acts themselves: lots, marks, first samples."""

import io
from collections.abc import Sequence
from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from registry.kernel.actor import Actor
from registry.kernel.uow import UnitOfWork, Units
from registry.projects.models import PROJECT_PARTIES, Project, UnitProject
from registry.standards import handbook as standards
from registry.works.marking import MarkFacts, accept_mark, mark_lot
from registry.works.models import FirstSample, Lot, Mark, SiteCheck, Verdict
from registry.works.planning import LayoutWish, NewLot, add_lot, generate_lots, schedule_lots
from registry.works.preparing import Filling, Said, fill_site_check, judge_site_check
from registry.works.sampling import SampleFacts, judge_sample, make_sample
from tests.build import BEGUN, REGION, Site, filed_site, term_of
from tests.documents.samples import jpeg

TODAY = date(2026, 3, 2)
REBAR = "020102"     # 钢筋: its concealment is a key step that must bear a mark
FORMWORK = "020101"  # 模板: no key step, no first sample
INFILL = "020205"    # 填充墙: its lots wait for a first sample
shades = count(1)
__all__ = ["term_of"]


def photo(name: str = "现场.jpg") -> FileStorage:
    """A picture unlike every other."""
    return FileStorage(io.BytesIO(jpeg((64, 32 + next(shades) % 400))), name, content_type="image/jpeg")


def sent(content: bytes, name: str = "现场.jpg") -> FileStorage:
    return FileStorage(io.BytesIO(content), name, content_type="image/jpeg")


def site_elsewhere(units: Units) -> Site:
    """Another project, with which nobody of the building has to do."""
    return filed_site(units, BEGUN)


def contractor(site: Site) -> UUID:
    return term_of(site, "contractor").participation_id


def wish(site: Site, *layouts: str, storeys: tuple[int, int] = (3, 1), pours: int = 2) -> LayoutWish:
    return LayoutWish(contractor(site), layouts or ("structure-concrete",), *storeys, pours)


def planner(site: Site) -> Actor:
    """The contractor's leader: 划分方案由施工单位制定."""
    return site.leaders["contractor"]


def lots(site: Site, *layouts: str, storeys: tuple[int, int] = (3, 1), pours: int = 2) -> list[Lot]:
    with site.units.writing(planner(site)) as uow:
        return generate_lots(uow, site.unit, wish(site, *layouts, storeys=storeys, pours=pours))


def lot(site: Site, item_code: str = FORMWORK, place: str = "三层①~⑤/A~D轴", unit: UUID | None = None) -> Lot:
    with site.units.writing(planner(site)) as uow:
        return add_lot(uow, unit or site.unit, NewLot(contractor(site), item_code, place))


def due_today(site: Site, one: Lot) -> None:
    with site.units.writing(planner(site)) as uow:
        schedule_lots(uow, one.unit_project_id, [one.id], uow.today)


def facts(site: Site, photos: Sequence[FileStorage] | None = None, step: str = "", done_on: date = TODAY) -> MarkFacts:
    return MarkFacts(done_on, site.terms["site/crew-leader"], photos if photos is not None else [photo()], step)


def mark(site: Site, lot_id: UUID, step: str = "", done_on: date = TODAY) -> Mark:
    """Checked by the inspector, done by the crew leader, not accepted yet."""
    with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
        return mark_lot(uow, lot_id, facts(site, step=step, done_on=done_on))


def accepted_mark(site: Site, lot_id: UUID, step: str = "", done_on: date = TODAY) -> Mark:
    made = mark(site, lot_id, step, done_on)
    with site.units.writing(site.leaders["site/supervision-engineer"]) as uow:
        return accept_mark(uow, made.id, Verdict.PASSED)


def sample(site: Site, item_code: str = INFILL, unit: UUID | None = None) -> FirstSample:
    """Handed in by the contractor, judged by nobody else yet."""
    with site.units.writing(site.leaders["site/technical-leader"]) as uow:
        return make_sample(uow, unit or site.unit, SampleFacts(
            contractor(site), item_code, "二层东单元", TODAY, None, "填充墙拉结筋、顶部斜砌、构造柱", [photo("样板.jpg")],
        ))


def passed_sample(site: Site, item_code: str = INFILL, unit: UUID | None = None) -> FirstSample:
    made = sample(site, item_code, unit)
    for post in ("site/supervision-engineer", "site/owner-engineer"):
        with site.units.writing(site.leaders[post]) as uow:
            judge_sample(uow, made.id, Verdict.PASSED)
    return made


def other_unit(site: Site) -> UUID:
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(
            select(UnitProject.id).where(UnitProject.project_id == site.project, UnitProject.number == "02")
        ).one()


def filling(site: Site) -> Filling:
    """Everything the edition of today asks of how a site is managed."""
    with site.units.reading(site.officer) as uow:
        items = standards.site_items(uow.session, REGION, uow.today).content
    return Filling("各项制度健全，自检合格", {item.key: Said(item.hint) for item in items} | {
        "quality-system": Said("机构和人员任命文件", [photo("任命.jpg")]),
    })


def site_check(site: Site) -> SiteCheck:
    """Filled in by the contractor's leader, judged by nobody yet."""
    filled = filling(site)
    with site.units.writing(site.leaders["contractor"]) as uow:
        return fill_site_check(uow, site.project, filled)


def judged_check(
    site: Site, check: SiteCheck, verdict: Verdict = Verdict.PASSED, conclusion: str = "符合要求"
) -> SiteCheck:
    with site.units.writing(site.leaders["supervision"]) as uow:
        return judge_site_check(uow, check.id, verdict, conclusion)


def whole(uow: UnitOfWork, site: Site) -> Project:
    return uow.get(Project, site.project, PROJECT_PARTIES)
