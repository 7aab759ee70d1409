"""Is a package still what was handed over? Without the registry: only what lies in the package counts, and the key.

Every file is hashed and compared with the manifest; where the package carries proofs, every file must have one, and
each proof must show that an event naming the file lies in the tree the ledger has signed.
Source: RFC 8493; c2sp.org/tlog-proof.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import bagit  # type: ignore[import-untyped]  # it carries no types

from registry.kernel.errors import Invalid
from registry.kernel.text import _
from registry.ledger.merkle import leaf_hash
from registry.ledger.notes import Malformed
from registry.ledger.proofs import verify_proof

MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
PROOFS, KEY = "存证.jsonl", "存证公钥.txt"
PAPERS = frozenset(f"data/{name}" for name in ("目录.json", "目录.pdf", PROOFS, KEY, "说明.txt"))
"""What is written about the files and is none of them."""
LONGEST_KEY = 1000
Opener = Callable[[str], AbstractContextManager[IO[bytes]]]
LARGEST_MANIFEST = 256 * 1024 * 1024  # bytes; a longer one is none


class NoPackage(Invalid):
    code = "archive.no-package"


@dataclass(slots=True)
class Proofs:
    """What the proofs of a package show: of which ledger, how many events it had signed, and which files it names."""

    key: str
    origin: str = ""
    size: int = 0
    proved: int = 0
    wrong: list[str] = field(default_factory=list)       # the proof is there and does not hold
    unproved: list[str] = field(default_factory=list)    # there is none

    @property
    def sound(self) -> bool:
        return not (self.wrong or self.unproved)


@dataclass(slots=True)
class Verified:
    """How many files there are, and the names of those that are not as they were. `proofs`: None where there are none."""

    files: int = 0
    altered: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    proofs: Proofs | None = None

    @property
    def sound(self) -> bool:
        return not (self.altered or self.missing or self.extra) and (self.proofs is None or self.proofs.sound)


def verify_package(path: Path, key: str = "") -> Verified:
    """Check a ZIP, or the folder it was unpacked into. Raises NoPackage for anything else.

    key   the ledger's public key; with it every file must be proved, without it the key in the package is believed
    """
    if path.is_dir():
        return verify_folder(path, key)
    try:
        with zipfile.ZipFile(path) as archive:
            return verify_zip(archive, key)
    except (OSError, zipfile.BadZipFile, zlib.error) as broken:
        raise NoPackage(_("“{name}”不是完整的 ZIP 文件。", name=path.name)) from broken


def verify_zip(archive: zipfile.ZipFile, key: str) -> Verified:
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
    if f"data/{PROOFS}" not in found.altered:
        found.proofs = check_proofs(promised, archive.open, key)
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


def verify_folder(folder: Path, key: str) -> Verified:
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
    promised = {name: hashes.get("sha256", "") for name, hashes in bag.payload_entries().items()}
    found.proofs = check_proofs(promised, lambda name: (folder / name).open("rb"), key)
    return found


def check_proofs(promised: Mapping[str, str], opened: Opener, key: str) -> Proofs | None:
    """Return what the proofs of a package show; None when it carries none and nobody gave a key.

    promised   name → SHA-256, as the manifest has it
    raises     NoPackage when there are proofs and no key to check them with
    """
    carried = f"data/{PROOFS}" in promised
    if not (carried or key):
        return None
    wanted = {name for name in promised if name.startswith("data/") and name not in PAPERS}
    found = Proofs(key or key_inside(promised, opened))
    seen: set[str] = set()
    if carried:
        with opened(f"data/{PROOFS}") as lines:
            for place in check_lines(lines, promised, found):
                seen.add(place)
    found.unproved = sorted(wanted - seen)
    return found


def key_inside(promised: Mapping[str, str], opened: Opener) -> str:
    if f"data/{KEY}" not in promised:
        raise NoPackage(_("包内没有账本公钥，请用 --key 给出。"))
    with opened(f"data/{KEY}") as file:
        return file.read(LONGEST_KEY).decode(errors="replace").strip()


def check_lines(lines: Iterable[bytes], promised: Mapping[str, str], found: Proofs) -> Iterator[str]:
    """Check one proof after another, and yield the name of the file each is about."""
    for number, line in enumerate(lines, 1):
        name = _("{file} 第 {number} 行", file=PROOFS, number=number)
        try:
            said = json.loads(line)
            name, sha256, event, proof = f"data/{said['place']}", said["sha256"], said["event"], said["proof"]
            if promised.get(name) != sha256 or f'"{sha256}"' not in event:
                raise Malformed(_("证明所述不是包内的这个文件"))
            tree = verify_proof(proof, leaf_hash(event.encode()), found.key)
        except (Malformed, ValueError, TypeError, KeyError, AttributeError):
            found.wrong.append(name)
        else:
            found.origin, found.size, found.proved = tree.origin, tree.size, found.proved + 1
        yield name
