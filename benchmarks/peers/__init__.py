"""The same service written with what others use: each bound to our WSDL, each keeping every mutation in SQLite.

A peer is minimal and honest: the columns of the bound, one transaction a message, WAL with full sync, the answer
after the commit. It signs nobody in, keeps no message as received, counts no control totals, finds no doubles and
queues no job; whatever it leaves out is in its favour.
"""
