"""`flask import-roster`: one JSON object, words for people, and exit codes that tell whether all went in."""

import json

import pytest
from sqlalchemy import func, select

from registry.kernel.actor import SYSTEM
from registry.projects.models import Project
from tests.accounts.visiting import application
from tests.exchange import rosters
from tests.exchange.rosters import leader
from tests.exchange.test_importing import two_projects

KEYS = [
    "projects", "unit_projects", "participations", "terms", "organisations", "persons", "mended", "errors",
]


@pytest.fixture
def flask(units, law):
    """Runs a command as an operator would."""
    runner = application(units).test_cli_runner()
    return lambda *words: runner.invoke(args=["import-roster", *map(str, words)])


@pytest.fixture
def sheet(tmp_path):
    return lambda content: rosters.save(tmp_path / "花名册.xlsx", content)


def projects(units) -> int:
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(func.count(Project.id)))


def test_all_in_is_told_in_json_with_exit_0(flask, sheet, units):
    done = flask(sheet(rosters.rows()), "--json")
    said = json.loads(done.stdout)
    assert list(said) == KEYS
    assert [said[key] for key in KEYS] == [1, 2, 5, 5, 5, 5, [], []]
    assert done.exit_code == 0
    assert projects(units) == 1


def test_a_second_time_nothing_is_new_and_the_exit_is_0(flask, sheet):
    file = sheet(rosters.rows())
    flask(file, "--json")
    done = flask(file, "--json")
    assert [json.loads(done.stdout)[key] for key in KEYS] == [0, 0, 0, 0, 0, 0, [], []]
    assert done.exit_code == 0


def test_some_refused_is_exit_2_and_the_others_are_in(flask, sheet, units):
    content = two_projects()
    content[rosters.LEADERS][7] = leader(2, "3701022403050102", 手机号="1")
    done = flask(sheet(content), "--json")
    said = json.loads(done.stdout)
    assert said["projects"] == 1
    assert said["errors"] == [{
        "sheet": "项目负责人", "row": 9, "column": "手机号",
        "message": "第 9 行「手机号」：手机号应为 11 位数字，以 13 至 19 开头。",
    }]
    assert done.exit_code == 2
    assert projects(units) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(flask, sheet, units):
    done = flask(sheet(rosters.rows()), "--json", "--dry-run")
    assert [json.loads(done.stdout)[key] for key in KEYS] == [1, 2, 5, 5, 5, 5, [], []]
    assert done.exit_code == 0
    assert projects(units) == 0


def test_what_was_mended_is_told_from_and_to(flask, sheet):
    content = rosters.rows(**{rosters.LEADERS: [leader(0, 任职日期="2024.3.5")]})
    said = json.loads(flask(sheet(content), "--json").stdout)
    assert said["mended"] == [
        {"sheet": "项目负责人", "row": 2, "column": "任职日期", "from": "2024.3.5", "to": "2024-03-05"},
    ]


def test_a_file_refused_whole_is_one_error_and_exit_2(flask, tmp_path):
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(b"no workbook")
    done = flask(file, "--json")
    said = json.loads(done.stdout)
    assert [said[key] for key in KEYS[:7]] == [0, 0, 0, 0, 0, 0, []]
    [error] = said["errors"]
    assert (error["sheet"], error["row"], error["column"]) == ("", 0, "")
    assert done.exit_code == 2


def test_people_are_told_in_words(flask, sheet):
    content = rosters.rows(**{rosters.LEADERS: [leader(0, 任职日期="2024.3.5", 离任日期="至今")]})
    content[rosters.PROJECTS].append(rosters.project("3701022403050102", 行政区划代码="1"))
    content[rosters.PROJECTS][0]["施工许可证编号"] = "旧号 7"
    done = flask(sheet(content))
    assert "错误「工程」第 3 行「行政区划代码」" in done.stdout
    assert "已更正「项目负责人」第 2 行「任职日期」：2024.3.5 → 2024-03-05" in done.stdout
    assert "已更正「项目负责人」第 2 行「离任日期」：至今 → （空）" in done.stdout
    assert "新增：工程 1，" in done.stdout
    assert "提醒「工程」第 2 行「施工许可证编号」" in done.stderr
    assert done.exit_code == 2


def test_a_file_that_is_not_there_is_a_mistake_of_usage(flask, tmp_path):
    assert flask(tmp_path / "无.xlsx").exit_code == 2


def test_help_is_chinese(flask):
    assert "花名册" in flask("--help").output
