"""`flask archive`: the package of a project, its verification, and the back-filing of old projects."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn, cast

import click
from flask import current_app

from registry.archives.backfilling import Report, backfill, rehearse
from registry.archives.package import package as packed
from registry.archives.packaging import package_project, sign_ledger
from registry.archives.verifying import Proofs, verify_package
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Refusal, Unavailable
from registry.kernel.staging import PUSH_AFTER, Beside
from registry.kernel.text import _
from registry.kernel.uow import Units

OK, REFUSED, ALTERED, DOWN = 0, 1, 2, 3


@click.group(help="工程档案：移交包、核验、旧工程补录。")
def archive() -> None:
    """Stand for the commands below it."""


@archive.command("package", help="把项目现有的全部档案打成一个 BagIt 移交包（ZIP），可用任意 BagIt 工具核验。"
                 "退出码：0 完成，1 不能办理，3 存储没有应答。")
@click.argument("number", metavar="项目编号")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个文件。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def pack(number: str, out: Path, as_json: bool) -> None:
    part = out.with_name(f"{out.name}.part")
    try:
        sign_ledger(opened())
        with opened().writing(SYSTEM) as uow:
            found = package_project(uow, number)
        size = write(part, packed(found.files, found.opened, found.info))
        part.replace(out)
    except Refusal as no:
        give_up(no)
    finally:
        part.unlink(missing_ok=True)
    told = {"file": str(out), "files": len(found.files), "bytes": size, "number": found.info["External-Identifier"]}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(_("已写入 {file}：{files} 个文件，{size:.1f} MB。", file=out, files=len(found.files), size=size / 1e6))


def write(path: Path, blocks: Iterator[bytes]) -> int:
    """Write the blocks as they come and return how many bytes they were; durable when it returns."""
    size = pushed = 0
    with path.open("wb", buffering=0) as file, closing(Beside("push")) as disk:
        for block in blocks:
            file.write(block)
            size += len(block)
            if size - pushed >= PUSH_AFTER and disk.at_rest:
                pushed = size
                disk.do(os.fdatasync, file.fileno())
        disk.wait()
        os.fsync(file.fileno())
    return size


@archive.command("verify", help="核验移交包（ZIP 或解压后的文件夹）：每个文件是否在、是否与清单一致；包内附有账本证明的，"
                 "每个文件的证明是否成立。不需要数据库和网络。"
                 "退出码：0 完好，1 不是移交包，2 有文件缺失、改动、多出，或者证明不成立、不齐全。")
@click.argument("path", metavar="FILE.zip", type=click.Path(exists=True, path_type=Path))
@click.option("--key", default="", help="账本公钥，见“存证”公示页；给出时每个文件都必须有证明，不给出时用包内所附的公钥。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def verify(path: Path, key: str, as_json: bool) -> None:
    try:
        found = verify_package(path, key)
    except Refusal as no:
        give_up(no)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"sound": found.sound}, ensure_ascii=False))
    else:
        click.echo(_("核对文件 {count} 个。", count=found.files))
        for label, names in ((_("改动"), found.altered), (_("缺失"), found.missing), (_("多出"), found.extra)):
            for name in names:
                click.echo(f"{label}：{name}")
        say_proofs(found.proofs, given=bool(key))
        if found.sound:
            click.echo(_("全部与清单一致。"))
    sys.exit(OK if found.sound else ALTERED)


def say_proofs(proofs: Proofs | None, *, given: bool) -> None:
    if proofs is None:
        click.echo(_("包内没有账本证明，只核对了清单。"))
        return
    for label, names in ((_("证明不成立"), proofs.wrong), (_("没有证明"), proofs.unproved)):
        for name in names:
            click.echo(f"{label}：{name}")
    if proofs.proved:
        click.echo(_("账本证明成立 {count} 份：账本 {origin}，已签名 {size} 条。", count=proofs.proved, origin=proofs.origin,
                     size=proofs.size))
    if not given:
        click.echo(_("公钥取自包内，请与登记系统“存证”公示页核对：{key}", key=proofs.key))


@archive.command("backfill", help="按清单补录旧工程的档案：MANIFEST.xlsx 每行一个文件，文件在 FOLDER 中。"
                 "同一项目全部无误才录入；重复运行不会重复录入。退出码：0 全部录入，2 有项目未录入，1 不能办理，3 存储没有应答。")
@click.argument("manifest", metavar="MANIFEST.xlsx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不录入。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def fill_back(manifest: Path, folder: Path, dry_run: bool, as_json: bool) -> None:
    try:
        report = (rehearse if dry_run else backfill)(opened(), manifest, folder)
    except Refusal as no:
        give_up(no)
    if as_json:
        click.echo(json.dumps(report.plain(), ensure_ascii=False))
    else:
        say(report)
    sys.exit(ALTERED if report.faults else OK)


def say(report: Report) -> None:
    click.echo(_("项目 {projects} 个，新归档 {filed} 件，已在档 {known} 件。",
                 projects=report.projects, filed=report.filed, known=report.known))
    for fault in report.faults:
        click.echo(_("第 {row} 行「{column}」（项目 {project}）：{reason}", row=fault.row, column=fault.column,
                     project=fault.project or "—", reason=fault.reason))


def opened() -> Units:
    return cast("Units", current_app.extensions["units"])


def give_up(no: Refusal) -> NoReturn:
    click.echo(" ".join(part for part in (str(no), no.remedy) if part), err=True)
    sys.exit(DOWN if isinstance(no, Unavailable) else REFUSED)


commands = [archive]
