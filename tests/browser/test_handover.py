"""Many files go into the archive through the grid; the archive goes to the urban archive, as a package anybody can verify."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from playwright.sync_api import expect

from tests import build
from tests.archives.build import excused
from tests.archives.test_handover import keeper
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.documents import samples

PACKED = 60          # seconds, until the background work has checked and sent the archive
ALTERED = 2          # how `flask archive verify` ends over a file that is not as it was
DROP = """([place, name, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, {type: "application/pdf"}));
  place.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def site(house: House, landmark: sites.Landmark) -> build.Site:
    """Accepted, and acting by the clock of today."""
    return replace(landmark.site, units=house.units)


def pages(count: int) -> bytes:
    return samples.pdf(lambda made: [made.add_blank_page() for _page in range(count)])


def drop(hand: Walker, name: str, content: bytes) -> None:
    place = hand.page.locator("[data-uploads]").element_handle()
    hand.page.evaluate(DROP, [place, name, list(content)])


def test_files_are_chosen_and_dropped_and_put_right_row_by_row(site: build.Site, enter: Enter, tmp_path: Path) -> None:
    names = ("C5-01 三层柱隐蔽验收 2024年5月6日.pdf", "C5-03_交接检查_20240507.pdf")
    for number, name in enumerate(names, start=1):
        (tmp_path / name).write_bytes(pages(number))
    hand = enter(site.filer)
    hand.go(f"/projects/{site.project}/archives")
    hand.expect_clean()
    hand.press("归档文件")
    hand.page.wait_for_url("**/archives/files")             # loaded whole: what is dropped earlier, the browser opens itself
    hand.page.locator("input[type=file]").set_input_files([tmp_path / name for name in names])
    drop(hand, "扫描件0012.pdf", pages(3))
    expect(hand.page.locator(".upload-list").get_by_text(re.compile("已上传$"))).to_have_count(3)
    hand.expect_clean()
    hand.press("下一步：核对编号和日期")
    expect(hand.page.get_by_label(f"{names[0]}：编号")).to_have_value("C5-01")
    expect(hand.page.get_by_label(f"{names[0]}：题名")).to_have_value("三层柱隐蔽验收")
    expect(hand.page.get_by_label(f"{names[1]}：日期")).to_have_value("2024-05-07")
    hand.expect_clean()
    hand.press("全部归档")                                   # the scan has neither code nor day
    hand.expect_clean()
    expect(hand.page.get_by_label(f"{names[0]}：题名")).to_have_value("三层柱隐蔽验收")
    hand.page.get_by_label("扫描件0012.pdf：编号").fill("c5-01")
    hand.page.get_by_label("扫描件0012.pdf：题名").fill("四层柱隐蔽验收")
    hand.page.get_by_label("扫描件0012.pdf：日期").fill("2024-05-20")
    hand.press("全部归档")
    expect(hand.page.get_by_text("已归档 3 个文件。")).to_be_visible()
    expect(hand.page.get_by_role("link", name="四层柱隐蔽验收")).to_be_visible()
    hand.press("四层柱隐蔽验收")
    hand.expect_clean()


def waited_for(hand: Walker, state: str) -> None:
    """The background work goes on meanwhile."""
    for _second in range(PACKED):
        if hand.page.get_by_text(state, exact=True).count():
            return
        hand.page.wait_for_timeout(1_000)
        hand.page.reload()
    raise AssertionError(f"the hand-over never becomes {state}")


def test_the_archive_goes_to_the_urban_archive_as_a_package_that_plain_bagit_validates(
    house: House, site: build.Site, enter: Enter, tmp_path: Path
) -> None:
    excused(site)
    owner = enter(site.filer)
    owner.go(f"/projects/{site.project}/archives")
    owner.press("检测并移交城建档案馆")
    owner.expect_clean()
    address = owner.page.url
    waited_for(owner, "已移交，待接收")

    archive = enter(keeper(house.units))
    archive.go("/handovers")
    archive.expect_clean()
    archive.go(address)
    archive.expect_clean()
    with archive.page.expect_download() as fetching:
        archive.press("下载移交包（ZIP）")
    package = tmp_path / "移交包.zip"
    fetching.value.save_as(package)
    with zipfile.ZipFile(package) as opened:
        opened.extractall(tmp_path / "bag")
    bagit.Bag(str(tmp_path / "bag")).validate()
    archive.fill("接收编号", "JN-2026-001")
    archive.press("接收")
    expect(archive.page.get_by_text("JN-2026-001")).to_be_visible()
    archive.expect_clean()

    content = bytearray(package.read_bytes())
    content[content.index(b"%PDF") + 20] ^= 1
    package.write_bytes(content)
    verified = house.app.test_cli_runner().invoke(args=["archive", "verify", str(package)])
    assert verified.exit_code == ALTERED
    assert "改动：data/" in verified.output
