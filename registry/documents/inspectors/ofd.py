"""OFD (GB/T 33190): an archive that is one, and no bomb."""

import zipfile

from registry.documents.inspectors.frame import Facts, Refused

MAX_ENTRIES = 2_000
MAX_UNPACKED = 1 << 29      # bytes
MAX_RATIO = 100
LEAST = 1 << 20             # bytes below which the ratio is of no matter


def inspect_ofd(path: str) -> Facts:
    """Read the directory of the archive alone: what it says of sizes is judged, and nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused("truncated") from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, LEAST):
        raise Refused("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    if "OFD.xml" not in {entry.filename for entry in entries}:
        raise Refused("not-ofd")
    return {}
