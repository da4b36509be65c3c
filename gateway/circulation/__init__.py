"""What the notice engine knows of a library: its patrons, loans, holds and charges, as the library system last told.

`model` and `commands` are pure: frozen values, and what we ask the library system to do. `feed` reads the exchange XML
as a stream of records, `intake` checks them against what is known and keeps them, `store` has the tables.
What the engine itself said (which reminder, when it took effect) is kept beside the picture and outlives every import.
"""
