"""Materials on a phone: entered at the gate, held by a failed report, put right or taken away; and called back.

The walks are those of the people of one site: who enters, inspects, samples and witnesses, and who must act when a
report says no. The last is the station's: one heat number, and everybody who has it built in.
"""

import json
from decimal import Decimal
from uuid import UUID

import pytest
from playwright.sync_api import expect

from registry.materials.models import Batch
from registry.works.using import use_in_lots
from tests import build
from tests.browser.conftest import Enter
from tests.browser.house import House
from tests.browser.walking import Walker
from tests.documents.samples import jpeg, pdf
from tests.materials import build as materials
from tests.materials.build import FAILED
from tests.works import build as works

TAPS = 6               # from a project's materials to a delivery entered, where supplier and product repeat
REFUSED = 422
STRENGTH, SAID = "tensile", "力学性能（屈服、抗拉、伸长率）"
FINDING = "省抽检通报〔2026〕11号"


@pytest.fixture(scope="module")
def usual(works_site: build.Site) -> Batch:
    """What the firm has delivered before."""
    return materials.batch(works_site)


def lots_of(site: build.Site, *places: str) -> list[UUID]:
    return [works.lot(site, place=place).id for place in places]


def photograph(hand: Walker, label: str) -> None:
    """Take a photo; it goes up while the rest is filled in."""
    hand.attach(label, "现场.jpg", "image/jpeg", jpeg((640, 480)))
    expect(hand.page.get_by_text("已上传：现场.jpg")).to_be_visible()


def delivered(hand: Walker, site: build.Site, number: str) -> str:
    """Enter a delivery by what repeats; return the address of the batch."""
    hand.go(f"/projects/{site.project}/materials")
    hand.expect_clean()
    hand.steps = 0
    hand.press("登记进场")
    hand.do(hand.page.get_by_role("navigation", name="沿用最近的进场").get_by_role("link").first.click)
    expect(hand.page.get_by_label("产品名称")).to_have_value("热轧带肋钢筋")
    hand.expect_clean()
    hand.fill("炉批号/出厂编号", number)
    hand.fill("进场数量", "40")
    photograph(hand, "进场照片")
    hand.press("登记进场")
    expect(hand.page.get_by_text("进场已登记。下一步：进场检验。")).to_be_visible()
    assert hand.steps <= TAPS
    hand.expect_clean()
    return hand.page.url.removeprefix(hand.home)


def certified(hand: Walker, batch: str) -> None:
    """Add the certificate that came later than the lorry."""
    hand.go(batch)
    hand.press("补充资料")
    hand.page.get_by_label("资料种类").select_option("产品合格证")
    hand.attach("文件", "证明.pdf", "application/pdf", pdf())
    expect(hand.page.get_by_text("已上传：证明.pdf")).to_be_visible()
    hand.expect_clean()
    hand.press("收存")
    expect(hand.page.get_by_text("资料已收存。")).to_be_visible()


def sampled(hand: Walker, batch: str, test: str, mark: str, count: str) -> None:
    """Take a sample under the witness's eyes."""
    hand.go(f"{batch}/samples")
    hand.page.get_by_label("检验项目").select_option(test)
    hand.fill("试样唯一性标识", mark)
    hand.fill("取样件数", count)
    hand.fill("取样地点", "钢筋加工棚")
    photograph(hand, "取样照片")
    hand.expect_clean()
    hand.press("登记取样")
    expect(hand.page.get_by_text("见证取样已登记。")).to_be_visible()


def reported(hand: Walker, batch: str, test: str, mark: str, verdict: str, value: str) -> None:
    """Keep what the laboratory says of a sample."""
    hand.go(f"{batch}/reports")
    hand.page.get_by_label("检验项目").select_option(test)
    hand.fill("报告编号", f"JC-{mark}")
    hand.fill("检测机构统一社会信用代码", materials.LABORATORY)
    hand.fill("检测机构名称", "泉城工程检测有限公司")
    hand.page.get_by_label("试样").select_option(mark)
    hand.fill("代表数量", "40")
    line = hand.page.get_by_role("group", name="检测项目").locator(".row").first
    line.get_by_label("检测项目").fill("抗拉强度 (MPa)")
    line.get_by_label("技术要求").fill("≥540")
    line.get_by_label("检测值").fill(value)
    line.get_by_label("单项结论").select_option(verdict)
    hand.page.get_by_role("group", name="报告结论").get_by_label(verdict, exact=True).check()
    hand.attach("报告扫描件", "报告.pdf", "application/pdf", pdf())
    expect(hand.page.get_by_text("已上传：报告.pdf")).to_be_visible()
    hand.expect_clean()
    hand.press("收存报告")
    expect(hand.page.get_by_text("检验报告已收存。")).to_be_visible()


