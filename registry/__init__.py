"""筑责: the registry of lifetime responsibility for construction quality (工程质量终身责任登记).

The packages stand on one another like the storeys of a building, in the order of STOREYS.
A storey may import the storeys named before it, never one named after it.
"""

STOREYS = (
    "kernel", "policy", "web",
    "ledger", "documents", "standards", "parties", "accounts", "notices",
    "projects", "pledges", "designs", "materials", "works", "acceptance", "plaques", "archives", "completion",
    "defects", "desks", "exchange",
)
"""Import order, lowest first. Only `app`, `cli`, `config` and `adapters` stand outside it."""
