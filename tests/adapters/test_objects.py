"""One contract, every store: a directory, and a real S3 server spoken to by the minio SDK."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from minio.error import S3Error

from registry.adapters.objects import DirectoryStore, S3Store, StoreDamaged, store_from_url
from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.ports import ObjectStore
from tests.adapters.rclone import Rclone

PDF = "application/pdf"
MEBI = 1 << 20
Written = Callable[[bytes], Path]
LOCKING = os.environ.get("ZHUZE_TEST_S3_LOCKED", "")
"""URL of a bucket that locks objects, on a server of the operator's; no package of pip's serves one. See docs/operations.md."""
STORES = ["dir", "s3", *(["locking"] if LOCKING else [])]


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    server = Rclone(tmp_path_factory.mktemp("rclone"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "dir":
        return store_from_url(f"dir:{tmp_path / 'objects'}")
    if request.param == "locking":
        return store_from_url(LOCKING)
    return store_from_url(request.getfixturevalue("rclone").url)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Return a file with the given bytes."""
    def write(data: bytes) -> Path:
        path = tmp_path / f"source-{uuid4()}"
        path.write_bytes(data)
        return path
    return write


def key_of(data: bytes) -> str:
    name = hashlib.sha256(data).hexdigest()
    return f"sha256/{name[:2]}/{name[2:4]}/{name}"


def put(store: ObjectStore, written: Written, data: bytes) -> str:
    store.put_once(key_of(data), written(data), PDF)
    return key_of(data)


def read(store: ObjectStore, key: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(key, start, length) as stream:
        return stream.read()


@pytest.mark.parametrize("data", [b"", b"x", os.urandom(5 * MEBI), os.urandom(12 * MEBI + 1)],
                         ids=["nothing", "one byte", "one part", "three parts"])
def test_what_is_put_comes_back(store: ObjectStore, written: Written, data: bytes) -> None:
    assert read(store, put(store, written, data)) == data


def test_an_object_outlives_its_source(store: ObjectStore, written: Written) -> None:
    source = written(b"outlives")
    key = key_of(b"outlives")
    store.put_once(key, source, PDF)
    source.unlink()
    assert read(store, key) == b"outlives"


def test_putting_twice_is_harmless(store: ObjectStore, written: Written) -> None:
    first = store.stat(put(store, written, b"twice"))
    again = store.stat(put(store, written, b"twice"))
    assert first == again


def test_eight_at_once_put_the_same_object(store: ObjectStore, written: Written) -> None:
    data = os.urandom(MEBI)
    source = written(data)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.put_once(key_of(data), source, PDF), range(8)))
    assert read(store, key_of(data)) == data


def test_an_object_is_never_overwritten(store: ObjectStore, written: Written) -> None:
    key = put(store, written, b"the first bytes stay")
    with pytest.raises(StoreDamaged):
        store.put_once(key, written(b"other"), PDF)
    assert read(store, key) == b"the first bytes stay"


def test_a_source_that_ends_early_leaves_nothing(store: ObjectStore) -> None:
    source = Path("/sys/kernel/mm/transparent_hugepage/enabled")  # claims 4096 bytes, yields a few
    with pytest.raises(Unavailable):
        store.put_once("cut/short", source, PDF)
    assert store.stat("cut/short") is None
    assert list(store.list("cut/")) == []


