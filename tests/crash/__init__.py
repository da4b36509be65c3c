"""Kill the gateway at every step of its work, over and over, and prove that nothing is lost or doubled.

`python -m tests.crash --help` says how; `docs/crashes.md` says what it proves and what came of it.
"""
