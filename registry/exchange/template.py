"""Making the workbook of a roster: empty, to be filled in, or filled with a project of the registry.

What people typed is written as text and nothing else: a name that begins with = stays a name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from registry.exchange.consistency import Catalogue
from registry.exchange.mending import Days
from registry.exchange.reading import Column, Sheet
from registry.exchange.sheets import IDENTITY_NAMES, LEADERS, PARTICIPATIONS, PROJECTS, UNITS, sheets
from registry.kernel.text import _

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_PREPARED = 5000
TEXT, DAY, NUMBER = "@", "yyyy-mm-dd", "General"
NUMBERS = frozenset({"area", "cost", "duration_days", "storeys_above", "storeys_below", "design_life_years",
                     "longitude", "latitude"})
DAYS = frozenset({"started_on", "accepted_on", "since", "until"})
HEAD = PatternFill("solid", fgColor="DCE6F5")
MUST, MAY = Font(bold=True, color="B42318"), Font(bold=True)
Row = Mapping[str, Any]
"""Values by the names of the columns."""

EXAMPLE_PROJECT = "3701022403050101"
EXAMPLE: dict[str, tuple[Row, ...]] = {
    PROJECTS: ({
        "项目编号": EXAMPLE_PROJECT, "工程名称": "海棠苑一期", "建设地点": "济南市历下区示例路1号",
        "行政区划代码": "370102", "工程类别": "住宅", "结构类型": "剪力墙结构",
        "建筑面积": Decimal("12345.6"),
        "工程造价": Decimal(8000), "合同工期": 720, "施工许可证编号": "370102202403050101",
        "质量监督注册号": "ZJ2024-001", "开工日期": date(2024, 3, 5), "经度": Decimal("117.05"),
        "纬度": Decimal("36.66"),
    },),
    UNITS: tuple({
        "项目编号": EXAMPLE_PROJECT, "单位工程编号": number, "单位工程名称": f"{number}号楼", "地上层数": 18,
        "地下层数": 2, "建筑面积": Decimal(6000), "结构类型": "剪力墙结构", "设计使用年限": 50,
        "设计文件依据": "结构设计总说明（结施-01）",
    } for number in ("01", "02")),
    PARTICIPATIONS: tuple({
        "项目编号": EXAMPLE_PROJECT, "责任主体": role, "单位名称": name, "统一社会信用代码": uscc,
        "法定代表人": "示例人", "资质证书编号": licence, "承担范围": units, "进场日期": date(2024, 3, 1),
    } for role, name, uscc, licence, units in (
        ("建设单位", "示例置业有限公司", "91370000000000019H", "", ""),
        ("施工单位", "示例建设集团有限公司", "91370000000000027C", "D137000001", "01、02"),
    )),
    LEADERS: (
        {
            "项目编号": EXAMPLE_PROJECT, "统一社会信用代码": "91370000000000019H", "责任主体": "建设单位",
            "职务": "建设单位项目负责人", "姓名": "张示例", "证件类型": "居民身份证",
            "证件号码": "370102188001010016", "手机号": "13800000000", "任职日期": date(2024, 3, 1),
        },
        {
            "项目编号": EXAMPLE_PROJECT, "统一社会信用代码": "91370000000000027C", "责任主体": "施工单位",
            "职务": "施工单位项目经理", "姓名": "李示例", "证件类型": "居民身份证",
            "证件号码": "370102188001010024", "注册执业资格": "一级注册建造师（建筑工程）",
            "注册执业证号": "鲁1372020202000001", "手机号": "13800000001", "任职日期": date(2024, 3, 1),
        },
    ),
}
"""Nobody's numbers: the people would have been born in 1880."""


def template(catalogue: Catalogue) -> bytes:
    """Return the empty workbook with lists to choose from, an example and an explanation."""
    book = Workbook()
    book.remove(book.active)
    lists = _lists(book, catalogue)
    for sheet in sheets(Days()):
        page = _page(book, sheet)
        for place, column in enumerate(sheet.columns, 1):
            _prepare(page, get_column_letter(place), column, lists.get(column.field, ""))
    _example(book)
    _explanation(book)
    book.move_sheet("选项", len(book.sheetnames))
    book.active = 0
    return _bytes(book)


