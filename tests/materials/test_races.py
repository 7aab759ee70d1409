"""Two who act on materials at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry.kernel.errors import Invalid, Refusal
from registry.materials.arriving import add_file
from registry.materials.deciding import RetestForbidden, order_retest
from registry.materials.models import BatchFile, Disposition, RecallNotice
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.materials.rules import HoldKey
from registry.materials.standing import holds
from registry.materials.testing import BatchRecalled, MarkUsed, NumberUsed, record_sample
from registry.standards.materials import Paper
from registry.works.removing import Removal, remove_batch
from tests.materials import build


@pytest.fixture
def site(raced_building):
    return raced_building


def at_once(*acts):
    """Run the acts in threads that begin together; return what each gave, refusals included."""
    gate = Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        except Refusal as no:
            return no

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_who_enter_one_report_number_at_once_enter_it_once(site):
    one, two = build.inspected(site), build.inspected(site)
    found = at_once(*(lambda batch=batch: build.report(site, batch, number="JC-1", sample_id=None) for batch in (one, two)))
    assert [type(answer) for answer in found].count(NumberUsed) == 1


def test_two_who_use_one_mark_at_once_use_it_once(site):
    one, two = build.inspected(site), build.inspected(site)
    found = at_once(*(lambda batch=batch: build.sample(site, batch, mark="SY-1") for batch in (one, two)))
    assert [type(answer) for answer in found].count(MarkUsed) == 1


@dataclass
class Slow:
    """A photo that takes its time to arrive: meanwhile something happens, once."""

    sent: build.Sent
    happens: Callable[[], object]
    filename: str = "现场.jpg"
    mimetype: str = "image/jpeg"

    @property
    def stream(self):
        self.happens()
        return self.sent.stream


def test_a_batch_recalled_while_its_sample_is_being_recorded_gets_no_sample(site):
    batch = build.inspected(site)

    def recall():
        with site.units.writing(site.officer) as uow:
            announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "省抽检通报〔2026〕3号"))

    with pytest.raises(BatchRecalled), site.units.writing(site.leaders["site/sampler"]) as uow:
        record_sample(uow, batch.id, build.sampling(site, photo=Slow(build.photo(), recall)))
    with site.units.reading(site.officer) as uow:
        assert holds(uow.session, [batch.id])[batch.id][0].key is HoldKey.RECALLED


def test_two_removals_at_once_take_no_more_than_there_is(site):
    batch = build.inspected(site)

    def remove():
        with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
            return remove_batch(uow, batch.id, Removal(
                Decimal(30), site.terms["site/supervision-engineer"], build.photo(), "多余材料",
            ))

    found = at_once(remove, remove)
    assert [type(answer) for answer in found].count(Invalid) == 1


def test_two_who_order_one_retest_at_once_order_it_once(site):
    batch = build.inspected(site)
    build.report(site, batch, "tensile", build.FAILED)

    def order():
        with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
            return order_retest(uow, batch.id, "tensile", "抗拉强度不足")

    found = at_once(order, order)
    assert [type(answer) for answer in found].count(RetestForbidden) == 1


def test_the_database_itself_keeps_a_test_from_being_repeated_twice(site):
    batch = build.inspected(site)

    def ordered(uow):
        return Disposition(
            id=uow.new_id(), batch_id=batch.id, kind=Disposition.Kind.RETEST, reason="再来一次", test="tensile",
            term_id=site.terms["site/quality-inspector"], disposed_by="陈质检", disposed_at=uow.at,
        )

    with pytest.raises(IntegrityError, match="uq_disposition_retest"), site.units.writing(site.officer) as uow:
        uow.session.add_all([ordered(uow), ordered(uow)])


def test_two_who_add_the_same_paper_at_once_both_find_it_kept(site):
    batch = build.batch(site, papers=())

    def add(post):
        with site.units.writing(site.leaders[post]) as uow:
            return add_file(uow, batch.id, Paper.CERTIFICATE, build.paper()).id

    found = at_once(lambda: add("site/materials-clerk"), lambda: add("site/quality-inspector"))
    with site.units.reading(site.officer) as uow:
        assert set(uow.session.scalars(select(BatchFile.id).where(BatchFile.batch_id == batch.id))) == set(found)


def test_two_recalled_batches_that_arrive_at_once_bring_one_notice(site):
    with site.units.writing(site.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, "H2026"), "力学性能不合格", "省抽检通报〔2026〕3号"))
    at_once(*(lambda: build.batch(site, number="h2026") for _nth in range(2)))
    with site.units.reading(site.officer) as uow:
        assert len(uow.session.scalars(select(RecallNotice.id)).all()) == 1
