"""The configuration: one frozen dataclass, read from the environment once, all of its faults told at once.

Every setting has a default that runs as it stands. Secrets are read from NAME, from the file that NAME_FILE
names, or from var/secrets/, where they are made once by chance, readable by their owner alone.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self
from urllib.parse import urlsplit

from registry.kernel.errors import Invalid
from registry.kernel.text import _, later

ROOT = Path(__file__).parent.parent
KEY_BYTES = 32
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DATABASE_SCHEMES = ("postgresql+psycopg://", "postgresql://", "postgres://")
YES, NO = {"1", "true", "yes", "on", "是"}, {"0", "false", "no", "off", "否", ""}
LEDGER_ORIGIN = "zhuze.local/ledger"

Known = Mapping[str, Any]
"""The fields read so far, by their names."""


class Misconfigured(Exception):
    """Settings that cannot be right. `problems` names each of them, `str()` all of them, in Chinese."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join([_("配置有误："), *(f"  · {problem}" for problem in problems)]))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Setting:
    """How a field is read.

    read      makes the value of the text; raises ValueError, in Chinese, saying what would be right
    default   the text when nothing is given, or how to make it of the fields before
    make      for secrets: how to make a new one by chance
    """

    name: str
    says: Any
    read: Callable[[str], Any]
    default: str | Callable[[Known], str] = ""
    make: Callable[[], str] | None = None

    @property
    def secret(self) -> bool:
        return self.make is not None

    def text(self, env: Mapping[str, str], known: Known) -> str:
        """Return what is given, from wherever it may come."""
        given, file = env.get(self.name, "").strip(), env.get(f"{self.name}_FILE", "").strip()
        if self.make is None:
            return given or self.default_text(known)
        if given and file:
            raise ValueError(_("与 {name}_FILE 只能设置其中之一", name=self.name))
        if file:
            return secret_in(Path(file))
        return given or kept_secret(known["var"] / "secrets" / self.name.lower(), self.make)

    def default_text(self, known: Known) -> str:
        return self.default(known) if callable(self.default) else self.default


def setting(name: str, says: Any, read: Callable[[str], Any], default: str | Callable[[Known], str] = "") -> Any:
    # an address may carry a password
    return field(repr="URL" not in name, metadata={"setting": Setting(name, says, read, default)})


def secret(name: str, says: Any, read: Callable[[str], Any], make: Callable[[], str]) -> Any:
    return field(repr=False, metadata={"setting": Setting(name, says, read, make=make)})


