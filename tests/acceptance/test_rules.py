"""What people type, how many are looked at, and what keeps a parent waiting: the pure rules."""

from decimal import Decimal

import pytest

from registry.acceptance.points import PointRefused, judge, limits_said, read_point
from registry.acceptance.rules import Child, Found, State, Totals, blockers_of, judge_check, next_duties
from registry.acceptance.sampling import least_by_table, least_sample, may_fail
from registry.standards import kinds
from registry.standards.acceptance import (
    AcceptanceLevel,
    Check,
    CheckRank,
    HowMany,
    Measure,
    role_for,
    template_for,
)
from registry.standards.drafts import shipped

EDITIONS = {draft.kind: kinds.KINDS[draft.kind].read(draft.content) for draft in shipped() if draft.kind in (
    "acceptance-roles", "sampling", "lot-templates", "concealed-work", "divisions",
)}
TABLES = EDITIONS["sampling"]
FLAT = Measure("flat", "表面平整度", "mm", "-5", "5")


@pytest.mark.parametrize(("typed", "value"), [
    ("3", "3"), ("＋３", "3"), ("-2.5", "-2.5"), ("−2", "-2"), ("３．５", "3.5"), ("4mm", "4"), ("4 ㎜", "4"),
    (" 0 ", "0"), ("1。5", "1.5"),
])
def test_a_point_is_read_as_it_was_meant(typed, value):
    assert read_point(typed, FLAT) == Decimal(value)


@pytest.mark.parametrize("typed", ["", "—", "－", "——", "/", "未测", "  "])
def test_a_dash_is_a_point_not_measured(typed):
    assert read_point(typed, FLAT) is None


@pytest.mark.parametrize("typed", ["≥5", "<3", "约3", "3~5", "3～5", "大于5", "＞5"])
def test_a_comparison_is_no_measurement_and_is_told_so(typed):
    with pytest.raises(PointRefused, match="不是实测值"):
        read_point(typed, FLAT)


@pytest.mark.parametrize("typed", ["abc", "3,5", "5cm", "1e3", "3-", "NaN", "=1+2", "99999999"])
def test_what_is_no_number_is_refused_with_a_sentence(typed):
    with pytest.raises(PointRefused, match=r"请|核对"):
        read_point(typed, FLAT)


def values(*points):
    return [Decimal(point) for point in points]


def test_four_of_five_within_is_enough_and_three_are_not():
    assert judge(values("5", "-5", "0", "1", "6"), FLAT).passed
    assert "60.0%" in judge(values("5", "-5", "0", "6", "6"), FLAT).why


def test_none_may_lie_beyond_one_and_a_half_limits_where_the_standard_says_so():
    assert judge(values("0", "0", "0", "0", "7.5"), FLAT).passed
    assert "1.5" in judge(values("0", "0", "0", "0", "7.6"), FLAT).why
    assert judge(values("0", "0", "0", "0", "50"), Measure("flat", "平整度", "mm", "-5", "5", 80, 0)).passed


def test_a_side_left_open_limits_nothing():
    anchor = Measure("anchor", "锚固长度", "mm", "-20", "")
    assert judge(values("500", "-20"), anchor).passed
    assert not judge(values("-31"), anchor).passed


def test_without_a_point_nothing_passes():
    assert not judge([], FLAT).passed


@pytest.mark.parametrize(("lower", "upper", "said"), [
    ("-5", "5", "±5 mm"), ("0", "8", "≤8 mm"), ("-5", "10", "+10，-5 mm"), ("0.5", "", "≥0.5 mm"), ("", "50", "≤50 mm"),
])
def test_limits_are_said_as_the_standards_print_them(lower, upper, said):
    assert limits_said(Measure("x", "x", "mm", lower, upper)) == said


@pytest.mark.parametrize(("size", "sample"), [
    (1, 1), (2, 2), (15, 2), (16, 3), (25, 3), (26, 5), (90, 5), (91, 8), (150, 8), (151, 13), (280, 13), (281, 20), (500, 20),
    (501, 32), (1200, 32), (1201, 50), (3200, 50), (9000, 50),
])
def test_the_least_sample_is_that_of_table_3_0_9(size, sample):
    assert least_by_table(TABLES.least, Decimal(size)) == sample


@pytest.mark.parametrize(("sample", "bad"), [
    (3, 0), (5, 1), (8, 2), (13, 3), (15, 4), (16, 4), (20, 5), (32, 7), (50, 10), (80, 14), (125, 21), (500, 21),
])
def test_so_many_may_fail_by_table_d_and_between_its_rows(sample, bad):
    assert may_fail(TABLES.single, sample) == bad


