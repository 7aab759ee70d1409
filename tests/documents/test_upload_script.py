"""The script beside a file input, in a real browser: pieces, broken lines, refusals, and no script at all."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Request, Response, request
from playwright.sync_api import Browser, BrowserContext, Page, expect

from registry.kernel.uow import Units
from tests.documents import house, samples
from tests.documents.conftest import LI

CHROMIUM = "/usr/bin/chromium"
MEBI = 1 << 20


class Line:
    """What the server saw, and what it is told to do to the pieces that come."""

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.fail: Callable[[int], bool] = lambda number: False

    def answer(self, request: Request) -> Response | None:
        if request.method != "PUT":
            return None
        self.offsets.append(int(request.args["offset"]))
        if not self.fail(len(self.offsets)):
            return None
        while request.stream.read(MEBI):
            pass
        return Response("no", 503)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def app(committed: Units, line: Line) -> Flask:
    app = house.build(committed, lambda: LI)
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: line.answer(request))
    return app


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, app: Flask) -> Iterator[Page]:
    with house.served(app) as address:
        page = context.new_page()
        page.goto(f"{address}/scan")
        yield page
        page.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Thirty megabytes that count as a film."""
    path = tmp_path / "首件样板.mp4"
    path.write_bytes(samples.MP4 + bytes(30 * MEBI))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_goes_up_in_growing_pieces(page: Page, line: Line, film: Path, committed: Units) -> None:
    page.get_by_label("扫描件").set_input_files(film)
    expect(page.get_by_role("status")).to_have_text("已上传：首件样板.mp4（30.0 MB）", timeout=20_000)
    assert line.offsets == [0, 8 * MEBI, 24 * MEBI]
    page.get_by_role("button", name="提交").click()
    page.wait_for_function("document.body.innerText.includes('sha256')")
    assert house.documents(committed) == {sha256(film): film.stat().st_size}


def test_a_broken_line_is_picked_up_where_it_broke(page: Page, line: Line, film: Path) -> None:
    line.fail = lambda number: number in {2, 3}
    page.get_by_label("扫描件").set_input_files(film)
    expect(page.get_by_role("status")).to_contain_text("已上传：", timeout=30_000)
    assert line.offsets[:4] == [0, 8 * MEBI, 8 * MEBI, 8 * MEBI]


def test_after_a_reload_the_file_goes_on(page: Page, line: Line, film: Path) -> None:
    line.fail = lambda number: number >= 2
    page.get_by_label("扫描件").set_input_files(film)
    while len(line.offsets) < 2:  # the first piece is down, the second is being refused
        page.wait_for_timeout(50)
    page.reload()
    line.fail = lambda number: False
    line.offsets.clear()
    page.get_by_label("扫描件").set_input_files(film)
    expect(page.get_by_role("status")).to_contain_text("已上传：", timeout=30_000)
    assert line.offsets[0] == 8 * MEBI


def test_a_refused_file_says_why_at_once(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "承诺书.pdf"
    path.write_bytes(samples.pdf()[:-100])
    page.get_by_label("扫描件").set_input_files(path)
    expect(page.get_by_role("status")).to_contain_text("文件不完整", timeout=20_000)
    path = tmp_path / "木马.exe"
    path.write_bytes(b"MZ")
    page.get_by_label("扫描件").set_input_files(path)
    expect(page.get_by_role("status")).to_contain_text("不是可以接收的格式", timeout=20_000)


def test_a_form_waits_for_its_file(page: Page, line: Line, film: Path) -> None:
    line.fail = lambda number: True
    page.get_by_label("扫描件").set_input_files(film)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_have_text("文件正在上传，请等上传完成后再提交。")


def test_without_scripts_the_file_goes_with_the_form(
    chromium: Browser, app: Flask, film: Path, committed: Units,
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    with house.served(app) as address:
        page = context.new_page()
        page.goto(f"{address}/scan")
        page.get_by_label("扫描件").set_input_files(film)
        page.get_by_role("button", name="提交").click()
        page.wait_for_load_state()
        context.close()
    assert house.documents(committed) == {sha256(film): film.stat().st_size}
