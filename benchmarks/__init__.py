"""Speed and memory of the gateway, each figure beside its bound in the same run. Never part of the tests.

`python -m benchmarks` (or `make bench`) measures everything; `--only` and `--sizes` choose.
"""
