"""Old projects, back-filed by a manifest and a folder: rehearsed, all or nothing per project, never twice."""

import json

import openpyxl
import pytest
from sqlalchemy import func, select

from registry.archives.backfilling import COLUMNS, NoManifest, backfill, rehearse
from registry.archives.models import ArchiveFile
from registry.projects.models import Project
from tests import build as house
from tests.documents import samples


@pytest.fixture
def number(site, units):
    with units.reading(site.officer) as uow:
        return uow.get(Project, site.project).number


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "scans"
    (made / "隐蔽").mkdir(parents=True)
    (made / "隐蔽" / "一层.pdf").write_bytes(samples.pdf())
    (made / "照片.jpg").write_bytes(samples.jpeg())
    return made


def manifest(tmp_path, *rows):
    book = openpyxl.Workbook()
    book.active.append(["旧工程档案补录清单"])
    book.active.append(list(COLUMNS))
    for row in rows:
        book.active.append(row)
    path = tmp_path / "清单.xlsx"
    book.save(path)
    return path


def right(number):
    return [
        [number, "C5-01", "一层柱隐蔽验收", "2019年5月6日", house.FIRMS["contractor"][0], "隐蔽/一层.pdf"],
        [number, "E3-01", "竣工照片", "20200101", None, "照片.jpg"],
    ]


def count(units, officer):
    with units.reading(officer) as uow:
        return uow.session.scalar(select(func.count()).select_from(ArchiveFile))


def test_a_manifest_and_a_folder_file_an_old_project_once(site, units, number, folder, tmp_path):
    path = manifest(tmp_path, *right(number))
    told = rehearse(units, path, folder)
    assert (told.projects, told.filed, told.known, told.faults) == (1, 2, 0, [])
    assert count(units, site.officer) == 0
    assert backfill(units, path, folder).filed == 2
    again = backfill(units, path, folder)
    assert (again.filed, again.known) == (0, 2)
    assert count(units, site.officer) == 2


@pytest.mark.parametrize(("column", "wrong", "said"), [
    (0, "没有的编号", "没有编号"), (1, "C9-01", "归档目录中没有"), (3, "去年", "不是一个日期"), (3, "2099-01-01", "晚于今天"),
    (4, "别的公司", "不是该项目登记的参建单位"),
    (5, "没有.pdf", "文件夹中没有"), (5, "../清单.xlsx", "文件夹中没有"),
    (2, None, "不能为空"),
])
def test_one_wrong_row_names_itself_and_keeps_its_project_out(site, units, number, folder, tmp_path, column, wrong, said):
    rows = right(number)
    rows[1][column] = wrong
    told = backfill(units, manifest(tmp_path, *rows), folder)
    [fault] = told.faults
    assert (fault.row, fault.column) == (4, COLUMNS[column])
    assert said in fault.reason
    assert count(units, site.officer) == (1 if column == 0 else 0)


def test_a_file_that_may_not_be_kept_is_said(units, number, folder, tmp_path):
    (folder / "照片.jpg").write_bytes(b"")
    [fault] = rehearse(units, manifest(tmp_path, *right(number)), folder).faults
    assert "是空的" in fault.reason


def test_a_workbook_without_the_headings_is_no_manifest(units, folder, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["项目", "文件"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(NoManifest):
        rehearse(units, tmp_path / "x.xlsx", folder)


def test_a_report_is_plain(units, number, folder, tmp_path):
    assert json.loads(json.dumps(rehearse(units, manifest(tmp_path, *right(number)), folder).plain()))["filed"] == 2
