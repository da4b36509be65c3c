"""The supplier's side of the wire: days of mutations as a supplier would have them, and a client that pushes them.

For suppliers to try their own files with, for the rehearsal of a library's day, for tests and for the
benchmark. `books` invents titles, `sample` makes a day of any size of them, `demonstration` is one
hand-picked day; `message` writes a day as XML or as values; `push` sends it and shows what came back.
"""