def test_a_source_that_is_missing_is_the_callers_mistake(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put_once("no/source", tmp_path / "absent", PDF)
    assert store.stat("no/source") is None


@pytest.mark.parametrize(("start", "length", "expected"), [
    (0, None, b"0123456789"), (3, None, b"3456789"), (3, 4, b"3456"), (0, 1, b"0"), (9, 1, b"9"),
    (8, 100, b"89"), (0, 0, b""), (10, None, b""), (10, 5, b""), (99, None, b""), (99, 1, b""),
])
def test_any_range_can_be_read(
    store: ObjectStore, written: Written, start: int, length: int | None, expected: bytes,
) -> None:
    key = put(store, written, b"0123456789")
    assert read(store, key, start, length) == expected


def test_a_stream_can_be_read_in_small_pieces(store: ObjectStore, written: Written) -> None:
    data = os.urandom(3 * MEBI + 7)
    with store.open(put(store, written, data), 5, 2 * MEBI) as stream:
        pieces = list(iter(lambda: stream.read(65_537), b""))
    assert b"".join(pieces) == data[5:5 + 2 * MEBI]
    assert max(map(len, pieces)) == 65_537


def test_a_stream_can_be_left_before_its_end(store: ObjectStore, written: Written) -> None:
    key = put(store, written, os.urandom(4 * MEBI))
    for _ in range(30):  # more than the connections a pool holds
        with store.open(key) as stream:
            assert len(stream.read(10)) == 10


def test_an_absent_object_is_not_found(store: ObjectStore) -> None:
    with pytest.raises(NotFound), store.open("sha256/00/00/absent"):
        pass
    assert store.stat("sha256/00/00/absent") is None


def test_a_stat_tells_name_size_and_time(store: ObjectStore, written: Written) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    key = put(store, written, os.urandom(1234))
    found = store.stat(key)
    assert found is not None
    assert (found.key, found.size) == (key, 1234)
    assert before <= found.modified_at <= datetime.now(UTC) + timedelta(seconds=2)


def test_a_list_is_in_the_order_of_keys(store: ObjectStore, written: Written) -> None:
    keys = ["order/a/z", "order/a.b", "order/a-b", "order/ab", "order/B", "order/a/b/c", "order/a0"]
    for key in keys:
        store.put_once(key, written(b"o"), PDF)
    assert [found.key for found in store.list("order/")] == sorted(keys)


def test_a_list_begins_anywhere_in_a_name(store: ObjectStore, written: Written) -> None:
    for key in ("pre/abc/1", "pre/abd/2", "pre/b/3"):
        store.put_once(key, written(b"p"), PDF)
    assert [found.key for found in store.list("pre/ab")] == ["pre/abc/1", "pre/abd/2"]
    assert [found.key for found in store.list("pre/abc/1")] == ["pre/abc/1"]
    assert list(store.list("pre/none/")) == []


def test_a_list_goes_on_past_a_thousand(store: ObjectStore, written: Written) -> None:
    source = written(b"many")
    keys = [f"many/{number:05d}" for number in range(1_050)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put_once(key, source, PDF), keys))
    assert [found.key for found in store.list("many/")] == keys


