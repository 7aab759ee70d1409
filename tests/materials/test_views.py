"""The pages of materials: a delivery walked from the gate to the approval, and the recall that ends it."""

import io
import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from registry.kernel.actor import SYSTEM
from registry.kernel.jobs import work_once
from registry.materials.jobs import HANDLERS
from registry.materials.reach import Sought, Target
from registry.materials.recall_queries import receipts
from registry.materials.recalling import Announcement, announce_recall, lift_recall
from registry.notices.models import Notice
from registry.works.removing import Removal, remove_batch
from tests import build as sites
from tests.documents import samples
from tests.materials import build
from tests.materials.build import FAILED


@pytest.fixture
def clerk(building, visit):
    return visit(building.leaders["site/materials-clerk"])


def photo():
    return io.BytesIO(samples.jpeg()), "现场.jpg"


def paper():
    return io.BytesIO(samples.pdf()), "报告.pdf"


def arrival(**other):
    return {
        "kind": "rebar", "number": "h 2026-07", "quantity": "40", "product": "热轧带肋钢筋", "grade": "HRB400E 25",
        "producer_uscc": build.MILL, "producer_name": "泉城钢铁有限公司", "supplier_uscc": build.TRADER,
        "supplier_name": "历下建材供应有限公司", "arrived_on": "2026-03-02", "photo": photo(), "certificate": paper(),
        "factory_test": paper(),
    } | other


def test_a_delivery_is_entered_inspected_sampled_reported_and_approved_on_the_pages(building, visit, clerk):
    page = f"/projects/{building.project}/materials/arrive"
    made = clerk.post(page, arrival(), at=page)
    assert made.status_code == 303
    batch = made.location
    assert "待检验" in clerk.get(batch).text
    inspector = visit(building.leaders["site/quality-inspector"])
    sound = dict.fromkeys(("appearance", "dimension", "marks", "documents"), "passed")
    assert inspector.post(f"{batch}/inspection", sound, at=f"{batch}/inspection").status_code == 303
    sampler = visit(building.leaders["site/sampler"])
    for test in build.REBAR_TESTS:
        taken = sampler.post(f"{batch}/samples", sample(building, test), at=f"{batch}/samples")
        assert taken.status_code == 303
        shown = sampler.get(f"{batch}/reports").text
        [mark] = re.findall(rf'<option value="([0-9a-f-]+)">SY-{test.upper()}<', shown)
        assert sampler.post(f"{batch}/reports", report(building, batch, test, mark), at=f"{batch}/reports").status_code == 303
    engineer = visit(building.leaders["site/supervision-engineer"])
    assert engineer.post(f"{batch}/approval", {"verdict": "passed"}, at=f"{batch}/approval").status_code == 303
    assert "可以使用" in engineer.get(batch).text


def sample(site, test):
    return {
        "test": test, "mark": f"SY-{test}", "count": "10", "sampler": str(site.terms["site/sampler"]),
        "witness": str(site.terms["site/witness"]), "taken_on": "2026-03-02", "taken_time": "11：30", "place": "钢筋棚",
        "photo": photo(),
    }


def report(site, batch, test, sample_id):
    return {
        "test": test, "number": f"JC-{test}", "laboratory_uscc": build.LABORATORY, "laboratory_name": "泉城工程检测有限公司",
        "commissioner": str(build.owner_of(site)), "sample": sample_id, "batches": batch.rpartition("/")[2],
        "represented_quantity": "60", "issued_on": "2026-03-02", "verdict": "passed", "file": paper(),
        "items-0-name": "抗拉强度", "items-0-limit": "≥540", "items-0-value": "585", "items-0-verdict": "passed",
    }


def test_what_was_typed_is_kept_and_the_mistake_stands_beside_it(building, clerk):
    page = f"/projects/{building.project}/materials/arrive"
    refused = clerk.post(page, arrival(producer_uscc="91370102MA3C0000XX"), at=page)
    assert refused.status_code == 422
    assert "H2026-07" in refused.text


