"""Texts with named blanks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from registry.standards.reading import Malformed
from registry.standards.wording import BLANKS, FormField, Wording

NAMES = {name: f"〔{label}〕" for name, label in BLANKS.items()}


def wording(*paragraphs: str) -> Wording:
    return Wording("工程质量终身责任承诺书", paragraphs, (FormField("project", "工程项目名称"),), ())


def test_every_blank_is_filled_in() -> None:
    text = wording("{person}担任{project}的{post}。", "设计使用年限{design_life}。")
    facts = {"person": "李建国", "project": "和平里3号楼", "post": "项目经理", "design_life": "50 年"}
    assert text.filled(facts) == ("李建国担任和平里3号楼的项目经理。", "设计使用年限50 年。")


def test_a_paper_with_an_empty_blank_is_not_printed() -> None:
    with pytest.raises(Malformed, match="工程项目名称"):
        wording("{person}担任{project}的项目经理。").filled({"person": "李建国", "project": ""})


@pytest.mark.parametrize(
    "text",
    ["{identity_number}", "{person.__class__}", "{person[0]}", "{0}", "{}", "{person!r}", "{person:9}", "{"],
)
def test_a_text_can_take_out_nothing_but_the_blanks_that_exist(text: str) -> None:
    with pytest.raises(Malformed):
        wording(text)


def test_a_refused_blank_is_told_which_ones_exist() -> None:
    with pytest.raises(Malformed) as refusal:
        wording("{phone}")
    assert "phone" in str(refusal.value)
    assert "{project}" in refusal.value.remedy


def test_a_wording_without_text_is_none() -> None:
    with pytest.raises(Malformed):
        wording()


@settings(deadline=None)
@given(some.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    try:
        read = wording(text)
    except Malformed:
        return
    assert read.filled(NAMES)


@settings(deadline=None)
@given(some.text(alphabet="李建国{}!.[]:𠮷", max_size=20))
def test_what_goes_into_a_blank_is_never_read_as_text_again(name: str) -> None:
    if name:
        assert wording("{person}承诺。").filled({"person": name}) == (f"{name}承诺。",)
