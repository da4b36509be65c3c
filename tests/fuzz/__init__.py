"""Random requests, made from real ones by a grammar of mistakes, sent to a real gateway until the time is up.

`make fuzz` runs an hour; `python -m tests.fuzz --help` tells the options. What it finds is put into `found/`, which
the tests send again ever after.
"""
