"""Run the benchmarks, each in a process of its own, one after the other, and print what was reached.

    python -m benchmarks [name …] [--quick] [--json]

Exit code 1 when a bar was missed. Figures mean something on a machine that does nothing else meanwhile.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from typing import Any

from benchmarks.measuring import Effort, Line, Measured, machine, read

NAMES = ("page", "tracing", "recall", "filing", "signing", "printing", "upload", "archives", "roster", "acceptance")


def asked() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description="性能测量：实测与指标对照。")
    parser.add_argument("names", nargs="*", metavar="name", help="、".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="少测几轮，只看能否运行、大致如何")
    parser.add_argument("--json", action="store_true", help="输出全部数字")
    parser.add_argument("--one", action="store_true", help="在本进程中测一项，输出 JSON（内部使用）")
    found = parser.parse_args()
    if unknown := set(found.names) - set(NAMES):
        parser.error(f"没有这一项：{'、'.join(sorted(unknown))}")
    return found


def apart(name: str, effort: Effort) -> Measured:
    """Measure in a process of its own: nothing that ran before is in its memory or its caches."""
    quick = ["--quick"] if effort is Effort.QUICK else []
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--one", name, *quick], check=True, stdout=subprocess.PIPE, text=True,
    )
    return read(json.loads(done.stdout))


def row(name: str, line: Line) -> str:
    sign = "是" if line.ok else "否"
    return f"| {name} | {line.what} | {line.sense} {line.bar:g} | {line.reached:g} | {sign} |"


def main() -> int:
    wanted = asked()
    effort = Effort.QUICK if wanted.quick else Effort.FULL
    if wanted.one:
        print(json.dumps(import_module(f"benchmarks.{wanted.names[0]}").measure(effort).plain(), ensure_ascii=False))
        return 0
    found: dict[str, Measured] = {}
    about = machine()
    if not wanted.json:
        print("| 项目 | 比什么 | 指标 | 实测 | 达到 |\n|---|---|---|---|---|", flush=True)
    for name in wanted.names or NAMES:
        found[name] = apart(name, effort)
        for line in found[name].lines if not wanted.json else ():
            print(row(name, line), flush=True)
    if wanted.json:
        print(json.dumps(everything(found, about), ensure_ascii=False, indent=2))
    return 0 if all(line.ok for measured in found.values() for line in measured.lines) else 1


def everything(found: dict[str, Measured], about: dict[str, Any]) -> dict[str, Any]:
    return {"machine": about, "benchmarks": {name: measured.plain() for name, measured in found.items()}}


if __name__ == "__main__":
    sys.exit(main())
