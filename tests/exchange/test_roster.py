"""A whole roster: clean ones go in as they are, dirty ones are mended and say so, wrong ones say where."""

import random
import re
from datetime import date

import pytest

from registry.exchange.findings import Mend
from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS, UNITS
from registry.parties.models import IdentityKind
from tests.exchange import rosters
from tests.exchange.rosters import citizen, credit_code, firm, leader, project, unit


@pytest.fixture
def read(tmp_path, catalogue):
    def read(content, **how):
        return rosters.read(rosters.save(tmp_path / "花名册.xlsx", content, **how), catalogue)
    return read


def only_fault(findings):
    (fault,) = findings.errors
    return fault


def test_a_clean_roster_needs_no_mending(read):
    (ready,), findings = read(rosters.rows())
    assert (findings.errors, findings.mends) == ([], [])
    assert ready.project.started_on == date(2024, 3, 5)
    assert [unit.number for unit in ready.units] == ["01", "02"]
    assert {firm.row.role: [leader.post for leader in firm.leaders] for firm in ready.firms} == {
        "owner": ["owner-leader"], "survey": ["survey-leader"], "design": ["design-leader"],
        "contractor": ["project-manager"], "supervision": ["chief-supervisor"],
    }


def test_identity_numbers_and_phones_are_never_shown_in_a_row_printed_out(read):
    (ready,), _findings = read(rosters.rows())
    assert citizen(0) not in repr(ready)
    assert "13800000000" not in repr(ready)


def test_columns_may_stand_in_any_order_under_a_title_and_with_other_brackets(read):
    order = random.Random(1)
    shuffled = {name: order.sample(titles, len(titles)) for name, titles in rosters.HEADINGS.items()}

    def disguise(book):
        for sheet in book:
            for cell in sheet[1]:
                cell.value = " " + cell.value.replace("(㎡)", "（m²）").replace("*", "＊")
            sheet.insert_rows(1, 2)
            sheet["A1"] = "海城项目负责人花名册"
            sheet.merge_cells("A1:F1")

    (ready,), findings = read(rosters.rows(), headings=shuffled, touch=disguise)
    assert ready.project.name == "海棠苑一期"
    assert (findings.errors, findings.mends) == ([], [])


def test_columns_the_roster_does_not_know_are_passed_over(read):
    headings = {name: ["序号", *titles, "备注"] for name, titles in rosters.HEADINGS.items()}
    content = {name: [row | {"序号": 7, "备注": "无"} for row in table] + [{"序号": 8}]
               for name, table in rosters.rows().items()}
    (_ready,), findings = read(content, headings=headings)
    assert (findings.errors, findings.mends) == ([], [])


def test_empty_rows_at_the_end_and_between_are_passed_over(read):
    content = rosters.rows()
    content[LEADERS] = [{}, *content[LEADERS], {}, {"姓名": "  "}]
    (_ready,), findings = read(content)
    assert findings.errors == []


def test_what_was_mended_is_said_with_before_and_after(read):
    dirty = project(行政区划代码=370102, 开工日期="2024.3.5", 建筑面积="12,345.60㎡")
    content = rosters.rows(**{PROJECTS: [dirty]})
    (ready,), findings = read(content)
    assert findings.mends == [
        Mend("工程", 2, "行政区划代码", "（数字）370102", "370102"),
        Mend("工程", 2, "建筑面积", "12,345.60㎡", "12345.60"),
        Mend("工程", 2, "开工日期", "2024.3.5", "2024-03-05"),
    ]
    assert ready.project.region == "370102"


def test_personal_numbers_are_masked_where_a_mend_is_told(read):
    dirty = leader(姓名="李　四", 证件号码=f" {citizen(9)} ", 手机号=13800000003)
    content = rosters.rows(**{LEADERS: [leader(0), dirty]})
    (_ready,), findings = read(content)
    told = repr(findings.mends)
    assert citizen(9) not in told
    assert "13800000003" not in told
    assert "138****0003" in told
    assert Mend(LEADERS, 3, "姓名", "李　四", "李四") in findings.mends


def test_a_lower_case_x_is_raised(read, tmp_path):
    number = next(citizen(serial) for serial in range(1000) if citizen(serial).endswith("X"))
    (ready,), findings = read(rosters.rows(**{LEADERS: [leader(0, 证件号码=number.lower())]}))
    assert ready.firms[0].leaders[0].identity_number == number
    assert findings.mends == [Mend(LEADERS, 2, "证件号码", "3****************x", "3****************X")]


