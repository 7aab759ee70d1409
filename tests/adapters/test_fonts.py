"""The trimmed fonts: complete, the same every time, and honest about what no font has."""

from fontTools.ttLib import TTFont

from registry.adapters import fonts
from tests.adapters import papers


def characters_of(printer, face):
    with TTFont(fonts.trimmed_path(printer.fonts, face)) as font:
        return set(font.getBestCmap())


def test_every_face_is_there_and_making_them_again_makes_nothing(printer):
    assert fonts.prepare(printer.fonts) == []


def test_a_common_face_has_all_of_gb_2312_and_a_rare_one_the_rest_of_gbk(printer):
    common = characters_of(printer, fonts.SERIF)
    rare = characters_of(printer, fonts.SERIF_RARE)

    assert fonts.encoded("gb2312") <= common
    assert {ord(sign) for sign in "昇喆堃镕龑"} <= rare
    assert not common & rare


def test_a_trimmed_face_is_never_compact_and_never_bears_notos_name(printer):
    for face in fonts.FACES:
        with TTFont(fonts.trimmed_path(printer.fonts, face)) as font:
            assert "glyf" in font
            assert font["name"].getDebugName(1) == face.family
            assert "Noto" not in face.family


def test_the_same_face_comes_out_the_same(tmp_path, monkeypatch):
    few = frozenset(map(ord, "建设工程质量"))
    monkeypatch.setattr(fonts, "common_set", lambda: few)
    first = fonts.trim(fonts.SANS, tmp_path).read_bytes()

    (tmp_path / "again").mkdir()

    assert fonts.trim(fonts.SANS, tmp_path / "again").read_bytes() == first


def test_rare_names_are_covered_and_strangers_are_named():
    assert fonts.uncovered(papers.RARE + "A1，。\n") == []
    assert fonts.uncovered("张ཀ三ཀ") == ["ཀ"]
    assert fonts.spelled(["ཀ", "\x07"]) == "ཀ U+0F40、U+0007"


def test_the_system_has_what_printing_needs(monkeypatch):
    assert fonts.missing_system_libraries() == []

    monkeypatch.setitem(fonts.LIBRARIES, "libharfbuzz-of-tomorrow.so.9", "libharfbuzz-of-tomorrow9")
    assert fonts.missing_system_libraries() == ["libharfbuzz-of-tomorrow9"]
