"""The pages of the works: from the list to a marked lot in few taps, and the page at the element."""

import io
import re

import pytest

from registry.works.models import Verdict
from tests.counting import statements
from tests.documents.samples import jpeg
from tests.materials import build as materials
from tests.works import build

TODAY = f"{build.TODAY:%Y-%m-%d}"


@pytest.fixture
def lot(building):
    return build.lot(building)


@pytest.fixture
def inspector(building, visit):
    return visit(building.leaders["site/quality-inspector"])


@pytest.fixture
def engineer(building, visit):
    return visit(building.leaders["site/supervision-engineer"])


def picture(name="现场.jpg", content=None):
    return io.BytesIO(jpeg() if content is None else content), name


def usual(building, **other):
    return {
        "doer": str(building.terms["site/crew-leader"]), "done_on": TODAY, "step": "", "place": "三层", "self_check": "passed",
        "mutual_check": "passed", "handover_check": "passed",
    } | other


def test_the_inspector_marks_a_lot_with_two_photos(building, lot, inspector, engineer):
    page = f"/lots/{lot.id}/mark"
    form = inspector.get(page).text
    assert form.count('capture="environment"') == 2
    assert form.index("褚班长") < form.index("冯工长")
    done = inspector.post(page, usual(building, photos=[picture("一.jpg"), picture("二.jpg", jpeg((90, 60)))]))
    assert done.status_code == 303
    said = inspector.get(done.location).text
    assert "褚班长" in said
    assert "待监理验收" in said
    assert 'name="verdict"' not in said
    offered = engineer.get(done.location).text
    assert 'name="verdict"' in offered
    judged = engineer.post(f"{done.location}/verdict", {"verdict": "passed"}, at=done.location)
    assert "沈专监" in engineer.get(judged.location).text
    assert inspector.get(f"{done.location}/photos/2").mimetype == "image/jpeg"
    assert inspector.get(f"{done.location}/photos/3").status_code == 404


def test_a_refused_form_keeps_the_photos_that_came_with_it(building, lot, inspector):
    page = f"/lots/{lot.id}/mark"
    refused = inspector.post(page, usual(building, done_on="2026-03-09", photos=[picture()]))
    assert refused.status_code == 422
    assert "还没有到" in refused.text
    [kept] = re.findall(r'name="photos_upload" value="([0-9a-f-]{36})"', refused.text)
    done = inspector.post(page, usual(building, photos_upload=kept))
    assert done.status_code == 303


def test_a_refusal_by_the_state_of_things_keeps_the_form_too(building, lot, inspector):
    build.mark(building, lot.id)
    refused = inspector.post(f"/lots/{lot.id}/mark", usual(building, photos=[picture()]))
    assert refused.status_code == 422
    assert "已有陈质检所作的责任标识" in refused.text
    assert "photos_upload" in refused.text


def test_an_empty_photo_is_refused_on_the_page(building, lot, inspector):
    refused = inspector.post(f"/lots/{lot.id}/mark", usual(building, photos=[picture(content=b"")]))
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_the_page_at_the_element_tells_strangers_no_names(building, lot, visit, inspector):
    mark = build.accepted_mark(building, lot.id)
    for address in (f"/r/{mark.code}", f"/R/{mark.code}"):
        told = visit().get(address)
        assert told.status_code == 200
        assert "三层①~⑤/A~D轴" in told.text
        assert "已验收" in told.text
        assert not any(name in told.text for name in ("褚班长", "陈质检", "沈专监"))
    assert f"/marks/{mark.id}" in inspector.get(f"/r/{mark.code}").text
    assert visit().get("/r/34679ACDEFGHJKMNPQRTWXY3").status_code == 404


def test_the_board_and_the_label_are_paper(building, lot, inspector):
    mark = build.mark(building, lot.id)
    for size in ("board", "label"):
        paper = inspector.get(f"/marks/{mark.id}/{size}.pdf")
        assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")


