"""A site of the demo city: its firms, its people in office, and the acts they do day after day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from sqlalchemy import select

from registry.acceptance.accepting import Request, open_acceptance, sign_acceptance
from registry.acceptance.entering import LOT_IN_FULL, Entry, enter_result, sheet_of
from registry.acceptance.queries import opening
from registry.acceptance.reviewing import Answer
from registry.acceptance.rules import Found, Totals, Verdict
from registry.acceptance.sampling import least_sample
from registry.acceptance.signing import Opinion, sign_lot
from registry.acceptance.standing import state_of_unit
from registry.acceptance.treating import declare_absent
from registry.demo.cast import CREW, FIRM_HEADS, FIRMS, Works
from registry.demo.people import City, facts_of
from registry.demo.pictures import photo, scan
from registry.demo.projects import terms_of, units_of
from registry.designs.actions import Certificate, record_review
from registry.designs.delivering import Delivery, Handing, SheetFacts, deliver_drawings, hand_out
from registry.designs.models import DrawingSet, Result
from registry.kernel.actor import SYSTEM, Actor
from registry.kernel.uow import UnitOfWork
from registry.materials import models as materials
from registry.materials.arriving import Arrival, Firm, Look, inspect_batch, record_batch
from registry.materials.deciding import approve_batch
from registry.materials.testing import Item, Report, Sampling, record_report, record_sample
from registry.parties.models import IdentityKind
from registry.projects.models import Participation
from registry.projects.registering import PersonRow
from registry.projects.staffing import staff_person
from registry.standards.acceptance import Check, Measure
from registry.standards.materials import Paper
from registry.standards.reviews import ReviewLine
from registry.works.marking import MarkFacts, accept_mark, mark_lot
from registry.works.models import Lot, Mark
from registry.works.models import Verdict as Word
from registry.works.planning import LayoutWish, LotEdit, edit_lot, generate_lots

AGREED = Opinion(Verdict.PASSED, "符合要求")
TOTALS = Totals(12, 12, 6, 6, 4, 4, 10, 10)
ENTITY_REPORT = "STJC-2026-0031 济南质检中心"
ITEM = 6    # digits of an item's code
SIGNERS = ("site/foreman", "site/quality-inspector", "site/supervision-engineer")
SOUND = Look(*[materials.Verdict.PASSED] * 4)
SAMPLED = 6
"""Pieces in every sample: no test of the demo asks for more."""
FRACTIONS = tuple(Decimal(part) for part in ("0.3", "0.5", "0.2", "0.6", "0.4"))
"""Where between their limits the points measured lie."""


@dataclass
class Site:
    """One project of the demo under construction. Everybody is known by role or by post on the site."""

    city: City
    works: Works
    project: UUID
    unit: UUID
    terms: dict[str, UUID]
    firms: dict[str, UUID]           # participation by role
    owner: UUID                      # organisation
    serial: "count[int]"

    @property
    def today(self) -> date:
        return self.city.clock.today()

    def go_to(self, day: date) -> None:
        self.city.clock.go_to(day)

    def after(self, days: int) -> None:
        """Let so many days pass."""
        self.city.clock.go_to(self.today + timedelta(days=days))

    @contextmanager
    def by(self, who: str) -> Iterator[UnitOfWork]:
        """An act of somebody: a role (its leader), a post on the site, or a login of the printed list."""
        self.city.clock.minute()
        with self.city.units.writing(self.actor(who)) as uow:
            yield uow

    def actor(self, who: str) -> Actor:
        if who in self.works.firms:
            return self.city.act_as(f"leader/{self.works.leader(who)}")
        return self.city.act_as(CREW[who].login if who in CREW else who)

    def photo(self, who: str, nth: int = 0) -> UUID:
        """A photo that somebody has sent."""
        return self.city.upload(self.actor(who), photo(nth))

    def scan(self, who: str) -> UUID:
        """A paper that somebody has sent."""
        return self.city.upload(self.actor(who), scan("扫描件"))

    def number(self, prefix: str) -> str:
        return f"{prefix}-{self.works.number[-3:]}{next(self.serial):03d}"


def open_site(city: City, works: Works, project: UUID) -> Site:
    """Put one person into every post on the site, from the day his firm came."""
    with city.units.reading(SYSTEM) as uow:
        rows = uow.session.scalars(
            select(Participation).where(Participation.project_id == project).order_by(Participation.role)
        ).all()
        firms = {row.role: row.id for row in rows}
        owner = next(row.organisation_id for row in rows if row.role == "owner")
    site = Site(city, works, project, units_of(city, project)[0], terms_of(city, project), firms, owner, count(1))
    since = works.started_on - timedelta(days=50)
    for post, person in CREW.items():
        facts = facts_of(person)
        enter_office(site, person.firm, post, PersonRow(
            facts.name, IdentityKind.CITIZEN, facts.identity, facts.phone, "", "", since,
        ))
    for post, head in FIRM_HEADS.items():
        enter_office(site, "contractor", post, PersonRow(
            head.name, IdentityKind.CITIZEN, head.identity, head.phone, "", "", since,
        ))
    return site


def enter_office(site: Site, role: str, post: str, person: PersonRow) -> None:
    with site.by("jiandu") as uow:
        site.terms[post] = staff_person(uow, site.firms[role], post, person).id


def deliver(site: Site, discipline: str, title: str, *sheets: tuple[str, str]) -> DrawingSet:
    """The designer delivers a set for the unit project."""
    file = site.scan("design")
    with site.by("design") as uow:
        return deliver_drawings(uow, site.project, Delivery(
            discipline, "construction", title, site.number("SJ"), site.firms["design"], uow.today,
            tuple(SheetFacts(number, name, file) for number, name in sheets), site.unit,
        ))


def review(site: Site, *sets: UUID, changes: tuple[UUID, ...] = ()) -> None:
    file = site.scan("jianshe")
    with site.by("jianshe") as uow:
        record_review(uow, site.project, Certificate(
            site.number("鲁审"), "泉城施工图审查中心", ("韩慎之", "杨复初"), Result.QUALIFIED, uow.today,
            file, sets, changes,
        ))
    for drawings in sets:
        with site.by("jianshe") as uow:
            hand_out(uow, drawings, Handing(site.firms["contractor"], uow.today))


@dataclass(frozen=True, slots=True)
class Goods:
    """What a truck brings."""

    kind: str
    product: str
    grade: str
    quantity: int
    producer: Firm
    tests: Sequence[str] = ()


MILL = Firm(FIRMS["mill"].uscc, FIRMS["mill"].name)
TRADER = Firm(FIRMS["trader"].uscc, FIRMS["trader"].name)
PLANT = Firm(FIRMS["concrete"].uscc, FIRMS["concrete"].name)
MEMBRANES = Firm(FIRMS["membrane"].uscc, FIRMS["membrane"].name)
LABORATORY = Firm(FIRMS["testing"].uscc, FIRMS["testing"].name)
REBAR = Goods("rebar", "热轧带肋钢筋", "HRB400E Φ20", 42, MILL, ("tensile", "bend", "weight"))
THIN_REBAR = Goods("rebar", "热轧带肋钢筋", "HRB400E Φ8", 18, MILL, ("tensile", "bend", "weight"))
CONCRETE = Goods("ready-mixed-concrete", "预拌混凝土", "C35 P6", 96, PLANT, ("strength",))
MEMBRANE = Goods("waterproof-membrane", "SBS 改性沥青防水卷材", "II 型 4 mm", 860, MEMBRANES, ("performance",))
LIMITS = {
    "tensile": ("抗拉强度（MPa）", "≥540", "602"), "bend": ("弯曲 180°", "无裂纹", "无裂纹"),
    "weight": ("重量偏差（%）", "±5", "-2.1"), "strength": ("28 天抗压强度（MPa）", "≥40.2", "43.6"),
    "performance": ("不透水性（0.3 MPa，30 min）", "不透水", "不透水"),
}
"""Test → what is measured, what is demanded, what was found."""


def arrive(site: Site, goods: Goods) -> materials.Batch:
    """A batch comes with its papers, and is looked at."""
    paper, picture = site.scan("site/materials-clerk"), site.photo("site/materials-clerk", 1)
    with site.by("site/materials-clerk") as uow:
        batch = record_batch(uow, site.project, Arrival(
            goods.kind, site.number("PH"), goods.product, goods.grade, Decimal(goods.quantity), goods.producer, TRADER,
            uow.today, papers=(
                (Paper.CERTIFICATE, paper), (Paper.FACTORY_TEST, paper), (Paper.TYPE_TEST, paper), (Paper.PLEDGE, paper),
                (Paper.PHOTO, picture),
            ),
        ))
    with site.by("site/quality-inspector") as uow:
        inspect_batch(uow, batch.id, SOUND)
    return batch


def sample(site: Site, batch: materials.Batch, test: str) -> materials.WitnessedSample:
    picture = site.photo("site/sampler", 2)
    with site.by("site/sampler") as uow:
        return record_sample(uow, batch.id, Sampling(
            site.number("SY"), test, SAMPLED, site.terms["site/sampler"], site.terms["site/witness"], uow.at, "现场取样区",
            picture,
        ))


def report(site: Site, taken: materials.WitnessedSample, quantity: Decimal, failing: str = "") -> None:
    """The laboratory reports about a sample; `failing` is the value that does not reach its limit."""
    name, limit, value = LIMITS[taken.test]
    verdict = materials.Verdict.FAILED if failing else materials.Verdict.PASSED
    file = site.scan("site/sampler")
    with site.by("site/sampler") as uow:
        record_report(uow, site.project, Report(
            site.number("JC"), LABORATORY, site.owner, taken.test, (Item(name, limit, failing or value, verdict),), verdict,
            quantity, uow.today, file, (taken.batch_id,), taken.id,
        ))


def approve(site: Site, batch: materials.Batch) -> None:
    with site.by("site/supervision-engineer") as uow:
        approve_batch(uow, batch.id, materials.Verdict.PASSED, "同意使用")


def cleared(site: Site, goods: Goods) -> materials.Batch:
    """A batch that nothing holds: come, looked at, tested, approved."""
    batch = arrive(site, goods)
    for test in goods.tests:
        report(site, sample(site, batch, test), batch.quantity)
    approve(site, batch)
    return batch


def lay_out(site: Site, *layouts: str, pours: int = 1) -> list[Lot]:
    """The technical leader lays the building out, and writes down how large each lot is."""
    above, below = site.works.storeys
    with site.by("site/technical-leader") as uow:
        lots = generate_lots(uow, site.unit, LayoutWish(site.firms["contractor"], layouts, above, below, pours))
    for lot in lots:
        with site.by("site/technical-leader") as uow:
            edit_lot(uow, lot.id, LotEdit(lot.place, lot.name, Decimal(12), lot.capacity_unit or "件", None), lot.version)
    return lots


def of_item(lots: Sequence[Lot], code: str) -> list[Lot]:
    return [lot for lot in lots if lot.item_code == code]


def mark(site: Site, lot: Lot, step: str = "") -> Mark:
    """Done by the crew, checked by the inspector, with photos; not accepted yet."""
    photos = [site.photo("site/quality-inspector", nth) for nth in range(2)]
    with site.by("site/quality-inspector") as uow:
        return mark_lot(uow, lot.id, MarkFacts(
            uow.today, site.terms["site/crew-leader"], photos, step,
        ))


def marked(site: Site, lot: Lot, step: str = "") -> Mark:
    made = mark(site, lot, step)
    with site.by("site/supervision-engineer") as uow:
        return accept_mark(uow, made.id, Word.PASSED)


def enter(site: Site, lot: Lot) -> None:
    """The inspector writes down what was found where everything conforms."""
    with site.by("site/quality-inspector") as uow:
        sheet = sheet_of(uow, uow.get(Lot, lot.id, *LOT_IN_FULL))
        enter_result(uow, lot.id, Entry([
            Found(check.key, max(least_sample(check, sheet.tables.content, sheet.capacity), 5), 0, "符合要求", points_of(check))
            for check in sheet.template.checks
        ], "施工方案及设计图纸"))


def sign(site: Site, lot: Lot, *posts: str) -> None:
    for post in posts or SIGNERS:
        with site.by(post) as uow:
            sign_lot(uow, lot.id, AGREED)


def passed(site: Site, lot: Lot, *steps: str) -> None:
    """Marked where the step is a key one, entered, and signed by all three."""
    for step in steps:
        marked(site, lot, step)
    enter(site, lot)
    sign(site, lot)


def points_of(check: Check) -> dict[str, list[Decimal]]:
    return {measure.key: [between(measure, part) for part in FRACTIONS] for measure in check.measures}


def between(measure: Measure, part: Decimal) -> Decimal:
    """Return a value within the limits of a measure, `part` of the way from the lower to the upper."""
    if not measure.upper:
        return (Decimal(measure.lower) + abs(Decimal(measure.lower)) * part / 2).quantize(Decimal("0.1"))
    lower, upper = Decimal(measure.lower or 0), Decimal(measure.upper)
    return (lower + (upper - lower) * part).quantize(Decimal("0.1"))


def reviewed(line: ReviewLine) -> Answer:
    """Return what was found for one line of 核查: two of each, both in order."""
    return Answer(line.key, 2, 2, note=ENTITY_REPORT if line.numbered else "")


def accept(site: Site, code: str) -> None:
    """Put a node up for acceptance, and have everybody sign who must, in their order."""
    posts = {0: ("site/technical-leader", "site/supervision-engineer"), ITEM: ()}.get(
        len(code), ("site/technical-leader", *FIRM_HEADS))
    attendants = [site.terms[post] for post in posts]
    with site.by("site/technical-leader") as uow:
        answers = {line.key: reviewed(line) for line in opening(uow, site.unit, code).lines}
        made = open_acceptance(uow, site.unit, code, Request("自检合格，同意报验", TOTALS, attendants, answers=answers))
    for who in signers_of(code):
        with site.by(who) as uow:
            sign_acceptance(uow, made.id, AGREED)


def signers_of(code: str) -> tuple[str, ...]:
    """Who signs a node, the one who decides last. Source: GB 50300-2013 6.0.2~6.0.5."""
    if len(code) == ITEM:
        return "site/technical-leader", "site/supervision-engineer"
    return {
        "01": ("contractor", "survey", "design", "supervision"), "02": ("contractor", "design", "supervision"),
        "09": ("contractor", "design", "supervision"),
    }.get(code, ("contractor", "supervision"))


def declare_absent_but(site: Site, division: str, *kept: str) -> None:
    """Say that a division has no sub-divisions but those; with division "" that the unit has no divisions but those."""
    with site.city.units.reading(SYSTEM) as uow:
        codes = [node.code for node in state_of_unit(uow.session, site.unit).children(division) if node.code not in kept]
    with site.by("site/technical-leader") as uow:
        declare_absent(uow, site.unit, codes, "设计不含此项")
