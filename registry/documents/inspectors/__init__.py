"""Look into one untrusted file, each kind in a process of its own with little memory and little time.

    python -m registry.documents.inspectors.pdf PATH    → one JSON object on standard output

{"facts": {…}} when the file may be kept, {"refused": "<code>"} when not. A process that dies or says nothing
has met a file that may not be kept either. They import nothing else of ours, so that what a hostile file
could reach in there is as little as can be, and each only what its kind needs, so that it starts fast.
"""
