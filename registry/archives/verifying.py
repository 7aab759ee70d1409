"""Is a package still what was handed over? Without the registry: only what lies in the package counts."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import bagit  # type: ignore[import-untyped]  # it carries no types

from registry.kernel.errors import Invalid
from registry.kernel.text import _

MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
LARGEST_MANIFEST = 256 * 1024 * 1024  # bytes; a longer one is none


class NoPackage(Invalid):
    code = "archive.no-package"


@dataclass(slots=True)
class Verified:
    """How many files there are, and the names of those that are not as they were."""

    files: int = 0
    altered: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.altered or self.missing or self.extra)


def verify_package(path: Path) -> Verified:
    """Check a ZIP, or the folder it was unpacked into. Raises NoPackage for anything else."""
    if path.is_dir():
        return verify_folder(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return verify_zip(archive)
    except (OSError, zipfile.BadZipFile, zlib.error) as broken:
        raise NoPackage(_("“{name}”不是完整的 ZIP 文件。", name=path.name)) from broken


def verify_zip(archive: zipfile.ZipFile) -> Verified:
    """Hash every file where it lies: nothing is unpacked, and memory does not grow."""
    names = set(archive.namelist())
    if "bagit.txt" not in names or MANIFESTS[0] not in names:
        raise NoPackage(_("包中没有 bagit.txt 或 {manifest}，不是 BagIt 移交包。", manifest=MANIFESTS[0]))
    found = Verified()
    promised: dict[str, str] = {}
    for manifest in MANIFESTS:
        if manifest in names:
            promised |= dict(lines_of(archive, manifest, found))
    for name, sha256 in promised.items():
        if name not in names:
            found.missing.append(name)
            continue
        found.files += 1
        if hashed(archive, name) != sha256:
            found.altered.append(name)
    found.extra += sorted(name for name in names if name.startswith("data/") and name not in promised)
    return found


def lines_of(archive: zipfile.ZipFile, manifest: str, found: Verified) -> Iterator[tuple[str, str]]:
    if archive.getinfo(manifest).file_size > LARGEST_MANIFEST:
        raise NoPackage(_("{manifest} 过大，不是移交包。", manifest=manifest))
    try:
        text = archive.read(manifest).decode()
    except (zipfile.BadZipFile, UnicodeDecodeError):
        found.altered.append(manifest)
        return
    for line in text.splitlines():
        sha256, gap, name = line.partition("  ")
        if not gap:
            raise NoPackage(_("{manifest} 的格式不对。", manifest=manifest))
        yield name, sha256


def hashed(archive: zipfile.ZipFile, name: str) -> str:
    """Return the SHA-256 of a file, "" when the ZIP itself says that its bytes are damaged."""
    try:
        with archive.open(name) as stream:
            return digest(stream)
    except (zipfile.BadZipFile, zlib.error):
        return ""


def digest(stream: IO[bytes]) -> str:
    found = hashlib.sha256()
    while block := stream.read(1 << 20):
        found.update(block)
    return found.hexdigest()


def verify_folder(folder: Path) -> Verified:
    try:
        bag = bagit.Bag(str(folder))
        found = Verified(files=len(list(bag.payload_files())))
        bag.validate()
    except bagit.BagValidationError as no:
        for one in no.details:
            kind = found.missing if isinstance(one, bagit.FileMissing) else found.altered
            kind.append(getattr(one, "path", str(one)))
        if found.sound:
            found.altered.append(str(no))
        return found
    except bagit.BagError as no:
        raise NoPackage(_("“{name}”不是 BagIt 移交包。", name=folder.name)) from no
    return found
