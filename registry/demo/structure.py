"""The project at its structure: the foundation accepted, a lot done again, a change of the design, a recalled batch."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from registry.acceptance.rules import TreatmentKind, Verdict
from registry.acceptance.signing import Opinion, sign_lot
from registry.acceptance.treating import Finding, treat_lot
from registry.demo.foundation import drawn, passed_sample
from registry.demo.preparing import planned, prepared
from registry.demo.site import (
    CONCRETE,
    REBAR,
    THIN_REBAR,
    Site,
    accept,
    approve,
    arrive,
    cleared,
    declare_absent_but,
    enter,
    lay_out,
    marked,
    of_item,
    passed,
    report,
    review,
    sample,
    sign,
)
from registry.designs.actions import ChangeFacts, decide_change, record_change
from registry.designs.models import Decision
from registry.materials.models import Batch
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.works.models import Lot
from registry.works.using import use_batch

FOOTING, RAFT = "010202", "010203"
FORMWORK, REINFORCEMENT, POURING, FINISHED = "020101", "020102", "020103", "020105"
STEPS = {
    FOOTING: ("rebar-concealed", "concrete-pour"), RAFT: ("rebar-concealed", "concrete-pour"),
    REINFORCEMENT: ("rebar-concealed",), POURING: ("concrete-pour",),
}


def build_structure(site: Site, today: date) -> None:
    start = today - timedelta(days=180)
    site.go_to(start - timedelta(days=6))
    drawn(site)
    site.after(10)
    prepared(site)
    lots = lay_out(site, "foundation", "structure-concrete", "infill")
    planned(site)
    founded(site, lots)
    site.go_to(today - timedelta(days=80))
    passed_sample(site, REINFORCEMENT, "钢筋绑扎、保护层垫块、搭接长度")
    bars = cleared(site, THIN_REBAR)
    storey(site, lots, 0, bars)
    site.go_to(today - timedelta(days=40))
    redone(site, of_item(lots, FORMWORK)[1])
    built(site, of_item(lots, REINFORCEMENT)[1], bars)
    site.go_to(today - timedelta(days=25))
    changed(site)
    site.go_to(today - timedelta(days=4))
    with site.by("jiandu") as uow:
        announce_recall(uow, Announcement(
            Sought(Target.BATCH, bars.number), "同批产品在其他工程抽检屈服强度不合格", "泉建质〔抽检〕第 12 号",
        ))
    enter(site, of_item(lots, FORMWORK)[2])
    sign(site, of_item(lots, FORMWORK)[2], "site/foreman", "site/quality-inspector")


def founded(site: Site, lots: list[Lot]) -> None:
    """The foundation is built, tested and accepted, from its lots up to the division."""
    steel = cleared(site, REBAR)
    concrete = arrive(site, CONCRETE)
    approve(site, concrete)
    cube = sample(site, concrete, "strength")
    foundation = [*of_item(lots, FOOTING), *of_item(lots, RAFT)]
    for lot in foundation:
        for batch in (steel, concrete):
            use(site, lot, batch)
        for step in ("rebar-concealed", "concrete-pour"):
            marked(site, lot, step)
    site.after(28)
    report(site, cube, concrete.quantity)
    for lot in foundation:
        passed(site, lot)
    for code in (FOOTING, RAFT, "0102"):
        accept(site, code)
    declare_absent_but(site, "01", "0102")
    accept(site, "01")


def storey(site: Site, lots: list[Lot], nth: int, bars: Batch) -> None:
    """One storey of concrete, from its formwork to the finished member."""
    passed(site, of_item(lots, FORMWORK)[nth])
    built(site, of_item(lots, REINFORCEMENT)[nth], bars)
    concrete = arrive(site, CONCRETE)
    approve(site, concrete)
    cube = sample(site, concrete, "strength")
    pour = of_item(lots, POURING)[nth]
    use(site, pour, concrete)
    marked(site, pour, "concrete-pour")
    site.after(28)
    report(site, cube, concrete.quantity)
    passed(site, pour)
    passed(site, of_item(lots, FINISHED)[nth])


def built(site: Site, lot: Lot, *batches: Batch) -> None:
    """Materials go into a lot, its key steps are marked, and it passes."""
    for batch in batches:
        use(site, lot, batch)
    passed(site, lot, *STEPS.get(lot.item_code, ()))


def use(site: Site, lot: Lot, batch: Batch) -> None:
    with site.by("site/materials-clerk") as uow:
        use_batch(uow, lot.id, batch.id, batch.quantity // 4)


def redone(site: Site, lot: Lot) -> None:
    """The supervision refuses a lot; it is taken down, put up again, and passes."""
    enter(site, lot)
    sign(site, lot, "site/foreman", "site/quality-inspector")
    with site.by("site/supervision-engineer") as uow:
        sign_lot(uow, lot.id, Opinion(Verdict.FAILED, "③轴梁底模板起拱不足，支撑间距超出方案"))
    with site.by("site/quality-inspector") as uow:
        treat_lot(uow, lot.id, Finding(TreatmentKind.REWORK, "拆除③轴梁底模板，按方案加密支撑、重新起拱"))
    site.after(2)
    passed(site, lot)


@dataclass(frozen=True, slots=True)
class Change:
    reason: str
    content: str
    part: str


PARTITION = Change("使用单位调整功能", "二层③~④轴隔墙改为轻质隔墙", "0302")
BEAM = Change("结构优化", "三层 KL-5 截面由 250×500 改为 250×600，配筋相应调整", "0201")
OPENING = Change("设备管线调整", "屋面板⑤/B 轴增设 600×600 洞口，洞边加筋", "0201")
OFFICES = ("design", "supervision", "owner")


def changed(site: Site) -> None:
    """A change agreed by all; one that was reviewed again; and one that still must be."""
    agreed(site, PARTITION, *OFFICES)
    beam = agreed(site, BEAM, *OFFICES)
    site.after(8)
    review(site, changes=(beam,))
    site.after(4)
    agreed(site, OPENING, *OFFICES[:2])


def agreed(site: Site, change: Change, *offices: str) -> UUID:
    file = site.scan("design")
    with site.by("design") as uow:
        drawn_up = record_change(uow, site.project, ChangeFacts(
            "design-change", site.number("变更"), change.reason, change.content, (change.part,), "owner", site.firms["design"],
            uow.today, file, site.unit,
        ))
    for office in offices:
        with site.by(office) as uow:
            decide_change(uow, drawn_up.id, office, Decision.APPROVED, "同意")
    return drawn_up.id
