"""What a supplier's own code says is filled in as far as it can be understood; the rest is shown and never dropped."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from registry.materials.models import Batch
from registry.materials.scanning import LONGEST, recognise
from tests.materials import build
from tests.parties import build as parties

CODE = parties.code()


@pytest.mark.parametrize(("text", "fields"), [
    (f'{{"炉批号": "b26-7", "产品": {{"名称": "热轧带肋钢筋"}}, "重量": "35.62t", "统一社会信用代码": "{CODE}"}}',
     {"number": "B26-7", "product": "热轧带肋钢筋", "quantity": "35.62", "producer_uscc": CODE}),
    ("炉号=A2；品名=P.O 42.5 水泥\n数量：20 吨\n合格证号：ZM-1", {
        "number": "A2", "product": "P.O 42.5 水泥", "quantity": "20", "certificate_number": "ZM-1"}),
    ("https://qr.example.cn/c?heatNo=A1&grade=HRB400E&qty=12", {"number": "A1", "grade": "HRB400E", "quantity": "12"}),
    ("牌号：HRB400E\n规格：Φ25", {"grade": "HRB400E Φ25"}),
    ("Ｂ２６－０３１１", {}), ("B26-0311-7", {"number": "B26-0311-7"}), ("", {}),
    ('["炉批号"', {}), ("{" * 900, {}), ("null", {}),
])
def test_a_code_is_read_as_far_as_it_can_be_understood(text, fields):
    assert recognise(text).fields == fields


@pytest.mark.parametrize(("text", "rest"), [
    ("http://x.cn/abc", ("http://x.cn/abc",)), ("你好", ("你好",)), ("炉号=A2\n颜色=红", ("颜色：红",)),
    ("炉号=A2\n数量：35600kg", ("数量：35600kg",)), ("炉号=A2\n信用代码：123", ("信用代码：123",)),
    ("炉号=A2\n炉号=A3", ("炉号：A3",)),
])
def test_what_is_not_understood_is_given_back(text, rest):
    assert recognise(text).unknown == rest


def test_a_label_of_ours_is_known_by_its_address():
    code = "34679ACDEFGHJKMNPQRTWXY3"
    assert recognise(f"HTTPS://REGISTRY.EXAMPLE/M/{code}").own_code == code
    assert recognise("3467 9ACD EFGH JKMN PQRT WXY3").own_code == code


def test_what_is_longer_than_a_code_can_be_is_cut():
    assert len(recognise("x" * 9000).text) == LONGEST


def arrive(building, clerk, text):
    page = f"/projects/{building.project}/materials/arrive"
    return clerk.post(f"{page}/scan", {"text": text}, at=page)


def test_a_scanned_code_fills_the_form_and_stays_with_the_batch(building, visit, units):
    clerk = visit(building.leaders["site/materials-clerk"])
    text = f"炉批号：B26-7\n品名：热轧带肋钢筋\n规格：HRB400E Φ25\n数量：40t\n信用代码：{CODE}\n颜色：红"
    shown = arrive(building, clerk, text).text
    for said in ("B26-7", "热轧带肋钢筋", "HRB400E Φ25", CODE, "颜色：红", "请核对"):
        assert said in shown
    sent = {
        "kind": "rebar", "number": "B26-7", "quantity": "40", "product": "热轧带肋钢筋", "grade": "HRB400E Φ25",
        "producer_uscc": CODE, "producer_name": "莱钢", "supplier_uscc": CODE, "arrived_on": "2026-03-02",
        "certificate_number": "ZM-1", "scanned": text.replace("\n", "\r\n"),
    }
    page = f"/projects/{building.project}/materials/arrive"
    made = clerk.post(page, sent, at=page)
    assert made.status_code == 303, made.text
    with units.reading(building.officer) as uow:
        batch = uow.session.scalars(select(Batch).where(Batch.number == "B26-7")).one()
        assert (batch.scanned, batch.certificate_number, batch.quantity) == (text, "ZM-1", Decimal(40))
    assert "颜色：红" in clerk.get(made.headers["Location"]).text


def test_unknown_text_is_shown_and_refuses_nothing(building, visit):
    shown = arrive(building, visit(building.leaders["site/materials-clerk"]), "http://x.cn/abc")
    assert shown.status_code == 200
    assert "没有识别出可填的项目" in shown.text
    assert shown.text.count("http://x.cn/abc") >= 2


def test_an_empty_box_is_refused_beside_the_field(building, visit):
    assert arrive(building, visit(building.leaders["site/materials-clerk"]), " ").status_code == 422


def test_our_own_label_takes_over_what_repeats(building, visit):
    before = build.batch(building)
    shown = arrive(building, visit(building.leaders["site/materials-clerk"]), f"https://registry.example/M/{before.code}").text
    assert before.product in shown
    assert f'value="{before.number}"' not in shown