def test_an_identity_number_entered_as_a_number_is_refused_for_good(read):
    ready, findings = read(rosters.rows(**{LEADERS: [leader(0, 证件号码=int(citizen(0)[:17] + "0"))]}))
    fault = only_fault(findings)
    assert (fault.sheet, fault.row, fault.column) == (LEADERS, 2, "证件号码")
    assert fault.message.startswith("第 2 行「证件号码」：")
    assert "文本" in fault.message
    assert ready == []


def test_cells_below_the_first_of_a_merged_range_say_what_it_says(read):
    def merge(book):
        book[LEADERS].merge_cells("A2:A6")
        book[UNITS].merge_cells("A2:A3")

    (_ready,), findings = read(rosters.rows(), touch=merge)
    assert findings.errors == []
    assert len(findings.mends) == 5
    assert Mend(UNITS, 3, "项目编号", "（合并单元格）", rosters.NUMBER) in findings.mends


def test_a_range_merged_across_columns_is_refused(read):
    def merge(book):
        book[PARTICIPATIONS].merge_cells("H2:I2")

    _ready, findings = read(rosters.rows(), touch=merge)
    assert "取消合并" in only_fault(findings).message
    assert only_fault(findings).column == "进场日期"


def test_a_formula_counts_by_its_stored_result_and_says_so(tmp_path, catalogue):
    path = rosters.save(tmp_path / "a.xlsx", rosters.rows())
    calculated = rosters.with_formula(path, PROJECTS, "G2", "3*4", "12")
    (ready,), findings = rosters.read(calculated, catalogue)
    assert ready.project.area == 12
    assert findings.mends == [Mend(PROJECTS, 2, "建筑面积", "（公式）12", "12")]


def test_a_formula_never_calculated_is_refused(read):
    _ready, findings = read(rosters.rows(**{PROJECTS: [project(建筑面积="=3*4")]}))
    assert "没有计算结果" in only_fault(findings).message


def test_a_slash_in_an_optional_cell_means_nothing_and_in_a_required_one_is_missing(read):
    content = rosters.rows(**{PROJECTS: [project(施工许可证编号="/")], LEADERS: [leader(0, 离任日期="至今")]})
    (ready,), findings = read(content)
    assert ready.project.permit_number == ""
    assert findings.mends == [
        Mend(PROJECTS, 2, "施工许可证编号", "/", ""), Mend(LEADERS, 2, "离任日期", "至今", ""),
    ]
    _ready, findings = read(rosters.rows(**{PROJECTS: [project(建设地点="/")]}))
    assert only_fault(findings).message == "第 2 行「建设地点」：不能为空。"


def test_real_dates_and_numbers_are_as_good_as_text(read):
    typed = project(开工日期=date(2024, 3, 5), 建筑面积=12345.6, 合同工期=720)
    content = rosters.rows(**{PROJECTS: [typed]})
    (ready,), findings = read(content)
    assert (ready.project.started_on, ready.project.duration_days) == (date(2024, 3, 5), 720)
    assert findings.mends == []


def test_other_documents_are_told_by_their_kind(read):
    content = rosters.rows(**{LEADERS: [leader(0, 证件类型="护照", 证件号码="e12345678")]})
    (ready,), _findings = read(content)
    assert ready.firms[0].leaders[0].identity_kind is IdentityKind.PASSPORT
    assert ready.firms[0].leaders[0].identity_number == "E12345678"
    _ready, findings = read(rosters.rows(**{LEADERS: [leader(0, 证件类型="工作证")]}))
    assert "港澳台居民居住证" in only_fault(findings).message


def test_odd_certificates_are_remarked_and_taken(read):
    (_ready,), findings = read(rosters.rows(**{PROJECTS: [project(施工许可证编号="[2018]施[朝]建字0072号")]}))
    assert findings.errors == []
    assert [(remark.row, remark.column) for remark in findings.remarks] == [(2, "施工许可证编号")]


