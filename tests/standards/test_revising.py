"""Making a new edition on a page: fill in, look at the changes, publish; races and refusals."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.errors import Forbidden, NotFound
from registry.kernel.uow import Units
from registry.policy import NotFresh
from registry.standards import handbook, kinds, queries
from registry.standards.actions import VersionTaken, load_defaults, revise_edition
from registry.standards.cells import texts_of
from registry.standards.drafts import Head
from registry.standards.kinds import KINDS
from registry.standards.reading import Malformed
from registry.standards.revision import TypedRow
from registry.standards.rules import Status
from registry.standards.views import bp
from tests.conftest import NOON
from tests.standards.frame import Visit, visiting

TODAY = NOON.date()
STALE = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.STATION_HEAD}))
HEAD = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.STATION_HEAD}), fresh=True)
OFFICER = Actor(account=uuid4(), person=uuid4(), region="370100", roles=frozenset({Role.OFFICER}), fresh=True)
SAID = {
    "region": "370100", "version": "2026-1", "effective_from": "2026-04-01", "title": "济南市的规定",
    "source": "济南市正式文本", "status": "law", "note": "",
}
WHAT = Head("370100", "2026-1", date(2026, 4, 1), "济南市的规定", "济南市正式文本", Status.LAW)


@pytest.fixture
def loaded(units: Units) -> Units:
    with units.writing(SYSTEM) as uow:
        load_defaults(uow)
    return units


@pytest.fixture
def visit(loaded: Units) -> Visit:
    return visiting(loaded, bp)


def edition_of(units: Units, kind: str, key: str = "") -> UUID:
    with units.reading(SYSTEM) as uow:
        return handbook.find_in_force(uow.session, KINDS[kind], "370100", TODAY, key).id


def cells(text: str) -> dict[str, str]:
    """What a browser would send of the grid on a page, untouched."""
    found = dict(re.findall(r'<input(?: class="order")? name="([co][0-9.]+)"[^>]*? value="([^"]*)"', text))
    found |= dict(re.findall(r'<textarea name="(c[0-9.]+)"[^>]*>([^<]*)</textarea>', text))
    for name, options in re.findall(r'<select name="(c[0-9.]+)".*?>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r"<option selected>([^<]*)", options)
        found[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in found.items()}


def compared_mark(text: str) -> str:
    found = re.search(r'name="compared"[^>]*value="([0-9a-f]{64})"', text)
    assert found
    return found[1]


def confirmed(client: FlaskClient, address: str, sent: dict[str, str]) -> dict[str, str]:
    """What a browser sends once the changes have been looked at and ticked."""
    return sent | {"compared": compared_mark(client.post(address, data=sent).text), "sure": "y"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_revised_on_a_page(visit: Visit, loaded: Units, kind: str) -> None:
    client, key = visit(HEAD), "authorisation" if KINDS[kind].keyed else ""
    address = f"/standards/{edition_of(loaded, kind, key)}/revision"
    page = client.get(address)
    assert page.status_code == 200
    sent = SAID | cells(page.text)
    shown = client.post(address, data=sent)
    assert shown.status_code == 200, re.findall(r'mistake"[^>]*>([^<]+)', shown.text)
    assert "内容没有变化" in shown.text
    answer = client.post(address, data=confirmed(client, address, sent))
    assert answer.status_code == 303
    assert "尚未施行" in client.get(answer.location).text


def test_a_change_in_a_grid_is_shown_old_beside_new_and_nothing_is_entered_yet(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'archive-catalogue')}/revision"
    sent = SAID | cells(client.get(address).text)
    sent |= {"c1.1": "项目建议书批复", "x2": "y", "c200.0": "Z1-01", "c200.1": "地方文件", "c200.2": "Z1", "c200.3": "地方",
             "c200.4": "Z", "c200.5": "地方", "c200.6": "建设单位", "c200.7": "长期", "o200": "5"}
    shown = client.post(address, data=sent).text
    assert "新增 1 行，删去 1 行，改动 1 行，移动 0 行；其余 169 行不变。" in shown
    assert "<del>文件及项目建议书</del>" in shown
    assert "Z1-01 地方文件" in shown
    assert "2026-1" not in client.get("/standards").text
    client.post(address, data=confirmed(client, address, sent))
    with loaded.reading(SYSTEM) as uow:
        catalogue = handbook.archive_catalogue(uow.session, "370102", date(2026, 4, 1))
    assert [document.code for document in catalogue][:3] == ["Z1-01", "A1-01", "A1-03"]
    assert catalogue[1].name == "项目建议书批复"


def test_of_a_long_edition_some_rows_are_shown_and_the_others_stay(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'divisions')}/revision"
    first = client.get(address).text
    assert "共 725 行，显示 103 行" in first
    sent = SAID | cells(first) | {"c1.1": "地基和基础", "find": "电梯", "act": "find"}
    found = client.post(address, data=sent).text
    assert "地基和基础" in found
    assert 'value="1001' in found
    assert 'value="0301"' not in found
    shown = client.post(address, data=SAID | cells(found) | {"find": "电梯"}).text
    assert "新增 0 行，删去 0 行，改动 1 行，移动 0 行；其余 721 行不变。" in shown


def test_another_content_than_the_one_compared_is_compared_first(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'roles')}/revision"
    sent = confirmed(client, address, SAID | cells(client.get(address).text))
    answer = client.post(address, data=sent | {"c1.1": "业主"})
    assert answer.status_code == 200
    assert "<del>建设单位</del>" in answer.text or "改动 1 行" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"c1.1": ""}, "第 1 行“名称”：没有填写。"),
        ({"c2.2": "大概"}, "第 2 行“五方责任主体”：应当填写“是”或“否”。"),
        ({"c2.0": "owner"}, "第 2 行：与第 1 行重复（owner）。"),
        ({"o3": "最前"}, "第 3 行：次序应当是数字"),
        ({"version": ""}, "请填写“版本号”"),
        ({"effective_from": ""}, "请填写“施行日期”"),
        ({"region": "37"}, "6 位数字"),
        ({"effective_from": "2020-01-01"}, "施行日期早于今天"),
        ({"c1.1": "甲\u202e乙"}, "看不见的控制字符"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column_and_everything_typed_stays(
    visit: Visit, loaded: Units, typed: dict[str, str], said: str
) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'roles')}/revision"
    sent = SAID | cells(client.get(address).text) | {"c4.1": "施工总承包单位（本市）"} | typed
    if typed.get("effective_from") == "2020-01-01":
        sent = confirmed(client, address, sent)
    answer = client.post(address, data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "济南市正式文本" in answer.text
    assert "施工总承包单位（本市）" in answer.text


def test_an_edition_with_every_row_taken_out_is_refused(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'roles')}/revision"
    sent = SAID | cells(client.get(address).text)
    answer = client.post(address, data=sent | {f"x{n}": "y" for n in range(1, 30)})
    assert answer.status_code == 422
    assert "至少要有一行内容" in answer.text


def test_more_rows_can_be_asked_for_without_losing_any(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'roles')}/revision"
    sent = SAID | cells(client.get(address).text) | {"c1.1": "业主单位（改）", "act": "longer"}
    text = client.post(address, data=sent).text
    assert "业主单位（改）" in text
    assert len(cells(text)) > len(cells(client.get(address).text))


def test_a_text_that_loses_a_blank_or_invents_one_is_told_so(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'wording', 'authorisation')}/revision"
    start = SAID | cells(client.get(address).text)
    shown = client.post(address, data=start | {"c1.1": "兹授权我单位{person}担任{project}的{post}。"}).text
    assert "新文本不再包含：设计使用年限" in shown
    assert "（承担范围：{scope}）" in shown
    for wrong, said in (("{identity_number}", "空白“identity_number”不存在"), ("{project", "花括号没有成对")):
        assert said in client.post(address, data=start | {"c1.1": wrong}).text


def test_an_uploaded_workbook_fills_the_grid_and_enters_nothing(visit: Visit, loaded: Units) -> None:
    client, base = visit(HEAD), edition_of(loaded, "roles")
    book = load_workbook(BytesIO(client.get(f"/standards/{base}.xlsx").data))
    book["内容"]["B2"], book["版本信息"]["B4"] = "业主单位（上传）", "2026-9"
    saved = BytesIO()
    book.save(saved)
    file = (BytesIO(saved.getvalue()), "责任主体.xlsx")
    answer = client.post(f"/standards/{base}/revision", data={"workbook": file}, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert "业主单位（上传）" in answer.text
    assert 'value="2026-9"' in answer.text
    assert "2026-9" not in client.get("/standards").text
    assert 'name="whole" value="yes"' in answer.text
    sent = SAID | cells(answer.text) | {"whole": "yes"}
    assert "改动 1 行" in client.post(f"/standards/{base}/revision", data=sent).text


def test_a_workbook_of_a_single_record_fills_its_form(visit: Visit, loaded: Units) -> None:
    client, base = visit(HEAD), edition_of(loaded, "change-clock")
    file = (BytesIO(client.get(f"/standards/{base}.xlsx").data), "时限.xlsx")
    address = f"/standards/{base}/revision"
    text = client.post(address, data={"workbook": file}, content_type="multipart/form-data").text
    shown = client.post(address, data=SAID | cells(text) | {"whole": "yes"})
    assert shown.status_code == 200
    assert "内容没有变化" in shown.text


@pytest.mark.parametrize(("content", "said"), [(b"no workbook", "不是 Excel 工作簿"), (b"", "不是 Excel 工作簿")])
def test_a_file_that_is_no_workbook_is_refused_beside_its_field(
    visit: Visit, loaded: Units, content: bytes, said: str
) -> None:
    file = (BytesIO(content), "手册.xlsx")
    address = f"/standards/{edition_of(loaded, 'roles')}/revision"
    answer = visit(HEAD).post(address, data={"workbook": file}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert said in answer.text


def test_a_workbook_with_mistakes_is_shown_with_its_mistakes(visit: Visit, loaded: Units, tmp_path: Path) -> None:
    client, base = visit(HEAD), edition_of(loaded, "roles")
    book = load_workbook(BytesIO(client.get(f"/standards/{base}.xlsx").data))
    book["内容"]["C3"] = "大概"
    book.save(tmp_path / "a.xlsx")
    file = (BytesIO((tmp_path / "a.xlsx").read_bytes()), "a.xlsx")
    answer = client.post(f"/standards/{base}/revision", data={"workbook": file}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "第 3 行“五方责任主体”：应当填写“是”或“否”" in answer.text
    assert "大概" in answer.text


def test_publishing_asks_for_a_fresh_proof_and_keeps_what_was_typed(visit: Visit, loaded: Units) -> None:
    client, address = visit(STALE), f"/standards/{edition_of(loaded, 'roles')}/revision"
    sent = SAID | cells(client.get(address).text) | {"c1.1": "业主单位"}
    shown = client.post(address, data=sent).text
    assert "在新页面中验证身份" in shown
    answer = client.post(address, data=sent | {"compared": compared_mark(shown), "sure": "y"})
    assert answer.status_code == 422
    assert "重新验证身份" in answer.text
    assert "业主单位" in answer.text


def test_a_head_makes_no_rules_for_another_region_and_an_officer_none_at_all(visit: Visit, loaded: Units) -> None:
    address = f"/standards/{edition_of(loaded, 'roles')}/revision"
    client = visit(HEAD)
    sent = SAID | cells(client.get(address).text) | {"region": "370200"}
    assert client.post(address, data=sent).status_code == 404
    assert visit(OFFICER).get(address).status_code == 403
    with loaded.writing(OFFICER) as uow, pytest.raises((Forbidden, NotFound)):
        revise_edition(uow, edition_of(loaded, "roles"), WHAT, typed(loaded, "roles"))


def typed(units: Units, kind: str) -> list[TypedRow]:
    """The rows of the edition in force, as they stand."""
    with units.reading(HEAD) as uow:
        ground = queries.basis(uow, edition_of(units, kind))
    records = ground.layout.records(ground.content)
    return [TypedRow(n, texts_of(ground.layout, record)) for n, record in enumerate(records, 1)]


def test_an_act_without_a_fresh_proof_is_refused(loaded: Units) -> None:
    with loaded.writing(STALE) as uow, pytest.raises(NotFresh):
        revise_edition(uow, edition_of(loaded, "roles"), WHAT, typed(loaded, "roles"))


def test_a_version_that_is_taken_is_told_beside_its_field(visit: Visit, loaded: Units) -> None:
    client, address = visit(HEAD), f"/standards/{edition_of(loaded, 'roles')}/revision"
    sent = SAID | cells(client.get(address).text)
    for _time in range(2):
        answer = client.post(address, data=confirmed(client, address, sent))
    assert answer.status_code == 422
    assert "版本“2026-1”已经录入" in answer.text


def test_a_day_that_has_passed_needs_a_reason(loaded: Units) -> None:
    rows, base = typed(loaded, "roles"), edition_of(loaded, "roles")
    late = Head("370100", "2020-1", date(2020, 1, 1), "补录", "地方规定", Status.LAW)
    with loaded.writing(HEAD) as uow, pytest.raises(Malformed, match="施行日期早于今天"):
        revise_edition(uow, base, late, rows)
    told = Head("370100", "2020-1", date(2020, 1, 1), "补录", "地方规定", Status.LAW, "补录已施行的地方规定")
    with loaded.writing(HEAD) as uow:
        assert revise_edition(uow, base, told, rows).effective_from == date(2020, 1, 1)
        assert handbook.in_force(uow.session, kinds.ROLES, "370100", date(2021, 1, 1)).edition.version == "2020-1"


def test_two_heads_publish_the_same_version_at_once_and_one_of_them_is_told(committed: Units) -> None:
    with committed.writing(SYSTEM) as uow:
        load_defaults(uow)
    rows, base, ready = typed(committed, "roles"), edition_of(committed, "roles"), Barrier(2)

    def publish(label: str) -> str:
        ready.wait()
        mine = [TypedRow(rows[0].number, rows[0].texts | {"label": label}), *rows[1:]]
        try:
            with committed.writing(HEAD) as uow:
                return str(revise_edition(uow, base, WHAT, mine).id)
        except VersionTaken:
            return "taken"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(publish, ["业主单位", "开发单位"]))
    assert answers.count("taken") == 1
    with committed.reading(SYSTEM) as uow:
        assert handbook.roles(uow.session, "370100", date(2026, 5, 1))[0].label in {"业主单位", "开发单位"}
