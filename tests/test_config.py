"""The configuration: runs as it stands, and tells all of its faults at once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.config import Config, Misconfigured, settings

KEY = "9f" + "0123456789abcdef" * 3 + "55aa77ee112233"


def read(var: Path, **env: str) -> Config:
    return Config.from_env({"VAR": str(var), **env})


def problems_of(var: Path, **env: str) -> list[str]:
    with pytest.raises(Misconfigured) as refused:
        read(var, **env)
    return refused.value.problems


def test_nothing_need_be_set(tmp_path: Path) -> None:
    config = read(tmp_path)
    assert (config.database_url, config.storage_url) == ("", f"dir:{tmp_path}/objects")
    assert config.base_url == "http://127.0.0.1:8000"
    assert config.weaknesses() == []


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    told = problems_of(
        tmp_path, PORT="八千", DATABASE_URL="sqlite:///x", STORAGE_URL="ftp://x", BASE_URL="zz.example.cn",
        DEMO="maybe", REGION="37", VAULT_KEYS="1:short", LEDGER_KEY="zz",
    )
    names = [problem.split("（")[0] for problem in told]
    assert names == ["DATABASE_URL", "STORAGE_URL", "PORT", "BASE_URL", "DEMO", "REGION", "VAULT_KEYS", "LEDGER_KEY"]


def test_a_fault_names_the_setting_and_what_would_be_right(tmp_path: Path) -> None:
    assert problems_of(tmp_path, PORT="99999") == ["PORT（监听端口）：“99999”应当是 1 至 65535 的整数"]


def test_every_spelling_of_a_postgresql_address_is_understood(tmp_path: Path) -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        config = read(tmp_path, DATABASE_URL=f"{scheme}://app:app@db/zhuze")
        assert config.database_url == "postgresql+psycopg://app:app@db/zhuze"


def test_the_public_address_follows_the_port(tmp_path: Path) -> None:
    assert read(tmp_path, PORT="8443").base_url == "http://127.0.0.1:8443"
    assert read(tmp_path, PORT="8443", BASE_URL="https://zz.example.cn/").base_url == "https://zz.example.cn"


def test_secrets_are_made_once_and_stay(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first == second
    assert len({first.secret_key, read(tmp_path / "other").secret_key}) == 2


def test_secrets_can_be_read_by_their_owner_alone(tmp_path: Path) -> None:
    read(tmp_path)
    kept = sorted((tmp_path / "secrets").iterdir())
    assert [path.name for path in kept] == ["ledger_key", "secret_key", "vault_index_key", "vault_keys"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_the_secrets(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(read, [tmp_path] * 8))
    assert all(config == made[0] for config in made)


def test_a_secret_may_come_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "index.key"
    file.write_text(KEY + "\n")
    config = read(tmp_path, LEDGER_KEY=KEY, VAULT_INDEX_KEY_FILE=str(file))
    assert config.ledger_key == config.vault_index_key == bytes.fromhex(KEY)


def test_a_secret_cannot_come_from_both(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, LEDGER_KEY=KEY, LEDGER_KEY_FILE=str(tmp_path / "x"))
    assert "只能设置其中之一" in problem


def test_a_missing_secret_file_is_a_fault_and_not_a_new_secret(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, SECRET_KEY_FILE=str(tmp_path / "gone"))
    assert "无法读取" in problem


def test_keys_of_the_ring_keep_their_order(tmp_path: Path) -> None:
    config = read(tmp_path, VAULT_KEYS=f"2025:{KEY}, 2026:{KEY[::-1]}")
    assert list(config.vault_keys) == ["2025", "2026"]


@pytest.mark.parametrize("env", [
    {"SECRET_KEY": "dev"},
    {"SECRET_KEY": "a" * 64},
    {"VAULT_INDEX_KEY": "00" * 32},
    {"VAULT_INDEX_KEY": KEY, "LEDGER_KEY": KEY},
    {"BASE_URL": "http://zz.example.cn"},
])
def test_weak_settings_are_told(tmp_path: Path, env: dict[str, str]) -> None:
    assert len(read(tmp_path, **env).weaknesses()) == 1


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    config = read(
        tmp_path, VAULT_KEYS=f"2026:{KEY}", SECRET_KEY="s" + KEY,
        DATABASE_URL="postgresql://app:hunter2@db/zhuze", STORAGE_URL="s3://id:hunter2@s3.example.cn/zhuze",
    )
    shown = repr(config.masked())
    assert "hunter2" not in shown
    assert KEY not in shown
    assert "2026:••••" in shown
    assert KEY not in repr(config)


def test_every_setting_is_in_the_operators_manual() -> None:
    manual = (Path(__file__).parent.parent / "docs" / "operations.md").read_text()
    assert [how.name for how in settings().values() if f"`{how.name}`" not in manual] == []
