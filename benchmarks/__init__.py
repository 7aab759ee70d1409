"""What the figures in docs/benchmarks.md are made with: `make bench`, or `python -m benchmarks --help`."""