def test_the_next_delivery_takes_over_what_repeats(building, clerk):
    batch = build.batch(building)
    page = clerk.get(f"/projects/{building.project}/materials/arrive?like={batch.id}").text
    assert build.MILL in page
    assert build.TRADER in page
    assert batch.number not in page


def test_the_code_on_the_label_leads_those_who_may_see_to_the_batch_and_others_nowhere(building, visit, clerk):
    batch = build.batch(building)
    assert clerk.get(f"/m/{batch.code.lower()}").location.endswith(f"/batches/{batch.id}")
    stranger = sites.site(building.units)
    assert visit(stranger.filer).get(f"/m/{batch.code}").status_code == 404
    assert visit(stranger.filer).get(f"/batches/{batch.id}").status_code == 404


def test_the_list_filters_by_state_and_tells_who_must_act(building, clerk):
    free, held = build.approved(building), build.batch(building)
    everything = clerk.get(f"/projects/{building.project}/materials").text
    assert free.number in everything
    assert "材料员或质检员" in everything
    waiting = clerk.get(f"/projects/{building.project}/materials?state=held").text
    assert held.number in waiting
    assert free.number not in waiting


def test_the_failed_list_names_every_failure_with_its_report(building, clerk):
    batch = build.inspected(building)
    made = build.report(building, batch, "weight", FAILED)
    listed = clerk.get(f"/projects/{building.project}/materials/failed").text
    assert made.number in listed
    assert "重量偏差" in listed


def test_the_records_are_printed_once_there_is_something_to_print(building, clerk):
    batch = build.batch(building)
    assert clerk.get(f"/batches/{batch.id}/inspection.pdf").status_code == 404
    tested = build.tested(building)
    for form in ("inspection", "sampling"):
        assert clerk.get(f"/batches/{tested.id}/{form}.pdf").data.startswith(b"%PDF")


def test_a_page_of_many_batches_costs_no_more_statements_than_one_of_few(building, clerk, statements):
    build.batch(building)
    few = statements(clerk, f"/projects/{building.project}/materials")
    for number in range(6):
        build.batch(building, quantity=Decimal(number + 1))
    assert statements(clerk, f"/projects/{building.project}/materials") <= few


def test_a_station_recalls_a_batch_and_the_project_opens_and_answers(building, visit, clerk, units):
    batch = build.approved(building)
    officer = visit(building.officer)
    wanted = {"target": "batch", "word": batch.number, "reason": "力学性能不合格", "source": "省抽检通报〔2026〕3号"}
    made = officer.post("/recalls/new", wanted, at="/recalls/new")
    assert made.status_code == 303
    assert "未打开" in officer.get(made.location).text
    assert "已召回" in clerk.get(f"/batches/{batch.id}").text
    [notice] = re.findall(r"/recall-notices/[0-9a-f-]+", clerk.get(f"/projects/{building.project}/materials").text)
    assert "立即停止使用" in clerk.get(notice).text
    assert clerk.post(f"{notice}/answer", {"answer": "已停用并隔离，未使用。"}, at=notice).status_code == 303
    receipt = officer.get(made.location).text
    assert "已停用并隔离" in receipt
    assert "未打开" not in receipt
    assert clerk.post(f"{notice}/answer", {"answer": "再回复"}, at=notice).status_code == 409


def test_the_leaders_hear_of_a_recall_by_a_notice(building, units):
    batch = build.batch(building)
    with units.writing(building.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "强度不足", "抽检"))
    worked_off(units)
    posts = ("contractor", "supervision", "owner", "site/materials-clerk")
    assert {building.leaders[post].person for post in posts} <= told(units, "recall.to-answer")


def worked_off(units):
    while work_once(units, HANDLERS):
        pass


def told(units, kind):
    with units.reading(SYSTEM) as uow:
        return set(uow.session.scalars(select(Notice.person_id).where(Notice.kind == kind)))


