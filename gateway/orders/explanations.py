"""What a line's outcome is called, said and advised: one table for reports, answers and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell about one mutation: a code of the table below, and the facts of this case."""

    code: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A sentence for the reader and what to do about it; both are msgids with named facts."""

    sentence: str
    hint: str = ""


def sentences(findings: Sequence[Finding]) -> str:
    """All findings of one mutation as English text."""
    return " ".join(EXPLANATIONS[each.code].sentence.format(**each.facts) for each in findings)


DAYS = frozenset({"on", "until", "valid_from", "start"})
"""The facts that are days, in ISO 8601 until somebody reads them."""

EXPLANATIONS: Mapping[str, Explanation] = {
    # Waiting: the library or the supplier can take the cause away.
    "unknown-order": Explanation(
        "Order {order} is not known here yet.",
        "Nothing to do if its order is still to come; otherwise ask the supplier for it.",
    ),
    "waits-behind": Explanation(
        "An earlier mutation of order {order} is waiting.", "Help the earlier one; this one follows by itself."
    ),
    "before-start": Explanation(
        "Order {order} was placed before {start}, the day this library started, and is not known here.",
        "Import the open orders that stand in the library system; the line then follows by itself.",
    ),
    "unknown-branch": Explanation(
        "The supplier's branch {branch} is not in this library's list of branches.",
        "Add it to the list of branches; the line then follows by itself.",
    ),
    "unknown-budget-code": Explanation(
        "Budget code {budget_code} is not known to this library on {on}.{suggestion}",
        "Add the code or its mapping, and tell the supplier which codes hold; the line then follows by itself.",
    ),
    "no-mapping-holds": Explanation(
        "Budget code {budget_code} has a mapping, but none that holds on {on} for this channel, branch and medium.",
        "Extend the mapping or add one; the line then follows by itself.",
    ),
    "missing-budget-code": Explanation(
        "The supplier gave no budget code and none is set for channel {channel}.",
        "Set a budget code for this channel, or ask the supplier to send one.",
    ),
    "expired-budget-code": Explanation(
        "Budget code {budget_code} was valid until {until}.",
        "Map it to the code that replaced it, and tell the supplier.",
    ),
    "budget-code-not-yet-valid": Explanation(
        "Budget code {budget_code} is valid from {valid_from}.", "Wait for that day, or change the day it starts."
    ),
    "wrong-budget-year": Explanation(
        "Budget code {budget_code} is not of budget year {year}.", "Add the code for that year, or correct its year."
    ),
    "locked-budget": Explanation(
        "Budget {budget_code} is locked.", "Unlock it, or map the supplier's code to another budget."
    ),
    "ambiguous-budget-code": Explanation(
        "Several mappings hold for budget code {budget_code} at once.",
        "Take one of them away, or give them other dates.",
    ),
    "system-unavailable": Explanation(
        "The library system could not be reached; the line will be entered as soon as it can.",
        "Nothing to do while it is down for a short time; else ask the administrator of the library system.",
    ),
    "not-arranged": Explanation(
        "Order synchronisation with {system} is not arranged yet; the line waits here.",
        "Agree with the supplier and the maker of the library system how it takes mutations, and let the installer "
        "switch it on; the line then follows by itself.",
    ),
    "behind-uncertain": Explanation(
        "Of an earlier mutation of this order line nobody knows yet whether the library system has it.",
        "Say of the earlier one whether it stands in the library system; this one follows by itself.",
    ),
    "awaits-run": Explanation("It is decided and will be handed over by its run.", "Nothing to do."),
    "still-uncertain": Explanation(
        "It may or may not stand in the library system, and nobody has said yet which of the two.",
        "Look in the library system, and tell the administrator whether it is there.",
    ),
    # Refused: nothing was changed, and it will not be tried again.
    "out-of-order": Explanation(
        "This is older than what was already done for order {order} ({last}).",
        "Nothing to do, unless the order is wrong now: then ask the supplier.",
    ),
    "already-shipped": Explanation(
        "The copies of order {order} are already on transport.", "Agree with the supplier on a return."
    ),
    "already-cancelled": Explanation("Order {order} was already cancelled.", "Nothing to do."),
    "order-conflict": Explanation(
        "Order {order} is already known with another content.", "Ask the supplier which of the two holds."
    ),
    "mutation-conflict": Explanation(
        "Mutation {mutation} was received before with another content, or for another library.",
        "The supplier must send a change under a mutationId of its own.",
    ),
    "too-many": Explanation(
        "{copies} copies, but only {open} of order {order} are still open.", "Check the packing slip with the supplier."
    ),
    "too-few": Explanation(
        "The new total of {copies} is less than the {shipped} copies of order {order} that are already on transport.",
        "Ask the supplier for the right total.",
    ),
    "division-needed": Explanation(
        "Order {order} is divided over several branches, and the change does not say how its new total is divided.",
        "Ask the supplier to send the division over copies.",
    ),
    "unknown-copy": Explanation(
        "Copy {copy} is not an open copy of order {order}.", "Ask the supplier which copy is meant."
    ),
    "copy-twice": Explanation("Copy {copy} is listed twice.", "The supplier must number each copy once."),
    "missing-element": Explanation("{element} is required for {kind}.", "The supplier must send it again, complete."),
    "bad-check-digit": Explanation(
        "{element} {value} has a wrong check digit.", "The supplier must correct the number."
    ),
    "copies-do-not-add-up": Explanation(
        "{listed} copies are listed, but the quantity is {copies}.", "The supplier must correct the one or the other."
    ),
    "wrong-final": Explanation("A {kind} cannot be final={final}.", "The supplier must choose another kind or value."),
    "refused-by-hand": Explanation("Refused by {by}: {reason}", "Nothing to do, unless the reason is gone."),
    # Known: nothing was changed, because it was done before.
    "same-mutation": Explanation("Received and processed before."),
    "same-order": Explanation("The same order was received before."),
    "known-from-shipment": Explanation("The order was already made from its shipment."),
    "known-from-import": Explanation("The order already stood in the library system."),
    # Warnings: it was done, but somebody should look.
    "made-from-shipment": Explanation(
        "The order was not known and was made from its shipment.", "Usual for purchases in the shop; else check it."
    ),
    "no-price": Explanation(
        "The supplier gave no price; nothing was booked on the budget.", "Correct the amount in the library system."
    ),
    "completed-by-order": Explanation(
        "A part of order {order} was shipped before the order came; the other copies are in order now.",
        "Usual for purchases in the shop; else check it.",
    ),
    "fall-back-budget": Explanation(
        "Booked on sub-budget {fall_back} instead.",
        "Move the amount in the library system, and tell the supplier which codes hold.",
    ),
    "over-budget": Explanation("Budget {budget_code} is overspent.", "Raise the budget, or order less on it."),
    "budget-warning": Explanation("Budget {budget_code} is nearly spent.", "Keep an eye on this budget."),
    "unknown-code": Explanation(
        "{element} {value} is not on the list of codes that we know.", "Read the supplier's own words."
    ),
    "quantity-differs": Explanation(
        "The supplier speaks of {copies} copies; order {order} has {open} open.",
        "Check the quantity with the supplier.",
    ),
    "copies-in-order": Explanation(
        "The supplier did not say which copies; the first open ones of order {order} were taken.",
        "Check the division over the branches.",
    ),
    "system-refused": Explanation("The library system refused it: {reason}", "Enter it in the library system by hand."),
    "delivery-uncertain": Explanation(
        "The library system may or may not have taken this: {reason}",
        "Look in the library system, and tell the administrator whether it is there; if it is not, it is delivered "
        "again.",
    ),
    "refused-later": Explanation(
        "The library system refused it after it was handed over: {reason}", "Enter it in the library system by hand."
    ),
    "settled-arrived": Explanation(
        "An earlier report could not tell whether the library system has it; {by} found it there.", "Nothing to do."
    ),
    "delivered-again": Explanation(
        "An earlier report could not tell whether the library system has it; {by} did not find it there, and it was "
        "delivered again.",
        "Nothing to do.",
    ),
    "not-carried": Explanation(
        "The library system cannot be told this; it stands here only.", "Enter it by hand if you need it there."
    ),
}
"""Per code of an outcome its sentence and hint, in English."""
