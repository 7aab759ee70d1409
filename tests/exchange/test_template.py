"""The workbook we hand out can be handed back, and carries nothing that acts."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from registry.exchange.sheets import LEADERS, PARTICIPATIONS, PROJECTS
from registry.exchange.template import EXAMPLE, filled, template
from tests.exchange import rosters


def written(folder: Path, content: bytes) -> Path:
    path = folder / "out.xlsx"
    path.write_bytes(content)
    return path


def test_the_example_is_a_roster_without_a_fault(tmp_path, catalogue):
    (ready,), findings = rosters.read(written(tmp_path, filled(EXAMPLE)), catalogue)
    assert (findings.errors, findings.mends, findings.remarks) == ([], [], [])
    assert [firm.row.units for firm in ready.firms] == [(), ("01", "02")]


def test_the_template_offers_roles_posts_and_documents_to_choose_from(tmp_path, catalogue):
    book = load_workbook(written(tmp_path, template(catalogue)))
    rules = {rule.promptTitle: rule.formula1 for rule in book[LEADERS].data_validations.dataValidation}
    place = rules["职务"]
    assert place.startswith("选项!")
    assert book["选项"].sheet_state == "hidden"
    posts = [row[0].value for row in book["选项"][place.partition("!")[2].replace("$", "")]]
    assert posts == [post.label for post in catalogue.posts]
    assert book.active.title == PROJECTS


@pytest.mark.parametrize("name", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"x\")"])
def test_a_name_that_looks_like_a_formula_stays_a_name(tmp_path, name):
    content = filled({PARTICIPATIONS: [{"单位名称": name, "法定代表人": name}]})
    cell = load_workbook(written(tmp_path, content))[PARTICIPATIONS]["C2"]
    assert (cell.data_type, cell.value) == ("s", name)
    assert cell.quotePrefix


@pytest.mark.parametrize("name", ["𠮷田一郎", "㐂㐂", "䶮", "张𬎆"])
def test_rare_characters_come_back_as_they_went(tmp_path, catalogue, name):
    content = rosters.rows(**{LEADERS: [rosters.leader(0, 姓名=name)]})
    (ready,), _findings = rosters.read(written(tmp_path, filled(content)), catalogue)
    assert ready.firms[0].leaders[0].name == name
