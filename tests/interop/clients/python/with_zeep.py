"""A supplier's program with zeep: pushes three mutations, reads a fault, fetches the processing report."""

import os
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
import zeep

ADDRESS, ACCOUNT, SECRET = os.environ["ADDRESS"], os.environ["ACCOUNT"], os.environ["SECRET"]
MESSAGE = os.environ["MESSAGE"]
NS = "{urn:bestelsync:orders:1}"

# snippet: connect
session = requests.Session()
session.auth = (ACCOUNT, SECRET)
client = zeep.Client(os.environ["WSDL"], transport=zeep.Transport(session=session))
port = "OrderMutationsSoap12" if os.environ["SOAP"] == "1.2" else "OrderMutationsSoap11"
orders = client.create_service(f"{NS}{port}", ADDRESS)
# end


def a_message(message_id: str, ean: str) -> dict[str, Any]:
    header = {
        "messageId": message_id,
        "senderCode": "000002",
        "customerNumber": "100200",
        "institutionCode": "I202",
        "createdAt": "2026-03-10T18:00:00+01:00",
        "control": {"mutationCount": 3, "copyCount": 5, "totalAmount": Decimal("34.95")},
    }
    ordered = {
        "mutationId": f"{message_id}-1",
        "kind": "ORDERED",
        "occurredAt": "2026-03-10T09:00:00+01:00",
        "orderNumber": message_id,
        "orderLine": "1",
        "orderDate": "2026-03-10",
        "channel": "WEBSHOP",
        "ean": ean,
        "title": 'Café € 5 & "zoete" <ei>',
        "author": "Zoë Ångström",
        "publicationYear": (2026, None),  # a gYear is a pair of year and zone
        "quantity": 2,
        "copies": {
            "copy": [{"copyId": "1-1", "branch": "01"}, {"copyId": "1-2", "branch": "02", "budgetCode": "POEZIE"}]
        },
        "branch": "01",
        "budgetCode": "JEUGD",
        "netPrice": Decimal("12.50"),
        "currency": "EUR",
    }
    bare = {
        "mutationId": f"{message_id}-2",
        "kind": "ORDERED",
        "occurredAt": "2026-03-10T09:05:00+01:00",
        "orderNumber": message_id,
        "orderLine": "2",
        "orderDate": "2026-03-10",
        "channel": "SHOP",
        "title": "L'été à Liège",
        "quantity": 1,
        "branch": "02",
        "budgetCode": "ROMANS",
        "netPrice": Decimal("9.95"),
        "currency": "EUR",
    }
    delayed = {
        "mutationId": f"{message_id}-3",
        "kind": "DELAYED",
        "occurredAt": "2026-03-10T10:00:00+01:00",
        "orderNumber": message_id,
        "orderLine": "1",
        "quantity": 2,
        "reasonCode": "RP",
        "reasonText": "Eén week later",
        "final": False,
        "expectedDate": "2026-04-01",
    }
    return {"header": header, "mutations": {"mutation": [ordered, bare, delayed]}}


# snippet: fault
def read(error: zeep.exceptions.Fault) -> Any:
    """The typed fault of an error, in both versions of SOAP."""
    element = error.detail.find(f"{NS}fault")
    return client.get_element(f"{NS}fault").parse(element, client.wsdl.types)


# end


def tell(kind: str, value: Any, *names: str) -> None:
    for name in names:
        print(f"{kind}.{name}={value[name]}")


# snippet: push
receipt = orders.submitMutations(**a_message(MESSAGE, "9789000000012")).receipt
# end
tell("receipt", receipt, "receiptId", "messageId", "mutationCount", "newCount", "knownCount", "test")
print(f"receipt.receivedAt={receipt.receivedAt.isoformat()}")
print(f"receipt.unknownBudgetCode={','.join(receipt.unknownBudgetCode)}")

try:
    orders.submitMutations(**a_message(f"{MESSAGE}-x", "978900000001"))
except zeep.exceptions.Fault as error:
    tell("fault", read(error), "code", "message", "hint", "line", "mutationId", "element")

# snippet: report
while True:
    try:
        report = orders.getProcessingReport(messageId=MESSAGE, format="TXT").report
        break
    except zeep.exceptions.Fault as error:
        if read(error).code != "report-not-ready":
            raise
        time.sleep(0.2)
# end
tell("report", report, "fileName", "mediaType")
Path(os.environ["REPORT"]).write_bytes(report.content)
