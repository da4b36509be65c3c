"""Orders: a supplier's mutations go into the library system, and staff read what became of them.

The flow, by file:

1. `intake` takes a message in: spooled while it streams by, read by `reading`, checked against its control totals,
   then kept with its job and its receipt in one transaction, or refused (`refusals`). A test message is
   only tried (`trial`).
2. `processing` opens the run of a message, or of what waits (`recovery` sees to it that none is left behind).
3. `planning` decides each mutation in its order of time: `checks` what it lacks, `mapping` and `budgets` where its
   copies go, `lifecycle` what it does to its line, with `allotment` and `movements` for copies and amounts. The
   `ledger` keeps the lines and what each mutation did to them; what cannot be decided yet waits.
4. `delivery` hands what was decided to the library system (`system` is its contract) and reads back what it says later.
5. `reporting` tells what the run did, in the words of `explanations`, for `gateway.reports` to lay out and keep.

A supplier asks afterwards through `answers`. A library's branches, codes and open orders come in by `imports`
(`list_files`, `tables_in`, `cells` and `row_groups` read them, `budget_list` and `open_orders` make something of them).
Everything that is kept, and every statement, is in `store`.
"""