@pytest.mark.parametrize("key", [
    "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/./b", ".hidden", "a/.b", "a\\b",
    "a b", "a\nb", "a\0b", "a?b", "a#b", "a%2fb", "文件", "a" * 513,
])
def test_an_odd_name_is_refused(store: ObjectStore, written: Written, key: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        store.put_once(key, written(b"odd"), PDF)
    with pytest.raises(ValueError, match="not a name"):
        store.stat(key)


def test_a_removed_object_is_gone(store: ObjectStore, written: Written) -> None:
    key = put(store, written, b"swept")
    store.remove(key)
    store.remove(key)
    assert store.stat(key) is None


@pytest.mark.parametrize("store", ["dir", "s3"], indirect=True)
def test_a_store_without_locks_promises_no_retention(store: ObjectStore, written: Written) -> None:
    key = put(store, written, b"retain me")
    assert store.retain(key, datetime.now(UTC) + timedelta(days=365)) is False
    assert read(store, key) == b"retain me"


def destroyed_neither_nor_let_go_sooner(store: S3Store, written: Written) -> None:
    data = os.urandom(32)
    key, until = put(store, written, data), datetime.now(UTC) + timedelta(seconds=30)
    assert store.retain(key, until) is True
    client, bucket = store._client, store._bucket
    version = client.stat_object(bucket, key).version_id
    with pytest.raises(S3Error, match="AccessDenied"):
        client.remove_object(bucket, key, version)
    with pytest.raises(Unavailable):
        store.retain(key, until - timedelta(seconds=20))
    store.remove(key)  # takes the name away, and nothing else
    assert client.get_object(bucket, key, version_id=version).data == data


if LOCKING:
    test_a_locked_object_can_be_neither_destroyed_nor_let_go_sooner = pytest.mark.parametrize(
        "store", ["locking"], indirect=True)(destroyed_neither_nor_let_go_sooner)


@pytest.fixture(params=["dir", "s3"])
def cut_off(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """A store that held an object and then went away."""
    source = tmp_path / "before"
    source.write_bytes(b"before")
    server = Rclone(tmp_path / "rclone")
    if request.param == "s3":
        server.start()
        store = store_from_url(server.url)
    else:
        store = store_from_url(f"dir:{tmp_path / 'objects'}")
    store.put_once("kept/before", source, PDF)
    server.stop()
    if request.param == "dir":
        (tmp_path / "objects").rename(tmp_path / "unmounted")
    return store


@pytest.mark.parametrize("call", [
    lambda store, source: store.put_once("kept/new", source, PDF),
    lambda store, source: store.open("kept/before").__enter__(),
    lambda store, source: store.stat("kept/before"),
    lambda store, source: list(store.list("kept/")),
    lambda store, source: store.retain("kept/before", datetime.now(UTC)),
    lambda store, source: store.remove("kept/before"),
], ids=["put_once", "open", "stat", "list", "retain", "remove"])
def test_an_outage_is_said_at_once(
    cut_off: ObjectStore, written: Written, call: Callable[[ObjectStore, Path], object],
) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        call(cut_off, written(b"new"))
    assert time.monotonic() - began < 10


def test_the_secret_must_be_right(rclone: Rclone) -> None:
    with pytest.raises(Unavailable):
        store_from_url(rclone.url.replace("a%2Bsecret", "wrong")).stat("a/b")


def test_a_bucket_that_is_missing_is_an_outage_not_an_empty_store(rclone: Rclone, written: Written) -> None:
    elsewhere = store_from_url(rclone.url.replace("/evidence?", "/nowhere?"))
    with pytest.raises(Unavailable):
        list(elsewhere.list(""))
    with pytest.raises(Unavailable):
        elsewhere.put_once("a/b", written(b"x"), PDF)


def test_a_server_killed_while_receiving_leaves_nothing(tmp_path: Path) -> None:
    server = Rclone(tmp_path / "rclone")
    server.start()
    store = store_from_url(server.url)
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(512 * MEBI)
    with ThreadPoolExecutor(1) as pool:
        putting = pool.submit(store.put_once, "cut/large", source, PDF)
        until = time.monotonic() + 20
        while not list((tmp_path / "rclone" / "evidence").rglob(".rclone*")) and time.monotonic() < until:
            time.sleep(0.02)
        server.stop()
        with pytest.raises(Unavailable):
            putting.result()
    server.start()
    assert store.stat("cut/large") is None
    assert list(store.list("")) == []
    server.stop()


def test_files_of_a_directory_are_read_only(tmp_path: Path, written: Written) -> None:
    store = DirectoryStore(tmp_path / "objects")
    key = put(store, written, b"read only")
    assert (tmp_path / "objects" / key).stat().st_mode & 0o777 == 0o444
    assert list((tmp_path / "objects" / ".incoming").iterdir()) == []


def test_leftovers_of_a_crash_are_dropped_after_a_day(tmp_path: Path) -> None:
    incoming = tmp_path / "objects" / ".incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old", 25 * 3600), ("young", 3600)):
        (incoming / name).write_bytes(b"half")
        os.utime(incoming / name, (time.time() - age,) * 2)
    DirectoryStore(tmp_path / "objects")
    assert [path.name for path in incoming.iterdir()] == ["young"]


def test_a_source_on_another_disk_is_copied(tmp_path: Path) -> None:
    source = Path("/dev/shm") / f"zhuze-{os.getpid()}"
    source.write_bytes(b"from another disk")
    try:
        store = DirectoryStore(tmp_path / "objects")
        store.put_once("a/b", source, PDF)
    finally:
        source.unlink()
    assert read(store, "a/b") == b"from another disk"


@pytest.mark.parametrize("url", [
    "", "dir:", "file:///x", "s3://host/bucket", "s3://K:S@host", "s3://K@host/bucket", "http://K:S@host/bucket",
])
def test_a_storage_url_is_read_strictly(url: str) -> None:
    with pytest.raises(ValueError, match="STORAGE_URL") as refusal:
        store_from_url(url)
    assert ":S@" not in str(refusal.value)


def test_a_storage_url_names_its_store(tmp_path: Path) -> None:
    assert isinstance(store_from_url(f"dir:{tmp_path}"), DirectoryStore)
    assert isinstance(store_from_url("s3://K:S@127.0.0.1:1/bucket?secure=0"), S3Store)
