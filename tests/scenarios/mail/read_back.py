#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads mails with Python's own poplib and email, which know nothing of Porteur, and says what a recipient sees.

    read_back.py pop3 PORT CA_FILE USER PASSWORD_FILE SAVE_FOLDER   every mail of a mailbox, over TLS, on localhost
    read_back.py file FILE SAVE_FOLDER                              one mail in a file

Prints a JSON list, one entry a mail: its headers as decoded texts, its texts, its files with the name a mail
program shows. The bytes of file F of mail M are written to SAVE_FOLDER/M-F.
"""

import json
import os
import poplib
import ssl
import sys
from email import message_from_bytes, policy
from email.utils import getaddresses


def fetch(port, ca_file, user, password_file):
    with open(password_file, encoding="utf-8") as file:
        password = file.read().strip()
    mailbox = poplib.POP3_SSL("localhost", int(port), timeout=20, context=ssl.create_default_context(cafile=ca_file))
    try:
        mailbox.user(user)
        mailbox.pass_(password)
        count = len(mailbox.list()[1])
        return [b"\r\n".join(mailbox.retr(number)[1]) + b"\r\n" for number in range(1, count + 1)]
    finally:
        mailbox.quit()


def addresses(mail, header):
    return [list(pair) for pair in getaddresses([str(value) for value in mail.get_all(header, [])])]


def what_is_in(mail, number, save_folder):
    texts, files = {}, []
    for part in mail.walk():
        if part.is_multipart():
            continue
        if part.get_content_disposition() != "attachment":
            # A text's line ends are CRLF on the way, whatever they were.
            texts[part.get_content_type()] = part.get_content().replace("\r\n", "\n")
            continue
        with open(os.path.join(save_folder, f"{number}-{len(files)}"), "wb") as file:
            file.write(part.get_payload(decode=True))
        files.append({"name": part.get_filename(), "type": part.get_content_type()})
    return {
        "message_id": str(mail["Message-ID"]).strip(),
        "subject": str(mail["Subject"]),
        "from": addresses(mail, "From"),
        "to": addresses(mail, "To"),
        "others": addresses(mail, "Cc") + addresses(mail, "Bcc"),
        "delivered_to": [str(value).strip() for value in mail.get_all("X-Original-To", [])],
        "texts": texts,
        "files": files,
        "defects": [type(defect).__name__ for part in mail.walk() for defect in part.defects],
    }


def main(words):
    if words[0] == "pop3":
        mails = fetch(*words[1:5])
    else:
        with open(words[1], "rb") as file:
            mails = [file.read()]
    read = [message_from_bytes(mail, policy=policy.default) for mail in mails]
    print(json.dumps([what_is_in(mail, number, words[-1]) for number, mail in enumerate(read)]))


main(sys.argv[1:])
