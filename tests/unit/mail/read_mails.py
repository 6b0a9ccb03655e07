# SPDX-License-Identifier: Apache-2.0
"""Reads mails with Python's own reader, as somebody who shares no code with ours.

Standard input: for each mail its length as a line, then its bytes. Standard output: for each mail one line of JSON
with its header names, recipients, names, subject, file names and number of parts.
"""
import email
import email.policy
import json
import sys

source = sys.stdin.buffer
while line := source.readline():
    message = email.message_from_bytes(source.read(int(line)), policy=email.policy.default)
    to = message["to"].addresses
    files = [part for part in message.walk() if part.get_content_disposition() == "attachment"]
    print(json.dumps({
        "headers": message.keys(),
        "recipients": [address.addr_spec for address in to],
        "names": [address.display_name for address in to],
        "from": message["from"].addresses[0].display_name,
        "subject": message["subject"],
        "files": [part["content-disposition"].params["filename"] for part in files],
        "parts": len(list(message.walk())),
        "html": message.get_body(("html",)).get_content(),
        "text": message.get_body(("plain",)).get_content(),
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
    }, ensure_ascii=True))
