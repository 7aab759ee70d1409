"""Materials in lawful states: each function does what somebody on the site would have done."""

import io
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from sqlalchemy import select

from registry.kernel.actor import Role
from registry.materials.arriving import Arrival, Firm, Look, inspect_batch, record_batch
from registry.materials.deciding import approve_batch
from registry.materials.models import (
    Batch,
    BatchFile,
    Component,
    ComponentStep,
    RecallNotice,
    TestReport,
    Verdict,
    WitnessedSample,
)
from registry.materials.prefabrication import Happening, Piece, record_step, register_component
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.materials.rules import HoldKey
from registry.materials.standing import holds
from registry.materials.testing import Item, Report, Sampling, record_report, record_sample
from registry.parties.models import IdentityKind, Organisation
from registry.projects.models import Participation
from registry.projects.registering import PersonRow
from registry.projects.staffing import staff_person
from registry.standards.materials import Paper
from tests.build import Site, identity, signed_in, staff, term_of
from tests.documents import samples
from tests.parties import build as parties

serial = count(1)
PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
SOUND = Look(PASSED, PASSED, PASSED, PASSED)
MILL = parties.code(90_001)
TRADER = parties.code(90_002)
LABORATORY = parties.code(90_003)
REBAR_TESTS = ("tensile", "bend", "weight")


