"""Benchmarks, run by hand (``make bench``). Results with machine and command: RESULTS.md."""
