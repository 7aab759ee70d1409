"""`flask storage`: are the bytes still there and the same, and away with those that nothing names."""

import json
import sys
from dataclasses import asdict
from typing import NoReturn, cast

import click
from flask import current_app

from registry.documents import fixity
from registry.kernel.errors import Unavailable
from registry.kernel.text import _
from registry.kernel.uow import Units

OK, DAMAGED, DOWN = 0, 1, 3


@click.group(help="文件存储：核对与清理。")
def storage() -> None:
    """Stand for the commands below it."""


@storage.command("check", help="核对每份文件：是否还在、大小与哈希是否未变，并列出无人引用的对象。"
                 "退出码：0 完好，1 有缺失或改动，3 存储没有应答。")
@click.option("--fraction", type=click.FloatRange(0, 1), default=fixity.ALL, show_default=True,
              help="今天重新计算哈希的比例；小于 1 时逐日轮换，例如 0.0334 在 30 天内读遍全部文件。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def check(fraction: float, as_json: bool) -> None:
    tell(fraction, as_json)


@storage.command("fixity", help="逐份重新计算全部文件的哈希，报告缺失、改动和读不出的文件。后台每天自动核对三十分之一，"
                 "发现异常即通知系统管理员和监督机构。退出码：0 完好，1 有缺失或改动，3 存储没有应答。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def every_hash(as_json: bool) -> None:
    tell(fixity.ALL, as_json)


def tell(fraction: float, as_json: bool) -> NoReturn:
    """Check the store, say what was found, and end."""
    try:
        report = fixity.check(opened(), fraction)
    except Unavailable as no:
        give_up(no)
    if as_json:
        click.echo(json.dumps(asdict(report) | {"damaged": report.damaged}, ensure_ascii=False))
    else:
        say_report(report)
    sys.exit(DAMAGED if report.damaged else OK)


def say_report(report: fixity.Report) -> None:
    click.echo(_("文件 {count} 份，重新计算哈希 {hashed} 份（{size:.1f} MB）。",
                 count=report.documents, hashed=report.hashed, size=report.hashed_bytes / 1e6))
    damage = {_("缺失"): report.missing, _("改动"): report.altered, _("读不出"): report.unreadable}
    for label, found in damage.items():
        click.echo(_("{label}：{count} 份。", label=label, count=len(found)))
        for sha256 in found:
            click.echo(f"  {sha256}")
    click.echo(_("无人引用的对象：{count} 个（{size:.1f} MB），可用 flask storage sweep 清理。",
                 count=report.orphan_count, size=report.orphan_bytes / 1e6))
    for key in report.orphans:
        click.echo(f"  {key}")


@storage.command("sweep", help="清理 24 小时以上无人引用的对象和未传完的文件。被任何记录引用的文件绝不删除。"
                 "退出码：0 完成，3 存储没有应答。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def sweep(as_json: bool) -> None:
    try:
        swept = fixity.sweep(opened())
    except Unavailable as no:
        give_up(no)
    if as_json:
        click.echo(json.dumps(asdict(swept)))
        return
    click.echo(_("清理对象 {objects} 个（{size:.1f} MB），过期上传 {uploads} 个，暂存文件 {files} 个。",
                 objects=swept.objects, size=swept.object_bytes / 1e6,
                 uploads=swept.uploads, files=swept.files))


def opened() -> Units:
    return cast("Units", current_app.extensions["units"])


def give_up(no: Unavailable) -> NoReturn:
    click.echo(str(no), err=True)
    sys.exit(DOWN)


commands = [storage]
