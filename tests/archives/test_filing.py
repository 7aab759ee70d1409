"""Documents under the catalogue: judged, kept for good, superseded with a reason, and read in fifty years."""

import io
from dataclasses import replace
from datetime import date

import pikepdf
import pytest
from sqlalchemy import select

from registry.archives.filing import (
    Classified,
    FileFacts,
    NoReason,
    RowsRefused,
    SupersededMeanwhile,
    UnknownCode,
    file_document,
    hand_in,
    supersede_file,
)
from registry.archives.models import ArchiveFile, Lasting
from registry.documents import actions as documents
from registry.documents.queries import content
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.ledger.models import LedgerEvent
from registry.projects.models import Participation
from registry.standards.catalogues import Retention
from tests import build as house
from tests.archives.build import examined, facts, filed, offered, sent
from tests.documents import samples
from tests.parties import build as parties


def refusals(site, *many, actor=None):
    with pytest.raises(RowsRefused) as no:
        filed(site, *many, actor=actor)
    return no.value.rows


def firm(site, role):
    with site.units.reading(site.officer) as uow:
        return uow.session.scalars(
            select(Participation).where(Participation.project_id == site.project, Participation.role == role)).one()


def test_a_document_is_filed_under_its_code_with_firm_retention_and_event(site, units):
    [file] = filed(site, offered(code="c5-01"))
    assert (file.code, file.retention, file.secrecy) == ("C5-01", Retention.PERMANENT, "open")
    assert file.participation_id == firm(site, "contractor").id
    with units.reading(site.officer) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(LedgerEvent.subject_id == file.id)).one()
    assert event.kind == "archive-file.filed"
    assert file.document_sha256.encode() in event.body


def test_one_row_that_cannot_be_filed_keeps_all_of_them_out_and_each_says_why(site, units):
    said = refusals(site, offered(), offered(sent(b"", "空.pdf")), offered(code="C9-01"), offered(secrecy="机密"))
    assert list(said) == [1, 2, 3]
    assert said[1] == "文件“空.pdf”是空的。"
    assert said[2] == "归档目录中没有“C9-01”。"
    assert "机密" in said[3]
    with units.reading(site.officer) as uow:
        assert uow.session.scalars(select(ArchiveFile)).all() == []


def store(site, data=b"record"):
    with site.units.writing(site.officer) as uow:
        return documents.deposit(uow, data, "application/pdf")


@pytest.mark.parametrize(("said", "refusal"), [
    ({"code": "C9-01"}, UnknownCode), ({"secrecy": "top-secret"}, Classified), ({"secrecy": "隐秘"}, Invalid),
    ({"title": " "}, Invalid), ({"dated_on": date(2026, 3, 3)}, Invalid),
])
def test_what_is_wrong_with_a_filing_is_said(site, units, said, refusal):
    given = replace(facts(), sha256=store(site), **said)
    with pytest.raises(refusal), units.writing(site.officer) as uow:
        file_document(uow, site.project, given)


def test_a_storey_that_files_the_same_paper_again_changes_nothing(site, units):
    given = replace(facts(), sha256=store(site))
    with units.writing(site.officer) as uow:
        first = file_document(uow, site.project, given)
    with units.writing(site.officer) as uow:
        assert file_document(uow, site.project, given).id == first.id


def test_the_same_file_is_not_filed_twice_under_one_code(site):
    paper = samples.pdf()
    filed(site, offered(sent(paper)))
    assert "已归入 C5-01" in refusals(site, offered(sent(paper)))[0]


def test_a_better_document_supersedes_with_a_reason_and_both_stay(site, units):
    [older] = filed(site)
    with pytest.raises(NoReason), units.writing(site.filer) as uow:
        supersede_file(uow, older.id, offered(sent(samples.pdf(lambda made: made.add_blank_page()))))
    better = offered(sent(samples.pdf(lambda made: made.add_blank_page())), title="隐蔽工程验收记录（补签）", reason="漏签")
    with units.writing(site.filer) as uow:
        newer = supersede_file(uow, older.id, better)
    assert (newer.supersedes_id, newer.reason, newer.code) == (older.id, "漏签", "C5-01")
    third = replace(better, file=sent(samples.jpeg(), "x.jpg", "image/jpeg"))
    with pytest.raises(SupersededMeanwhile), units.writing(site.filer) as uow:
        supersede_file(uow, older.id, third)


def test_a_firm_files_for_itself_alone_and_a_stranger_finds_no_project(site, units):
    survey = firm(site, "survey")
    filer = house.signed_in(units, "survey-filer", "经办", survey.organisation_id, None, Role.FIRM_FILER)
    filed(site, offered(code="A3-01", title="地质勘察报告"), actor=filer)
    assert "没有办理此事的权限" in refusals(site, offered(), actor=filer)[0]
    stranger = house.signed_in(units, "stranger-f", "外人", parties.organisation(units).id, None, Role.FIRM_FILER)
    with pytest.raises(NotFound), units.writing(stranger) as uow:
        hand_in(uow, site.project, [offered()])
    with pytest.raises(Forbidden), units.writing(site.leaders["contractor"]) as uow:
        hand_in(uow, site.project, [offered()])


def test_of_a_picture_a_pdf_a_is_kept_beside_the_original_which_stays_as_it_is(site, units):
    photo = samples.jpeg((800, 600))
    [file] = filed(site, offered(sent(photo, "现场.jpg", "image/jpeg"), code="E3-01", title="施工阶段照片"))
    examined(site, [file])
    with units.reading(site.officer) as uow:
        row = uow.get(ArchiveFile, file.id)
        assert (row.lasting, row.flaw) == (Lasting.TWIN, None)
        with content(uow, row.document_sha256) as original, content(uow, row.twin_sha256) as twin:
            assert original.read() == photo
            made = twin.read()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.open_metadata().pdfa_status.startswith("3")
        assert len(pdf.pages) == 1


def test_a_plain_pdf_and_a_drawing_are_said_not_to_last(site, units):
    dwg = offered(sent(b"AC1032" + b"\0" * 2000, "一层.dwg", "image/vnd.dwg"), code="D-01", title="建筑竣工图")
    files = filed(site, offered(), dwg)
    examined(site, files)
    with units.reading(site.officer) as uow:
        rows = [uow.get(ArchiveFile, file.id) for file in files]
    assert [row.lasting for row in rows] == [Lasting.NONE, Lasting.NONE]
    assert all(row.twin_sha256 is None and row.examined_at for row in rows)


def test_a_pdf_that_claims_pdf_a_needs_no_twin(site, units):
    def claim(made):
        with made.open_metadata() as said:
            said["pdfaid:part"], said["pdfaid:conformance"] = "2", "B"

    files = filed(site, offered(sent(samples.pdf(claim))))
    examined(site, files)
    with units.reading(site.officer) as uow:
        assert uow.get(ArchiveFile, files[0].id).lasting is Lasting.ITSELF


def test_facts_name_the_unit_and_the_firm_only_within_the_project(site, units):
    given = replace(facts(), sha256=store(site))
    for wrong in ({"unit_id": site.project}, {"responsible_id": site.project}):
        with pytest.raises(Invalid), units.writing(site.officer) as uow:
            file_document(uow, site.project, replace(given, **wrong))
    assert isinstance(given, FileFacts)
