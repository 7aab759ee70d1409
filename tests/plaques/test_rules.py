"""What goes on a plaque, its code, and what its page says years later: pure."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.codes import ALPHABET, BITS, LENGTH, is_code, new_code, normalised, spoken
from registry.plaques.rules import Difference, Line, Verdict, differences, engraved, verdict

LI = Line("施工单位", "三建集团有限公司", "项目经理", "李建国")
ZHENG = Line("施工单位", "三建集团有限公司", "项目经理", "郑接任")
ISSUED = date(2027, 6, 1)
codes = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)


def frozen(*lines):
    return engraved({"name": "和平里小区"}, {"name": "1 号楼"}, lines, ISSUED, "A" * LENGTH)


def test_what_is_engraved_is_names_firms_posts_and_days():
    assert frozen(LI) == {
        "project": {"name": "和平里小区"}, "unit": {"name": "1 号楼"}, "issued_on": "2027-06-01", "code": "A" * LENGTH,
        "lines": [{"role": "施工单位", "organisation": "三建集团有限公司", "post": "项目经理", "leader": "李建国"}],
    }


def judged(then, now, superseded_on=None):
    return verdict(differences(then, now), superseded_on)


def test_a_plaque_that_says_what_the_register_says_is_genuine():
    assert judged(frozen(LI), frozen(LI)) is Verdict.GENUINE


def test_a_later_change_of_leader_shows_without_making_the_plaque_false():
    assert judged(frozen(LI), frozen(ZHENG)) is Verdict.CHANGED
    assert differences(frozen(LI), frozen(ZHENG)) == [
        Difference("施工单位", "三建集团有限公司 李建国", "三建集团有限公司 郑接任")]


def test_a_replaced_plaque_is_superseded_whatever_it_says():
    assert judged(frozen(LI), frozen(LI), ISSUED) is Verdict.SUPERSEDED


def about(**unit):
    return engraved({"name": "和平里小区"}, {"name": "1 号楼"} | unit, [LI], ISSUED, "A" * LENGTH)


def test_what_is_engraved_of_the_building_is_compared_too():
    then, now = about(design_life_years=50, accepted_on="2027-06-01"), about(design_life_years=70, accepted_on="2027-06-02")
    assert judged(then, now) is Verdict.CHANGED
    assert differences(then, now) == [
        Difference("unit.design_life_years", "50", "70"), Difference("unit.accepted_on", "2027-06-01", "2027-06-02")]


def test_what_was_not_engraved_yet_cannot_differ():
    assert differences(about(accepted_on=None), about(accepted_on="2027-06-01")) == []


def test_a_firm_that_came_since_is_a_difference_and_a_post_called_otherwise_is_none():
    assert differences(frozen(), frozen(LI)) == [Difference("施工单位", "", "三建集团有限公司 李建国")]
    renamed = Line(LI.role, LI.organisation, "施工项目负责人", LI.leader)
    assert differences(frozen(LI), frozen(renamed)) == []


def test_a_code_cannot_be_guessed_and_has_no_look_alikes():
    assert BITS >= 100
    assert not set("0O1IL2Z5S8BUV") & set(ALPHABET)
    assert is_code(new_code())
    assert new_code() != new_code()


@given(codes)
def test_a_code_read_out_in_groups_is_the_same_code(code):
    assert normalised(spoken(code)) == code
    assert normalised(spoken(code).lower().replace(" ", "-")) == code


@given(codes)
def test_a_code_typed_in_full_width_is_the_same_code(code):
    assert normalised("".join(chr(ord(sign) + 0xFEE0) for sign in code)) == code


@given(st.text(max_size=60))
def test_anything_else_typed_is_no_code_and_breaks_nothing(typed):
    code = normalised(typed)
    assert is_code(code) == (len(code) == LENGTH and set(code) <= set(ALPHABET))
