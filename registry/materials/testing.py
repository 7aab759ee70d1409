"""Witnessed sampling, and the reports of laboratories.

Sources: 建设工程质量管理条例 第三十一条; 住房和城乡建设部令第57号 第十五、十八至二十一条; GB 55032-2022 3.4.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS, PICTURES
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork, day_in_china
from registry.ledger import actions as ledger
from registry.ledger.actions import Entry
from registry.materials.arriving import Firm, firm
from registry.materials.models import (
    Batch,
    Disposition,
    ReportBatch,
    ReportItem,
    TestReport,
    Verdict,
    WitnessedSample,
)
from registry.materials.offices import REPORTERS, SAMPLERS, WITNESSES, batch_for, between_recalls, project_for
from registry.materials.rules import ReportFact, standing_failure
from registry.materials.standing import kind_of, recalled, reports_of
from registry.materials.telling import tell_of_failure
from registry.parties.models import Organisation
from registry.policy import Permission
from registry.projects.models import Project, Term
from registry.projects.offices import office_of, own_office
from registry.standards.materials import MaterialKind, RequiredTest

INDEPENDENT_OF = frozenset({"owner", "contractor", "general-contractor", "subcontractor", "supervision"})


class SamplerIsWitness(Conflict):
    code = "sample.sampler-is-witness"


class NotYourSample(Forbidden):
    code = "sample.not-yours"


class MarkUsed(Conflict):
    code = "sample.mark-used"


class BatchRecalled(Conflict):
    code = "material.recalled"


class RepeatedUntilPassed(Conflict):
    code = "report.tested-until-passed"


class NumberUsed(Conflict):
    code = "report.number-used"


class LaboratoryNotIndependent(Conflict):
    code = "report.laboratory-not-independent"


class SampleReported(Conflict):
    code = "report.sample-reported"


@dataclass(frozen=True, slots=True)
class Sampling:
    """A sample as it was taken. The actor is the sampler or the witness; the other is named by his term."""

    mark: str
    test: str
    count: int
    sampler_term_id: UUID
    witness_term_id: UUID
    taken_at: datetime
    place: str
    photo: UUID | SentFile


def record_sample(uow: UnitOfWork, batch_id: UUID, sampling: Sampling) -> WitnessedSample:
    """Enter a witnessed sample.

    Raises NotInOffice unless sampler and witness held their posts on that day; SamplerIsWitness for one person in both;
    NotYourSample when the actor is neither; MarkUsed; BatchRecalled; RepeatedUntilPassed when the test has failed and no
    re-test is open; Invalid for too few pieces or an impossible time. Source: 57号令 第十八、十九条.
    """
    batch = batch_for(uow, batch_id, Permission.MATERIAL_RECORD)
    test = test_of(uow, batch, sampling.test)
    day = refuse_impossible_time(uow, batch, sampling.taken_at)
    sampler = office_of(uow, sampling.sampler_term_id, batch.project_id, SAMPLERS, day)
    witness = office_of(uow, sampling.witness_term_id, batch.project_id, WITNESSES, day)
    refuse_one_person(uow, sampler, witness)
    photo = documents.take(uow, sampling.photo, PICTURES)
    mark = " ".join(sampling.mark.split()).upper()
    between_recalls(uow)
    uow.lock(f"sample mark {mark}")
    uow.get(Batch, batch_id, lock=True)
    refuse_recalled(uow, batch)
    refuse_used_mark(uow, mark)
    retest = open_retest(uow, batch, test)
    refuse_few(sampling.count, test, retest)
    sample = WitnessedSample(
        id=uow.new_id(), batch_id=batch_id, mark=mark, test=test.key, count=sampling.count, sampler_term_id=sampler.id,
        sampled_by=sampler.person_name, witness_term_id=witness.id, witnessed_by=witness.person_name,
        taken_at=sampling.taken_at, place=sampling.place, photo_sha256=photo.sha256,
        retest_id=retest.id if retest else None, recorded_at=uow.at,
    )
    uow.session.add(sample)
    ledger.append(uow, "sample.taken", sample, files=documents.refs(uow, photo.sha256))
    return sample


def test_of(uow: UnitOfWork, batch: Batch, key: str) -> RequiredTest:
    kind = kind_of(uow.session, batch.kinds_id, batch.kind)
    found = kind.test(key)
    if found is not None:
        return found
    if key and not kind.tests:
        return RequiredTest(key, key, kind.source)
    raise Invalid(_("“{kind}”没有这个检验项目，请从列出的项目中选择。", kind=kind.label), field="test")


def refuse_impossible_time(uow: UnitOfWork, batch: Batch, taken_at: datetime) -> date:
    day = day_in_china(taken_at)
    if taken_at > uow.at:
        raise Invalid(_("取样时间不得晚于现在。"), field="taken_at")
    if day < batch.arrived_on:
        raise Invalid(_("取样时间早于进场日期 {day}。", day=batch.arrived_on), field="taken_at")
    return day


def refuse_one_person(uow: UnitOfWork, sampler: Term, witness: Term) -> None:
    if sampler.person_id == witness.person_id:
        raise SamplerIsWitness(
            _("取样人和见证人都是{name}，应当是两个人。", name=sampler.person_name), remedy=_("请由建设或监理单位的见证人见证。"),
        )
    if uow.actor.person not in {sampler.person_id, witness.person_id}:
        raise NotYourSample(_("见证取样由取样人或见证人本人登记。"))


def refuse_recalled(uow: UnitOfWork, batch: Batch) -> None:
    numbers = recalled(uow.session, [batch.id]).get(batch.id)
    if numbers:
        raise BatchRecalled(
            _("该批材料已被召回（{numbers}），不再取样、报审或使用。", numbers="、".join(numbers)),
            remedy=_("请隔离，由监理见证退场。"),
        )


def refuse_used_mark(uow: UnitOfWork, mark: str) -> None:
    if not mark:
        raise Invalid(_("请填写试样唯一性标识。"), field="mark")
    if uow.session.scalar(select(WitnessedSample.id).where(WitnessedSample.mark == mark)) is not None:
        raise MarkUsed(_("唯一性标识“{mark}”已用于另一个试样。", mark=mark), remedy=_("每个试样的标识只能用一次，请换新的标识。"))


def open_retest(uow: UnitOfWork, batch: Batch, test: RequiredTest) -> Disposition | None:
    """Return the re-test for which a sample is due, None for a first test. Raises RepeatedUntilPassed for anything else."""
    own = [report for report in reports_of(uow.session, [batch.id]).get(batch.id, ()) if report.test == test.key]
    if not any(report.verdict is Verdict.FAILED for report in own):
        return None
    retest = uow.session.scalars(select(Disposition).where(
        Disposition.batch_id == batch.id, Disposition.kind == Disposition.Kind.RETEST, Disposition.test == test.key,
    )).one_or_none()
    taken = retest and uow.session.scalar(select(WitnessedSample.id).where(WitnessedSample.retest_id == retest.id).limit(1))
    if retest is None or taken:
        raise RepeatedUntilPassed(
            _("{test}已经检出不合格，不能反复取样直到合格。", test=test.label),
            remedy=_("产品标准允许的，可办理一次加倍取样复检；否则退场，或经设计同意降级。"),
        )
    return retest


def refuse_few(count: int, test: RequiredTest, retest: Disposition | None) -> None:
    needed = test.samples * (2 if retest else 1)
    if count < needed:
        told = _("复检应加倍取样，至少 {n} 件。", n=needed) if retest else _("{test}至少取样 {n} 件。", test=test.label, n=needed)
        raise Invalid(told, field="count")


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    limit: str
    value: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """A report as the laboratory issued it."""

    number: str
    laboratory: Firm
    commissioner_id: UUID              # organisation
    test: str
    items: tuple[Item, ...]
    verdict: Verdict
    represented_quantity: Decimal
    issued_on: date
    file: UUID | SentFile
    batch_ids: tuple[UUID, ...]
    sample_id: UUID | None = None


def record_report(uow: UnitOfWork, project_id: UUID, report: Report) -> TestReport:
    """Keep a test report, and let it stand for its batches.

    One that failed is always taken, and holds every batch it names. One not commissioned by the owner is kept, and is
    no evidence. Raises NumberUsed; LaboratoryNotIndependent; RepeatedUntilPassed for a pass after a failure that is no
    permitted re-test; SampleReported; Invalid for a conclusion its own lines contradict or for too large a quantity.
    Source: 57号令 第十五、二十、二十一条; GB 55032-2022 3.4.1.
    """
    project = project_for(uow, project_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, project_id, REPORTERS, uow.today)
    batches = batches_named(uow, project, report)
    test = test_of(uow, batches[0], report.test)
    refuse_contradiction(uow, report)
    refuse_quantity(kind_of(uow.session, batches[0].kinds_id, batches[0].kind), batches, report)
    kept = documents.take(uow, report.file, PAPERS)
    laboratory = firm(uow, report.laboratory, "laboratory_uscc")
    refuse_dependent(project, batches, laboratory)
    number = " ".join(report.number.split()).upper()
    between_recalls(uow)
    uow.lock(f"report {laboratory.id} {number}")
    for batch in batches:
        uow.get(Batch, batch.id, lock=True)
    refuse_used_number(uow, laboratory, number)
    if report.verdict is Verdict.PASSED:
        refuse_pass_after_failure(uow, batches, test, report.sample_id)
    made = TestReport(
        id=uow.new_id(), project_id=project_id, number=number, laboratory_id=laboratory.id,
        laboratory_name=laboratory.name, test=test.key, verdict=report.verdict,
        represented_quantity=report.represented_quantity, issued_on=report.issued_on, document_sha256=kept.sha256,
        sample_id=sample_for(uow, batches, test, report), term_id=term.id, recorded_by=term.person_name, recorded_at=uow.at,
        **commissioning(uow, project, report),
    )
    enter_report(uow, made, report, batches)
    if report.verdict is Verdict.FAILED:
        tell_of_failure(uow, project, made, batches[0])
    return made


def enter_report(uow: UnitOfWork, made: TestReport, report: Report, batches: Sequence[Batch]) -> None:
    uow.session.add(made)
    ledger.append(uow, "report.received", made, files=documents.refs(uow, made.document_sha256))
    items = [
        ReportItem(id=uow.new_id(), report_id=made.id, line=line, name=item.name, limit=item.limit, value=item.value,
                   verdict=item.verdict)
        for line, item in enumerate(report.items, start=1)
    ]
    links = [ReportBatch(id=uow.new_id(), report_id=made.id, batch_id=batch.id) for batch in batches]
    uow.session.add_all([*items, *links])
    ledger.append_many(uow, "report.line", [Entry(item) for item in items])
    ledger.append_many(uow, "report.batch", [Entry(link) for link in links])


def batches_named(uow: UnitOfWork, project: Project, report: Report) -> list[Batch]:
    """Return the batches a report names, in a fixed order so that two acts lock them alike."""
    ids = sorted(set(report.batch_ids))
    found = uow.session.scalars(
        select(Batch).where(Batch.id.in_(ids), Batch.project_id == project.id).order_by(Batch.id)
    ).all()
    if not ids:
        raise Invalid(_("请选择报告所代表的进场批。"), field="batches")
    if len(found) < len(ids):
        raise NotFound(_("没有找到所要的记录。"))
    if len({batch.kind for batch in found}) > 1:
        raise Invalid(_("一份报告只能代表同一种材料的进场批。"), field="batches")
    return list(found)


def refuse_contradiction(uow: UnitOfWork, report: Report) -> None:
    if report.issued_on > uow.today:
        raise Invalid(_("报告日期不得晚于今天。"), field="issued_on")
    if not report.items:
        raise Invalid(_("请至少录入一行检测项目。"), field="items")
    if report.verdict is Verdict.PASSED and any(item.verdict is Verdict.FAILED for item in report.items):
        raise Invalid(_("有检测项目不合格，报告结论不能是合格。"), field="verdict")


def refuse_quantity(kind: MaterialKind, batches: Sequence[Batch], report: Report) -> None:
    """Raise Invalid when a report claims to stand for more than the standard lets one stand for."""
    if report.represented_quantity <= 0:
        raise Invalid(_("代表数量应当大于 0。"), field="represented_quantity")
    if kind.lot_size is not None and report.represented_quantity > kind.lot_size:
        raise Invalid(
            _("{kind}一份报告最多代表 {limit} {unit}。", kind=kind.label, limit=kind.lot_size, unit=kind.unit),
            field="represented_quantity",
        )
    if len(batches) > 1 and report.represented_quantity < sum(batch.quantity for batch in batches):
        raise Invalid(_("代表数量少于所选各批数量之和，请分别录入。"), field="represented_quantity")


def refuse_dependent(project: Project, batches: Sequence[Batch], laboratory: Organisation) -> None:
    """Source: 57号令 第十五条."""
    tied = {firm.organisation_id for firm in project.participations if firm.role in INDEPENDENT_OF}
    tied |= {batch.producer_id for batch in batches} | {batch.supplier_id for batch in batches}
    if laboratory.id in tied:
        raise LaboratoryNotIndependent(
            _("{name}是本工程的参建或材料供应单位，不能承担本工程的检测。", name=laboratory.name),
            remedy=_("请由建设单位另行委托独立的检测机构。"),
        )


def refuse_used_number(uow: UnitOfWork, laboratory: Organisation, number: str) -> None:
    if not number:
        raise Invalid(_("请填写报告编号。"), field="number")
    used = select(TestReport.id).where(TestReport.laboratory_id == laboratory.id, TestReport.number == number)
    if uow.session.scalar(used) is not None:
        raise NumberUsed(
            _("{laboratory}的报告编号“{number}”已经用过。", laboratory=laboratory.name, number=number),
            remedy=_("一个编号只对应一份报告，请核对报告原件和检测机构的防伪查询。"),
        )


def refuse_pass_after_failure(
    uow: UnitOfWork, batches: Sequence[Batch], test: RequiredTest, sample_id: UUID | None
) -> None:
    """Raise RepeatedUntilPassed unless nothing failed before, or this is the report of the one permitted re-test."""
    sample = uow.session.get(WitnessedSample, sample_id) if sample_id else None
    known = reports_of(uow.session, [batch.id for batch in batches])
    for batch in batches:
        own = [report for report in known.get(batch.id, ()) if report.test == test.key]
        kind = kind_of(uow.session, batch.kinds_id, batch.kind)
        if standing_failure(own, kind) and not first_retest(own, sample):
            raise RepeatedUntilPassed(
                _("{test}已经检出不合格，后来的合格报告不能取代它。", test=test.label),
                remedy=_("产品标准允许的，可办理一次加倍取样复检；否则退场，或经设计同意降级。"),
            )


def first_retest(own: Sequence[ReportFact], sample: WitnessedSample | None) -> bool:
    return sample is not None and sample.retest_id is not None and not any(report.retest for report in own)


def sample_for(uow: UnitOfWork, batches: Sequence[Batch], test: RequiredTest, report: Report) -> UUID | None:
    """Return the sample a report is about. Raises Invalid for one of other batches, SampleReported for a second report."""
    if report.sample_id is None:
        return None
    sample = uow.session.get(WitnessedSample, report.sample_id)
    if sample is None or sample.batch_id not in {batch.id for batch in batches} or sample.test != test.key:
        raise Invalid(_("所选试样不是取自这些进场批的{test}试样。", test=test.label), field="sample")
    earlier = uow.session.scalar(select(TestReport.number).where(TestReport.sample_id == sample.id).limit(1))
    if earlier is not None and report.verdict is Verdict.PASSED:
        raise SampleReported(_("试样“{mark}”已有报告 {number}。", mark=sample.mark, number=earlier))
    return sample.id


def commissioning(uow: UnitOfWork, project: Project, report: Report) -> dict[str, object]:
    """Say who commissioned a report, and whether that was the owner on the day it was issued."""
    commissioner = uow.session.get(Organisation, report.commissioner_id)
    if commissioner is None:
        raise Invalid(_("请选择委托单位。"), field="commissioner")
    owners = {
        firm.organisation_id for firm in project.participations
        if firm.role == "owner" and firm.since <= report.issued_on and (firm.until is None or firm.until >= report.issued_on)
    }
    return {
        "commissioner_id": commissioner.id, "commissioner_name": commissioner.name,
        "commissioned_by_owner": commissioner.id in owners,
    }
