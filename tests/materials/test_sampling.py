"""Witnessed samples and reports: who may, with what mark, under what number."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from registry.documents.kinds import Unsuitable
from registry.kernel.errors import Invalid, NotFound
from registry.materials.arriving import Firm
from registry.materials.testing import (
    LaboratoryNotIndependent,
    MarkUsed,
    NotYourSample,
    NumberUsed,
    SampleReported,
    SamplerIsWitness,
    record_report,
    record_sample,
)
from registry.projects.models import Term
from registry.projects.offices import NotInOffice
from registry.projects.staffing import release_staff
from tests import build as sites
from tests.documents import samples
from tests.materials import build
from tests.materials.build import FAILED, Sent

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)


def test_the_sampler_and_the_witness_are_two_persons(building):
    batch = build.inspected(building)
    with building.units.reading(building.officer) as uow:
        sampler = uow.get(Term, building.terms["site/sampler"])
    both = second_post(building, sampler)
    with pytest.raises(SamplerIsWitness, match="应当是两个人"):
        build.sample(building, batch, witness_term_id=both)


def second_post(site, term):
    """Let the sampler hold the witness's post as well, for the supervision firm: the registry has no rule against it."""
    firm = sites.term_of(site, "supervision").participation
    with site.units.writing(site.officer) as uow:
        made = Term(
            id=uow.new_id(), participation_id=firm.id, person_id=term.person_id, person_name=term.person_name,
            post="site/witness", leads=False, shared=True, since=firm.since, created_at=uow.at,
        )
        uow.session.add(made)
    return made.id


def test_a_witness_who_has_left_the_post_witnesses_nothing(building, clock):
    batch = build.inspected(building)
    with building.units.writing(building.officer) as uow:
        release_staff(uow, building.terms["site/witness"], uow.today - timedelta(days=1), "调离")
    with pytest.raises(NotInOffice, match="韩见证"):
        build.sample(building, batch)


def test_a_sampler_of_the_contractor_is_no_witness(building):
    batch = build.inspected(building)
    with pytest.raises(NotInOffice, match="陈质检"):
        build.sample(building, batch, witness_term_id=building.terms["site/quality-inspector"])


def test_a_sample_is_entered_by_one_of_the_two(building):
    batch = build.inspected(building)
    with pytest.raises(NotYourSample), building.units.writing(building.leaders["site/foreman"]) as uow:
        record_sample(uow, batch.id, build.sampling(building))


def test_a_mark_is_never_used_again(building):
    batch = build.inspected(building)
    build.sample(building, batch, mark="sy 001")
    with pytest.raises(MarkUsed, match="SY 001"):
        build.sample(building, batch, "bend", mark=" SY  001 ")


def test_a_sample_is_not_taken_before_the_batch_arrived_nor_tomorrow(building):
    batch = build.inspected(building)
    with pytest.raises(Invalid, match="早于进场日期"):
        build.sample(building, batch, taken_at=build.now(building) - timedelta(days=2))
    with pytest.raises(Invalid, match="不得晚于现在"):
        build.sample(building, batch, taken_at=build.now(building) + timedelta(hours=1))


@pytest.mark.parametrize(("sent", "said"), [
    (Sent(b"", "空.jpg", "image/jpeg"), "."),
    (Sent(HEIC, "IMG_0001.HEIC", "image/heic"), "不是可以接收的格式"),
    (Sent(samples.png_bomb(15_000), "大.png", "image/png"), "1 亿像素"),
], ids=["of-no-bytes", "heic", "of-200-megapixels"])
def test_a_photo_that_cannot_be_kept_is_refused_and_nothing_is_recorded(building, sent, said):
    batch = build.inspected(building)
    with pytest.raises(Unsuitable, match=said):
        build.sample(building, batch, mark="SY-PHOTO", photo=sent)
    build.sample(building, batch, mark="SY-PHOTO")


def test_a_report_number_is_used_once_by_a_laboratory(building):
    batch = build.inspected(building)
    build.report(building, batch, number="JC-2026-1")
    with pytest.raises(NumberUsed):
        build.report(building, batch, "bend", number="jc-2026-1")
    other = Firm(build.parties.code(90_077), "历下检测有限公司")
    build.report(building, batch, "weight", number="JC-2026-1", laboratory=other)


def test_a_laboratory_that_supplies_or_builds_does_not_test(building):
    batch = build.inspected(building)
    with pytest.raises(LaboratoryNotIndependent, match="不能承担"):
        build.report(building, batch, laboratory=Firm(build.MILL))


def test_a_conclusion_does_not_contradict_its_lines(building):
    batch = build.inspected(building)
    wrong = build.report_of(building, batch)
    with pytest.raises(Invalid, match="结论不能是合格"), building.units.writing(building.leaders["site/sampler"]) as uow:
        record_report(uow, building.project, replace(wrong, items=(replace(wrong.items[0], verdict=FAILED),)))


def test_a_sample_gives_one_report_that_passes(building):
    batch = build.inspected(building)
    sample = build.sample(building, batch)
    build.report(building, batch, sample_id=sample.id)
    with pytest.raises(SampleReported):
        build.report(building, batch, sample_id=sample.id)


def test_a_report_for_the_sample_of_another_batch_is_refused(building):
    one, two = build.inspected(building), build.inspected(building)
    with pytest.raises(Invalid, match="不是取自这些进场批"):
        build.report(building, one, sample_id=build.sample(building, two).id)


def test_batches_of_another_project_are_not_found(building):
    batch = build.inspected(building)
    stranger = sites.building(building.units)
    with pytest.raises(NotFound), building.units.writing(stranger.leaders["site/sampler"]) as uow:
        record_report(uow, stranger.project, build.report_of(building, batch))
    with pytest.raises(NotFound), building.units.writing(stranger.leaders["site/sampler"]) as uow:
        record_sample(uow, batch.id, build.sampling(building))


def test_several_batches_share_a_report_that_stands_for_all_of_them(building):
    one, two = build.inspected(building, quantity=Decimal(20)), build.inspected(building, quantity=Decimal(30))
    build.report(building, one, batch_ids=(one.id, two.id))
    with pytest.raises(Invalid, match="少于所选各批数量之和"):
        build.report(building, one, "bend", batch_ids=(one.id, two.id), represented_quantity=Decimal(40))
