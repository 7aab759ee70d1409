"""The examination before real people are served: every setting shown, every unsafe one named.

A grave finding keeps the registry from serving outside a demonstration; a slight one is told and no more.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from registry.adapters import embedded, fonts, migrating
from registry.adapters.objects import store_from_url
from registry.config import LEDGER_ORIGIN, Config, secret_files
from registry.documents.inspection import ask_inspector
from registry.kernel.errors import Refusal, Unavailable
from registry.kernel.text import _

OLDEST = 150000  # PostgreSQL 15
MUST_BE = {"fsync": "on", "full_page_writes": "on", "data_checksums": "on", "server_encoding": "UTF8"}
SLACK = 5.0      # seconds by which the clocks of database and application may differ
RARE = "〔〕№①℃㎡—…·镕喆堃昇龑珺玥䶮㛃𬭎"  # what official forms and real names have beyond the common characters


@dataclass(frozen=True, slots=True)
class Finding:
    grave: bool
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    settings: dict[str, str]
    findings: list[Finding]

    @property
    def grave(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.grave]

    def as_plain(self) -> dict[str, object]:
        return {"ok": not self.grave, "settings": self.settings, "findings": [asdict(one) for one in self.findings]}


def grave(says: str) -> Finding:
    return Finding(grave=True, says=says)


def slight(says: str) -> Finding:
    return Finding(grave=False, says=says)


def examine(config: Config, now: Callable[[], datetime]) -> Report:
    """Look at everything the registry stands on. The embedded server must be running where it is used."""
    findings = [
        *map(grave, config.weaknesses()),
        *secrets_laid_open(config.var),
        *printing(),
        *database(config, now),
        *storage(config),
        *inspecting(),
    ]
    if config.ledger_origin == LEDGER_ORIGIN:
        findings.append(slight(_("LEDGER_ORIGIN 未设置：账本应当有本站自己的名称，例如 zz.example.cn/ledger；启用后不可更改。")))
    if config.database_url and secret_files(config.var):
        findings.append(slight(_("数据库在别处，而密钥在本机 var/secrets：多台主机须使用同一份密钥，并另行备份。")))
    if config.demo:
        findings.append(slight(_("演示模式：每页注明演示数据，登录口令是公开的。")))
    return Report(config.masked(), findings)


def secrets_laid_open(var: Path) -> list[Finding]:
    return [
        grave(_("密钥文件 {path} 可被他人读取：请运行 chmod 600。", path=path))
        for path in secret_files(var) if path.stat().st_mode & 0o077
    ]


def printing() -> list[Finding]:
    """Without harfbuzz-subset a page takes 15 s; without glyphs a name comes out as another name."""
    missing = fonts.missing_system_libraries()
    if missing:
        return [grave(_("打印缺少系统软件：{names}。请运行 make setup。", names=" ".join(missing)))]
    uncovered = fonts.uncovered(RARE)
    if uncovered:
        return [grave(_("字体缺字：{characters}。请安装 fonts-noto-cjk。", characters=fonts.spelled(uncovered)))]
    return []


def inspecting() -> list[Finding]:
    """Nothing is received that no inspector has looked into; they need handles on processes (Linux 5.3)."""
    try:
        ask_inspector("opaque", Path(__file__))
    except Unavailable as no:
        return [grave(_("收到的文件无法检查，因而不能接收：{said}需要 Linux 5.3 及以上。", said=no))]
    return []


def database(config: Config, now: Callable[[], datetime]) -> list[Finding]:
    engine = create_engine(config.database_url or embedded.url(config.var))
    try:
        with engine.connect() as session:
            return [*server(session), *clocks(session, now), *schema(session)]
    except OperationalError as failure:
        return [grave(_("数据库没有应答：{said}", said=str(failure.orig).strip()))]
    finally:
        engine.dispose()


def server(session: Connection) -> list[Finding]:
    findings = []
    if int(shown(session, "server_version_num")) < OLDEST:
        findings.append(grave(_("PostgreSQL 版本过低：需要 15 及以上。")))
    for name, value in MUST_BE.items():
        if shown(session, name) != value:
            findings.append(grave(
                _("数据库 {name} = {found}，应当是 {value}。", name=name, found=shown(session, name), value=value)
            ))
    if shown(session, "synchronous_commit") == "off":
        findings.append(grave(_("数据库 synchronous_commit = off：已回执的登记可能在断电后丢失。")))
    if shown(session, "is_superuser") == "on":
        findings.append(slight(_("应用以数据库超级用户连接：建议改用普通用户。")))
    return findings


def clocks(session: Connection, now: Callable[[], datetime]) -> list[Finding]:
    there: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    if abs((now() - there).total_seconds()) <= SLACK:
        return []
    return [slight(_("数据库与本机的时钟相差超过 {seconds:.0f} 秒：请校时。", seconds=SLACK))]


def shown(session: Connection, name: str) -> str:
    return str(session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())


def schema(session: Connection) -> list[Finding]:
    found = migrating.present_in(session)
    if found == (migrating.newest() or None):
        return []
    return [grave(_("数据库结构是 {found}，本程序需要 {newest}：请运行 flask init。",
                    found=found or _("空"), newest=migrating.newest()))]


def storage(config: Config) -> list[Finding]:
    try:
        store_from_url(config.storage_url).stat("doctor/absent")
    except Refusal as no:
        return [grave(_("文件存储没有应答：{said}", said=no))]
    except ValueError:
        return [grave(_("STORAGE_URL 有误：应当是 dir:文件夹 或 s3://KEY:SECRET@主机:端口/桶。"))]
    return []
