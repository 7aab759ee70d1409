"""Upload 256 MiB, against a plain copy with fsync (directory) and the minio SDK's fput_object (S3).

Through the whole application over WSGI: Flask, the door, the hash, the inspection, the store, the row. "form"
is a plain multipart form with a browser's boundary, "whole" one PUT between begin and finish, "pieces" what the
browser's script sends (8, 16, 32, 64 MiB …). The S3 server is rclone on the loopback.

Both sides read the film from the page cache, ours in the part of the client: that is all a client costs here. Both
make a new file and see to it that its bytes and its name last. Ways take turns in each round and the median
counts; what a round has kept is removed before the next, so that each finds the same free memory and disk. Memory
is the growth of this process's peak during one upload.
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from flask import Flask
from minio import Minio
from sqlalchemy import create_engine

from benchmarks.measuring import Effort, Line, Measured, Sense
from registry.adapters import embedded
from registry.adapters.migrating import upgrade
from registry.adapters.objects import store_from_url
from registry.documents.models import key_of
from registry.kernel.actor import Actor
from registry.kernel.ports import Tools
from registry.kernel.staging import sync_folder
from registry.kernel.uow import Units
from tests.adapters.rclone import ACCESS, BUCKET, SECRET, Rclone
from tests.documents import house, wire

SIZE = 256 * wire.MEBI
ROUNDS = {Effort.FULL: 5, Effort.QUICK: 1}
BAR, MOST_MEMORY = 0.7, 50
CLIENT = Actor(account=UUID(int=1), name="李建国")

Way = Callable[[Path], Callable[[], object]]
"""Stores the film once, and returns what removes it again."""


def through(app: Flask, tools: Tools, send: Callable[[Flask, Path], dict[str, Any]]) -> Way:
    def upload(path: Path) -> Callable[[], object]:
        return partial(tools.store.remove, key_of(send(app, path)["sha256"]))
    return upload


def copied(folder: Path) -> Way:
    def copy(path: Path) -> Callable[[], object]:
        target = folder / "copy"
        shutil.copyfile(path, target)
        with target.open("rb") as file:
            os.fsync(file.fileno())
        sync_folder(folder)
        return target.unlink
    return copy


def put(server: Rclone) -> Way:
    client = Minio(server.endpoint, ACCESS, SECRET, secure=False, region="cn-north-1")

    def send(path: Path) -> Callable[[], object]:
        name = f"plain/{uuid4()}"
        client.fput_object(BUCKET, name, str(path))
        return partial(client.remove_object, BUCKET, name)
    return send


def ways(address: str, folder: Path, server: Rclone) -> dict[str, Way]:
    engine = create_engine(address)
    tools = cast("Tools", SimpleNamespace(
        new_id=uuid4, now=lambda: datetime.now(UTC), staging=folder / "staging",
        store=store_from_url(f"dir:{folder / 'objects'}"),
    ))
    on_disk = house.build(Units(engine, tools), lambda: CLIENT, csrf="off")
    remote = cast("Tools", SimpleNamespace(**vars(tools) | {"store": store_from_url(server.url)}))
    on_s3 = house.build(Units(engine, remote), lambda: CLIENT, csrf="off")
    return {
        "copy": copied(folder),
        "form": through(on_disk, tools, wire.send_form),
        "whole": through(on_disk, tools, wire.send_whole),
        "pieces": through(on_disk, tools, wire.send_pieces),
        "fput_object": put(server),
        "s3 form": through(on_s3, remote, wire.send_form),
        "s3 whole": through(on_s3, remote, wire.send_whole),
        "s3 pieces": through(on_s3, remote, wire.send_pieces),
    }


def race(all_ways: dict[str, Way], film: Path, rounds: int) -> dict[str, Any]:
    times: dict[str, list[float]] = {name: [] for name in all_ways}
    grown: dict[str, int] = dict.fromkeys(all_ways, 0)
    for number in range(rounds + 1):
        for name, way in all_ways.items():
            wire.renew(film)
            os.sync()
            with wire.Memory() as memory:
                began = perf_counter()
                forget = way(film)
                took = perf_counter() - began
            forget()
            if number:  # the first round warms up
                times[name].append(took)
                grown[name] = max(grown[name], memory.grown)
    seconds = {name: median(each) for name, each in times.items()}
    return {
        "seconds": {name: round(each, 3) for name, each in seconds.items()},
        "ratio": {name: round(seconds["fput_object" if name.startswith("s3 ") else "copy"] / each, 2)
                  for name, each in seconds.items() if name not in {"copy", "fput_object"}},
        "memory MiB": {name: round(each / wire.MEBI) for name, each in grown.items()},
    }


def measure(effort: Effort) -> Measured:
    with TemporaryDirectory() as place, embedded.using(Path(place) / "database") as address:
        folder = Path(place)
        (folder / "staging").mkdir()
        upgrade(address)
        server = Rclone(folder / "rclone")
        server.start()
        try:
            found = race(ways(address, folder, server), wire.film(folder / "film", SIZE), ROUNDS[effort])
        finally:
            server.stop()
    to_disk = min(ratio for name, ratio in found["ratio"].items() if not name.startswith("s3 "))
    to_s3 = min(ratio for name, ratio in found["ratio"].items() if name.startswith("s3 "))
    grown = max(mebi for name, mebi in found["memory MiB"].items() if name not in {"copy", "fput_object"})
    return Measured([
        Line("上传 256 MiB:带 fsync 的文件复制 ÷ 最慢的方式", Sense.AT_LEAST, BAR, to_disk),
        Line("上传 256 MiB 到 S3:minio SDK ÷ 最慢的方式", Sense.AT_LEAST, BAR, to_s3),
        Line("上传时进程内存增长(MiB)", Sense.AT_MOST, MOST_MEMORY, grown),
    ], found)
