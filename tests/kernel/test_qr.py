"""A code on a plaque is as strong as its space allows, and refused when it could not be read."""

import pytest

from registry.kernel.errors import Invalid
from registry.kernel.qr import qr_plan

ADDRESS = "HTTPS://ZZ.EXAMPLE.CN/V/34679ACDEFGHJKMNPQRTWXY3"


def test_there_is_room_for_the_strongest_level():
    plan = qr_plan(ADDRESS, 90)

    assert plan.level == "H"
    assert plan.modules == 33
    assert plan.module_mm == pytest.approx(90 / 41)


def test_a_narrow_space_takes_the_weaker_level():
    shorter = ADDRESS[:40]

    assert qr_plan(shorter, 37) == ("H", 33, pytest.approx(37 / 41))
    assert qr_plan(shorter, 36) == ("Q", 29, pytest.approx(36 / 37))


def test_modules_too_small_to_scan_are_refused_with_the_size_that_would_do():
    with pytest.raises(Invalid, match="20 毫米太小") as refusal:
        qr_plan(ADDRESS, 20)

    assert "37 毫米" in refusal.value.remedy
    assert qr_plan(ADDRESS, 37).module_mm >= 0.9


@pytest.mark.parametrize("text", ["", "https://zz.example.cn", "标牌", "A_B"])
def test_only_the_short_alphabet_is_taken(text):
    with pytest.raises(Invalid, match="二维码内容"):
        qr_plan(text, 90)
