"""The pledge as PDF/A-3a by one warm worker, against plain default WeasyPrint and headless Chromium.

Every paper carries other names, numbers and another QR code. Four ways take turns, five rounds of ten papers
each, after three to get warm; medians in milliseconds a paper:

    ours            WeasyPrinter.pdf("pledge", facts): checks, Jinja, QR, tagged PDF/A-3a, attachment, process
    plain           weasyprint.HTML(string=page).write_pdf(), all defaults, Noto CJK from the system
    chromium        page.set_content(page), page.pdf() in one warm page, with the trimmed fonts that ours has
    chromium-noto   the same with Noto CJK from the system

The other three are given the finished page, and make neither PDF/A nor tags.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter
from typing import Any

import weasyprint
from playwright.sync_api import Page, Playwright, sync_playwright

from benchmarks.ground import FONTS, FORMS
from benchmarks.measuring import Effort, Line, Measured, Sense
from registry.adapters import fonts
from registry.adapters.printing import WeasyPrinter
from registry.adapters.printing.outlines import Typesetter
from registry.adapters.printing.pool import plain
from registry.adapters.printing.press import Press
from tests.adapters import papers

CHROMIUM = "/usr/bin/chromium"
PAPERS, WARMING = 10, 3
ROUNDS = {Effort.FULL: 5, Effort.QUICK: 1}
BARS = {"plain": (0.4, "缺省 WeasyPrint"), "chromium": (1.0, "Chromium,字体相同")}
SURNAMES, NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "建国志强秀英海燕立军文博思远晓明"

Way = Callable[[papers.Facts, str], bytes]


def facts_of(count: int) -> papers.Facts:
    """Facts unlike those of any other paper of the run."""
    name = SURNAMES[count % len(SURNAMES)] + NAMES[count * 7 % len(NAMES)] + NAMES[count * 3 % len(NAMES)]
    return papers.pledge(
        number=f"CN-37010220260301{count:04d}-1A2B3C4D", late=bool(count % 2),
        fields=papers.fields(
            授权单位名称="山东泉城建工集团有限公司", 法定代表人姓名=name, 工程项目名称=f"{papers.PROJECT}{count}标段",
            担任职务="施工单位项目经理",
        ),
        verify_url=f"https://zz.example.cn/d/{count:08x}",
    )


def page_of(press: Press, facts: papers.Facts, families: dict[str, str]) -> str:
    """The finished page with its style sheet inside, in the given fonts."""
    html = press.forms.get_template("pledge.html").render(plain(facts), line=Typesetter())
    sheet = (FORMS / "_form.css").read_text()
    for ours, theirs in families.items():
        sheet = sheet.replace(ours, theirs)
    return html.replace("<style>", f"<style>{sheet}", 1)


@contextmanager
def chromium(playwright: Playwright, environment: dict[str, str]) -> Iterator[Page]:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], env={**os.environ, **environment},
    )
    yield browser.new_page()
    browser.close()


def by_chromium(page: Page) -> Way:
    def printed(_facts: papers.Facts, html: str) -> bytes:
        page.set_content(html)
        return page.pdf(prefer_css_page_size=True)

    return printed


def race(ways: dict[str, Way], pages: Callable[[str, papers.Facts], str], rounds: int) -> dict[str, Any]:
    """Let the ways take turns and return milliseconds and kilobytes of each."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    sizes: dict[str, list[int]] = {name: [] for name in ways}
    count = 0
    for turn in range(rounds + 1):
        for name, way in ways.items():
            for _paper in range(PAPERS if turn else WARMING):
                count += 1
                facts = facts_of(count)
                html = pages(name, facts)
                start = perf_counter()
                made = way(facts, html)
                if turn:
                    times[name].append((perf_counter() - start) * 1000)
                    sizes[name].append(len(made))
    return {
        name: {"ms": round(median(times[name]), 1), "kilobytes": round(median(sizes[name]) / 1024)} for name in ways
    }


def measure(effort: Effort) -> Measured:
    fonts.prepare(FONTS)
    press = Press(FORMS)
    system = {'"Zhuze Serif","Zhuze Serif Rare",': "", '"Zhuze Sans",': ""}
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        trimmed = stack.enter_context(chromium(playwright, {"FONTCONFIG_FILE": str(fonts.write_config(FONTS))}))
        noto = stack.enter_context(chromium(playwright, {}))
        printer = WeasyPrinter(FORMS, FONTS)
        stack.callback(printer.close)
        found = race(
            {
                "ours": lambda facts, _html: printer.pdf("pledge", facts),
                "plain": lambda _facts, html: weasyprint.HTML(string=html).write_pdf(),
                "chromium": by_chromium(trimmed),
                "chromium-noto": by_chromium(noto),
            },
            lambda name, facts: page_of(press, facts, {} if name == "chromium" else system),
            ROUNDS[effort],
        )
    ratios = {name: round(found["ours"]["ms"] / found[name]["ms"], 2) for name in found if name != "ours"}
    lines = [
        Line(f"承诺书 PDF/A-3a ÷ {name}", Sense.AT_MOST, bar, ratios[way]) for way, (bar, name) in BARS.items()
    ]
    return Measured(lines, found | {"ratios": ratios})
