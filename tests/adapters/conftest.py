"""A printer on forms made up by a test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from registry.adapters.printing import Limits, WeasyPrinter

ROOT = Path(__file__).parents[2]
Workshop = Callable[..., WeasyPrinter]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """Call it with templates by file name, and limits where they matter; its printers close at the end."""
    opened = []

    def made(forms: dict[str, str], workers: int = 1, **limits: float) -> WeasyPrinter:
        (tmp_path / "_form.css").write_text("html { font-family: 'Zhuze Serif' }")
        for name, text in forms.items():
            (tmp_path / name).write_text(text)
        opened.append(WeasyPrinter(tmp_path, ROOT / "var/fonts", workers, Limits(**limits)))
        return opened[-1]

    yield made
    for printer in opened:
        printer.close()
