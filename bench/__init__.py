"""Benchmarks: each module is a script that `make bench` runs and that writes `build/bench/NAME.json`."""
