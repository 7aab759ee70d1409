"""What happened, in words: the kinds of ledger events a project's page lists."""

from registry.kernel.text import later

EVENTS = {
    "project.created": later("登记工程项目"),
    "project.amended": later("修改工程项目信息"),
    "participation.opened": later("单位进场"),
    "participation.ended": later("单位退场"),
    "term.opened": later("项目负责人任职"),
    "term.ended": later("项目负责人离任"),
    "term.corrected": later("更正任期登记"),
}


def event_words(kind: str) -> str:
    return str(EVENTS.get(kind, kind))