def filled(tables: Mapping[str, Iterable[Row]]) -> bytes:
    """Return the workbook holding these rows, by the names of its sheets."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets(Days()):
        page = _page(book, sheet)
        for line, row in enumerate(tables.get(sheet.name, ()), 2):
            _write_row(page, line, sheet.columns, row)
    return _bytes(book)


def _page(book: Workbook, sheet: Sheet) -> Worksheet:
    page = book.create_sheet(sheet.name)
    _write_heading(page, 1, sheet.columns)
    page.freeze_panes = "C2"
    for place, column in enumerate(sheet.columns, 1):
        dimension = page.column_dimensions[get_column_letter(place)]
        dimension.width = max(12, 2 * len(column.heading) + 4)
        dimension.number_format = _format(column)
    return page


def _format(column: Column) -> str:
    return NUMBER if column.field in NUMBERS else DAY if column.field in DAYS else TEXT


def _write_heading(page: Worksheet, line: int, columns: Sequence[Column]) -> None:
    for place, column in enumerate(columns, 1):
        cell = page.cell(line, place, column.heading + ("*" if column.required else ""))
        cell.font, cell.fill = MUST if column.required else MAY, HEAD
        cell.alignment = Alignment(horizontal="center")


def _write_row(page: Worksheet, line: int, columns: Sequence[Column], row: Row) -> None:
    for place, column in enumerate(columns, 1):
        value = row.get(column.name)
        if value is None or value == "":
            continue
        cell = page.cell(line, place, value)
        cell.number_format = _format(column)
        if isinstance(value, str):
            cell.data_type = "s"     # openpyxl takes "=…" for a formula
            cell.quotePrefix = True  # and Excel would, once the cell is edited


def _lists(book: Workbook, catalogue: Catalogue) -> dict[str, str]:
    """Write what can be chosen into a hidden sheet; return the range of each list, by the field it is for."""
    page = book.create_sheet("选项")
    page.sheet_state = "hidden"
    chosen = {
        "role": [role.label for role in catalogue.roles],
        "post": [post.label for post in catalogue.posts],
        "identity_kind": [names[0] for names in IDENTITY_NAMES.values()],
    }
    ranges = {}
    for place, (field, labels) in enumerate(chosen.items(), 1):
        letter = get_column_letter(place)
        for line, label in enumerate(labels, 1):
            page.cell(line, place, label)
        ranges[field] = f"选项!${letter}$1:${letter}${len(labels)}"
    return ranges


def _prepare(page: Worksheet, letter: str, column: Column, choices: str) -> None:
    """Say beside every cell of a column what belongs there, and offer what can be chosen."""
    if choices:
        rule = DataValidation("list", formula1=choices, allow_blank=True)
        rule.showErrorMessage = False     # synonyms are understood as well
    elif column.hint:
        rule = DataValidation("textLength", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    else:
        return
    rule.promptTitle, rule.prompt, rule.showInputMessage = column.name, column.hint or None, bool(column.hint)
    rule.add(f"{letter}2:{letter}{ROWS_PREPARED}")
    page.add_data_validation(rule)


def _example(book: Workbook) -> None:
    page = book.create_sheet("填写示例")
    line = 1
    for sheet in sheets(Days()):
        page.cell(line, 1, f"「{sheet.name}」").font = Font(bold=True, size=14)
        _write_heading(page, line + 1, sheet.columns)
        for row in EXAMPLE[sheet.name]:
            _write_row(page, line + 2, sheet.columns, row)
            line += 1
        line += 4
    for place in range(1, 16):
        page.column_dimensions[get_column_letter(place)].width = 22


def _explanation(book: Workbook) -> None:
    page = book.create_sheet("填写说明")
    page.column_dimensions["A"].width = 110
    said = [
        _("一、在「工程」「单位工程」「参建单位」「项目负责人」四张表中填写；表名和表头请勿改动，列的先后可以调整。"),
        _("二、带 * 的列必填。一个项目的全部内容没有错误才会导入；一个项目有错误不影响其他项目。"),
        _("三、编码、证件号码、手机号请保持“文本”格式；身份证号码设为数字格式会丢失末几位，无法恢复。"),
        _("四、日期请填写为 2024-03-05。2024.3.5、2024年3月5日、2024/03/05 也能识别，导入时会说明。"),
        _("五、负责人更换时保留原来一行并填写离任日期，另起一行填写新负责人；交接当日两人可同时在任。"),
        _("六、同一文件可以反复导入，已登记的内容不会重复，也不会被覆盖；与已登记内容不同之处会提示。"),
        _("七、示例见「填写示例」，仅供参照，不会被导入。"),
    ]
    for sheet in sheets(Days()):
        said.append(f"「{sheet.name}」")
        said += [f"　{column.heading}：{column.hint}" for column in sheet.columns if column.hint]
    for line, sentence in enumerate(said, 1):
        page.cell(line, 1, sentence).alignment = Alignment(wrap_text=True)


def _bytes(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
