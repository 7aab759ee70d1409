"""`flask standards`: what is in the handbook, and an official text into it."""

import json
import sys
from pathlib import Path
from typing import NoReturn, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Refusal
from registry.kernel.text import _
from registry.kernel.uow import Units
from registry.standards import actions, queries
from registry.standards.models import StandardEdition
from registry.standards.queries import Listed
from registry.standards.revision import Faulty
from registry.standards.rules import Edition
from registry.standards.shown import said

REFUSED = 2
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="标准手册：查看、录入、导出与导入。")
def standards() -> None:
    """Stand for the commands below it."""


@standards.command("load", help="从 JSON 文件录入版本；不给文件时录入系统附带的默认版本。已有的跳过。"
                   "退出码：0 完成，2 文件有误，一个版本也没有录入。")
@click.argument("file", metavar="[文件]", required=False, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出新录入的版本。")
@with_appcontext
def load(file: Path | None, as_json: bool) -> None:
    try:
        with opened().writing(SYSTEM) as uow:
            entered = actions.load_file(uow, file) if file else actions.load_defaults(uow)
    except Refusal as no:
        refuse(no)
    if as_json:
        click.echo(json.dumps([in_short(edition) for edition in entered], ensure_ascii=False))
        return
    click.echo(_("新录入 {count} 个版本。", count=len(entered)))
    for edition in entered:
        click.echo(f"  {edition.region} {edition.effective_from} {edition.title} {edition.version}")


@standards.command("export", help="把一个版本写成工作簿（.xlsx）。退出码：0 完成，2 没有这个版本。")
@click.argument("edition", metavar="版本编号")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件。")
@with_appcontext
def export(edition: str, out: Path) -> None:
    try:
        with opened().reading(SYSTEM) as uow:
            made = queries.workbook(uow, queries.edition_named(uow, edition).id)
            with made.opened(0, None) as stream:
                out.write_bytes(stream.read())
    except Refusal as no:
        refuse(no)
    click.echo(_("已写入 {file}。", file=out))


@standards.command("import", help="从工作簿（.xlsx）录入一个版本，是哪一类、哪个地区、哪个版本见“版本信息”表。"
                   "已有且内容相同的跳过。"
                   "退出码：0 完成，2 文件有误，没有录入。")
@click.argument("file", metavar="文件", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出新录入的版本。")
@with_appcontext
def take_in(file: Path, as_json: bool) -> None:
    try:
        with opened().writing(SYSTEM) as uow:
            entered = actions.load_workbook(uow, file)
    except Refusal as no:
        refuse(no)
    if as_json:
        click.echo(json.dumps([in_short(edition) for edition in entered], ensure_ascii=False))
        return
    click.echo(_("新录入 {count} 个版本。", count=len(entered)))


@standards.command("list", help="列出手册中的全部版本。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@with_appcontext
def listing(as_json: bool) -> None:
    with opened().reading(SYSTEM) as uow:
        rows = [listed for section in queries.sections(uow) for listed in section.editions]
    if as_json:
        whole = [in_short(listed.edition) | {"standing": listed.standing.value} for listed in rows]
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    for listed in rows:
        click.echo(in_words(listed))


def refuse(no: Refusal) -> NoReturn:
    click.echo(f"{no} {no.remedy}".strip(), err=True)
    for fault in no.faults if isinstance(no, Faulty) else ():
        click.echo(f"  {fault}", err=True)
    sys.exit(REFUSED)


def in_short(edition: StandardEdition | Edition) -> dict[str, str]:
    return {
        "id": str(edition.id),
        "kind": edition.kind,
        "key": edition.key,
        "region": edition.region,
        "version": edition.version,
        "effective_from": edition.effective_from.isoformat(),
        "title": edition.title,
        "source": edition.source,
        "status": edition.status.value,
        "content_sha256": edition.content_sha256,
    }


def in_words(listed: Listed) -> str:
    edition = listed.edition
    return (
        f"{edition.region} {edition.effective_from} {said(edition.status)} {said(listed.standing)}"
        f" {edition.title}（{edition.version}）{edition.source}"
    )


def opened() -> Units:
    return cast("Units", current_app.extensions["units"])


commands = [standards]
