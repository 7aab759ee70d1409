"""The outside world: object stores, printing, signing, the embedded database. Imported by `app` and `cli` alone."""
