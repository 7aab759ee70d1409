"""From facts to PDF/A-3a and to outlined SVG, inside one worker process. Only here WeasyPrint is imported."""

import hashlib
import logging
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pydyf
import rfc8785
import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from registry.adapters import fonts
from registry.adapters.printing import marks
from registry.adapters.printing.frames import Kind
from registry.adapters.printing.metadata import claims
from registry.adapters.printing.outlines import Engraver, Typesetter

DAYS = ("signed_on", "issued_on", "prepared_on", "asked_at")  # the fact that dates a paper, whichever it has
UNDATED = date(2014, 8, 25)  # a fixed day, so that a paper without one is the same bytes tomorrow
WARMING = '<html lang="zh-CN"><title>温</title><h1>温</h1><p>热</p><table><tr><th>表</th></tr></table>'


class Deflate:
    """zlib as pydyf calls it, but at level 6 instead of 9: 8 % of the time of a paper for 0.5 % of its size."""

    compress = staticmethod(zlib.compress)

    @staticmethod
    def compressobj(**_level: int) -> Any:
        return zlib.compressobj(6)


pydyf.zlib = Deflate


class Uncovered(Exception):
    """Characters that cannot be printed so that a reader gets them back."""

    def __init__(self, kind: Kind, characters: str) -> None:
        super().__init__(characters)
        self.kind = kind
        self.characters = characters


class Unusable(Exception):
    """WeasyPrint complained: an image that is none, a style it does not know."""


class DataOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Reads what comes inside the document and nothing else: no file, no network. Asking is fatal."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if not url.startswith("data:"):
            raise FatalURLFetchingError(url.partition(":")[0])
        return super().fetch(url, headers)


class Complaints(logging.Handler):
    """Keeps what WeasyPrint says while a document is made."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


class Press:
    """Everything that can be made once and used for every document."""

    def __init__(self, templates: Path) -> None:
        self.complaints = Complaints()
        logging.getLogger("weasyprint").addHandler(self.complaints)
        self.fetcher = DataOnly(allowed_protocols=("data",))
        self.fonts = FontConfiguration()
        self.sheet = weasyprint.CSS(
            string=(templates / "_form.css").read_text(), font_config=self.fonts, url_fetcher=self.fetcher,
        )
        self.forms = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        )
        self.forms.filters |= {
            "day": marks.day, "dotted": marks.dotted, "instant": marks.instant, "grouped": marks.grouped,
        }
        self.forms.globals |= {"qr": marks.qr, "plaque_qr": marks.plaque_qr}

    def warm(self) -> None:
        """Render once, so that fonts and caches are loaded before the first caller waits."""
        fonts.uncovered("温")
        self.rendered(WARMING, b"{}", "warm", UNDATED)

    def pdf(self, template: str, facts: Mapping[str, Any]) -> bytes:
        """Make the PDF. Raises Uncovered, Unusable; Jinja's errors when template and facts do not agree."""
        html = self.forms.get_template(f"{template}.html").render(facts, line=Typesetter())
        if pairs := fonts.twins(html):
            raise Uncovered(Kind.TWINS, "、".join(fonts.spelled(pair) for pair in pairs))
        record = rfc8785.dumps({"template": template, "facts": facts})
        return self.rendered(html, record, template, day_of(facts))

    def svg(self, template: str, facts: Mapping[str, Any]) -> bytes:
        """Make the SVG: every text drawn by the engraver, nothing left that needs a font."""
        return self.forms.get_template(f"{template}.svg").render(facts, line=Engraver()).encode()

    def rendered(self, html: str, record: bytes, template: str, day: date) -> bytes:
        """Return the tagged PDF/A-3a, its bytes decided by html, record and day alone."""
        noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        self.complaints.said.clear()
        paper: bytes = weasyprint.HTML(string=html, url_fetcher=self.fetcher).write_pdf(
            font_config=self.fonts, stylesheets=[self.sheet], pdf_variant="pdf/a-3a",
            attachments=[weasyprint.Attachment(
                string=record, name="record.json", description="facts", relationship="Data",
                created=noon, modified=noon, url_fetcher=self.fetcher,
            )],
            finisher=claims(template, hashlib.sha256(record).hexdigest()),
        )
        self.refuse_complaints()
        return paper

    def refuse_complaints(self) -> None:
        if missing := [words for words in self.complaints.said if ".notdef" in words]:
            raise Uncovered(Kind.UNCOVERED, "；".join(missing))
        if self.complaints.said:
            raise Unusable("；".join(words[:80] for words in self.complaints.said))


def day_of(facts: Mapping[str, Any]) -> date:
    """The day a paper bears."""
    day = next((facts[name] for name in DAYS if facts.get(name)), None)
    return date.fromisoformat(day[:10]) if day else UNDATED
