"""The project at its foundation: drawings reviewed, materials coming, the first lots, marks and looks at what is covered."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from registry.acceptance.concealing import Covering, add_photo, notice_covering, sign_concealed
from registry.acceptance.models import ConcealedWork
from registry.demo.preparing import fill_in, planned
from registry.demo.site import (
    AGREED,
    CONCRETE,
    MEMBRANE,
    REBAR,
    THIN_REBAR,
    Site,
    approve,
    arrive,
    cleared,
    deliver,
    enter,
    lay_out,
    mark,
    marked,
    of_item,
    passed,
    report,
    review,
    sample,
    sign,
)
from registry.materials.models import WitnessedSample
from registry.works.models import FirstSample, Lot, Verdict
from registry.works.planning import schedule_lots
from registry.works.sampling import SampleFacts, judge_sample, make_sample
from registry.works.using import use_batch

EXCAVATION, BACKFILL, SPREAD_FOOTING, RAFT = "010501", "010502", "010202", "010203"
FORMWORK, REINFORCEMENT = "020101", "020102"
WATCHERS = ("site/foreman", "site/quality-inspector", "site/technical-leader", "site/supervision-engineer")


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at before it is covered."""

    item: str
    code: str
    place: str
    materials: str
    contents: str
    photos: int


PIT = Look("subgrade", EXCAVATION, "①~⑤/A~D 轴基坑", "原状土", "基底标高、土质与勘察报告一致", 3)
RAFT_BARS = Look("rebar", RAFT, "筏板①~⑤/A~D 轴", "HRB400E Φ20、Φ8", "钢筋牌号、规格、数量、位置、接头", 2)


def build_foundation(site: Site, today: date) -> None:
    start = today - timedelta(days=60)
    site.go_to(start - timedelta(days=6))
    drawn(site)
    site.after(10)
    lots = lay_out(site, "earthwork", "foundation", "basement-waterproofing", "structure-concrete")
    planned(site)
    dug(site, lots)
    site.go_to(today - timedelta(days=36))
    cube = footing(site, lots)
    site.go_to(today - timedelta(days=20))
    passed_sample(site, REINFORCEMENT, "钢筋绑扎、保护层垫块、搭接长度")
    site.go_to(today - timedelta(days=8))
    report(site, cube, Decimal(CONCRETE.quantity), failing="36.8")
    waiting(site, lots, today)


def drawn(site: Site) -> None:
    structure = deliver(site, "structure", "结构施工图", ("结施-01", "基础平面图"), ("结施-02", "梁板配筋图"))
    plans = deliver(site, "architecture", "建筑施工图", ("建施-01", "总平面图"), ("建施-02", "各层平面图"))
    site.after(4)
    review(site, structure.id, plans.id)


def dug(site: Site, lots: list[Lot]) -> None:
    """The pit is dug, looked at by everybody, and accepted."""
    pit = noticed(site, PIT)
    site.after(3)
    for post in WATCHERS:
        with site.by(post) as uow:
            sign_concealed(uow, pit.id, AGREED)
    [lot] = of_item(lots, EXCAVATION)
    marked(site, lot)
    passed(site, lot)


def footing(site: Site, lots: list[Lot]) -> WitnessedSample:
    """The footing is reinforced and poured; its concrete is sampled, and 28 days pass."""
    [lot] = of_item(lots, SPREAD_FOOTING)
    bars = cleared(site, REBAR)
    with site.by("site/materials-clerk") as uow:
        use_batch(uow, lot.id, bars.id, bars.quantity / 2)
    marked(site, lot, "rebar-concealed")
    concrete = arrive(site, CONCRETE)
    approve(site, concrete)
    with site.by("site/materials-clerk") as uow:
        use_batch(uow, lot.id, concrete.id, concrete.quantity)
    marked(site, lot, "concrete-pour")
    enter(site, lot)
    sign(site, lot, "site/foreman", "site/quality-inspector")
    return sample(site, concrete, "strength")


def waiting(site: Site, lots: list[Lot], today: date) -> None:
    """What lies on the desks today: a report to come, a batch to sample, a mark, a first sample and a look to sign."""
    site.go_to(today - timedelta(days=5))
    fill_in(site)
    sample(site, arrive(site, MEMBRANE), "performance")
    site.go_to(today - timedelta(days=3))
    first_sample(site, FORMWORK, "支撑间距、拼缝、起拱、脱模剂")
    arrive(site, THIN_REBAR)
    site.go_to(today - timedelta(days=1))
    [raft] = of_item(lots, RAFT)
    mark(site, raft, "rebar-concealed")
    steel = noticed(site, RAFT_BARS, raft.id)
    for post in WATCHERS[:2]:
        with site.by(post) as uow:
            sign_concealed(uow, steel.id, AGREED)
    due = [*of_item(lots, FORMWORK)[:1], *of_item(lots, REINFORCEMENT)[:1], *of_item(lots, BACKFILL)]
    with site.by("site/technical-leader") as uow:
        schedule_lots(uow, site.unit, [lot.id for lot in due], today)


def noticed(site: Site, look: Look, lot: UUID | None = None) -> ConcealedWork:
    """Everybody is told what will be covered two days later; the photos are taken."""
    with site.by("site/foreman") as uow:
        work = notice_covering(uow, site.unit, Covering(
            look.item, look.code, look.place, look.materials, look.contents, uow.at + timedelta(days=2), lot_id=lot,
        ))
    for nth in range(look.photos):
        picture = site.photo("site/foreman", nth)
        with site.by("site/foreman") as uow:
            add_photo(uow, work.id, picture, "隐蔽前")
    return work


def first_sample(site: Site, code: str, words: str) -> FirstSample:
    picture = site.photo("site/technical-leader")
    with site.by("site/technical-leader") as uow:
        return make_sample(uow, site.unit, SampleFacts(
            site.firms["contractor"], code, "现场样板区", uow.today, uow.today + timedelta(days=90), words,
            [picture],
        ))


def passed_sample(site: Site, code: str, words: str) -> None:
    made = first_sample(site, code, words)
    for post in ("site/supervision-engineer", "site/owner-engineer"):
        with site.by(post) as uow:
            judge_sample(uow, made.id, Verdict.PASSED, "符合设计和样板方案")