@dataclass
class Sent:
    """A file as a form brings it."""

    content: bytes
    filename: str
    mimetype: str

    @property
    def stream(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def photo() -> Sent:
    return Sent(samples.jpeg(), "现场.jpg", "image/jpeg")


def paper() -> Sent:
    return Sent(samples.pdf(), "证明.pdf", "application/pdf")


def arrival(site: Site, **other: object) -> Arrival:
    usual = Arrival(
        "rebar", f"H{next(serial):07d}", "热轧带肋钢筋", "HRB400E 25", Decimal(40), Firm(MILL, "泉城钢铁有限公司"),
        Firm(TRADER, "历下建材供应有限公司"), today(site),
        papers=((Paper.CERTIFICATE, paper()), (Paper.FACTORY_TEST, paper()), (Paper.PHOTO, photo())),
    )
    return replace(usual, **other)  # type: ignore[arg-type]  # each test names what it needs


def today(site: Site) -> date:
    with site.units.reading(site.officer) as uow:
        return uow.today


def now(site: Site) -> datetime:
    return site.units.tools.now()


def batch(site: Site, **other: object) -> Batch:
    with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
        return record_batch(uow, site.project, arrival(site, **other))


def inspected(site: Site, look: Look = SOUND, **other: object) -> Batch:
    made = batch(site, **other)
    with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
        inspect_batch(uow, made.id, look)
    return made


def sampling(site: Site, test: str = "tensile", **other: object) -> Sampling:
    usual = Sampling(
        f"SY-{next(serial):06d}", test, 10, site.terms["site/sampler"], site.terms["site/witness"],
        now(site) - timedelta(minutes=5), "钢筋加工棚", photo(),
    )
    return replace(usual, **other)  # type: ignore[arg-type]


def sample(site: Site, of: Batch, test: str = "tensile", **other: object) -> WitnessedSample:
    with site.units.writing(site.leaders["site/sampler"]) as uow:
        return record_sample(uow, of.id, sampling(site, test, **other))


def owner_of(site: Site, role: str = "owner") -> UUID:
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(
            select(Organisation.id).join(Participation, Participation.organisation_id == Organisation.id)
            .where(Participation.project_id == site.project, Participation.role == role)
        ).one()


def report_of(site: Site, of: Batch, test: str = "tensile", verdict: Verdict = PASSED, **other: object) -> Report:
    usual = Report(
        f"JC-{next(serial):06d}", Firm(LABORATORY, "泉城工程检测有限公司"), owner_of(site), test,
        (Item("抗拉强度 (MPa)", "≥540", "585" if verdict is PASSED else "512", verdict),), verdict, Decimal(60), today(site),
        paper(), (of.id,),
    )
    return replace(usual, **other)  # type: ignore[arg-type]


def report(site: Site, of: Batch, test: str = "tensile", verdict: Verdict = PASSED, **other: object) -> TestReport:
    """A report about a sample taken for it, unless the test names another or none."""
    if "sample_id" not in other:
        other["sample_id"] = sample(site, of, test).id
    with site.units.writing(site.leaders["site/sampler"]) as uow:
        return record_report(uow, site.project, report_of(site, of, test, verdict, **other))


def tested(site: Site, **other: object) -> Batch:
    made = inspected(site, **other)
    for test in REBAR_TESTS:
        report(site, made, test)
    return made


def approved(site: Site, **other: object) -> Batch:
    """A batch of rebar that nothing holds."""
    made = tested(site, **other)
    with site.units.writing(site.leaders["site/supervision-engineer"]) as uow:
        approve_batch(uow, made.id, PASSED)
    return made


def approved_precast(site: Site) -> Batch:
    """A delivery of prefabricated components that nothing holds."""
    papers = tuple((kind, paper()) for kind in (Paper.CERTIFICATE, Paper.FACTORY_TEST, Paper.TYPE_TEST))
    made = inspected(site, kind="precast", product="叠合板", grade="DBS1-67", quantity=Decimal(10), papers=papers)
    with site.units.reading(site.officer) as uow:
        tests = [hold.test for hold in holds(uow.session, [made.id])[made.id] if hold.key is HoldKey.REPORT]
    for test in tests:
        report(site, made, test, represented_quantity=Decimal(10))
    with site.units.writing(site.leaders["site/supervision-engineer"]) as uow:
        approve_batch(uow, made.id, PASSED)
    return made


def plant_supervisor(site: Site) -> None:
    """Send somebody of the supervision firm to the plant."""
    firm = term_of(site, "supervision").participation
    row = PersonRow("何驻厂", IdentityKind.CITIZEN, identity(), "", "", "", firm.since)
    with site.units.writing(site.officer) as uow:
        term = staff_person(uow, firm.id, "site/plant-supervisor", row)
    site.terms["site/plant-supervisor"] = term.id
    site.leaders["site/plant-supervisor"] = signed_in(
        site.units, f"plant{next(serial)}", term.person_name, firm.organisation_id, term.person_id, Role.SITE_STAFF,
    )


def component(site: Site, number: str = "yz-001") -> Component:
    """A component entered by the plant supervisor. Needs one."""
    with site.units.writing(site.leaders["site/plant-supervisor"]) as uow:
        return register_component(uow, site.project, Piece(number, "叠合板", Firm(MILL, "泉城预制构件有限公司")))


def released(site: Site, number: str = "yz-001") -> Component:
    made = component(site, number)
    with site.units.writing(site.leaders["site/plant-supervisor"]) as uow:
        record_step(uow, made.id, Happening(ComponentStep.Step.RELEASE, photo=photo()))
    return made


def things(site: Site) -> dict[str, object]:
    """What the addresses of the doors to materials name, for a project without a crew: a batch inspected, and recalled."""
    for post in ("site/materials-clerk", "site/quality-inspector"):
        staff(site, post)
    plant_supervisor(site)
    made, piece = inspected(site), released(site)
    with site.units.writing(site.officer) as uow:
        recall = announce_recall(uow, Announcement(Sought(Target.BATCH, made.number), "力学性能不合格", "省抽检通报〔2026〕3号"))
    with site.units.reading(site.officer) as uow:
        notice = uow.session.scalars(select(RecallNotice.id).where(RecallNotice.recall_id == recall.id)).one()
        sha256 = uow.session.scalars(select(BatchFile.document_sha256).where(BatchFile.batch_id == made.id)).first()
        step = uow.session.scalars(select(ComponentStep.photo_sha256).where(ComponentStep.component_id == piece.id)).one()
    return {
        "component_id": piece.id, "materials.record_step": {"step": "concrete"}, "materials.component_photo": {"sha256": step},
        "batch_id": made.id, "recall_id": recall.id, "materials.by_code": {"code": made.code},
        "materials.printed": {"form": "inspection"}, "materials.paper": {"sha256": sha256},
        "materials.recall_notice": {"notice_id": notice}, "materials.answer_recall": {"notice_id": notice},
    }
