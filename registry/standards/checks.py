"""Checklists (监督检查要点) and the clauses they rest on.

The items paraphrase the handbook of 2018 and the lifetime-responsibility rules; how grave a failure is, is our
suggestion. Conduct is checked by party, the building by division: what an item is about decides whom or what part
it is offered for.

Source: 建质〔2018〕95号 工程质量安全手册（试行） 第2.2、3.1—3.13条; 建质〔2014〕124号.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.text import _
from registry.standards.reading import Malformed
from registry.standards.rules import Status


class CheckChapter(StrEnum):
    CONDUCT = "conduct"      # 质量行为, by party
    ENTITY = "entity"        # 实体质量, by division
    LIFETIME = "lifetime"    # 质量终身责任与追溯


class Severity(StrEnum):
    """How grave it is when the item is not met. Our suggestion throughout."""

    A = "A"  # 严重: structure, main functions, or the law itself
    B = "B"  # 一般
    C = "C"  # 轻微


@dataclass(frozen=True, slots=True)
class Check:
    """One item. `roles` name the parties it is asked of, `divisions` the parts it is offered for; both may be empty."""

    key: str                            # "B-OWNER-01"
    chapter: CheckChapter
    subject: str                        # 建设单位, 钢筋工程 …, as the handbook cuts its chapters
    text: str                           # what is looked at
    clause: str                         # where it is demanded
    severity: Severity                  # suggested
    evidence: str = ""                  # what shows it
    roles: tuple[str, ...] = ()         # keys of the Roles
    divisions: tuple[str, ...] = ()     # codes of the division tree, of any level
    status: Status = Status.SUGGESTION  # of the text: the clause's own demand, or our paraphrase

    def __post_init__(self) -> None:
        wrong = [code for code in self.divisions if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6))]
        if wrong:
            raise Malformed(_("“{code}”不是 2、4 或 6 位数字的分部分项编码。", code=wrong[0]))

    def concerns(self, part: str) -> bool:
        """Say whether the item is offered for a part: it names the part itself, what it belongs to, or what lies in it."""
        return any(part.startswith(code) or code.startswith(part) for code in self.divisions) if part else False


def checks_of_part(checks: Iterable[Check], part: str) -> Sequence[Check]:
    """Return the items offered for a part by its GB 50300 code, those that name it most closely first."""
    found = [check for check in checks if check.concerns(part)]

    def distance(check: Check) -> int:
        return min(abs(len(part) - len(code)) for code in check.divisions if part.startswith(code) or code.startswith(part))

    return sorted(found, key=distance)


def checks_of_role(checks: Iterable[Check], role: str) -> Sequence[Check]:
    """Return the items asked of a party, in the order of the list."""
    return [check for check in checks if role in check.roles]
