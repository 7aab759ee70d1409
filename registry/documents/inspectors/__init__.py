"""Look into one untrusted file, each file in a process of its own with little memory and little time.

The process is a fork of `server`, where all inspectors are loaded already; documents.inspecting asks it. One that dies
or says nothing has met a file that may not be kept. They import nothing else of ours, so that what a hostile
file could reach in there is as little as can be.
"""
