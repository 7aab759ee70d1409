"""How files are kept: 密级, formats that last, and whose papers hold identity numbers.

Sources: GB/T 50328-2014（2019年版）; DA/T 70-2018; ISO 19005 = GB/T 23286. The lists of formats are our suggestion.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secrecy:
    """密级. One that is not accepted keeps the file, and the project with it, out of this system."""

    key: str
    label: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file as the archive sees it: how far it can still be read when its program is gone."""

    media_type: str
    label: str
    open: bool        # published, readable without the program that made it
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveRules:
    """short_years: 短期, after which a file is appraised and never destroyed by itself."""

    short_years: int
    secrecies: tuple[Secrecy, ...]
    formats: tuple[Format, ...]
    identity_codes: tuple[str, ...]  # of the catalogue: documents that hold whole identity numbers

    def secrecy(self, key: str) -> Secrecy | None:
        """Return the 密级 known by its key or by the word people write."""
        return next((one for one in self.secrecies if key in {one.key, one.label}), None)

    def format(self, media_type: str) -> Format | None:
        return next((one for one in self.formats if one.media_type == media_type), None)
