"""The gateway between a library supplier and the library systems of public libraries.

Once a day a supplier pushes order mutations over SOAP (`soap`). The gateway keeps every message
it accepts, decides line by line what it means (`orders`), enters it into the library system
through an adapter (`adapters`), and writes the processing report that staff know (`reports`).
Staff read reports in the browser (`web`); an installer sets it up from the command line (`install`).

Imports only go down; `pyproject.toml` says from where to where, and `lint-imports` checks it.
"""
