"""One of many senders: waits until it is told to go, posts what is in a file, prints the answer's status and receipt.

A process of its own, with nothing of the gateway in it: `python sending_copies.py HOST:PORT SECRET FILE`.
"""

import base64
import http.client
import sys
import time
from pathlib import Path


def main(address: str, secret: str, path: str) -> None:
    """Post it until the answer is not `busy`, as the contract asks of a sender."""
    content = Path(path).read_bytes()
    credentials = base64.b64encode(f"supplier:{secret}".encode()).decode()
    headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}"}
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        connection = http.client.HTTPConnection(address, timeout=300)
        connection.request("POST", "/soap/orders", content, headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        if answer.status != 503:
            break
        time.sleep(0.2)
    start, end = said.find("<receipt"), said.find("</receipt>")
    print(answer.status, said[start:end] if start >= 0 else said.replace("\n", " "), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
