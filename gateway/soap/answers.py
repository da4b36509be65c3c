"""What the service answers, as elements of the contract; each is bytes that can stand in any envelope."""

import base64
from datetime import datetime

from lxml import etree

from gateway.orders.model import BudgetCode, BudgetCodeList, MessageStatus, PlanLine, Receipt
from gateway.reports.model import ReportFile
from gateway.soap.contract import DEFAULT_NAMESPACE, VERSION, Q


def receipt(value: Receipt) -> bytes:
    """The `receipt` element; the same receipt gives the same bytes."""
    element = _root("receipt")
    _add(element, "receiptId", value.receipt_id)
    _add(element, "messageId", value.message_id)
    _add(element, "receivedAt", value.received_at.isoformat())
    _add(element, "mutationCount", value.mutation_count)
    _add(element, "newCount", value.new_count)
    _add(element, "knownCount", value.known_count)
    _add(element, "test", value.test)
    for code in value.unknown_budget_codes:
        _add(element, "unknownBudgetCode", code)
    if value.plan is not None:
        plan = etree.SubElement(element, Q + "plan")
        for line in value.plan:
            _plan_line(plan, line)
        _add(plan, "truncated", value.plan_truncated)
    return etree.tostring(element)


def status(value: MessageStatus) -> bytes:
    """The `status` element."""
    element = _root("status")
    _add(element, "messageId", value.message_id)
    _add(element, "state", value.state)
    _add(element, "mutationCount", value.mutation_count)
    _add(element, "newCount", value.new_count)
    _add(element, "knownCount", value.known_count)
    outcomes = etree.SubElement(element, Q + "outcomes")
    for outcome, count in value.outcomes.items():
        _add(outcomes, "count", count).set("outcome", outcome)
    for name in value.reports:
        _add(element, "report", name)
    for each in value.troubled:
        mutation = etree.SubElement(element, Q + "mutation")
        _add(mutation, "mutationId", each.mutation_id)
        _add(mutation, "outcome", each.outcome)
        _add(mutation, "code", each.code)
        _add(mutation, "sentence", each.sentence)
    _add(element, "truncated", value.truncated)
    return etree.tostring(element)


def report(value: ReportFile) -> bytes:
    """The `report` element."""
    element = _root("report")
    _add(element, "fileName", value.name)
    _add(element, "mediaType", value.media_type)
    _add(element, "content", base64.b64encode(value.content).decode())
    return etree.tostring(element)


def budget_codes(value: BudgetCodeList) -> bytes:
    """The `budgetCodes` element: codes, never amounts."""
    element = _root("budgetCodes")
    _add(element, "version", value.version)
    for code in value.codes:
        _budget_code(element, code)
    return etree.tostring(element)


def ping(product_version: str, server_time: datetime) -> tuple[bytes, bytes, bytes]:
    """The three elements that answer a ping."""
    parts = {"productVersion": product_version, "serverTime": server_time.isoformat(), "contractVersion": VERSION}
    elements = [_root(name) for name in parts]
    for element, text in zip(elements, parts.values(), strict=True):
        element.text = text
    product, time, contract = map(etree.tostring, elements)
    return product, time, contract


def _plan_line(plan: etree._Element, value: PlanLine) -> None:
    line = etree.SubElement(plan, Q + "line")
    _add(line, "mutationId", value.mutation_id)
    _add(line, "outcome", value.outcome)
    _add(line, "code", value.code)
    _add(line, "sentence", value.sentence)
    if value.budget_code is not None:
        _add(line, "budgetCode", value.budget_code)


def _budget_code(parent: etree._Element, value: BudgetCode) -> None:
    element = etree.SubElement(parent, Q + "budgetCode")
    _add(element, "code", value.code)
    _add(element, "description", value.description)
    if value.year is not None:
        _add(element, "year", f"{value.year:04d}")
    if value.valid_from is not None:
        _add(element, "validFrom", value.valid_from.isoformat())
    if value.valid_until is not None:
        _add(element, "validUntil", value.valid_until.isoformat())
    _add(element, "blocked", value.blocked)


def _root(name: str) -> etree._Element:
    return etree.Element(Q + name, nsmap=DEFAULT_NAMESPACE)


def _add(parent: etree._Element, name: str, value: object) -> etree._Element:
    child = etree.SubElement(parent, Q + name)
    child.text = str(value).lower() if isinstance(value, bool) else str(value)
    return child
