"""A supplier's program with suds: pushes three mutations, reads a fault, fetches the processing report."""

import base64
import os
import time
from pathlib import Path
from typing import Any

from suds import WebFault
from suds.client import Client

ADDRESS, ACCOUNT, SECRET = os.environ["ADDRESS"], os.environ["ACCOUNT"], os.environ["SECRET"]
MESSAGE = os.environ["MESSAGE"]

# snippet: connect
authorization = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
client = Client(
    os.environ["WSDL"],
    location=ADDRESS,
    port="OrderMutationsSoap11",
    headers={"Authorization": f"Basic {authorization}"},  # by itself suds waits for a 401 first
    allowUnknownMessageParts=True,  # or it refuses answers that have grown
)
# end


def a_message(message_id: str, ean: str) -> tuple[Any, Any]:
    header = client.factory.create("Header")
    header.messageId = message_id
    header.senderCode = "000002"
    header.customerNumber = "100200"
    header.institutionCode = "I202"
    header.createdAt = "2026-03-10T18:00:00+01:00"
    header.control.mutationCount = 3
    header.control.copyCount = 5
    header.control.totalAmount = "34.95"
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
        "publicationYear": "2026",
        "quantity": 2,
        "copies": {
            "copy": [{"copyId": "1-1", "branch": "01"}, {"copyId": "1-2", "branch": "02", "budgetCode": "POEZIE"}]
        },
        "branch": "01",
        "budgetCode": "JEUGD",
        "netPrice": "12.50",
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
        "netPrice": "9.95",
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
    return header, {"mutation": [ordered, bare, delayed]}


def tell(kind: str, value: Any, *names: str) -> None:
    for name in names:
        print(f"{kind}.{name}={getattr(value, name)}")


# snippet: push
receipt = client.service.submitMutations(*a_message(MESSAGE, "9789000000012")).receipt
# end
tell("receipt", receipt, "receiptId", "messageId", "mutationCount", "newCount", "knownCount", "test")
print(f"receipt.receivedAt={receipt.receivedAt.isoformat()}")
print(f"receipt.unknownBudgetCode={','.join(receipt.unknownBudgetCode)}")

# snippet: fault
try:
    client.service.submitMutations(*a_message(f"{MESSAGE}-x", "978900000001"))
except WebFault as error:
    fault = error.fault.detail.fault
# end
tell("fault", fault, "code", "message", "hint", "line", "mutationId", "element")

# snippet: report
while True:
    try:
        report = client.service.getProcessingReport(MESSAGE, "TXT").report
        break
    except WebFault as error:
        if error.fault.detail.fault.code != "report-not-ready":
            raise
        time.sleep(0.2)
content = base64.b64decode(report.content)
# end
tell("report", report, "fileName", "mediaType")
Path(os.environ["REPORT"]).write_bytes(content)