def test_lots_are_laid_out_on_the_page_after_a_look(building, visit):
    leader = visit(build.planner(building))
    page = f"/units/{building.unit}/works/layout"
    form = leader.get(page).text
    assert "施工单位" in form
    asked = {
        "participation_id": str(build.contractor(building)), "layouts": "structure-concrete", "storeys_above": "3",
        "storeys_below": "0", "pours": "2",
    }
    preview = leader.post(page, asked)
    assert preview.status_code == 200
    assert "划分 24 个检验批" in preview.text
    done = leader.post(page, asked | {"make": "1"}, at=page)
    assert done.status_code == 303
    levels = leader.get(done.location).text
    assert "02 主体结构" in levels
    items = leader.get(f"{done.location}?below=0201").text
    assert "020102 钢筋" in items
    assert "02010201-006" in leader.get(f"{done.location}?below=020102").text


@pytest.mark.parametrize(("which", "found"), [("today", "四层"), ("waiting", "四层"), ("mine", "五层"), ("blocked", "六层")])
def test_the_filters_show_what_they_say(building, units, inspector, which, found):
    places = ("四层", "五层", "六层")
    due, marked, _blocked = (build.lot(building, code, place) for code, place in zip(
        (build.FORMWORK, build.FORMWORK, build.INFILL), places, strict=True))
    build.mark(building, marked.id)
    build.due_today(building, due)
    said = inspector.get(f"/units/{building.unit}/works?which={which}").text
    assert found in said
    wanted = {"today": {"四层", "五层"}}.get(which, {found})
    assert {place for place in places if place in said} == wanted


def test_the_engineer_sees_what_waits_for_him(building, lot, engineer):
    build.mark(building, lot.id)
    assert lot.number in engineer.get(f"/units/{building.unit}/works?which=waiting").text


def test_a_lot_shows_its_whole_chain(building, lot, visit):
    batch = materials.approved(building)
    clerk = visit(building.leaders["site/materials-clerk"])
    page = f"/lots/{lot.id}/materials"
    assert batch.number in clerk.get(page).text
    done = clerk.post(page, {"batch_id": str(batch.id), "quantity": "2"}, at=page)
    assert done.status_code == 303
    said = clerk.get(done.location).text
    assert batch.number in said
    assert "可使用" in said


def test_a_first_sample_goes_its_way_on_the_pages(building, visit, engineer):
    leader = visit(building.leaders["site/technical-leader"])
    page = f"/units/{building.unit}/first-samples/new?item={build.INFILL}"
    made = leader.post(page, {
        "participation_id": str(build.contractor(building)), "item_code": build.INFILL, "place": "二层", "shown_from": TODAY,
        "words": "拉结筋、斜砌", "photos": [picture()],
    }, at=page)
    assert made.status_code == 303
    engineer.post(f"{made.location}/verdict", {"verdict": "passed"}, at=made.location)
    owner = visit(building.leaders["site/owner-engineer"])
    owner.post(f"{made.location}/verdict", {"verdict": Verdict.PASSED.value}, at=made.location)
    assert "杨代表" in owner.get(made.location).text
    assert "合格" in leader.get(f"/units/{building.unit}/first-samples").text


def test_the_lists_ask_no_more_for_many_lots_than_for_few(building, inspector):
    address = f"/units/{building.unit}/works?below=020101"
    build.lots(building, "structure-concrete", storeys=(1, 0), pours=2)
    few = statements(building.units, lambda: inspector.get(address))
    build.lots(building, "structure-concrete", storeys=(20, 0), pours=2)
    assert statements(building.units, lambda: inspector.get(address)) <= few


@pytest.mark.parametrize("path", [
    "/projects/{project}/works", "/units/{unit}/works", "/units/{unit}/marks", "/units/{unit}/first-samples", "/lots/{lot}",
    "/lots/{lot}/mark", "/marks/{mark}", "/units/{unit}/works/layout", "/units/{unit}/works/new", "/lots/{lot}/edit",
])
def test_a_stranger_to_the_project_finds_nothing(building, lot, visit, path):
    mark = build.mark(building, lot.id)
    stranger = visit(build.site_elsewhere(building.units).filer)
    address = path.format(project=building.project, unit=building.unit, lot=lot.id, mark=mark.id)
    assert stranger.get(address).status_code == 404
