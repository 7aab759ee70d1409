"""`flask ledger`: audit, sign, prove, verify."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import cast
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup

from registry.kernel.actor import SYSTEM
from registry.kernel.ports import LedgerRewound
from registry.kernel.text import _
from registry.kernel.uow import Units
from registry.ledger import queries, sequencing, verify
from registry.ledger.audit import audit as run_audit
from registry.ledger.findings import Report
from registry.ledger.models import LedgerCheckpoint
from registry.ledger.notes import Malformed
from registry.ledger.tree import LedgerDamaged

OK, DAMAGED, UNREADABLE = 0, 1, 2
FILE = click.Path(dir_okay=False, path_type=Path)


ledger = AppGroup("ledger", help="存证账本：审计、签名、出具和核验证明。")


@ledger.command("audit", help="重新推算整个账本，逐条核对事件、记录和文件，指出每一处被改动的地方。"
                "退出码：0 完好，1 有改动，3 文件存储没有应答。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def audit(as_json: bool) -> None:
    report = run_audit(opened(), opened().tools.store)
    if as_json:
        found = asdict(report) | {"root": report.root.hex(), "sound": report.sound}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        say_report(report)
    sys.exit(OK if report.sound else DAMAGED)


def say_report(report: Report) -> None:
    click.echo(_("账本 {size} 条，根哈希 {root}。", size=report.size, root=report.root.hex()))
    click.echo(_("核对事件 {events} 个、记录 {records} 条、文件 {files} 份、检查点 {checkpoints} 个。",
                 events=report.events, records=report.records, files=report.files,
                 checkpoints=report.checkpoints))
    if report.erased:
        click.echo(_("已依法删除、不再可核对的个人信息承诺 {count} 项。", count=report.erased))
    for finding in report.findings:
        click.echo(f"  ✗ {finding}")
    if report.left_off:
        click.echo(_("另有 {count} 处未列出。", count=report.left_off))
    damaged = len(report.findings) + report.left_off
    click.echo(_("审计未通过：{count} 处不符。", count=damaged) if damaged else _("审计通过。"))


@ledger.command("checkpoint", help="为当前账本签名，输出签名文书。退出码：0 完成，1 账本被改动，拒绝签名。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出条数、根哈希和签名文书。")
def checkpoint(as_json: bool) -> None:
    made = signed()
    if as_json:
        click.echo(json.dumps({
            "size": made.size, "root": made.root.hex(), "at": made.at.isoformat(), "note": made.note,
        }, ensure_ascii=False))
    else:
        click.echo(made.note, nl=False)


@ledger.command("prove", help="为一个事件出具可离线核验的证明，旁边写出事件正文（.json）。"
                "退出码：0 完成，1 账本被改动，拒绝签名，2 没有该事件。")
@click.argument("event", type=click.UUID, metavar="事件编号")
@click.option("--out", type=FILE, help="证明文件，默认为 <事件编号>.tlog-proof。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出两个文件的位置和账本条数。")
def prove(event: UUID, out: Path | None, as_json: bool) -> None:
    out = out or Path(f"{event}{verify.ENDING}")
    size = signed().size
    with opened().reading(SYSTEM) as uow:
        proof, body = queries.inclusion_proof(uow, event), queries.event_body(uow, event)
    out.write_text(proof)
    verify.body_beside(out).write_bytes(body)
    if as_json:
        click.echo(json.dumps(
            {"event": str(event), "proof": str(out), "body": str(verify.body_beside(out)), "size": size}, ensure_ascii=False,
        ))
        return
    click.echo(_("证明：{proof}\n正文：{body}", proof=out, body=verify.body_beside(out)))


@ledger.command("verify", help="离线核验一份证明（不读数据库）。退出码：0 成立，1 不成立，2 文件无法读取。")
@click.argument("file", type=FILE, metavar="证明文件")
@click.option("--body", type=FILE, help="事件正文，默认取证明旁同名的 .json。")
@click.option("--key", help="账本验证公钥，默认用本系统的公钥。")
def verify_file(file: Path, body: Path | None, key: str | None) -> None:
    key = key or opened().tools.signer.verifier_key
    try:
        shown = verify.check(file, body, key)
    except Malformed as wrong:
        click.echo(_("证明不成立：{reason}", reason=wrong), err=True)
        sys.exit(DAMAGED)
    except OSError as unread:
        click.echo(_("文件无法读取：{reason}", reason=unread), err=True)
        sys.exit(UNREADABLE)
    click.echo(shown)


def opened() -> Units:
    return cast("Units", current_app.extensions["units"])


def signed() -> LedgerCheckpoint:
    """Return the checkpoint of the present tree; end the command when the ledger cannot be signed."""
    try:
        sequencing.sequence(opened())
        return sequencing.checkpoint(opened())
    except (LedgerRewound, LedgerDamaged) as no:
        click.echo(f"{no}{no.remedy}", err=True)
        sys.exit(DAMAGED)


commands = [ledger]
