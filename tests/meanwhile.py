"""What others do while an act is at its slow work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from registry.kernel.ports import Printer


@dataclass
class Meanwhile:
    """The real printer; something happens once, when it has printed for the first time."""

    printer: Printer
    happens: Callable[[], object]
    happened: list[object] = field(default_factory=list)

    def pdf(self, template: str, facts: Mapping[str, object]) -> bytes:
        printed = self.printer.pdf(template, facts)
        self.happen()
        return printed

    def svg(self, template: str, facts: Mapping[str, object]) -> bytes:
        return self.printer.svg(template, facts)

    def happen(self) -> None:
        if not self.happened:
            self.happened.append(None)
            self.happens()