@pytest.mark.parametrize(("sheet", "row", "column", "said"), [
    (PROJECTS, project(行政区划代码="3701"), "行政区划代码", "6 位"),
    (PROJECTS, project(项目编号=None), "项目编号", "不能为空"),
    (PROJECTS, project(经度="36.66"), "经度", "颠倒"),
    (PROJECTS, project(竣工验收合格日期="2023-01-01"), "竣工验收合格日期", "早于开工日期"),
    (UNITS, unit(设计使用年限="长期"), "设计使用年限", "不是"),
    (UNITS, unit(设计使用年限="0"), "设计使用年限", "1 至 200"),
    (UNITS, unit(单位工程编号=date(2024, 1, 2)), "单位工程编号", "文本"),
    (PARTICIPATIONS, firm(统一社会信用代码="91350100M000100Y44"), "统一社会信用代码", "校验码"),
    (PARTICIPATIONS, firm(责任主体="看门单位"), "责任主体", "不认识"),
    (PARTICIPATIONS, firm(承担范围="01、99"), "承担范围", "没有单位工程 99"),
    (PARTICIPATIONS, firm(退场日期="2023-01-01"), "退场日期", "早于进场日期"),
    (LEADERS, leader(证件号码="110105194912310021"), "证件号码", "校验码"),
    (LEADERS, leader(手机号="123"), "手机号", "11 位"),
    (LEADERS, leader(职务="总监"), "职务", "施工单位项目经理"),
    (LEADERS, leader(统一社会信用代码=credit_code(77)), "统一社会信用代码", "「参建单位」表中没有"),
    (LEADERS, leader(责任主体="监理单位", 职务="总监"), "责任主体", "不是监理单位"),
    (LEADERS, leader(离任日期="2023-01-01"), "离任日期", "早于任职日期"),
    (LEADERS, leader(姓名="13800000000"), "姓名", "填错了列"),
])
def test_a_wrong_cell_is_named_by_sheet_row_and_column(read, sheet, row, column, said):
    content = rosters.rows()
    content[sheet][0 if sheet == PROJECTS else 1 if sheet == UNITS else 3] = row
    ready, findings = read(content)
    fault = next(fault for fault in findings.errors if fault.column == column)
    assert said in fault.message
    assert (fault.sheet, fault.row) == (sheet, {PROJECTS: 2, UNITS: 3}.get(sheet, 5))
    assert ready == []


def test_no_fault_ever_shows_a_personal_number(read):
    content = rosters.rows(**{LEADERS: [
        leader(0, 证件号码=citizen(1)[:17] + "5", 手机号="23800000000"), leader(1), leader(1, 姓名="周冒名"),
    ]})
    _ready, findings = read(content)
    told = repr(findings.errors)
    assert len(findings.errors) >= 3
    assert citizen(1) not in told
    assert "23800000000" not in told
    assert citizen(1)[:17] not in told


@pytest.mark.parametrize("words", ["施工", "施工总承包单位", "施工单位 "])
def test_usual_words_for_roles_and_posts_are_understood(read, words):
    content = rosters.rows()
    content[PARTICIPATIONS][3] = firm(责任主体=words)
    content[LEADERS][3] = leader(责任主体=words, 职务="项目经理")
    content[LEADERS][4] = leader(4, 职务="总监")
    (ready,), findings = read(content)
    assert findings.errors == []
    assert [leader.post for firm in ready.firms[3:] for leader in firm.leaders] == [
        "project-manager", "chief-supervisor",
    ]


def test_units_in_a_scope_may_be_written_loosely(read):
    content = rosters.rows(**{PARTICIPATIONS: [firm(0, 承担范围="1，02号楼"), *map(firm, range(1, 5))]})
    (ready,), findings = read(content)
    assert ready.firms[0].row.units == ("01", "02")
    assert findings.mends == [Mend(PARTICIPATIONS, 2, "承担范围", "1、02号楼", "01、02")]


@pytest.mark.parametrize(("changed", "row", "column", "said"), [
    ({PROJECTS: [project(), project()]}, 3, "项目编号", "与第 2 行"),
    ({UNITS: [unit(), unit()]}, 3, "单位工程编号", "与第 2 行重复"),
    ({UNITS: []}, 2, "项目编号", "至少要有一个单位工程"),
    ({UNITS: [unit(), unit("01", "9999992403050101")]}, 3, "项目编号", "没有项目 9999992403050101"),
    ({PARTICIPATIONS: [*map(firm, range(5)), firm(3)]}, 7, "统一社会信用代码", "与第 5 行"),
    ({PARTICIPATIONS: [*map(firm, range(5)), firm(3, 责任主体="检测单位", 单位名称="别的公司")]},
     7, "单位名称", "第 5 行名为"),
    ({LEADERS: [leader(), leader()]}, 3, "证件号码", "与第 2 行重复"),
    ({LEADERS: [leader(), leader(4, 姓名="李冒名", 证件号码=citizen(3))]}, 3, "姓名", "第 2 行名为“周建国”"),
    ({LEADERS: [leader(), leader(姓名="李后任", 证件号码=citizen(8))]}, 3, "任职日期", "任期重叠"),
])
def test_rows_that_contradict_each_other_are_refused_on_the_later_one(read, changed, row, column, said):
    _ready, findings = read(rosters.rows(**changed))
    fault = only_fault(findings)
    assert (fault.row, fault.column) == (row, column)
    assert re.search(said, fault.message)


