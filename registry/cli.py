"""The operators' doors: `flask init | work | doctor | keys …`, and what each storey brings in its commands.py.

Every command finds the database running: the embedded server is started for it when nobody serves, and stopped
after it. A refusal is told in a sentence, never as a traceback.

Exit codes: 0 done, 1 something is not in order, 2 the request was wrong, 3 a service did not answer.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from functools import wraps
from pathlib import Path
from threading import Event
from typing import Any, cast

import click
from flask import Flask, cli, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from registry import doctor as examination
from registry import rotation
from registry.adapters import dumping, embedded, migrating
from registry.adapters.vault import KeyRing
from registry.config import Config, add_vault_key
from registry.demo.commands import demo
from registry.kernel import jobs
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Refusal, Unavailable
from registry.kernel.text import _
from registry.kernel.uow import Units
from registry.rooms import commands, job_handlers, periodic_work
from registry.standards.actions import load_defaults

IN_ORDER, NOT_IN_ORDER, WRONG, DOWN = 0, 1, 2, 3
UNDEFINED_TABLE = "42P01"

as_json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")


ABOUT = "工程质量终身责任登记系统的运维命令。各命令的用法：flask 命令 --help。"
OPTIONS = {
    "env-file": "从此文件读取环境变量。", "app": "要打开的应用；缺省为当前目录的 wsgi.py。",
    "debug": "开发调试模式，不得用于运行。", "version": "显示 Flask 的版本。", "help": "显示此说明。",
}


class Operators(cli.AppGroup):
    """Our commands, beneath Flask's own program, which speaks English until it has found us."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        if ctx.command is cli.cli and cli.cli.help != ABOUT:
            cli.cli.help = ABOUT
            for option in cli.cli.get_params(ctx):
                if isinstance(option, click.Option):
                    option.help = OPTIONS.get(option.opts[-1].removeprefix("--"), option.help)
            click.echo(ctx.get_help())  # `flask --help` had begun in English: it is told anew, and no further
            sys.exit(IN_ORDER)
        return super().list_commands(ctx)


def install(app: Flask) -> None:
    """Give the `flask` command everything operators need, in Chinese."""
    app.cli = Operators(app.cli.name)
    for command in (init, demo, work, doctor, backup, restore, keys, *commands()):
        app.cli.add_command(attend(command))
    cli.run_command.hidden = True  # a server for developers; ours is started by `make run`
    cli.shell_command.help = "打开带应用的 Python 交互环境。"
    cli.routes_command.help = "列出全部网址。"


def attend(command: click.Command) -> click.Command:
    """Return a copy in which every command that does something, however deep in groups, has what all of them need."""
    mine = copy(command)
    mine.short_help = mine.short_help or f"{(mine.help or '').partition('。')[0]}。"  # click cuts where English has a space
    asked = mine.get_help_option(click.Context(mine))
    if asked:
        asked.help = OPTIONS["help"]
    if isinstance(mine, click.Group):
        mine.commands = {name: attend(inner) for name, inner in mine.commands.items()}
    elif mine.callback:
        mine.callback = attended(mine.callback)
    return mine


def attended(act: Callable[..., Any]) -> Callable[..., Any]:
    @with_appcontext
    @wraps(act)
    def command(*args: Any, **kwargs: Any) -> Any:
        with telling_refusals(), database_running(config_of(current_app)):
            return act(*args, **kwargs)

    return command


@contextmanager
def telling_refusals() -> Iterator[None]:
    try:
        yield
    except Refusal as no:
        tell("\n".join(filter(None, (str(no), no.remedy))))
        sys.exit(DOWN if isinstance(no, Unavailable) else WRONG)
    except OperationalError as failure:
        tell(_("数据库没有应答：{said}", said=str(failure.orig).strip()))
        sys.exit(DOWN)
    except ProgrammingError as failure:
        if getattr(failure.orig, "sqlstate", None) != UNDEFINED_TABLE:
            raise
        tell(_("数据库还没有建好：请先运行 flask init。"))
        sys.exit(DOWN)


def database_running(config: Config) -> AbstractContextManager[object]:
    return nullcontext() if config.database_url else embedded.using(config.var)


def address_of(config: Config) -> str:
    return config.database_url or embedded.url(config.var)


def config_of(app: Flask) -> Config:
    return cast(Config, app.extensions["config"])


def units_of(app: Flask) -> Units:
    return cast(Units, app.extensions["units"])


