"""Building roster workbooks for tests: clean rows by default, dirtied one cell at a time."""

import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from registry.exchange.consistency import Catalogue
from registry.exchange.findings import Findings
from registry.exchange.mending import Days
from registry.exchange.roster import projects_of, read_roster
from registry.exchange.rows import ProjectRoster
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS, sheets
from registry.exchange.spool import Spool
from registry.parties.identifiers import organisation_check

HEADINGS = {
    sheet.name: [column.heading + "*" * column.required for column in sheet.columns]
    for sheet in sheets(Days())
}
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FIVE = (
    ("建设单位", "建设单位项目负责人", "海城置业有限公司"),
    ("勘察单位", "勘察单位项目负责人", "海城勘察院有限公司"),
    ("设计单位", "设计单位项目负责人", "海城设计院有限公司"),
    ("施工单位", "施工单位项目经理", "海城建设集团有限公司"),
    ("监理单位", "监理单位总监理工程师", "海城监理有限公司"),
)
NUMBER = "3701022403050101"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def citizen(serial: int) -> str:
    """An identity number that is right and nobody's, numbered by `serial`."""
    born = date(1960, 1, 1) + timedelta(days=serial // 1000)
    body = f"370102{born:%Y%m%d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(serial: int) -> str:
    """A 统一社会信用代码 that is right, numbered by `serial`."""
    organisation = f"MA{serial:06d}"
    body = "91370102" + organisation + organisation_check(organisation)
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(USCC_SIGNS.index(sign) * weight for sign, weight in zip(body, weights, strict=True))
    return body + USCC_SIGNS[-total % 31]


def project(number: str = NUMBER, **changed: Any) -> dict[str, Any]:
    return {
        "项目编号": number, "工程名称": "海棠苑一期", "建设地点": "济南市历下区经十路 1 号",
        "行政区划代码": "370102", "工程类别": "住宅", "结构类型": "剪力墙结构", "建筑面积": "12345.6",
        "工程造价": "8000", "合同工期": "720", "施工许可证编号": "370102202403050101",
        "质量监督注册号": "ZJ2024-001",
        "开工日期": "2024-03-05", "经度": "117.05", "纬度": "36.66",
    } | changed


def unit(code: str = "01", number: str = NUMBER, **changed: Any) -> dict[str, Any]:
    return {
        "项目编号": number, "单位工程编号": code, "单位工程名称": f"{code}号楼", "地上层数": "18",
        "地下层数": "2", "建筑面积": "6000", "结构类型": "剪力墙结构", "设计使用年限": "50",
        "设计文件依据": "结施-01",
    } | changed


def firm(place: int = 3, number: str = NUMBER, **changed: Any) -> dict[str, Any]:
    role, _post, name = FIVE[place]
    return {
        "项目编号": number, "责任主体": role, "单位名称": name, "统一社会信用代码": credit_code(place),
        "法定代表人": "赵法人", "资质证书编号": "D137010001", "进场日期": "2024-03-01",
    } | changed


def leader(place: int = 3, number: str = NUMBER, **changed: Any) -> dict[str, Any]:
    role, post, _name = FIVE[place]
    return {
        "项目编号": number, "统一社会信用代码": credit_code(place), "责任主体": role, "职务": post,
        "姓名": "钱孙李周吴"[place] + "建国", "证件类型": "居民身份证", "证件号码": citizen(place),
        "注册执业资格": "注册工程师", "注册执业证号": f"A{place}", "手机号": f"1380000000{place}",
        "任职日期": "2024-03-01",
    } | changed


def rows(**changed: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The four sheets of one whole project; name a sheet to give it other rows."""
    whole: dict[str, Iterable[dict[str, Any]]] = {
        PROJECTS: [project()], UNITS: [unit("01"), unit("02")],
        PARTICIPATIONS: [firm(place) for place in range(5)], LEADERS: [leader(place) for place in range(5)],
    }
    return {name: list(said) for name, said in (whole | changed).items()}


def save(
    path: Path,
    content: dict[str, list[dict[str, Any]]],
    touch: Callable[[Workbook], object] = lambda book: None,
    headings: dict[str, list[str]] | None = None,
) -> Path:
    """Write a workbook; `touch` may dirty it further before it is saved."""
    book = Workbook()
    book.remove(book.active)
    for name, table in content.items():
        sheet = book.create_sheet(name)
        titles = (headings or HEADINGS)[name]
        sheet.append(titles)
        for row in table:
            sheet.append([row.get(title.replace("*", "").partition("(")[0]) for title in titles])
    touch(book)
    book.save(path)
    return path


def with_formula(path: Path, sheet: str, place: str, formula: str, result: str) -> Path:
    """The workbook with a cell that Excel has calculated, which openpyxl cannot write."""
    target = path.with_name("calculated.xlsx")
    part = f"xl/worksheets/sheet{list(HEADINGS).index(sheet) + 1}.xml"
    cell = f'<c r="{place}"><f>{formula}</f><v>{result}</v></c>'
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for entry in source.infolist():
            content = source.read(entry).decode() if entry.filename == part else source.read(entry)
            if isinstance(content, str):
                content = re.sub(rf'<c r="{place}"[^>]*>.*?</c>', cell, content)
            archive.writestr(entry.filename, content)
    return target


def package(path: Path, parts: Mapping[str, str]) -> Path:
    """Write a workbook of one sheet 「工程」 (part s.xml) from bare parts, as no library of ours would."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    related = "".join(
        f'<Relationship Id="R-{name}" Target="/{name}" Type="{relations}/x"/>' for name in parts
    )
    whole = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
                               f'<Override PartName="/book.xml" ContentType="{kind}"/></Types>',
        "book.xml": f'<x:workbook xmlns:x="{MAIN}" xmlns:r="{relations}"><x:sheets>'
                    '<x:sheet name="工程" sheetId="1" r:id="R-s.xml"/></x:sheets></x:workbook>',
        "_rels/book.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}</Relationships>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (whole | dict(parts)).items():
            archive.writestr(name, content)
    return path


def read(path: Path, catalogue: Catalogue) -> tuple[list[ProjectRoster], Findings]:
    """What a file holds that can go in, and what was found in it."""
    findings, spool = Findings(), Spool()
    try:
        read_roster(path, spool, findings)
        return list(projects_of(spool, lambda region: catalogue, findings)), findings
    finally:
        spool.close()
