"""The tree of GB 50300."""

import pytest

from registry.kernel.errors import NotFound
from registry.standards.divisions import Division, DivisionLevel, DivisionTree
from registry.standards.drafts import shipped
from registry.standards.kinds import DIVISIONS
from registry.standards.reading import Malformed


@pytest.fixture(scope="module")
def tree() -> DivisionTree:
    [draft] = [draft for draft in shipped() if draft.kind == "divisions"]
    return DIVISIONS.read(draft.content)


def test_the_standard_has_ten_divisions_ninety_nine_subdivisions_and_their_items(tree: DivisionTree) -> None:
    levels = [division.level for division in tree]
    assert [levels.count(level) for level in DivisionLevel] == [10, 99, 613]


def test_a_code_leads_to_its_whole_name_and_its_acceptance_standard(tree: DivisionTree) -> None:
    assert tree.path("020102") == "主体结构 / 混凝土结构 / 钢筋"
    assert tree.standard_of("020102") == "GB 50204-2015"
    assert tree.standard_of("02") == ""
    assert [above.code for above in tree.ancestors("020102")] == ["02", "0201"]


def test_the_tree_is_walked_from_the_top_and_from_any_place(tree: DivisionTree) -> None:
    assert [division.key for division in tree.children()] == [
        "foundation", "main-structure", "decoration", "roof", "plumbing-heating", "hvac", "electrical",
        "intelligent-building", "energy-efficiency", "elevator",
    ]
    assert [division.name for division in tree.children("0104")] == ["降水与排水", "回灌"]
    assert tree.children("010401") == ()
    assert [division.code for division in tree][:3] == ["01", "0101", "010101"]


@pytest.mark.parametrize("code", ["9999", "", "主体"])
def test_an_unknown_code_is_refused(tree: DivisionTree, code: str) -> None:
    assert code not in tree
    with pytest.raises(NotFound):
        tree.find(code)
    with pytest.raises(NotFound):
        tree.ancestors(code)


@pytest.mark.parametrize(
    "divisions",
    [
        (Division("01", "地基与基础"), Division("01", "主体结构")),
        (Division("0101", "地基"),),
        (Division("1", "地基与基础"),),
        (Division("０１", "地基与基础"),),
    ],
)
def test_a_tree_with_a_loose_or_doubled_code_is_refused(divisions: tuple[Division, ...]) -> None:
    with pytest.raises(Malformed):
        DivisionTree(divisions)
