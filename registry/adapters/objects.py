"""Where the bytes of documents live: a directory, or any S3 by the `minio` SDK (below 8).

Both keep an object under its name for good: a name that exists is never written again. Names are made by
`documents` from the hash of the bytes, so the only thing that can go wrong with "again" is a damaged
object, and that is reported instead of mended.
"""

import io
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.datatypes import Object
from minio.error import MinioException, S3Error
from minio.retention import Retention
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from registry.kernel.errors import NotFound, Unavailable
from registry.kernel.ports import ObjectStore, StoredObject
from registry.kernel.staging import sync_folder
from registry.kernel.text import _

KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
KEY_LENGTH = 512
LOOK_AGAIN_AFTER = (0.02, 0.08, 0.4, 1.0)  # seconds
LEFTOVER_AFTER = 24 * 3600  # seconds
ABSENT = {"NoSuchKey", "NoSuchObject"}
LOCK_REFUSED = {
    "InvalidRequest", "InvalidArgument", "MethodNotAllowed", "NotImplemented", "MalformedXML",
    "ObjectLockConfigurationNotFoundError", "InvalidBucketState", "MissingContentMD5",
}


class StoreDamaged(Unavailable):
    """An object is there but is not what was put there. Nothing is overwritten: people must look."""

    code = "store.damaged"


def checked(key: str) -> str:
    """Return `key` when every store can keep it as it is: plain ASCII segments, none of them hidden."""
    if len(key) > KEY_LENGTH or not KEY.fullmatch(key):
        raise ValueError(f"not a name for an object: {key!r}")
    return key


