"""What a text can be found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.search import bigrams, wanted


@pytest.mark.parametrize(("text", "grams"), [
    ("质量", ["质", "质量", "量"]),
    ("ＡＢ", ["a", "ab", "b"]),
    ("楼（一期）", ["一", "一期", "期", "楼"]),
    ("𠀀𠀁", ["𠀀", "𠀀𠀁", "𠀁"]),
    ("", []),
])
def test_a_text_is_found_by_its_characters_and_their_neighbours(text: str, grams: list[str]) -> None:
    assert bigrams(text) == grams


def test_what_is_asked_for_is_pairs_and_single_characters_only_where_they_stand_alone() -> None:
    assert wanted("质量监督 楼") == ["楼", "监督", "质量", "量监"]


@given(st.text("工程质量监督站 abcＡ１", min_size=1, max_size=30), st.data())
def test_every_part_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part = text[start:end]

    assert set(wanted(part)) <= set(bigrams(part)) <= set(bigrams(text))
