#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the test cases of one or more CTest runs; tools/test ends with what this prints.

    test_summary.py [--failed TEXT]... [RUN_NAME:JUNIT_FILE:REPORT_FOLDER]...

JUNIT_FILE is what `ctest --output-junit` wrote: one entry a program. REPORT_FOLDER holds ENTRY.xml, the
GoogleTest report of that entry: one testcase a case. ENTRY.notes beside it holds lines that the program wants
printed however it went: what it covered, what it left out. A program without a report that CTest calls failed
has crashed or run out of time and counts as one failed case; an entry that is a script counts as one case.
--failed adds one failed case that never came to run, such as a broken build.

Prints a line for each failed and each left-out case, then "N passed, N failed, N skipped"; exits with 1
when anything failed or nothing ran.
"""

import os
import sys
import xml.etree.ElementTree as ET


class Count:
    def __init__(self):
        self.notes = []
        self.passed = 0
        self.failed = []
        self.skipped = []


def one_line(text):
    return " ".join((text or "").split())


def read_xml(path):
    # A failure message may quote bytes that are no UTF-8; that must not cost the whole report.
    with open(path, "rb") as file:
        return ET.fromstring(file.read().decode("utf-8", "replace"))


def skip_reason(skipped):
    # GoogleTest puts "file:line" on the first line of the message, and the reason after it.
    lines = (skipped.get("message") or skipped.text or "").strip().splitlines()
    return one_line(" ".join(lines[1:])) or "no reason given in " + (lines[0] if lines else "the test")


def count_cases(entry, report, count):
    """Adds the cases of one GoogleTest report; returns how many of them failed and how many there were."""
    failed = total = 0
    for case in report.iter("testcase"):
        total += 1
        name = f"{entry}: {case.get('classname')}.{case.get('name')}"
        failure = case.find("failure")
        if failure is not None:
            failed += 1
            count.failed.append(f"{name}: {one_line(failure.get('message'))[:300]}")
        elif case.get("status") == "notrun":
            count.skipped.append(f"{name}: disabled in its source")
        elif case.get("result") == "skipped":
            skipped = case.find("skipped")
            reason = "no reason given" if skipped is None else skip_reason(skipped)
            count.skipped.append(f"{name}: {reason}")
        else:
            count.passed += 1
    return failed, total


def count_entry(run, entry, folder, count):
    """Adds one CTest entry, from its GoogleTest report where there is one."""
    name = f"{entry.get('name')} ({run})"
    status = entry.get("status")
    failure = entry.find("failure")
    why = one_line(failure.get("message")) if failure is not None else ""
    output = (entry.findtext("system-out") or "").strip().splitlines()
    path = os.path.join(folder, entry.get("name") + ".xml")
    notes = os.path.join(folder, entry.get("name") + ".notes")
    if os.path.exists(notes):
        with open(notes, encoding="utf-8", errors="replace") as file:
            count.notes += file.read().splitlines()

    if status in ("notrun", "disabled"):
        skipped = entry.find("skipped")
        reason = one_line(skipped.get("message")) if skipped is not None else ""
        if reason.startswith("SKIP_"):  # a script that ended with 77; its last line says why
            reason = output[-1] if output else "the script gave no reason"
            count.skipped.append(f"{name}: {reason.removeprefix('left out: ')}")
        elif status == "disabled":
            count.skipped.append(f"{name}: disabled in CMake")
        else:
            count.failed.append(f"{name}: could not be started: {reason or why}")
        return

    if os.path.exists(path):
        try:
            failed, total = count_cases(name, read_xml(path), count)
        except ET.ParseError as error:
            count.failed.append(f"{name}: its report cannot be read ({error}); it died while writing it")
            return
        if total == 0:
            count.failed.append(f"{name}: ran no test case")
        elif status == "fail" and failed == 0:
            # Sanitizers report leaks, and destructors crash, after the report is written.
            count.failed.append(f"{name}: every case passed, then the program failed: {why or 'see above'}")
    elif status == "fail":
        count.failed.append(f"{name}: crashed, timed out or failed before it could report: {why or 'see above'}")
    else:
        count.passed += 1


def main(arguments):
    count = Count()
    while arguments:
        argument = arguments.pop(0)
        if argument == "--failed":
            count.failed.append(arguments.pop(0))
            continue
        run, junit, folder = argument.split(":")
        try:
            entries = list(read_xml(junit).iter("testcase"))
        except (OSError, ET.ParseError) as error:
            count.failed.append(f"{run}: CTest left no result file ({error})")
            continue
        for entry in entries:
            count_entry(run, entry, folder, count)

    print()
    for text in count.notes:
        print(text)
    for text in count.failed:
        print(f"failed: {text}")
    for text in count.skipped:
        print(f"left out: {text}")
    if not count.passed and not count.failed:
        print("no test ran")
    print(f"{count.passed} passed, {len(count.failed)} failed, {len(count.skipped)} skipped")
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
