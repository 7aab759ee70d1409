"""Operators' doors to rosters."""

import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, cast

import click
from flask import current_app

from registry.exchange.importing import Report, import_roster, rehearse_roster
from registry.kernel.actor import SYSTEM
from registry.kernel.text import _
from registry.kernel.uow import Units

ALL_IN, SOME_REFUSED = 0, 2


@click.command("import-roster", help=(
    "从 Excel 花名册（.xlsx）导入工程、参建单位和项目负责人。可反复导入，不会重复。"
    "退出码：0 全部导入，2 有项目未导入。"
))
@click.argument("file", metavar="FILE.xlsx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查并报告，不写入任何内容。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def import_command(file: Path, dry_run: bool, as_json: bool) -> None:
    units = cast("Units", current_app.extensions["units"])
    if dry_run:
        report = rehearse_roster(file, partial(units.reading, SYSTEM))
    else:
        report = import_roster(file, partial(units.writing, SYSTEM))
    for remark in report.findings.remarks:
        click.echo(_("提醒「{sheet}」{said}", sheet=remark.sheet, said=remark.message), err=True)
    click.echo(json.dumps(as_plain(report), ensure_ascii=False, indent=2) if as_json else in_words(report))
    sys.exit(ALL_IN if report.complete else SOME_REFUSED)


def as_plain(report: Report) -> dict[str, Any]:
    """Return a report as one JSON object. Its keys are published: they may be added to and never renamed."""
    return asdict(report.created) | {
        "mended": [
            {"sheet": at.sheet, "row": at.row, "column": at.column, "from": at.before, "to": at.after}
            for at in report.findings.mends
        ],
        "errors": [
            {"sheet": at.sheet, "row": at.row, "column": at.column, "message": at.message}
            for at in report.findings.errors
        ],
    }


def in_words(report: Report) -> str:
    created = report.created
    lines = [
        _("错误「{sheet}」{said}", sheet=at.sheet or _("整个文件"), said=at.message)
        for at in report.findings.errors
    ]
    lines += [
        _("已更正「{sheet}」第 {row} 行「{column}」：{before} → {after}", sheet=at.sheet, row=at.row,
          column=at.column, before=at.before or _("（空）"), after=at.after or _("（空）"))
        for at in report.findings.mends
    ]
    lines.append(_(
        "新增：工程 {projects}，单位工程 {unit_projects}，参建 {participations}，任职 {terms}，"
        "单位 {organisations}，人员 {persons}；更正 {mended} 处，错误 {errors} 处。",
        **asdict(created), mended=len(report.findings.mends), errors=len(report.findings.errors),
    ))
    return "\n".join(lines)


commands = [import_command]