@pytest.mark.usefixtures("usual")
def test_a_delivery_whose_report_fails_is_built_in_nowhere_and_leaves_before_a_witness(
    works_site: build.Site, enter: Enter
) -> None:
    [lot] = lots_of(works_site, "五层①~⑤/A~D轴")
    clerk = enter(works_site.leaders["site/materials-clerk"], phone=True)
    batch = delivered(clerk, works_site, "H2026-0701")
    certified(clerk, batch)
    clerk.go(batch)
    clerk.press("进场检验")
    clerk.expect_clean()
    clerk.press("签字")
    expect(clerk.page.get_by_text("进场检验已签字。")).to_be_visible()

    sampler = enter(works_site.leaders["site/sampler"], phone=True)
    sampled(sampler, batch, "重量偏差", "SY-701", "5")
    reported(sampler, batch, "重量偏差", "SY-701", "不合格", "512")
    main = sampler.page.locator("main")
    expect(main).to_contain_text("重量偏差不合格（报告 JC-SY-701）")
    expect(main).to_contain_text("施工单位：退场，或经设计同意降级")   # this test no standard lets repeat

    clerk.go(f"/lots/{lot}/materials")
    expect(clerk.page.get_by_text("H2026-0701")).to_have_count(0)
    clerk.go(batch)
    clerk.press("使用部位和登记使用")
    expect(clerk.page.get_by_text("该批材料不得使用")).to_be_visible()
    expect(clerk.named("登记使用")).to_have_count(0)
    clerk.expect_clean()

    clerk.go(batch)
    clerk.press("退场")
    clerk.fill("退场数量", "40")
    photograph(clerk, "退场照片")
    clerk.fill("退场原因", "重量偏差不合格，标准不允许复检")
    clerk.expect_clean()
    clerk.press("登记退场")
    expect(clerk.page.get_by_text("退场已登记。")).to_be_visible()
    expect(clerk.page.locator("main")).to_contain_text("见证人 ")
    clerk.go(f"/projects/{works_site.project}/materials?state=failed")
    expect(clerk.page.get_by_text("H2026-0701")).to_have_count(0)


def built_in(site: build.Site, lots: list[UUID]) -> Batch:
    """A batch nothing holds, in lots nobody has marked yet."""
    made = materials.approved(site, quantity=Decimal(40))
    with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
        use_in_lots(uow, made.id, lots)
    return made


def test_a_lot_is_held_by_a_failed_report_and_released_by_the_one_retest_the_standard_permits(
    works_site: build.Site, enter: Enter
) -> None:
    first, second = lots_of(works_site, "六层①~⑤/A~D轴", "六层⑤~⑨/A~D轴")
    good = materials.approved(works_site)
    batch = f"/batches/{good.id}"
    clerk = enter(works_site.leaders["site/materials-clerk"], phone=True)
    clerk.go(f"{batch}/lots?q=六层")
    clerk.expect_clean()
    for lot in (first, second):
        clerk.page.locator(f"input[value='{lot}']").check()
    clerk.press("登记使用")
    expect(clerk.page.get_by_text("已登记用于 2 个检验批。")).to_be_visible()
    clerk.expect_clean()

    materials.report(works_site, good, STRENGTH, FAILED)          # the owner had it tested once more
    inspector = enter(works_site.leaders["site/quality-inspector"], phone=True)
    the_lot_is_held(inspector, first, good.number)

    sampler = enter(works_site.leaders["site/sampler"], phone=True)
    retested(clerk, sampler, batch)
    engineer = enter(works_site.leaders["site/supervision-engineer"], phone=True)
    engineer.go(batch)
    engineer.press("审查签字")
    engineer.page.get_by_label("同意使用", exact=True).check()
    engineer.expect_clean()
    engineer.press("签字")
    expect(engineer.page.get_by_text("可以使用")).to_be_visible()

    inspector.go(f"/lots/{first}/mark")
    inspector.attach("现场照片", "现场.jpg", "image/jpeg", jpeg((800, 480)))
    inspector.press("已检查，提交标识")
    expect(inspector.page.get_by_text("已标识，请监理验收。")).to_be_visible()