def tell(message: str) -> None:
    click.echo(message, err=True)


@click.command(help="建好或升级数据库，并载入随程序发布的标准手册。可反复运行，也可多台主机同时运行。")
@click.option("--demo", "with_demo", is_flag=True, help="并在空库中填入演示城市。")
@as_json_option
@click.pass_context
def init(ctx: click.Context, with_demo: bool, as_json: bool) -> None:
    config = config_of(current_app)
    newest = migrating.upgrade(address_of(config))
    with units_of(current_app).writing(SYSTEM) as uow:
        entered = len(load_defaults(uow))
    if as_json:
        click.echo(json.dumps({"migration": newest, "standards_entered": entered}))
    else:
        tell(_("数据库已就绪（结构 {newest}），新载入标准 {count} 条。", newest=newest, count=entered))
    if with_demo:
        ctx.invoke(demo, as_json=as_json)


@click.command(help="处理后台任务（账本排序、通知、定期检查等），直到收到 SIGTERM 或 Ctrl-C。可同时运行多个。")
def work() -> None:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: stop.set())
    jobs.work(units_of(current_app), job_handlers(), periodic_work(), stop)


@click.command(help="检查环境：列出全部生效的设置（密钥已遮盖）和每一处不安全。退出码：0 可以启用，1 不可启用。")
@as_json_option
def doctor(as_json: bool) -> None:
    report = examination.examine(config_of(current_app), units_of(current_app).tools.now)
    if as_json:
        click.echo(json.dumps(report.as_plain(), ensure_ascii=False, indent=2))
    else:
        say_report(report)
    sys.exit(NOT_IN_ORDER if report.grave else IN_ORDER)


def say_report(report: examination.Report) -> None:
    width = max(map(len, report.settings))
    for name, value in report.settings.items():
        click.echo(f"{name:<{width}}  {value}")
    click.echo()
    for finding in report.findings:
        click.echo(("✗ " if finding.grave else "· ") + finding.says)
    click.echo(_("不可启用：请先解决上面标 ✗ 的各项。") if report.grave else _("✓ 可以启用。"))


@click.command(help="把数据库备份到一个文件，服务不必停。文件、密钥和账本签名状态须另行备份，见 docs/operations.md。")
@click.argument("file", metavar="文件", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def backup(file: Path) -> None:
    dumping.dump(address_of(config_of(current_app)), file)
    click.echo(_("已备份到 {file}（{size:.1f} MB）。", file=file, size=file.stat().st_size / 1e6))


@click.command(help="用备份文件替换数据库的全部内容；要么全部换上，要么原样不动。须先停止服务。")
@click.argument("file", metavar="文件", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="不再询问。")
def restore(file: Path, yes: bool) -> None:
    if not yes:
        click.confirm(_("数据库现有内容将全部被 {file} 替换，继续吗？", file=file), abort=True)
    dumping.restore(address_of(config_of(current_app)), file)
    click.echo(_("已恢复。请运行 flask ledger audit、flask storage check、flask doctor 核对。"))


@click.group(help="个人信息加密密钥：更换步骤见 docs/operations.md「更换密钥」。")
def keys() -> None:
    """Stand for the commands below it."""


@keys.command("add", help="在 var/secrets/vault_keys 中添一把新密钥。重启服务后新数据用新密钥加密，旧数据仍可解开。")
def add() -> None:
    name = add_vault_key(config_of(current_app))
    click.echo(_("已添加密钥 {name}。请重启服务，再运行 flask keys reseal。", name=name))


@keys.command("reseal", help="用最新的密钥重新加密旧数据，分批进行，不必停机，可反复运行。"
              "退出码：0 旧密钥都可以撤下，1 仍有数据须用旧密钥解开。")
@as_json_option
def reseal(as_json: bool) -> None:
    outcome = rotation.reseal(units_of(current_app), KeyRing.from_config(config_of(current_app)))
    if as_json:
        click.echo(json.dumps({"resealed": outcome.resealed, "still_needed": outcome.still_needed}))
    else:
        click.echo(_("重新加密 {count} 项。", count=outcome.resealed))
        for name, count in outcome.still_needed.items():
            click.echo(_("密钥 {name} 还不能撤下：{count} 项永久记录由它加密。", name=name, count=count))
    sys.exit(NOT_IN_ORDER if outcome.still_needed else IN_ORDER)
