"""The pages of the handbook."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.uow import Units
from registry.standards.actions import load_defaults
from registry.standards.commands import standards
from registry.standards.comparison import Change, compared
from registry.standards.drafts import shipped
from registry.standards.handbook import wording
from registry.standards.regions import region_name
from registry.standards.views import bp
from tests.conftest import NOON
from tests.standards.frame import Visit, visiting

TODAY = NOON.date()
OFFICER = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.OFFICER}))
HEAD = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.STATION_HEAD}))
OFFICIAL = {
    "region": "370100",
    "version": "2026-1",
    "effective_from": "2026-04-01",
    "source": "济南市正式文本",
    "status": "law",
    "note": "",
    "paragraphs": "兹授权我单位{person}担任{project}的{post}。\r\n本授权书自授权之日起生效。",
}


@pytest.fixture
def loaded(units: Units) -> Units:
    with units.writing(SYSTEM) as uow:
        load_defaults(uow)
    return units


@pytest.fixture
def visit(loaded: Units) -> Visit:
    return visiting(loaded, bp)


@pytest.fixture
def authorisation(loaded: Units) -> str:
    with loaded.reading(SYSTEM) as uow:
        return f"/standards/{wording(uow.session, 'authorisation', '370100', TODAY).edition.id}"


def test_whoever_is_signed_in_reads_the_law_and_a_stranger_does_not(visit: Visit) -> None:
    answer = visit(OFFICER).get("/standards")
    assert answer.status_code == 200
    assert "项目负责人变更后 5 个工作日内重新签署并备案（济南）" in answer.text
    assert "山东省济南市" in answer.text
    assert visit(NOBODY).get("/standards").status_code == 303


def test_every_edition_has_a_page_with_its_source_and_whether_it_is_law(visit: Visit) -> None:
    client = visit(OFFICER)
    addresses = re.findall(r'href="(/standards/[^"]+)"', client.get("/standards").text)
    assert len(addresses) == len(shipped())
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert "法规" in answer.text or "默认建议" in answer.text
        assert "依据" in answer.text


def test_the_division_tree_is_on_its_page(visit: Visit) -> None:
    client = visit(OFFICER)
    found = re.search(r'href="([^"]+)">建筑工程的分部工程、分项工程划分', client.get("/standards").text)
    assert found
    text = client.get(found[1]).text
    assert "02 主体结构" in text
    assert "GB 50204-2015" in text


def test_an_unknown_edition_is_not_found(visit: Visit) -> None:
    assert visit(OFFICER).get(f"/standards/{uuid4()}").status_code == 404


def test_only_a_head_or_administrator_is_offered_to_word_a_paper(visit: Visit, authorisation: str) -> None:
    assert "录入新版本" in visit(HEAD).get(authorisation).text
    assert "录入新版本" not in visit(OFFICER).get(authorisation).text
    assert visit(OFFICER).get(f"{authorisation}/rewording").status_code == 403


def test_the_form_begins_with_the_present_text(visit: Visit, authorisation: str) -> None:
    text = visit(HEAD).get(f"{authorisation}/rewording").text
    assert "兹授权我单位{person}担任{project}的{post}" in text
    assert 'value="370100"' in text
    assert "{design_life} 设计使用年限" in text


def test_a_new_text_is_shown_against_the_present_one_and_nothing_is_entered_yet(
    visit: Visit, authorisation: str
) -> None:
    client = visit(HEAD)
    answer = client.post(f"{authorisation}/rewording", data=OFFICIAL)
    assert answer.status_code == 200
    assert "<del>（承担范围：{scope}）" in answer.text
    assert "新文本不再包含：设计使用年限、承担范围" in answer.text
    assert "2026-1" not in client.get("/standards").text


def compared_mark(text: str) -> str:
    found = re.search(r'name="compared"[^>]*value="([0-9a-f]{64})"', text)
    assert found
    return found[1]


def test_the_text_that_was_compared_can_be_published(visit: Visit, units: Units, authorisation: str) -> None:
    client = visit(HEAD)
    shown = client.post(f"{authorisation}/rewording", data=OFFICIAL).text
    ticked = OFFICIAL | {"compared": compared_mark(shown), "sure": "y"}
    answer = client.post(f"{authorisation}/rewording", data=ticked)
    assert answer.status_code == 303
    assert "尚未施行" in client.get(answer.location).text
    with units.reading(SYSTEM) as uow:
        found = wording(uow.session, "authorisation", "370102", NOON.date().replace(month=4))
    assert found.content.paragraphs[1] == "本授权书自授权之日起生效。"
    assert [line.label for line in found.content.closing][-1] == "授权日期"


def test_another_text_than_the_one_compared_is_compared_first(visit: Visit, authorisation: str) -> None:
    client = visit(HEAD)
    shown = client.post(f"{authorisation}/rewording", data=OFFICIAL).text
    other = OFFICIAL | {"paragraphs": "另一份文本。", "compared": compared_mark(shown), "sure": "y"}
    answer = client.post(f"{authorisation}/rewording", data=other)
    assert answer.status_code == 200
    assert "与现行文本的差异" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"paragraphs": "{identity_number}"}, "文本中的空白“identity_number”不存在"),
        ({"paragraphs": "{project"}, "花括号没有成对"),
        ({"paragraphs": " \n "}, "请填写“文本（每行一段）”"),
        ({"version": ""}, "请填写“版本号”"),
        ({"effective_from": ""}, "请填写“施行日期”"),
        ({"region": "37"}, "6 位数字"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    visit: Visit, authorisation: str, typed: dict[str, str], said: str
) -> None:
    answer = visit(HEAD).post(f"{authorisation}/rewording", data=OFFICIAL | typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "济南市正式文本" in answer.text


def test_a_head_words_no_paper_for_another_region(visit: Visit, authorisation: str) -> None:
    answer = visit(HEAD).post(f"{authorisation}/rewording", data=OFFICIAL | {"region": "370200"})
    assert answer.status_code == 404


def test_a_version_that_is_taken_is_told_beside_its_field(visit: Visit, authorisation: str) -> None:
    client = visit(HEAD)
    for _time in range(2):
        shown = client.post(f"{authorisation}/rewording", data=OFFICIAL).text
        ticked = OFFICIAL | {"compared": compared_mark(shown), "sure": "y"}
        answer = client.post(f"{authorisation}/rewording", data=ticked)
    assert answer.status_code == 422
    assert "版本“2026-1”已经录入" in answer.text


def test_a_table_is_not_worded_on_a_page(visit: Visit) -> None:
    client = visit(HEAD)
    text = client.get("/standards").text
    found = re.search(r'id="roles".*?href="([^"]+)"', text, re.DOTALL)
    assert found
    address = found[1]
    assert "录入新版本" not in client.get(address).text
    assert client.get(f"{address}/rewording").status_code == 404


def test_a_comparison_weaves_both_texts_into_one() -> None:
    old, new = ("甲乙丙", "丁"), ("甲丙戊", "丁", "己")
    pieces = [piece for line in compared(old, new) for piece in line]
    assert "".join(p.text for p in pieces if p.change is not Change.REMOVED) == "".join(new)
    assert "".join(p.text for p in pieces if p.change is not Change.ADDED) == "".join(old)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("000000", "全国"),
        ("370102", "山东省济南市历下区"),
        ("110101", "北京市东城区"),
        ("130000", "河北省"),
        ("999999", "999999"),
    ],
)
def test_a_region_goes_by_its_whole_name(code: str, name: str) -> None:
    assert region_name(code) == name


def test_the_operator_loads_the_defaults_once_and_lists_them(units: Units) -> None:
    app = Flask("operator")
    app.extensions["units"] = units
    app.cli.add_command(standards)
    run = app.test_cli_runner().invoke
    assert f"新录入 {len(shipped())} 个版本" in run(args=["standards", "load"]).output
    assert "新录入 0 个版本" in run(args=["standards", "load"]).output
    assert "370100 2014-12-31 法规 施行中" in run(args=["standards", "list"]).output
    assert '"standing": "in-force"' in run(args=["standards", "list", "--json"]).output


def test_a_wrong_file_is_refused_with_exit_code_two(units: Units, tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text("{}", encoding="utf-8")
    app = Flask("operator")
    app.extensions["units"] = units
    app.cli.add_command(standards)
    result = app.test_cli_runner().invoke(args=["standards", "load", str(file)])
    assert result.exit_code == 2
    assert "应当是一个版本列表" in result.output
