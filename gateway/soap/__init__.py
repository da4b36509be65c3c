"""The supplier's door: SOAP 1.1 and 1.2 on one address, contract first.

A request passes `wsgi` (is this HTTP that we serve?), then Spyne with our own `protocol`: `reading` streams the
message through the XML parser, `security` finds out who asks, `delivery` checks each mutation against the contract and
hands it to the order room's intake; `service` answers; `faults` says what went wrong.
"""