def test_owner_and_contractor_hear_of_a_batch_that_arrives_after_its_recall(building, units, clerk):
    with units.writing(building.officer) as uow:
        recall = announce_recall(uow, Announcement(Sought(Target.BATCH, "H2026-07"), "强度不足", "抽检"))
    late = build.batch(building, number="h2026-07")
    worked_off(units)
    leaders = {building.leaders[role].person for role in ("owner", "contractor")}
    assert leaders <= told(units, "recall.arrived")
    assert leaders <= told(units, "recall.to-answer")
    with units.reading(building.officer) as uow:
        _recall, [notice] = receipts(uow, recall.id)
    assert late.number in clerk.get(f"/recall-notices/{notice.id}").text


def test_a_project_with_a_notice_already_hears_of_the_late_batch_and_has_no_second_to_answer(building, units, clerk):
    first = build.batch(building, number="h2026-07")
    with units.writing(building.officer) as uow:
        sought = Sought(Target.PRODUCER, organisation_id=first.producer_id)
        recall = announce_recall(uow, Announcement(sought, "强度不足", "抽检"))
    second = build.batch(building)
    worked_off(units)
    assert building.leaders["owner"].person in told(units, "recall.arrived")
    with units.reading(building.officer) as uow:
        _recall, [notice] = receipts(uow, recall.id)
    shown = clerk.get(f"/recall-notices/{notice.id}").text
    assert first.number in shown
    assert second.number in shown


def test_a_batch_that_arrives_once_the_recall_is_lifted_alarms_nobody(building, units):
    with units.writing(building.officer) as uow:
        recall = announce_recall(uow, Announcement(Sought(Target.BATCH, "H2026-07"), "强度不足", "抽检"))
    with units.writing(building.officer) as uow:
        lift_recall(uow, recall.id, "复核合格")
    build.batch(building, number="h2026-07")
    worked_off(units)
    assert not told(units, "recall.arrived")


def test_a_batch_removed_whole_says_so_and_no_longer_waits_for_anybody(building, units, clerk):
    batch = build.inspected(building)
    with units.writing(building.leaders["site/technical-leader"]) as uow:
        remove_batch(uow, batch.id, Removal(
            Decimal(40), building.terms["site/supervision-engineer"], build.photo(), "多余材料",
        ))
    assert "已退场" in clerk.get(f"/batches/{batch.id}").text
    listed = f"/projects/{building.project}/materials"
    assert batch.number not in clerk.get(f"{listed}?state=held").text
    assert batch.number in clerk.get(f"{listed}?state=removed").text


def test_a_recall_without_a_reason_is_refused_beside_the_field(building, visit):
    officer = visit(building.officer)
    assert officer.post("/recalls/new", {"target": "batch", "word": "H1"}, at="/recalls/new").status_code == 422


def test_a_site_engineer_announces_no_recall(clerk):
    assert clerk.get("/recalls").status_code == 403


def test_the_list_is_filtered_by_flag_state_and_supplier_and_sorted(building, clerk):
    key = build.batch(building, number="A-1")
    maker = build.Firm(build.MILL, "泉城钢铁有限公司")
    plain = build.batch(building, kind="glass", number="A-2", product="中空玻璃", supplier=maker)
    listed = f"/projects/{building.project}/materials"
    keys, greens = clerk.get(f"{listed}?flag=key").text, clerk.get(f"{listed}?flag=green").text
    assert (key.number in keys, plain.number in keys) == (key.critical, plain.critical)
    assert (key.number in greens, plain.number in greens) == (key.green, plain.green)
    waiting = clerk.get(f"{listed}?state=report").text
    assert key.number in waiting
    own = clerk.get(f"{listed}?supplier={plain.supplier_id}").text
    assert (plain.number in own, key.number in own) == (True, False)
    up, down = clerk.get(f"{listed}?sort=number").text, clerk.get(f"{listed}?sort=-number").text
    assert up.index("A-1") < up.index("A-2")
    assert down.index("A-2") < down.index("A-1")
    assert clerk.get(f"{listed}?sort=password").status_code == 200
