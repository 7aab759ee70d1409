"""Text for people, through gettext. The source language is Chinese.

`_("…")` translates now, `later("…")` when it is shown (labels made at import time). Values are
filled in with `str.format`, after the translation has been looked up.
"""

from contextvars import ContextVar
from gettext import NullTranslations

from babel.support import LazyProxy

SOURCE = NullTranslations()
catalogue: ContextVar[NullTranslations] = ContextVar("catalogue", default=SOURCE)
"""The translations of the present request; the web sets it, everything else speaks Chinese."""


def _(message: str, **values: object) -> str:
    """Return `message` in the reader's language with `values` filled in."""
    said = catalogue.get().gettext(message)
    return said.format(**values) if values else said


def later(message: str) -> LazyProxy:
    """Return a text that is translated whenever it is shown."""
    return LazyProxy(_, message, enable_cache=False)
