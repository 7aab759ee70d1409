"""What arrives: a batch with its papers, and the look at it before anything else may happen.

Source: 建设工程质量管理条例 第二十九条; GB 55032-2022 3.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.kernel.codes import new_code
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.ledger.actions import Entry
from registry.materials.models import Batch, BatchFile, EntryInspection, Verdict
from registry.materials.offices import CLERKS, INSPECTORS, batch_for, between_recalls, project_for
from registry.materials.telling import warn_of_recalls
from registry.parties.entering import OrganisationFacts, enter_organisations
from registry.parties.identifiers import check_uscc
from registry.parties.models import Organisation
from registry.policy import Permission
from registry.projects.models import Term
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards.materials import MaterialKind, Paper


class AlreadyInspected(Conflict):
    code = "material.already-inspected"


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm by its licence. The name matters only where the registry meets it for the first time."""

    uscc: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a delivery note says. `papers`: what came with it, each a finished upload or the file itself."""

    kind: str
    number: str                # 炉批号/出厂编号
    product: str
    grade: str
    quantity: Decimal
    producer: Firm
    supplier: Firm
    arrived_on: date
    producer_licence: str = ""
    green_label: str = ""      # 绿色建材评价标识编号, where the product carries one
    certificate_number: str = ""
    scanned: str = ""          # what the supplier's own code said, as it was read
    papers: tuple[tuple[Paper, UUID | SentFile], ...] = ()


def record_batch(uow: UnitOfWork, project_id: UUID, arrival: Arrival) -> Batch:
    """Enter a delivery, and give it the code its label carries. One recalled already is entered, held and told of.

    Raises NotInOffice unless the actor receives materials on this site today; Invalid for an unknown kind, no
    quantity, a day to come, or a firm that is not in the registry and has no name.
    """
    project = project_for(uow, project_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, project_id, CLERKS, uow.today)
    edition = standards.material_kinds(uow.session, project.region, uow.today)
    kind = kind_called(edition.content, arrival.kind)
    refuse_impossible(uow, arrival)
    kept = [(paper, documents.take(uow, sent, PAPERS).sha256) for paper, sent in arrival.papers]
    between_recalls(uow)
    producer = firm(uow, arrival.producer, "producer_uscc")
    supplier = firm(uow, arrival.supplier, "supplier_uscc")
    batch = Batch(
        id=uow.new_id(), project_id=project_id, participation_id=term.participation_id, code=new_code(),
        number=tidy_number(arrival.number), kind=kind.key, kinds_id=edition.edition.id, product=arrival.product,
        grade=arrival.grade, quantity=arrival.quantity, unit=kind.unit, producer_id=producer.id,
        producer_name=producer.name, producer_licence=arrival.producer_licence, supplier_id=supplier.id,
        supplier_name=supplier.name, arrived_on=arrival.arrived_on, critical=kind.critical,
        green=kind.green or bool(arrival.green_label), certificate_number=arrival.certificate_number,
        scanned=arrival.scanned.replace("\r\n", "\n"), term_id=term.id, recorded_by=term.person_name, recorded_at=uow.at,
    )
    uow.session.add(batch)
    uow.session.flush()
    ledger.append(uow, "batch.arrived", batch, data={"green_label": arrival.green_label} if arrival.green_label else None)
    keep_files(uow, batch, term, kept)
    warn_of_recalls(uow, batch)
    return batch


def tidy_number(number: str) -> str:
    return " ".join(number.split()).upper()


def kind_called(kinds: Sequence[MaterialKind], key: str) -> MaterialKind:
    for kind in kinds:
        if kind.key == key:
            return kind
    raise Invalid(_("标准手册中没有这一种材料，请从列出的种类中选择。"), field="kind")


def refuse_impossible(uow: UnitOfWork, arrival: Arrival) -> None:
    if arrival.quantity <= 0:
        raise Invalid(_("进场数量应当大于 0。"), field="quantity")
    if arrival.arrived_on > uow.today:
        raise Invalid(_("进场日期不得晚于今天。"), field="arrived_on")
    if not tidy_number(arrival.number):
        raise Invalid(_("请填写炉批号或出厂编号。"), field="number")


def firm(uow: UnitOfWork, given: Firm, field: str) -> Organisation:
    """Find a firm by its code, or enter it by code and name. Raises Invalid, beside `field`."""
    try:
        code = check_uscc(given.uscc).value
    except Invalid as no:
        raise Invalid(str(no), field=field) from None
    known = uow.session.scalar(select(Organisation).where(Organisation.uscc == code))
    if known is not None:
        return known
    if not given.name.strip():
        raise Invalid(_("{code} 尚未登记，请一并填写单位名称。", code=code), field=field)
    return enter_organisations(uow, [OrganisationFacts(code, given.name, "")]).rows[0]


def add_file(uow: UnitOfWork, batch_id: UUID, paper: Paper, sent: UUID | SentFile) -> BatchFile:
    """Add a paper that came later: the factory's test report often does."""
    batch = batch_for(uow, batch_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, batch.project_id, CLERKS, uow.today)
    kept = documents.take(uow, sent, PAPERS)
    return keep_files(uow, batch, term, [(paper, kept.sha256)])[0]