def same_size(key: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise StoreDamaged(_("存储中的文件 {key} 应为 {wanted} 字节，实际为 {found} 字节。",
                             key=key, wanted=wanted, found=found))


@contextmanager
def answering_disk() -> Iterator[None]:
    """Turn what a file system complains of into the one refusal callers know."""
    try:
        yield
    except FileNotFoundError as failure:
        raise NotFound(_("存储中没有这个文件。")) from failure
    except OSError as failure:
        raise Unavailable(_("文件存储目录暂时不能读写，请稍后再试。")) from failure


class Part(io.RawIOBase):
    """The next `length` bytes of an open file; to its end when None."""

    def __init__(self, file: BinaryIO, length: int | None) -> None:
        self._file = file
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any WriteableBuffer
        wanted = len(buffer) if self._left is None else min(len(buffer), self._left)
        with answering_disk():
            count = self._file.readinto(memoryview(buffer)[:wanted])  # type: ignore[attr-defined]  # every file has it
        if self._left is not None:
            self._left -= count
        return int(count)


class DirectoryStore:
    """Objects as read-only files below one folder.

    `incoming` below it holds files being copied in; that it is there also tells a mounted store from an
    empty mount point.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / ".incoming"
        with answering_disk():
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._drop_leftovers()

    def put_once(self, key: str, source: Path, media_type: str) -> None:  # noqa: ARG002 — a file has none
        path = self._path(key)
        size = source.stat().st_size
        with answering_disk():
            new = self._make_folder(path.parent)
            if not path.exists():
                self._place(source, size, path)
            same_size(key, path.stat().st_size, size)
            for folder in (path.parent, *new):  # all in one go: one journal entry of the file system holds them
                sync_folder(folder)

    @contextmanager
    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[BinaryIO]:
        path = self._path(key)
        with answering_disk():
            file = path.open("rb", buffering=0)
        with file:
            file.seek(start)
            yield cast("BinaryIO", io.BufferedReader(Part(cast("BinaryIO", file), length), 1 << 16))

    def stat(self, key: str) -> StoredObject | None:
        path = self._path(key)
        try:
            with answering_disk():
                found = path.stat()
        except NotFound:
            return None
        return StoredObject(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def list(self, prefix: str) -> Iterator[StoredObject]:
        self._require_root()
        folder = self.root / prefix.rpartition("/")[0]
        with answering_disk():
            for path in self._walk(folder) if folder.is_dir() else ():
                key = str(path.relative_to(self.root))
                found = self.stat(key) if key.startswith(prefix) else None
                if found:
                    yield found

    def retain(self, key: str, until: datetime) -> bool:  # noqa: ARG002 — no directory promises that
        self._path(key)
        return False

    def remove(self, key: str) -> None:
        path = self._path(key)
        with answering_disk():
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)

    def _path(self, key: str) -> Path:
        self._require_root()
        return self.root / checked(key)

    def _require_root(self) -> None:
        if not self._incoming.is_dir():
            raise Unavailable(_("文件存储目录不见了，请检查磁盘是否已挂载。"))

    def _make_folder(self, folder: Path) -> Sequence[Path]:
        """Make what is missing of a folder's path; return the folders that hold a new name, still to be synced."""
        way = [folder, *folder.parents]
        missing = [each for each in way[:way.index(self.root)] if not each.is_dir()]
        for each in reversed(missing):
            each.mkdir(mode=0o750, exist_ok=True)
        return [each.parent for each in missing]

    def _place(self, source: Path, size: int, path: Path) -> None:
        held = self._incoming / uuid4().hex
        try:
            self._hold(source, held)
            same_size(path.name, held.stat().st_size, size)
            if not path.exists():
                os.link(held, path)
        except FileExistsError:
            return  # someone else has just put the same bytes
        finally:
            held.unlink(missing_ok=True)

    def _hold(self, source: Path, held: Path) -> None:
        """Bring the bytes onto our own disk: by a second name for them where we can, else by a copy."""
        try:
            os.link(source, held)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(source, held)
        handle = os.open(held, os.O_RDONLY)
        try:
            os.fchmod(handle, 0o444)
            os.fsync(handle)
        finally:
            os.close(handle)

    def _walk(self, folder: Path) -> Iterator[Path]:
        """Yield the files below `folder` in the order of their keys ("a.b" before "a/b")."""
        entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
        for entry in sorted(entries, key=lambda e: e.name + "/" if e.is_dir() else e.name):
            if entry.is_dir():
                yield from self._walk(Path(entry.path))
            else:
                yield Path(entry.path)

    def _drop_leftovers(self) -> None:
        oldest = time.time() - LEFTOVER_AFTER
        for path in self._incoming.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


@contextmanager
def answering_server() -> Iterator[None]:
    """Turn whatever keeps an S3 server from answering into the one refusal callers know."""
    try:
        yield
    except S3Error as failure:
        if failure.code in ABSENT:
            raise NotFound(_("存储中没有这个文件。")) from failure
        raise Unavailable(_("对象存储拒绝了请求（{code}）。", code=failure.code)) from failure
    except (MinioException, HTTPError, OSError) as failure:
        raise Unavailable(_("对象存储没有应答，请稍后再试。")) from failure


def s3_client(endpoint: str, key: str, secret: str, *, secure: str, region: str) -> Minio:
    """Return a client that waits longer than a storage cluster needs to get over a dead node (17 s)."""
    pool = PoolManager(
        timeout=Timeout(connect=25, read=30),
        maxsize=16,
        retries=Retry(total=3, connect=2, read=1, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
    )
    return Minio(endpoint, key, secret, secure=secure != "0", region=region, http_client=pool)


class S3Store:
    """Objects in one bucket of any S3 server, addressed by path. The bucket is made by the operator.

    Each request is signed over the hash of its body (over its MD5 under TLS), so what arrives is what was
    sent; correctness rests on no bucket feature.
    """

    def __init__(self, client: Minio, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_once(self, key: str, source: Path, media_type: str) -> None:
        size = source.stat().st_size
        found = self.stat(key)
        if found is None:
            with source.open("rb") as file, answering_server():
                self._client.put_object(self._bucket, key, file, size, content_type=media_type)
            return  # the server has answered for it; to ask again makes some servers read it all again
        here = found.size
        for pause in LOOK_AGAIN_AFTER:
            if here == size:
                return
            time.sleep(pause)  # while another put of it is ending, a server may show a name before its bytes
            again = self.stat(key)
            here = again.size if again else 0
        same_size(key, here, size)

    @contextmanager
    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[BinaryIO]:
        found = self.stat(key)
        if found is None:
            raise NotFound(_("存储中没有这个文件。"))
        wanted = found.size - start if length is None else min(length, found.size - start)
        if wanted <= 0:  # S3 has no way to ask for nothing
            yield io.BytesIO()
            return
        with answering_server():
            response = self._client.get_object(self._bucket, key, offset=start, length=wanted)
            try:
                yield cast("BinaryIO", response)
            finally:
                response.close()
                response.release_conn()

    def stat(self, key: str) -> StoredObject | None:
        try:
            with answering_server():
                found = self._client.stat_object(self._bucket, checked(key))
        except NotFound:
            return None
        return described(found)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        with answering_server():
            for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                yield described(found)

    def retain(self, key: str, until: datetime) -> bool:
        """Lock the object in COMPLIANCE mode. False when the server does not show that it did.

        Asked of a bucket with versions alone, which locks need: a server that knows neither takes the
        request for a new object of that name (rclone does) and writes the order over the evidence.
        """
        with answering_server():
            if self._client.get_bucket_versioning(self._bucket).status != ENABLED:
                return False
            try:
                self._client.set_object_retention(self._bucket, checked(key), Retention(COMPLIANCE, until))
            except S3Error as refusal:
                if refusal.code in LOCK_REFUSED:
                    return False
                raise
            shown = self._client.stat_object(self._bucket, key).metadata or {}
        return shown.get("x-amz-object-lock-mode") == COMPLIANCE

    def remove(self, key: str) -> None:
        with answering_server():
            self._client.remove_object(self._bucket, checked(key))


def described(found: Object) -> StoredObject:
    """Return what an S3 server says of an object, which it must say in full."""
    if found.object_name is None or found.size is None or found.last_modified is None:
        raise Unavailable(_("对象存储的应答不完整。"))
    return StoredObject(found.object_name, found.size, found.last_modified)


def store_from_url(url: str) -> ObjectStore:
    """Return the store that `STORAGE_URL` names.

    url      "dir:PATH" or "s3://KEY:SECRET@host:port/bucket?secure=0&region=cn-north-1"
             (key and secret percent-encoded; TLS unless secure=0)
    raises   ValueError, without repeating the secret, when it is neither
    """
    if url.startswith("dir:") and url != "dir:":
        return DirectoryStore(Path(url.removeprefix("dir:")))
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password and bucket):
        raise ValueError("STORAGE_URL must be dir:PATH or s3://KEY:SECRET@host:port/bucket")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    client = s3_client(
        parts.netloc.rpartition("@")[2], unquote(parts.username), unquote(parts.password),
        secure=options.get("secure", "1"), region=options.get("region", "us-east-1"),
    )
    return S3Store(client, bucket)