def secret_in(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise ValueError(_("文件 {path} 无法读取", path=path)) from failure


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in our own folder, made first when missing. Of two makers at once, one is believed."""
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            link_once(written_beside(path, make() + "\n"), path)
    except OSError as failure:
        raise ValueError(_("无法写入 {path}", path=path)) from failure
    return secret_in(path)


def written_beside(path: Path, text: str) -> Path:
    """Write a file next to `path`, durably, readable by its owner alone, and return where."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name)


def secret_files(var: Path) -> list[Path]:
    """Return the secrets that were made here by chance."""
    return sorted((var / "secrets").glob("*"))


def link_once(fresh: Path, path: Path) -> None:
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def words(text: str) -> str:
    if not text:
        raise ValueError(_("不能为空"))
    return text


def line(text: str) -> str:
    """One line of text, or none."""
    return " ".join(text.split())


def folder(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(_("{path} 不是文件夹", path=path))
    return path


def whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(_("“{text}”应当是 {low} 至 {high} 的整数", text=text, low=low, high=high))
        return int(text)

    return read


def truth(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError(_("“{text}”应当是 1 或 0", text=text))
    return text.lower() in YES


def database(text: str) -> str:
    for scheme in DATABASE_SCHEMES:
        if text.startswith(scheme):
            return DATABASE_SCHEMES[0] + text.removeprefix(scheme)
    if text:
        raise ValueError(_("应当是 postgresql://用户:口令@主机/库（PostgreSQL 15 及以上），不填则用内嵌数据库"))
    return ""


def storage(text: str) -> str:
    if text.startswith("dir:") and text != "dir:":
        return f"dir:{Path(text.removeprefix('dir:')).expanduser().resolve()}"
    parts = urlsplit(text)
    if parts.scheme == "s3" and parts.hostname and parts.username and parts.password and parts.path.strip("/"):
        return text
    raise ValueError(_("应当是 dir:文件夹 或 s3://KEY:SECRET@主机:端口/桶"))


def origin_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError(_("“{text}”应当形如 https://zz.example.cn，不带路径", text=text))
    return text.rstrip("/")


def region(text: str) -> str:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise ValueError(_("“{text}”应当是 6 位行政区划代码（全国为 000000）", text=text))
    return text


def key(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise ValueError(_("应当是 64 位十六进制数（32 字节），可用 openssl rand -hex 32 生成"))
    return found


def ring(text: str) -> dict[str, bytes]:
    """Read "name:key" words, oldest first; the last one seals, all of them open."""
    keys: dict[str, bytes] = {}
    for word in text.replace(",", " ").split():
        name, _colon, value = word.rpartition(":")
        if not name or name in keys or len(name.encode()) > 255:
            raise ValueError(_("每把密钥应当写作“名称:64 位十六进制数”，名称不得重复，新的在后"))
        keys[name] = key(value)
    if not keys:
        raise ValueError(_("至少要有一把密钥"))
    return keys


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    var: Path = setting("VAR", later("数据文件夹"), folder, str(ROOT / "var"))
    database_url: str = setting("DATABASE_URL", later("数据库；空为内嵌 PostgreSQL"), database)
    storage_url: str = setting("STORAGE_URL", later("文件存储"), storage, lambda known: f"dir:{known['var'] / 'objects'}")
    host: str = setting("HOST", later("监听地址"), words, "127.0.0.1")
    port: int = setting("PORT", later("监听端口"), whole(1, 65535), "8000")
    base_url: str = setting(
        "BASE_URL", later("公众访问的网址，印在标牌上"), origin_url, lambda known: f"http://127.0.0.1:{known['port']}"
    )
    trusted_proxies: int = setting("TRUSTED_PROXIES", later("前置反向代理的层数"), whole(0, 8), "0")
    demo: bool = setting("DEMO", later("演示：每页注明演示数据"), truth, "0")
    region: str = setting("REGION", later("本站行政区划代码"), region, "000000")
    session_idle: int = setting("SESSION_IDLE", later("无操作多少分钟后须重新登录"), whole(1, 1440), "30")
    session_absolute: int = setting("SESSION_ABSOLUTE", later("登录多少分钟后须重新登录"), whole(1, 10080), "720")
    max_upload: int = setting("MAX_UPLOAD", later("单个上传文件的字节上限"), whole(1_000_000, 1 << 40), str(2 << 30))
    web_workers: int = setting("WEB_WORKERS", later("网页进程数"), whole(1, 64), "2")
    web_threads: int = setting("WEB_THREADS", later("每个网页进程的线程数"), whole(1, 256), "8")
    printers: int = setting("PRINTERS", later("每个进程的打印子进程数"), whole(1, 16), "1")
    ledger_origin: str = setting("LEDGER_ORIGIN", later("账本名称，写在每个检查点的首行"), words, LEDGER_ORIGIN)
    operator: str = setting("OPERATOR", later("主办单位，写在页脚"), line, "")
    icp_record: str = setting("ICP_RECORD", later("ICP 备案号"), line, "")
    police_record: str = setting("POLICE_RECORD", later("公安备案号"), line, "")
    site_code: str = setting("SITE_CODE", later("政府网站标识码"), line, "")
    contact: str = setting("CONTACT", later("网站找错与联系方式"), line, "")
    secret_key: str = secret("SECRET_KEY", later("表单与会话的签名密钥"), words, lambda: secrets.token_urlsafe(48))
    vault_keys: dict[str, bytes] = secret("VAULT_KEYS", later("个人信息加密密钥"), ring, lambda: f"1:{new_key()}")
    vault_index_key: bytes = secret("VAULT_INDEX_KEY", later("个人信息盲索引密钥"), key, new_key)
    ledger_key: bytes = secret("LEDGER_KEY", later("账本检查点签名密钥"), key, new_key)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read every setting. Raises Misconfigured, naming every fault, when any of them cannot be right."""
        known: dict[str, Any] = {}
        problems = []
        for name, how in settings().items():
            try:
                known[name] = how.read(how.text(env, known))
            except ValueError as fault:
                problems.append(_("{name}（{says}）：{fault}", name=how.name, says=how.says, fault=fault))
                known[name] = None if how.secret else how.read(how.default_text(known))  # lets the rest be judged
        if problems:
            raise Misconfigured(problems)
        return cls(**known)

    @property
    def fonts(self) -> Path:
        return self.var / "fonts"

    @property
    def staging(self) -> Path:
        return self.var / "staging"

    @property
    def ledger_state(self) -> Path:
        """Where the signer remembers the last tree it signed: outside the database, on purpose."""
        return self.var / "ledger" / "last.json"

    @property
    def site(self) -> dict[str, str]:
        """What the foot of every page says about whose site it is; empty lines are left out there."""
        return {name: getattr(self, name) for name in ("operator", "icp_record", "police_record", "site_code", "contact")}

    @property
    def secure(self) -> bool:
        """Whether the public reaches us over TLS, so that cookies may never travel without it."""
        return self.base_url.startswith("https://")

    def weaknesses(self) -> list[str]:
        """Return what is unsafe to serve real people with, one Chinese sentence each."""
        found = []
        if len(self.secret_key) < KEY_BYTES or len(set(self.secret_key)) < 10:
            found.append(_("SECRET_KEY 太弱：应当是至少 32 个随机字符。"))
        keys = [*self.vault_keys.values(), self.vault_index_key, self.ledger_key]
        if any(len(set(one)) < 10 for one in keys):
            found.append(_("VAULT_KEYS、VAULT_INDEX_KEY、LEDGER_KEY 中有不随机的密钥：请用 openssl rand -hex 32 生成。"))
        if len(set(keys)) < len(keys):
            found.append(_("VAULT_KEYS、VAULT_INDEX_KEY、LEDGER_KEY 中有相同的密钥：每把只能作一种用途。"))
        if not self.secure and urlsplit(self.base_url).hostname not in LOOPBACK:
            found.append(_("BASE_URL 不是 https：口令和个人信息会以明文传输。"))
        return found

    def masked(self) -> dict[str, str]:
        """Return every effective setting by its name in the environment, secrets and passwords hidden."""
        return {how.name: mask(how, getattr(self, name)) for name, how in settings().items()}


def add_vault_key(config: Config) -> str:
    """Add a new key to the ring in our own folder and return its name; it seals from the next start on.

    Raises Invalid when the ring comes from elsewhere, where the operator must add it.
    """
    path = config.var / "secrets" / "vault_keys"
    if not path.exists() or ring(secret_in(path)) != config.vault_keys:
        raise Invalid(
            _("密钥不在 {path} 中，而由 VAULT_KEYS 给出。", path=path),
            remedy=_("请在 VAULT_KEYS 末尾添上“名称:密钥”，密钥可用 openssl rand -hex 32 生成。"),
        )
    name = next(str(number) for number in count(len(config.vault_keys) + 1) if str(number) not in config.vault_keys)
    written_beside(path, f"{secret_in(path)}\n{name}:{new_key()}\n").replace(path)
    return name


def settings() -> dict[str, Setting]:
    """Return the settings by the names of their fields, in order."""
    return {one.name: how_read(one) for one in fields(Config)}


def how_read(one: "Field[Any]") -> Setting:
    found: Setting = one.metadata["setting"]
    return found


def mask(how: Setting, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}:••••" for name in value)
    if how.secret:
        return "••••"
    if isinstance(value, bool):
        return "1" if value else "0"
    parts = urlsplit(str(value))
    if parts.password is None:
        return str(value)
    return str(value).replace(f":{parts.password}@", ":••••@", 1)
