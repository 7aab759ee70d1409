"""The pages of prefabricated components, from the plant to the place, and the labels that lead to them."""

import io

import pytest

from registry.materials.models import Component, ComponentStep
from tests.adapters.reading import codes_read, page_count, picture_of
from tests.documents import samples
from tests.materials import build
from tests.materials.test_components import site

__all__ = ["site"]
Step = ComponentStep.Step


@pytest.fixture
def supervisor(site, visit):
    return visit(site.leaders["site/plant-supervisor"])


@pytest.fixture
def clerk(site, visit):
    return visit(site.leaders["site/materials-clerk"])


def entered(site):
    with site.units.reading(site.officer) as uow:
        return uow.session.query(Component).order_by(Component.number).all()


def plant(**other):
    return {
        "plant_uscc": build.MILL, "plant_name": "泉城预制构件有限公司", "kind": "叠合板 DBS1-67", "numbers": "yz-001\nyz-002\n",
    } | other


def test_a_component_goes_from_the_plant_to_its_place_on_the_pages(site, supervisor, clerk):
    listed = f"/projects/{site.project}/materials/components"
    assert supervisor.post(f"{listed}/new", plant(), at=f"{listed}/new").status_code == 303
    [first, second] = entered(site)
    assert "驻厂监造" in supervisor.get(listed).text
    check = f"/components/{first.id}/steps/release"
    sent = {"verdict": "passed", "photo": (io.BytesIO(samples.jpeg()), "出厂.jpg")}
    assert supervisor.post(check, sent, at=check).status_code == 303
    batch = build.approved_precast(site)
    arrival = f"/batches/{batch.id}/components"
    offered = clerk.get(arrival).text
    assert "YZ-001" in offered
    assert "YZ-002" not in offered
    assert clerk.post(arrival, {"components": str(first.id)}, at=arrival).status_code == 303
    assert "YZ-001" in clerk.get(f"/batches/{batch.id}").text
    here = f"/components/{first.id}/steps/installed"
    place = {"verdict": "passed", "unit": str(site.unit), "item_code": "020105", "place": "三层②~③轴"}
    assert clerk.post(here, place, at=here).status_code == 303
    shown = clerk.get(f"/components/{first.id}").text
    assert "1 号楼 三层②~③轴" in shown
    assert "出厂检查照片" in shown
    assert "YZ-002" in clerk.get(f"{listed}?stage=making").text
    assert second.number not in clerk.get(f"{listed}?stage=installed").text


def test_a_number_given_twice_is_refused_and_what_was_typed_is_kept(site, supervisor):
    build.component(site, "yz-002")
    new = f"/projects/{site.project}/materials/components/new"
    answer = supervisor.post(new, plant(), at=new)
    assert answer.status_code == 422
    assert "“YZ-002”已经登记" in answer.text
    assert "yz-001" in answer.text
    assert [one.number for one in entered(site)] == ["YZ-002"]


def test_nobody_enters_more_components_at_once_than_can_be_looked_through(site, supervisor):
    new = f"/projects/{site.project}/materials/components/new"
    answer = supervisor.post(new, plant(numbers="\n".join(f"yz-{n}" for n in range(201))), at=new)
    assert "一次最多登记 200 个构件" in answer.text


def test_a_step_out_of_turn_is_refused_beside_the_form(site, clerk):
    made = build.released(site)
    here = f"/components/{made.id}/steps/installed"
    answer = clerk.post(here, {"verdict": "passed", "unit": str(site.unit), "item_code": "020105", "place": "三层"}, at=here)
    assert answer.status_code == 422
    assert "尚未进场" in answer.text


def test_a_page_of_many_components_costs_no_more_statements_than_one_of_few(site, clerk, statements):
    build.released(site)
    few = statements(clerk, f"/projects/{site.project}/materials/components")
    for number in range(4):
        build.released(site, f"yz-1{number}")
    assert statements(clerk, f"/projects/{site.project}/materials/components") <= few


def test_the_photo_of_a_step_is_shown_and_no_other(site, clerk):
    made = build.released(site)
    with site.units.reading(site.officer) as uow:
        sha256 = uow.session.query(ComponentStep.photo_sha256).filter_by(component_id=made.id).scalar()
    assert clerk.get(f"/components/{made.id}/photos/{sha256}").status_code == 200
    assert clerk.get(f"/components/{made.id}/photos/{'0' * 64}").status_code == 404


@pytest.mark.parametrize("kind", ["batches", "components"])
def test_the_code_on_a_label_leads_to_the_batch_or_component(site, clerk, kind):
    made = build.batch(site) if kind == "batches" else build.component(site)
    [address] = codes_read(picture_of(clerk.get(f"/{kind}/{made.id}/label.pdf").data, 200))
    assert address.endswith(f"/M/{made.code}")
    assert clerk.get(f"/M/{made.code}").location == f"/{kind}/{made.id}"
    assert clerk.get(f"/m/{made.code.lower()}").location == f"/{kind}/{made.id}"


def test_the_labels_of_a_list_are_printed_together(site, clerk):
    labels = f"/projects/{site.project}/materials/components/labels.pdf"
    assert clerk.get(labels).status_code == 404
    for number in ("yz-001", "yz-002", "zz-003"):
        build.component(site, number)
    assert page_count(clerk.get(labels).data) == 3
    assert page_count(clerk.get(f"{labels}?q=yz").data) == 2
