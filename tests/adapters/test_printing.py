"""What comes out of the printer is what went in, valid for the archive and the same every time."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import rfc8785

from registry.adapters.printing import DoesNotFit, MissingGlyphs, WeasyPrinter
from registry.adapters.printing.pool import NotPlain, plain
from registry.kernel.errors import Invalid
from tests.adapters import papers
from tests.adapters.reading import (
    attached,
    codes_in,
    metadata_of,
    page_count,
    picture_of,
    text_of,
    trim_mm,
)
from tests.adapters.verapdf import violations

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[WeasyPrinter]:
    """A printer whose worker lives in another time zone and hashes otherwise."""
    printer = WeasyPrinter(ROOT / "templates/print", fonts=ROOT / "var/fonts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        patch.setenv("PYTHONHASHSEED", "7")
        printer.start()
    yield printer
    printer.close()


def test_no_form_is_left_out():
    """What extends another form stands here as well; names that begin with _ are pieces of forms."""
    assert {path.stem for path in (ROOT / "templates/print").glob("[!_]*.html")} == set(papers.FORMS)


@pytest.mark.parametrize("form", papers.FORMS)
def test_every_form_is_valid_for_a_hundred_years_and_for_the_blind(printer, tmp_path, form):
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(printer.pdf(form, papers.FORMS[form]))

    assert violations(paper, "3a") == set()
    assert violations(paper, "ua1") == set()


@pytest.mark.parametrize("form", papers.FORMS)
def test_the_same_facts_give_the_same_bytes_in_any_process(printer, elsewhere, form):
    once = printer.pdf(form, papers.FORMS[form])

    assert printer.pdf(form, papers.FORMS[form]) == once
    assert elsewhere.pdf(form, papers.FORMS[form]) == once


@pytest.mark.parametrize("form", papers.FORMS)
def test_the_facts_travel_in_the_paper_and_their_hash_in_its_metadata(printer, form):
    paper = printer.pdf(form, papers.FORMS[form])

    record = {"template": form, "facts": plain(papers.FORMS[form])}
    assert attached(paper) == {"record.json": record}
    assert hashlib.sha256(rfc8785.dumps(json.loads(json.dumps(record)))).hexdigest() in metadata_of(paper)


def test_a_pledge_says_what_was_promised_by_whom_and_when(printer):
    read = text_of(printer.pdf("pledge", papers.pledge()))

    for words in (
        "补签", "工程质量终身责任承诺书", papers.PROJECT, "承担相应终身责任", "370102198003071234", "鲁1372012201234567",
        "签字日期：2026年3月2日", "编号：CN-370102202603010001-1A2B3C4D", "第1页共1页", "平台签署，已核验第二因子",
    ):
        assert words in read


def test_a_pledge_signed_in_time_is_not_marked_late(printer):
    assert "补签" not in text_of(printer.pdf("pledge", papers.pledge(late=False)))


def test_a_pledge_for_paper_leaves_room_for_ink(printer):
    blank = papers.pledge(signature="", signed_on="", evidence="", verify_url="")

    assert "签字日期：年月日" in text_of(printer.pdf("pledge", blank))


def test_a_typed_name_stands_where_the_signature_would(printer):
    typed = papers.pledge(signature="", typed_name="张昇镕")

    assert "承诺人签字：张昇镕" in text_of(printer.pdf("pledge", typed))


def test_rare_characters_of_a_name_come_back_as_they_went_in(printer):
    assert text_of(printer.pdf("authorisation", papers.authorisation())).count(papers.RARE) == 3


@pytest.mark.parametrize(("form", "pages"), [
    ("pledge", 1), ("authorisation", 1), ("responsibility_table", 1), ("change_of_leader", 2), ("plaque", 1),
])
def test_a_form_takes_no_more_pages_than_it_should(printer, form, pages):
    assert page_count(printer.pdf(form, papers.FORMS[form])) == pages


def test_a_code_on_a_pledge_leads_to_its_check(printer):
    picture = picture_of(printer.pdf("pledge", papers.pledge()), 200)

    assert codes_in(picture) == ["https://zz.example.cn/d/9f86d081"]


def test_the_hand_over_names_both_leaders_and_what_was_done(printer):
    read = text_of(printer.pdf("change_of_leader", papers.change_of_leader()))

    for words in ("变更前", "张昇镕", "变更后", "龑喆堃", "37010219850607123X", "共728天", "移交人签字", "接收人签字"):
        assert words in read


def test_the_table_of_the_archive_holds_whole_identity_numbers(printer):
    read = text_of(printer.pdf("responsibility_table", papers.responsibility_table()))

    for row in papers.responsibility_table()["rows"]:
        for words in (row["role"], row["organisation"], row["uscc"], row["person"], row["identity_number"]):
            assert words in read
    assert "2024.03.05至2026.03.02因病变更" in read


def test_the_catalogue_lists_every_file_and_what_is_missing(printer):
    read = text_of(printer.pdf("archive_catalogue", papers.archive_catalogue()))

    assert read.count("工程质量终身责任承诺书（") == 15
    assert read.count(papers.SHA256) == 15
    assert "立卷时尚缺以下文件：1.永久性标牌" in read


def test_a_trace_names_the_persons_in_their_order(printer):
    read = text_of(printer.pdf("trace_report", papers.trace_report()))

    places = [read.index(f"{rank}．{person}") for rank, (_r, _o, _p, person) in enumerate(papers.PARTIES, 1)]
    assert places == sorted(places)
    assert "查询时间2026年3月2日12:00:00" in read


def test_nothing_found_is_an_answer_too(printer):
    assert "经查无记录" in text_of(printer.pdf("trace_report", papers.trace_report(persons=[])))


def test_a_plaque_has_its_true_size_and_names_everybody(printer):
    paper = printer.pdf("plaque", papers.plaque())
    read = text_of(paper)

    assert trim_mm(paper) == (600, 400)
    for _role, organisation, post, person in papers.PARTIES:
        assert organisation in read
        assert post in read
        assert person in read
    assert "50年" in read
    assert "37010219" not in read


def test_a_plaque_of_another_size_and_of_nine_firms_still_fits(printer):
    many = papers.plaque(width_mm=420, height_mm=300, qr_mm=60, crop_marks="", lines=papers.plaque()["lines"] * 2)

    paper = printer.pdf("plaque", many)

    assert trim_mm(paper) == (420, 300)
    assert page_count(paper) == 1
    assert codes_in(picture_of(paper, 60)) == [papers.plaque()["qr_text"]]


def test_the_code_on_a_plaque_is_read_from_its_picture(printer):
    picture = picture_of(printer.pdf("plaque", papers.plaque()), 40)

    assert codes_in(picture) == ["HTTPS://ZZ.EXAMPLE.CN/V/34679ACDEFGHJKMNPQRTWXY3"]


def test_the_engraver_gets_outlines_and_needs_no_font(printer):
    drawing = ET.fromstring(printer.svg("plaque", papers.plaque()))  # noqa: S314 — our own drawing

    assert not list(drawing.iter(f"{SVG}text"))
    assert not [node for node in drawing.iter() if "font-family" in node.attrib]
    said = {node.get("aria-label") for node in drawing.iter(f"{SVG}path")}
    assert {person for _r, _o, _p, person in papers.PARTIES} <= said
    assert (drawing.get("width"), drawing.get("height")) == ("624mm", "424mm")


def test_the_engraving_is_the_same_every_time_and_looks_like_the_plaque(printer, workshop):
    drawing = printer.svg("plaque", papers.plaque(crop_marks=""))
    assert printer.svg("plaque", papers.plaque(crop_marks="")) == drawing

    shown = workshop({"show.html": "<html lang=zh><title>标牌</title><style>@page{size:606mm 406mm;margin:0}</style>"
                                   "<img alt=标牌 style='width:606mm' src='{{ picture }}'></html>"})
    picture = "data:image/svg+xml;base64," + base64.b64encode(drawing).decode()
    seen = picture_of(shown.pdf("show", {"picture": picture}), 40)
    assert codes_in(seen) == [papers.plaque()["qr_text"]]


def test_a_plaque_too_small_for_its_code_is_refused(printer):
    with pytest.raises(DoesNotFit, match="20 毫米太小"):
        printer.pdf("plaque", papers.plaque(qr_mm=20))


@pytest.mark.parametrize(("evil", "named"), [
    ("张ཀ三", "ཀ U+0F40"), ("李😀", "U+1F600"), ("王\ue000", "U+E000"), ("a\x07b", "U+0007"),
])
def test_a_character_without_a_glyph_is_refused_by_name(printer, evil, named):
    with pytest.raises(MissingGlyphs, match="字库中没有") as refusal:
        printer.pdf("pledge", papers.pledge(paragraphs=[evil]))
    assert named in str(refusal.value)

    with pytest.raises(Invalid):
        printer.svg("plaque", papers.plaque(site=evil))


def test_characters_that_look_alike_are_refused(printer):
    with pytest.raises(MissingGlyphs, match="⼀ U\\+2F00、一 U\\+4E00"):
        printer.pdf("pledge", papers.pledge(paragraphs=["第一", "⼀诺千金"]))


def test_signs_that_look_alike_but_are_no_hanzi_are_printed(printer):
    assert "甲～乙" in text_of(printer.pdf("pledge", papers.pledge(paragraphs=["甲～乙", "一〜二"])))


def test_what_looks_like_markup_is_only_text(printer):
    evil = "<link rel=attachment href=file:///etc/passwd><script>1</script>{{ 7*7 }}"

    paper = printer.pdf("pledge", papers.pledge(paragraphs=[evil]))

    assert "".join(evil.split()) in text_of(paper)
    assert list(attached(paper)) == ["record.json"]


def test_a_picture_that_is_none_is_refused(printer):
    with pytest.raises(DoesNotFit, match="图像"):
        printer.pdf("pledge", papers.pledge(signature="data:image/png;base64,AAAA"))


def test_only_plain_facts_are_taken(printer):
    with pytest.raises(NotPlain):
        printer.pdf("pledge", papers.pledge(evidence=object()))