def keep_files(uow: UnitOfWork, batch: Batch, term: Term, kept: Sequence[tuple[Paper, str]]) -> list[BatchFile]:
    files = [
        BatchFile(id=uow.new_id(), batch_id=batch.id, kind=paper, document_sha256=sha256, added_by_id=term.id, added_at=uow.at)
        for paper, sha256 in kept
    ]
    uow.session.add_all(files)
    ledger.append_many(uow, "batch.paper-added", [
        Entry(file, files=documents.refs(uow, file.document_sha256)) for file in files
    ])
    return files


@dataclass(frozen=True, slots=True)
class Look:
    """What the look at a delivery found."""

    appearance: Verdict
    dimension: Verdict
    marks: Verdict
    documents: Verdict
    remark: str = ""

    @property
    def verdict(self) -> Verdict:
        """合格 only where nothing is wrong."""
        found = (self.appearance, self.dimension, self.marks, self.documents)
        return Verdict.PASSED if all(one is Verdict.PASSED for one in found) else Verdict.FAILED


def inspect_batch(uow: UnitOfWork, batch_id: UUID, look: Look) -> EntryInspection:
    """Enter the entry inspection, signed by the clerk or inspector in office today.

    Raises AlreadyInspected for a second one, unless nothing but papers was missing at the first; Invalid when a batch
    is found wanting without a word why. Source: 建设工程质量管理条例 第二十九条.
    """
    batch = batch_for(uow, batch_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, batch.project_id, INSPECTORS, uow.today)
    if look.verdict is Verdict.FAILED and not look.remark.strip():
        raise Invalid(_("检验不合格的，请写明哪里不合格。"), field="remark")
    uow.get(Batch, batch_id, lock=True)
    before = uow.session.scalars(
        select(EntryInspection).where(EntryInspection.batch_id == batch_id)
        .order_by(EntryInspection.inspected_at.desc(), EntryInspection.id).limit(1)
    ).first()
    if before is not None and not only_papers_missing(before):
        raise AlreadyInspected(
            _("该批材料已由{name}检验，结论不再更改。", name=before.inspected_by),
            remedy=_("不合格的，请办理退场或降级。"),
        )
    made = EntryInspection(
        id=uow.new_id(), batch_id=batch_id, appearance=look.appearance, dimension=look.dimension, marks=look.marks,
        documents=look.documents, verdict=look.verdict, remark=look.remark, term_id=term.id,
        inspected_by=term.person_name, inspected_at=uow.at,
    )
    uow.session.add(made)
    ledger.append(uow, "batch.inspected", made)
    return made


def only_papers_missing(inspection: EntryInspection) -> bool:
    sound = (inspection.appearance, inspection.dimension, inspection.marks)
    return inspection.documents is Verdict.FAILED and all(one is Verdict.PASSED for one in sound)
