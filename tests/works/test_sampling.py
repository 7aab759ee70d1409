"""First samples: made by the contractor, judged by each side in its turn, and lots wait for them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.kernel.errors import Invalid, NotFound
from registry.projects.offices import NotInOffice
from registry.works.models import FirstSample, Verdict
from registry.works.sampling import (
    NotTheirTurn,
    SampleFacts,
    SampleSettled,
    SampleStands,
    judge_sample,
    make_sample,
)
from tests.works import build

INSULATION = "090101"  # its sample is judged by the designer too


def facts(building, **other):
    usual = SampleFacts(
        build.contractor(building), build.INFILL, "二层东单元", build.TODAY, None, "拉结筋、顶部斜砌", [build.photo()],
    )
    return replace(usual, **other)


def make(building, **other):
    with building.units.writing(building.leaders["site/technical-leader"]) as uow:
        return make_sample(uow, building.unit, facts(building, **other))


def judge(building, sample, post, verdict=Verdict.PASSED, words=""):
    with building.units.writing(building.leaders[post]) as uow:
        return judge_sample(uow, sample.id, verdict, words)


def state(building, sample):
    with building.units.reading(building.officer) as uow:
        return uow.get(FirstSample, sample.id).verdict


def test_a_sample_passes_with_the_last_side_that_has_to_speak(building):
    sample = build.sample(building)
    judge(building, sample, "site/supervision-engineer")
    assert state(building, sample) is None
    judge(building, sample, "site/owner-engineer")
    assert state(building, sample) is Verdict.PASSED


def test_the_designer_speaks_where_the_edition_says_so(building):
    sample = build.sample(building, INSULATION)
    judge(building, sample, "site/supervision-engineer")
    judge(building, sample, "site/owner-engineer")
    assert state(building, sample) is None
    judge(building, sample, "design")
    assert state(building, sample) is Verdict.PASSED


def test_a_sample_fails_with_the_first_side_that_says_so_and_may_then_be_made_again(building):
    sample = build.sample(building)
    judge(building, sample, "site/supervision-engineer", Verdict.FAILED, "灰缝不饱满")
    assert state(building, sample) is Verdict.FAILED
    with pytest.raises(SampleSettled):
        judge(building, sample, "site/owner-engineer")
    assert build.sample(building).id != sample.id


def test_one_side_speaks_once(building):
    sample = build.sample(building)
    judge(building, sample, "site/supervision-engineer")
    with pytest.raises(NotTheirTurn, match="监理单位"):
        judge(building, sample, "site/supervision-engineer")


def test_a_second_sample_is_refused_while_one_waits(building):
    build.sample(building)
    with pytest.raises(SampleStands, match="等待验收"):
        build.sample(building)


def test_units_have_samples_of_their_own(building):
    build.sample(building)
    assert build.sample(building, unit=build.other_unit(building))


@pytest.mark.parametrize("post", ["site/crew-leader", "design"])
def test_somebody_without_the_post_does_not_judge(building, post):
    sample = build.sample(building)
    with pytest.raises(NotInOffice):
        judge(building, sample, post)


def test_the_supervision_side_does_not_hand_in_a_sample(building, units):
    with pytest.raises(NotInOffice), units.writing(building.leaders["site/supervision-engineer"]) as uow:
        make_sample(uow, building.unit, facts(building))


@pytest.mark.parametrize(("wrong", "said"), [
    ({"photos": []}, "照片"), ({"item_code": "0302"}, "分项编码"),
    ({"shown_until": build.TODAY - timedelta(days=1)}, "截止日"),
])
def test_what_cannot_be_right_is_refused(building, wrong, said):
    with pytest.raises(Invalid, match=said):
        make(building, **wrong)


def test_a_sample_of_another_tenant_is_not_found(building, units):
    sample = build.sample(building)
    stranger = build.site_elsewhere(units)
    with pytest.raises(NotFound), units.writing(stranger.filer) as uow:
        judge_sample(uow, sample.id, Verdict.PASSED)
