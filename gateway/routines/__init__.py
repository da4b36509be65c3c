"""What has its hour: rules say when, the calendar says on which days, the ledger says what was done.

A trigger only wakes us. Whether a routine is due is read from the ledger of (routine, library, local date, hour).
"""
