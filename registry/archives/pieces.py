"""The files of a package, and where each of them lies in it. Plain."""

from dataclasses import asdict, dataclass
from typing import Any

from registry.archives.actions import safe
from registry.documents.kinds import ending_of

ORIGINAL, TWIN = "original", "twin"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the package. Plain, so that a job can keep it as JSON."""

    place: str
    code: str
    title: str
    responsible: str
    dated: str
    kind: str          # ORIGINAL | TWIN
    sha256: str
    size: int
    media_type: str
    lasting: str       # see models.Lasting; "" while nobody has looked
    flaw: str
    record_table: str  # the record whose event names the hash
    record_id: str

    def listed(self) -> dict[str, Any]:
        """As the catalogue for programs has it."""
        return {name: said for name, said in asdict(self).items() if not name.startswith("record_")}


def place_of(count: int, code: str, title: str, kind: str, media_type: str) -> str:
    folder = "原件" if kind == ORIGINAL else "PDF-A副本"
    return f"{folder}/{code}/{count:05d}-{safe(title)}.{ending_of(media_type)}"