def the_lot_is_held(inspector: Walker, lot: UUID, number: str) -> None:
    """It is neither marked nor accepted; each page says why, and who must act."""
    inspector.go(f"/lots/{lot}")
    main = inspector.page.locator("main")
    expect(main).to_contain_text(f"{SAID}不合格")
    expect(main).to_contain_text("加倍取样复检一次")
    inspector.expect_clean()
    inspector.press("作责任标识")
    expect(inspector.page.get_by_text("现在不能标识")).to_be_visible()
    inspector.attach("现场照片", "现场.jpg", "image/jpeg", jpeg((640, 480)))
    inspector.press("已检查，提交标识")
    expect(inspector.page.get_by_role("alert")).to_contain_text("不合格")
    assert inspector.status == REFUSED
    inspector.go(f"/lots/{lot}/acceptance")
    expect(main).to_contain_text("验收前须解决")
    expect(main).to_contain_text(number)
    inspector.expect_clean()


def retested(clerk: Walker, sampler: Walker, batch: str) -> None:
    """Order the re-test, take twice the samples, and keep the report that says yes."""
    clerk.go(batch)
    clerk.press("加倍取样复检")
    clerk.page.get_by_label("复检项目").select_option(SAID)
    clerk.fill("复检理由", "首次取样偏于端部")
    clerk.expect_clean()
    clerk.press("登记复检")
    expect(clerk.page.get_by_text("已登记复检，请加倍取样。")).to_be_visible()
    sampled(sampler, batch, SAID, "SY-FJ-1", "4")
    reported(sampler, batch, SAID, "SY-FJ-1", "合格", "588")


def test_a_recalled_batch_is_found_wherever_it_went_and_the_site_answers(
    house: House, works_site: build.Site, enter: Enter
) -> None:
    lots = lots_of(works_site, "七层①~⑤/A~D轴", "七层⑤~⑨/A~D轴")
    batch = built_in(works_site, lots)
    officer = enter(works_site.officer)
    officer.go("/recalls")
    officer.expect_clean()
    officer.go(f"/recalls/search?target=batch&word={batch.number.lower()}")
    main = officer.page.locator("main")
    for said in ("七层①~⑤", "七层⑤~⑨", "1 号楼", *(build.FIRMS[role][1] for role in ("owner", "contractor", "supervision"))):
        expect(main).to_contain_text(said)
    officer.expect_clean()
    officer.press("发布召回")
    officer.fill("召回原因", "屈服强度不合格")
    officer.fill("依据", FINDING)
    officer.expect_clean()
    officer.press("发布召回")
    expect(officer.page.get_by_text("未打开")).to_be_visible()
    officer.expect_clean()
    recall = officer.page.url

    leader = enter(works_site.leaders["site/technical-leader"], phone=True)
    leader.go(f"/projects/{works_site.project}/materials")
    leader.press("查看并回复处理情况")
    expect(leader.page.get_by_text("立即停止使用")).to_be_visible()
    leader.expect_clean()
    leader.fill("处理情况", "已停用并隔离剩余 16 t；七层两个检验批已暂停。")
    leader.press("回复")
    expect(leader.page.get_by_text("处理情况已回复质量监督机构。")).to_be_visible()
    leader.go(f"/lots/{lots[0]}")
    expect(leader.page.locator("main")).to_contain_text("已被召回")

    officer.go(recall)
    expect(officer.page.get_by_text("七层两个检验批已暂停")).to_be_visible()
    officer.press("查检验批、部位和负责人")
    expect(main).to_contain_text("进场批 1，使用登记 2，检验批 2，单位工程 1，工程项目 1。")
    told = house.app.test_cli_runner().invoke(args=["recall", batch.number, "--json"])
    assert told.exit_code == 0
    found = json.loads(told.stdout)
    assert {lot["id"] for lot in found["lots"]} == {str(lot) for lot in lots}
    assert [project["id"] for project in found["projects"]] == [str(works_site.project)]
    assert {build.FIRMS["contractor"][1], build.FIRMS["supervision"][1]} <= {one["name"] for one in found["persons"]}
