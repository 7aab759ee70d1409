"""The archive in a browser: what is missing first, many files in a grid, versions, the hand-over."""

import io
import re

import pytest
from sqlalchemy import select

from registry.archives.models import ArchiveFile, Handover
from tests.archives.build import excused, filed, offered
from tests.archives.test_handover import found, keeper, sent_one
from tests.documents import samples


def page_of(site):
    return f"/projects/{site.project}/archives"


def test_the_page_begins_with_what_is_missing_and_whose_it_is(site, visit):
    text = visit(site.filer).get(page_of(site)).text
    assert "还缺" in text
    assert "三建集团有限公司" in text
    assert "本系统各环节形成的 5 件" in text


def test_a_stage_is_open_where_something_is_missing_and_closed_where_nothing_is(site, visit):
    before = visit(site.filer).get(page_of(site)).text
    assert '<details class="panel fold" open>' in before
    excused(site)
    after = visit(site.filer).get(page_of(site)).text
    assert '<details class="panel fold" open>' not in after
    for stage in ("before-start", "construction", "acceptance", "filing", "handover"):
        assert f'id="stage-{stage}"' in after


def test_a_party_sees_the_catalogue_but_not_the_responsibility_archive(site, visit):
    text = visit(site.leaders["contractor"]).get(page_of(site)).text
    assert "齐全程度" in text
    assert "质量终身责任信息档案" not in text


def pdf(name, pages=1):
    data = samples.pdf(lambda made: [made.add_blank_page() for _page in range(pages - 1)])
    return (io.BytesIO(data), name, "application/pdf")


@pytest.fixture
def grid(site, visit):
    """The grid as two files with telling names make it."""
    filer, path = visit(site.filer), f"{page_of(site)}/files"
    files = [pdf("C5-03 交接检查 2026年2月6日.pdf"), pdf("扫描件.pdf", 2), (io.BytesIO(b"x"), "说明.docx")]
    answer = filer.post(path, {"files": files})
    assert answer.status_code == 200
    return filer, answer.text


def rows_in(text):
    return dict(re.findall(r'name="(rows-\d+-upload)"[^>]*value="([0-9a-f-]{36})"', text))


def test_many_files_come_into_a_grid_with_what_their_names_tell(grid):
    _filer, text = grid
    assert 'value="C5-03"' in text
    assert 'value="交接检查"' in text
    assert 'value="2026-02-06"' in text
    assert "说明.docx：" in text
    assert len(rows_in(text)) == 2


def said(text, **second):
    rows = {
        "rows-0-code": "C5-03", "rows-0-title": "交接检查", "rows-0-dated_on": "2026-02-06",
        "rows-0-secrecy": "open", "rows-0-responsible": "", "rows-0-unit": "",
        "rows-1-code": "C5-02", "rows-1-title": "施工检查记录", "rows-1-dated_on": "2026-02-07",
        "rows-1-secrecy": "open", "rows-1-responsible": "", "rows-1-unit": "",
    }
    return rows | rows_in(text) | {f"rows-1-{name}": value for name, value in second.items()}


def test_a_corrected_grid_is_filed_in_one_act(grid, site, units):
    filer, text = grid
    assert filer.post(f"{page_of(site)}/filed", said(text), at=page_of(site)).status_code == 303
    with units.reading(site.officer) as uow:
        assert sorted(uow.session.scalars(select(ArchiveFile.code))) == ["C5-02", "C5-03"]


def test_a_row_that_is_wrong_says_so_and_keeps_what_was_typed(grid, site, units):
    filer, text = grid
    answer = filer.post(f"{page_of(site)}/filed", said(text, code="C9-01", title="改过的题名"), at=page_of(site))
    assert answer.status_code == 422
    assert "归档目录中没有“C9-01”。" in answer.text
    assert 'value="改过的题名"' in answer.text
    with units.reading(site.officer) as uow:
        assert uow.session.scalars(select(ArchiveFile)).all() == []


def test_a_file_shows_its_versions_and_is_read_by_a_party(site, visit):
    [file] = filed(site)
    leader = visit(site.leaders["contractor"])
    assert "归档信息" in leader.get(f"/archive-files/{file.id}").text
    assert leader.get(f"/archive-files/{file.id}/original").status_code == 200
    assert leader.get(f"/archive-files/{file.id}/twin").status_code == 404
    filer = visit(site.filer)
    answer = filer.post(f"/archive-files/{file.id}/supersede", {
        "title": "补签", "dated_on": "2026-02-02", "reason": "漏签", "file": pdf("补签.pdf", 2)})
    assert answer.status_code == 303
    assert "已有新版本" in filer.get(f"/archive-files/{file.id}").text


def test_papers_with_identity_numbers_are_read_like_signed_papers(site, visit):
    [file] = filed(site, offered(code="A7-04", title="项目管理人员名册"))
    assert visit(site.leaders["contractor"]).get(f"/archive-files/{file.id}/original").status_code == 403
    assert visit(site.filer).get(f"/archive-files/{file.id}/original").status_code == 200


def test_the_urban_archive_finds_receives_and_downloads(site, visit, clock, units):
    handover = sent_one(site, clock)
    mine = visit(keeper(units))
    assert handover.number in mine.get("/handovers").text
    path = f"/handovers/{handover.id}"
    assert "四性检测" in mine.get(path).text
    assert mine.post(f"{path}.zip", at=path).mimetype == "application/zip"
    assert mine.post(f"{path}/return", {"reason": ""}, at=path).status_code == 422
    assert mine.post(f"{path}/receive", {"receipt": "JN-1"}, at=path).status_code == 303
    assert found(site, handover).receipt == "JN-1"


def test_the_owner_begins_a_hand_over_and_watches_it(site, visit, clock, units):
    sent = sent_one(site, clock)
    filer = visit(site.filer)
    assert filer.post(f"/projects/{site.project}/handovers", at=page_of(site)).status_code == 409
    with units.reading(site.officer) as uow:
        assert uow.session.scalars(select(Handover.id)).all() == [sent.id]
    assert "移交期限" in filer.get(page_of(site)).text


def test_what_a_project_lacks_is_stated_and_withdrawn_on_the_page(site, visit):
    filer, path = visit(site.filer), f"{page_of(site)}/absences"
    assert filer.post(path, {"code": "C5-01", "reason": ""}, at=page_of(site)).status_code == 422
    assert filer.post(path, {"code": "C5-01", "reason": "无隐蔽工程"}, at=page_of(site)).status_code == 303
    assert "无隐蔽工程" in filer.get(page_of(site)).text
    assert filer.post(f"{path}/C5-01/withdraw", at=page_of(site)).status_code == 303