def test_a_share_is_rounded_up_and_no_fewer_than_its_least():
    check = Check("a", CheckRank.GENERAL, "外观", "1", "符合", HowMany.SHARE, share=10, least=3)
    assert [least_sample(check, TABLES, Decimal(size)) for size in (2, 20, 31, 45)] == [2, 3, 4, 5]


def test_a_dominant_item_allows_no_fault_and_a_general_one_by_its_sample():
    dominant = Check("a", CheckRank.DOMINANT, "规格", "1", "符合")
    general = Check("a", CheckRank.GENERAL, "外观", "1", "符合")
    found = Found("a", 5, 1, "见记录")
    assert "主控项目" in judge_check(dominant, TABLES, Decimal(50), found).why
    assert judge_check(general, TABLES, Decimal(50), found).passed
    assert "少于最小抽样数量" in judge_check(general, TABLES, Decimal(50), Found("a", 4, 0, "")).why


def child(state, lots=1, level=AcceptanceLevel.ITEM):
    return Child("020102", "020102 钢筋", state, "/x", lots, level)


def test_a_parent_waits_for_every_child_by_name():
    [one] = blockers_of([child(State.PASSED), child(State.SIGNING)], AcceptanceLevel.SUBDIVISION)
    assert (one.label, one.link) == ("020102 钢筋：待签字", "/x")
    assert blockers_of([child(State.PASSED), child(State.ABSENT)], AcceptanceLevel.SUBDIVISION) == ()
    assert blockers_of([child(State.ABSENT)], AcceptanceLevel.DIVISION) != ()


def test_a_sub_division_without_lots_wants_its_declaration():
    [one] = blockers_of([child(State.OPEN, 0, AcceptanceLevel.SUBDIVISION)], AcceptanceLevel.DIVISION)
    assert "未声明不涉及" in one.label


def test_the_deciding_one_signs_last():
    assert next_duties(["a", "b", "c"], []) == ("a", "b")
    assert next_duties(["a", "b", "c"], ["a", "b"]) == ("c",)
    assert next_duties(["a", "b", "c"], ["a", "b", "c"]) == ()


def test_records_that_do_not_conform_keep_a_division_from_passing():
    assert Totals(10, 10, 5, 5, 2, 2, 8, 8).wrong() == ""
    assert "质量控制资料" in Totals(10, 9, 5, 5, 2, 2, 8, 8).wrong()
    assert "不能多于" in Totals(10, 11, 5, 5, 2, 2, 8, 8).wrong()


@pytest.mark.parametrize(("level", "code", "signs"), [
    (AcceptanceLevel.LOT, "020102", ["foreman", "quality-inspector", "supervision-engineer"]),
    (AcceptanceLevel.ITEM, "020102", ["technical-leader", "supervision-engineer"]),
    (AcceptanceLevel.DIVISION, "01", ["project-manager", "survey-leader", "design-leader", "chief-supervisor"]),
    (AcceptanceLevel.DIVISION, "02", ["project-manager", "design-leader", "chief-supervisor"]),
    (AcceptanceLevel.DIVISION, "09", ["project-manager", "design-leader", "chief-supervisor"]),
    (AcceptanceLevel.DIVISION, "03", ["project-manager", "chief-supervisor"]),
])
def test_who_signs_differs_by_level_and_division(level, code, signs):
    assert [duty.key for duty in role_for(EDITIONS["acceptance-roles"], level, code).signing] == signs


def test_the_preliminary_acceptance_of_a_unit_project_is_the_chief_supervisors():
    role = role_for(EDITIONS["acceptance-roles"], AcceptanceLevel.UNIT)
    assert [duty.key for duty in role.signing] == ["project-manager", "chief-supervisor"]
    assert {duty.key for duty in role.attending} == {"technical-leader", "supervision-engineer"}
    assert role.deciding.key == "chief-supervisor"


def test_common_items_have_their_own_template_and_others_the_generic_one():
    templates = EDITIONS["lot-templates"]
    assert len({code for template in templates for code in template.codes}) >= 15
    assert template_for(templates, "020102").key == "rebar"
    assert template_for(templates, "080101").key == "generic"
    codes = {division.code for division in EDITIONS["divisions"]}
    assert {code for template in templates for code in template.codes} <= codes
    assert {code for item in EDITIONS["concealed-work"] for code in item.codes} <= codes


def test_every_template_has_dominant_and_general_items():
    for template in EDITIONS["lot-templates"]:
        assert {check.rank for check in template.checks} == set(CheckRank), template.key
        assert len({check.key for check in template.checks}) == len(template.checks), template.key
