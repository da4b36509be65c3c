"""A supplier's program with classes that xsdata made: pushes three mutations, reads a fault, fetches the report."""

import os
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import orders
from xsdata.formats.dataclass.client import Client
from xsdata.models.datatype import XmlDate, XmlDateTime, XmlPeriod

ADDRESS, ACCOUNT, SECRET = os.environ["ADDRESS"], os.environ["ACCOUNT"], os.environ["SECRET"]
MESSAGE = os.environ["MESSAGE"]


# snippet: connect
class Refused(Exception):
    """A fault of the gateway; `fault` is typed."""

    def __init__(self, fault: orders.Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


def ask(service: type, request: Any) -> Any:
    """Call one operation; xsdata returns a fault like an answer, so look."""
    client = Client.from_service(service, location=ADDRESS, encoding="utf-8")
    client.transport.session.auth = (ACCOUNT, SECRET)
    client.transport.timeout = 300  # by itself xsdata waits two seconds for an answer
    body = client.send(request).body
    if body.fault:
        raise Refused(body.fault.detail.fault)
    return body


# end


def a_message(message_id: str, ean: str) -> orders.OrderMutationsSubmitMutationsInput:
    header = orders.Header(
        message_id=message_id,
        sender_code="000002",
        customer_number="100200",
        institution_code="I202",
        created_at=XmlDateTime.from_string("2026-03-10T18:00:00+01:00"),
        control=orders.Control(mutation_count=3, copy_count=5, total_amount=Decimal("34.95")),
    )
    # snippet: message
    ordered = orders.Mutation(
        mutation_id=f"{message_id}-1",
        kind=orders.Kind.ORDERED,
        occurred_at=XmlDateTime.from_string("2026-03-10T09:00:00+01:00"),
        order_number=message_id,
        order_line="1",
        order_date=XmlDate(2026, 3, 10),
        channel=orders.Channel.WEBSHOP,
        ean=ean,
        title='Café € 5 & "zoete" <ei>',
        author="Zoë Ångström",
        publication_year=XmlPeriod("2026"),
        quantity=2,
        copies=orders.Copies(
            copy=[
                orders.Copy(copy_id="1-1", branch="01"),
                orders.Copy(copy_id="1-2", branch="02", budget_code="POEZIE"),
            ]
        ),
        branch="01",
        budget_code="JEUGD",
        net_price=Decimal("12.50"),
        currency="EUR",
    )
    # end
    bare = orders.Mutation(
        mutation_id=f"{message_id}-2",
        kind=orders.Kind.ORDERED,
        occurred_at=XmlDateTime.from_string("2026-03-10T09:05:00+01:00"),
        order_number=message_id,
        order_line="2",
        order_date=XmlDate(2026, 3, 10),
        channel=orders.Channel.SHOP,
        title="L'été à Liège",
        quantity=1,
        branch="02",
        budget_code="ROMANS",
        net_price=Decimal("9.95"),
        currency="EUR",
    )
    delayed = orders.Mutation(
        mutation_id=f"{message_id}-3",
        kind=orders.Kind.DELAYED,
        occurred_at=XmlDateTime.from_string("2026-03-10T10:00:00+01:00"),
        order_number=message_id,
        order_line="1",
        quantity=2,
        reason_code="RP",
        reason_text="Eén week later",
        final=False,
        expected_date=XmlDate(2026, 4, 1),
    )
    # snippet: push
    request = orders.OrderMutationsSubmitMutationsInput
    mutations = orders.Mutations(mutation=[ordered, bare, delayed])
    submit = orders.SubmitMutations(header=header, mutations=mutations)
    return request(body=request.Body(submit_mutations=submit))
    # end


def tell(kind: str, value: Any, **names: str) -> None:
    for attribute, name in names.items():
        print(f"{kind}.{name}={getattr(value, attribute)}")


# snippet: push
receipt = ask(
    orders.OrderMutationsSubmitMutations, a_message(MESSAGE, "9789000000012")
).submit_mutations_response.receipt
# end
tell("receipt", receipt, receipt_id="receiptId", message_id="messageId", received_at="receivedAt", test="test")
tell("receipt", receipt, mutation_count="mutationCount", new_count="newCount", known_count="knownCount")
print(f"receipt.unknownBudgetCode={','.join(receipt.unknown_budget_code)}")

# snippet: fault
try:
    ask(orders.OrderMutationsSubmitMutations, a_message(f"{MESSAGE}-x", "978900000001"))
except Refused as error:
    fault = error.fault
# end
tell("fault", fault, code="code", message="message", hint="hint", line="line", element="element")
tell("fault", fault, mutation_id="mutationId")

# snippet: report
wanted = orders.OrderMutationsGetProcessingReportInput
question = wanted(
    body=wanted.Body(
        get_processing_report=orders.GetProcessingReport(message_id=MESSAGE, format=orders.ReportFormat.TXT)
    )
)
while True:
    try:
        report = ask(orders.OrderMutationsGetProcessingReport, question).get_processing_report_response.report
        break
    except Refused as error:
        if error.fault.code != "report-not-ready":
            raise
        time.sleep(0.2)
# end
tell("report", report, file_name="fileName", media_type="mediaType")
Path(os.environ["REPORT"]).write_bytes(report.content)
