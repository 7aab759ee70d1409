"""A defect's day is traced to the persons who answer for it, in four steps from the search box."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.adapters.reading import text_of
from tests.browser import sites
from tests.browser.conftest import Enter
from tests.browser.walking import Walker

STEPS = 4  # 追溯: box, project, part, day


def contractors(hand: Walker) -> list[str]:
    """The contractor's leaders among those who answer, as the page lists them."""
    cards = hand.page.locator(".answer").filter(has_text="施工单位项目经理")
    return cards.get_by_role("heading").get_by_role("link").all_inner_texts()


def slide_to(hand: Walker, landmark: sites.Landmark, day: date) -> None:
    """Move the slider to a day; letting go asks."""
    slider = hand.page.get_by_label("施作日期（滑块）")
    with hand.page.expect_navigation():
        hand.do(lambda: slider.fill(str((day - landmark.began_on).days)))
    expect(hand.page.get_by_label("施作日期", exact=True)).to_have_value(day.isoformat())


def test_a_defect_is_traced_in_four_steps_and_the_day_of_the_change_shows_both(
    landmark: sites.Landmark, enter: Enter
) -> None:
    officer = enter(landmark.site.officer)
    officer.go("/desk")
    officer.do(lambda: officer.page.get_by_role("search").get_by_role("searchbox").fill(landmark.number))
    officer.keys("Enter")
    officer.press("追溯")
    officer.press("主体结构")
    slide_to(officer, landmark, landmark.changed_on - timedelta(1))
    assert officer.steps <= STEPS
    assert contractors(officer) == [landmark.predecessor]
    expect(officer.page.locator(".answer").first).to_contain_text("施工单位项目经理")

    slide_to(officer, landmark, landmark.changed_on)
    assert contractors(officer) == [sites.SUCCESSOR, landmark.predecessor]
    slide_to(officer, landmark, landmark.changed_on + timedelta(1))
    assert contractors(officer) == [sites.SUCCESSOR]

    officer.fill("用途", "3 单元渗漏投诉调查")
    with officer.page.expect_response("**/trace-reports/*") as report:
        officer.press("生成追溯报告")
    said = text_of(officer.page.context.request.get(report.value.url).body())
    for words in ("追溯", sites.SUCCESSOR, "3单元渗漏投诉调查", landmark.number):
        assert words in said


def test_a_day_on_which_nobody_answers_is_answered_too(landmark: sites.Landmark, enter: Enter) -> None:
    officer = enter(landmark.site.officer)
    officer.go(f"/projects/{landmark.site.project}/trace?on={landmark.began_on - timedelta(1)}")
    expect(officer.page.get_by_text("登记中当日无人在任")).to_be_visible()
