"""Ledger (存证): what was done, by whom and to what, kept so that nobody can change it unseen.

Every act that binds anyone writes an event in its own transaction. One sequencer gives the events their
places in an append-only Merkle tree; signed checkpoints of the tree go out into the world; the audit holds
tree, records and files against each other.

An event is pending → sequenced, and never anything else.

Source: RFC 6962 (tree and proofs), RFC 8785 (canonical JSON), C2SP signed-note, tlog-checkpoint, tlog-proof.
"""