def test_a_change_of_leader_is_two_terms_that_may_share_a_day(read):
    content = rosters.rows(**{LEADERS: [
        leader(离任日期="2025-01-01"), leader(姓名="李后任", 证件号码=citizen(8), 任职日期="2025-01-01"),
    ]})
    (ready,), findings = read(content)
    assert findings.errors == []
    assert [leader.name for leader in ready.firms[3].leaders] == ["周建国", "李后任"]


def test_a_firm_may_come_back_and_its_leader_belongs_to_the_stay_he_led(read):
    firms = [*map(firm, range(3)), firm(3, 退场日期="2024-06-30"), firm(4), firm(3, 进场日期="2025-01-01")]
    former = leader(姓名="李前任", 证件号码=citizen(8), 离任日期="2024-06-30")
    leaders = [leader(任职日期="2025-02-01"), former]
    (ready,), _findings = read(rosters.rows(**{PARTICIPATIONS: firms, LEADERS: leaders}))
    stays = {firm.row.since: [leader.name for leader in firm.leaders] for firm in ready.firms if firm.leaders}
    assert stays == {date(2024, 3, 1): ["李前任"], date(2025, 1, 1): ["周建国"]}


def test_a_leader_leaves_with_the_firm_unless_the_roster_says_when(read):
    firms = [*map(firm, range(3)), firm(3, 退场日期="2024-06-30"), firm(4)]
    (ready,), findings = read(rosters.rows(**{PARTICIPATIONS: firms}))
    assert ready.firms[3].leaders[0].until == date(2024, 6, 30)
    assert findings.mends == [Mend(LEADERS, 5, "离任日期", "", "2024-06-30")]
    _ready, findings = read(rosters.rows(**{PARTICIPATIONS: firms, LEADERS: [leader(任职日期="2024-07-01")]}))
    assert "退场日期" in only_fault(findings).message


def test_a_leader_may_take_office_before_the_firm_comes_to_the_site(read):
    (_ready,), findings = read(rosters.rows(**{LEADERS: [leader(任职日期="2024-02-01")]}))
    assert findings.errors == []
    assert [remark.column for remark in findings.remarks] == ["任职日期"]


def test_one_wrong_project_does_not_keep_the_others_out(read):
    other = "3701022403050102"
    content = rosters.rows()
    content[PROJECTS].append(project(other, 行政区划代码="1"))
    content[UNITS].append(unit("01", other))
    ready, findings = read(content)
    assert [roster.project.number for roster in ready] == [rosters.NUMBER]
    assert findings.refused == {other}


def test_a_broken_row_does_not_bring_down_the_rows_that_lean_on_it(read):
    content = rosters.rows()
    content[PARTICIPATIONS][3] = firm(进场日期="某天")
    _ready, findings = read(content)
    assert [fault.column for fault in findings.errors] == ["进场日期"]


def test_a_missing_sheet_or_column_refuses_the_whole_file(read):
    content = rosters.rows()
    del content[UNITS]
    ready, findings = read(content)
    assert ready == []
    assert (only_fault(findings).sheet, only_fault(findings).row) == (UNITS, 0)

    nameless = [title for title in rosters.HEADINGS[LEADERS] if "姓名" not in title]
    ready, findings = read(rosters.rows(), headings=rosters.HEADINGS | {LEADERS: nameless})
    assert ready == []
    fault = only_fault(findings)
    assert (fault.sheet, fault.row, fault.column) == (LEADERS, 1, "姓名")


def test_another_unit_of_measure_refuses_the_whole_file(read):
    in_yuan = [title.replace("万元", "元") for title in rosters.HEADINGS[PROJECTS]]
    _ready, findings = read(rosters.rows(), headings=rosters.HEADINGS | {PROJECTS: in_yuan})
    assert "单位应为万元" in only_fault(findings).message


def test_two_columns_of_one_heading_refuse_the_whole_file(read):
    headings = rosters.HEADINGS | {PROJECTS: [*rosters.HEADINGS[PROJECTS], "项目名称"]}
    _ready, findings = read(rosters.rows(), headings=headings)
    assert "两列" in only_fault(findings).message


def test_a_sheet_without_header_refuses_the_whole_file(read):
    headings = rosters.HEADINGS | {PROJECTS: [f"列{place}" for place in range(15)]}
    _ready, findings = read(rosters.rows(), headings=headings)
    assert "没有找到表头" in only_fault(findings).message
