"""Taking a database out into one file and putting it back, by PostgreSQL's own pg_dump and pg_restore."""

import os
import subprocess
from pathlib import Path

from registry.adapters.embedded import programs
from registry.kernel.errors import Unavailable
from registry.kernel.text import _


def dump(url: str, path: Path) -> None:
    """Write everything in the database at `url`, as it is at one instant, to `path`: whole, or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={fresh}", f"--dbname={plain(url)}")
    fresh.replace(path)


def restore(url: str, path: Path) -> None:
    """Put what `dump` wrote in the place of what is in the database at `url`, in one transaction."""
    run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
        f"--dbname={plain(url)}", str(path))


def plain(url: str) -> str:
    """Return the address as PostgreSQL's own programs know it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def run(program: str, *words: str) -> None:
    done = subprocess.run(
        [str(programs() / program), *words], env=os.environ | {"LC_ALL": "C"}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )
    if done.returncode:
        raise Unavailable(_("{program} 没有完成：{said}", program=program, said=done.stderr.strip()[-2000:]))
