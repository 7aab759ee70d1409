"""Answers, lists by the page, and how days and amounts are written."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask, render_template_string, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from registry.web import filters
from registry.web.pages import FURTHEST, Window, see_other, sort_asked, window_asked
from tests.web.gallery import gallery_app


@pytest.fixture
def app() -> Flask:
    return gallery_app()


def test_a_page_with_mistakes_answers_422(client: FlaskClient) -> None:
    assert client.get("/forms").status_code == 200
    token = re.search('name="csrf_token"[^>]*value="([^"]+)"', client.get("/forms").text)
    assert token
    answer = client.post("/forms", data={"name": "泉城花园", "csrf_token": token[1]})

    assert answer.status_code == 422
    assert 'value="泉城花园"' in answer.text
    assert "请填写“动态验证码”。" in answer.text


def test_a_form_without_its_token_is_turned_down_on_a_page_of_ours(client: FlaskClient) -> None:
    answer = client.post("/forms", data={"name": "泉城花园"})

    assert answer.status_code == 400
    assert "页面停留过久" in answer.text


def test_a_form_carries_a_new_idempotency_key_each_time(client: FlaskClient) -> None:
    keys = {client.get("/forms").text.partition('name="_key" value="')[2][:36] for _again in range(2)}

    assert len(keys) == 2


def test_after_an_act_the_browser_is_sent_on(app: Flask) -> None:
    with app.test_request_context():
        answer = see_other("gallery.status", status=404)

    assert (answer.status_code, answer.location) == (303, "/status/404")


@pytest.mark.parametrize(("query", "window"), [
    ("", Window(1, 20)), ("page=3&size=50", Window(3, 50)), ("page=-1&size=7", Window(1, 20)),
    ("page=x&size=y", Window(1, 20)), ("page=99999999999999999999", Window(FURTHEST, 20)),
])
def test_a_sensible_page_is_given_whatever_is_asked(app: Flask, query: str, window: Window) -> None:
    with app.test_request_context(f"/list?{query}"):
        assert window_asked() == window


@given(st.integers(0, 10_000), st.sampled_from([20, 50, 100]))
def test_the_last_page_holds_the_last_row(total: int, size: int) -> None:
    last = Window(1, size).last(total)

    assert Window(last, size).offset <= max(total - 1, 0) < last * size


@pytest.mark.parametrize(("query", "sort"), [
    ("", "-day"), ("sort=name", "name"), ("sort=-name", "-name"), ("sort=name;DROP", "-day"),
    ("sort=--name", "-day"),
])
def test_a_list_is_sorted_only_as_offered(app: Flask, query: str, sort: str) -> None:
    with app.test_request_context(f"/list?{query}"):
        assert sort_asked("name", "day", usual="-day") == sort


def test_a_link_keeps_the_filters_and_changes_one_thing(app: Flask) -> None:
    with app.test_request_context("/list?q=泉城&state=a&state=b&page=3"):
        assert filters.here(sort="name", page=None) == "/list?q=%E6%B3%89%E5%9F%8E&state=a&state=b&sort=name"
    with app.test_request_context("/list?page=3"):
        assert filters.here(page=None) == "/list"


def test_the_pager_shows_the_ends_and_the_neighbours(client: FlaskClient) -> None:
    pager = client.get("/list?page=30&size=20").text.partition('<nav class="pager"')[2]

    assert "第 30 / 65 页" in pager
    offered = [number for number in range(1, 66) if f'aria-label="第 {number} 页"' in pager]
    assert offered == [1, 28, 29, 30, 31, 32, 65]


def test_days_are_days_in_china() -> None:
    evening = datetime(2026, 11, 22, 16, 5, tzinfo=UTC)

    assert filters.day(evening) == "2026年11月23日"
    assert filters.instant(evening) == "2026年11月23日 00:05"
    assert filters.instant_iso(evening) == "2026-11-23T00:05:00+08:00"
    assert filters.day_iso(date(2026, 3, 5)) == "2026-03-05"
    assert filters.period(date(2024, 3, 5), None) == "2024年3月5日 至 今"


def test_what_is_not_known_is_a_dash() -> None:
    writers = (filters.day, filters.day_iso, filters.instant, filters.number, filters.money, filters.area)

    assert {write(None) for write in writers} == {"—"}


def test_amounts_are_written_without_zeros_that_mean_nothing() -> None:
    assert filters.money(Decimal("31250.00")) == "31,250 万元"
    assert filters.area(86432.5) == "86,432.5 ㎡"
    assert filters.number(Decimal("1E+3")) == "1,000"
    sizes = [filters.file_size(size) for size in (512, 1536, 2 << 20, 3 << 30)]
    assert sizes == ["512 B", "1.5 KB", "2 MB", "3 GB"]


@given(st.text(max_size=40))
def test_a_mask_shows_two_characters_at_most_and_never_a_short_value(value: str) -> None:
    masked = filters.mask(value)

    assert len(masked) == len(value)
    assert sum(sign != "*" for sign in masked) <= (2 if len(value) > 4 else 0)


@given(st.dates(), st.dates(), st.dates())
def test_a_day_is_drawn_within_the_picture(day: date, since: date, until: date) -> None:
    assert 0 <= float(filters.along(day, since, until)[:-1]) <= 100


def test_templates_speak_through_gettext_and_escape_what_they_are_given(app: Flask) -> None:
    with app.test_request_context():
        said = render_template_string("{{ _('共 {n} 条', n='<3') }}{% trans n=2 %}第{{ n }}页{% endtrans %}")

    assert said == "共 &lt;3 条第2页"


def test_the_menu_marks_the_page_or_else_the_storey_one_is_in(app: Flask) -> None:
    menu = [("工程", "gallery.listing", ""), ("追溯", "gallery.trace", ""), ("主体", "desks.search", "")]

    expected = {"/trace": "gallery.trace", "/forms": "gallery.listing", "/": "desks.search", "/me": ""}

    for path, marked in expected.items():
        with app.test_request_context(path):
            assert filters.current_entry(menu) == marked


def test_the_menu_marks_the_projects_on_every_page_of_one(app: Flask) -> None:
    menu = [("工作台", "desks.home", ""), ("工程项目", "projects.index", ""), ("标牌巡查", "plaques.watch", "")]
    with app.test_request_context("/"):
        request.url_rule, request.view_args = Rule("/", endpoint="plaques.index"), {"project_id": UUID(int=7)}
        assert filters.current_entry(menu) == "projects.index"
        request.url_rule, request.view_args = Rule("/", endpoint="plaques.show"), {"plaque_id": UUID(int=7)}
        assert filters.current_entry(menu) == "plaques.watch"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500, 503])
def test_every_failure_says_what_to_do_and_a_number_to_quote(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/status/{status}")

    assert answer.status_code == status
    assert f"请提供编号 {answer.headers['X-Request-Id']}" in answer.text
    assert "<h1>" in answer.text
    assert "回到首页" in answer.text


def test_a_refusal_says_what_is_wrong_and_what_would_be_right(client: FlaskClient) -> None:
    answer = client.get("/refused", headers={"Referer": "http://localhost/list"})

    assert answer.status_code == 409
    assert "李建国已于 2026年3月1日签署" in answer.text
    assert "请办理更正" in answer.text
    assert 'href="http://localhost/list"' in answer.text


def test_the_way_back_never_leads_to_a_stranger(client: FlaskClient) -> None:
    assert "evil" not in client.get("/refused", headers={"Referer": "https://evil.example/"}).text
