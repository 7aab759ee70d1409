"""The pages of the handbook."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.kernel.actor import NOBODY, SYSTEM, Actor, Role
from registry.kernel.uow import Units
from registry.standards import kinds
from registry.standards.actions import load_defaults
from registry.standards.chapters import chapters_in_order
from registry.standards.commands import standards
from registry.standards.comparison import Change, compared
from registry.standards.drafts import shipped
from registry.standards.handbook import find_in_force, wording
from registry.standards.kinds import KINDS
from registry.standards.regions import region_name
from registry.standards.views import bp
from tests.conftest import NOON
from tests.standards.frame import Visit, visiting

TODAY = NOON.date()
OFFICER = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.OFFICER}))
HEAD = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.STATION_HEAD}))
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
    addresses = re.findall(r'href="(/standards/[0-9a-f-]{36})"', client.get("/standards").text)
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


def test_only_a_head_or_administrator_is_offered_to_revise_an_edition(visit: Visit, authorisation: str) -> None:
    assert "据此拟定新版本" in visit(HEAD).get(authorisation).text
    assert "据此拟定新版本" not in visit(OFFICER).get(authorisation).text
    assert visit(OFFICER).get(f"{authorisation}/revision").status_code == 403


def test_the_handbook_is_found_by_title_kind_source_and_region(visit: Visit) -> None:
    client = visit(OFFICER)
    for wanted, title in [("济南", "5 个工作日内"), ("GB/T 50328", "归档文件"), ("检查要点", "工程质量监督检查要点")]:
        text = client.get("/standards", query_string={"q": wanted}).text
        assert title in text
        assert "法定代表人授权书" not in text
    assert "没有找到这样的版本" in client.get("/standards?q=龙卷风").text


def test_every_kind_stands_in_one_chapter() -> None:
    names = [name for _key, _title, kinds in chapters_in_order() for name in kinds]
    assert sorted(names) == sorted(KINDS)


def address_of(client: FlaskClient, title: str) -> str:
    found = re.search(rf'href="([^"]+)">{re.escape(title)}', client.get("/standards").text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("title", "wanted", "there", "gone"),
    [
        ("建筑工程的分部工程、分项工程划分", "防水混凝土", "找到", "02 主体结构"),
        ("建筑工程的分部工程、分项工程划分", "020102", "钢筋", "030201"),
        ("工程质量监督检查要点", "严禁加水", "E-37-01", "E-32-01"),
        ("建设工程文件归档目录", "承诺书", "Q1-02", "A1-01"),
        ("各阶段应有文件", "备案表", "E1-12", "A1-01"),
    ],
)
def test_a_long_edition_is_searched_without_scripts(
    visit: Visit, title: str, wanted: str, there: str, gone: str
) -> None:
    client = visit(OFFICER)
    text = client.get(address_of(client, title), query_string={"q": wanted}).text
    assert there in text
    assert gone not in text


def test_required_documents_are_shown_by_name_and_party_not_by_code(visit: Visit) -> None:
    client = visit(OFFICER)
    text = client.get(address_of(client, "各阶段应有文件")).text
    assert "建设工程竣工验收备案表" in text
    assert "监理单位" in text
    assert "住房和城乡建设部令第2号 第五条（一）" in text


def test_post_duties_stand_on_one_page_by_party(visit: Visit) -> None:
    text = visit(OFFICER).get("/standards/duties").text
    assert text.index("建设单位项目负责人") < text.index("施工单位项目经理") < text.index("专业监理工程师")
    assert "未经其签字，材料不得使用" in text
    assert "默认建议" in text
    assert visit(OFFICER).get("/standards/duties?region=37").status_code == 422


def test_two_editions_are_compared_the_older_first(visit: Visit, loaded: Units) -> None:
    with loaded.reading(SYSTEM) as uow:
        nation = find_in_force(uow.session, kinds.POSTS, "370100", TODAY, "")
        hebei = find_in_force(uow.session, kinds.POSTS, "130000", TODAY, "")
    text = visit(OFFICER).get(f"/standards/{hebei.id}/changes/{nation.id}").text
    assert "参建即须承诺并备案" in text
    assert text.index("全国") < text.index("河北省")


def test_editions_of_two_kinds_are_not_compared(visit: Visit, loaded: Units) -> None:
    with loaded.reading(SYSTEM) as uow:
        posts = find_in_force(uow.session, kinds.POSTS, "370100", TODAY, "")
        roles = find_in_force(uow.session, kinds.ROLES, "370100", TODAY, "")
    assert visit(OFFICER).get(f"/standards/{posts.id}/changes/{roles.id}").status_code == 422


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
