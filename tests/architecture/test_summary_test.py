#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tools/test_summary.py makes of runs that passed, failed, crashed and were left out."""

import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "test_summary.py")

PASSED = '<testcase name="Passes" status="run" result="completed" classname="A" />'
FAILED = '<testcase name="Fails" status="run" result="completed" classname="A"><failure message="a.cpp:1&#x0A;no" /></testcase>'
SKIPPED = '<testcase name="Waits" status="run" result="skipped" classname="A"><skipped message="a.cpp:2&#x0A;needs root" /></testcase>'
DISABLED = '<testcase name="DISABLED_Old" status="notrun" result="suppressed" classname="A" />'


class Summary(unittest.TestCase):
    def summary(self, entries, reports, *more, notes=None):
        """entries: JUnit testcases; reports: {entry name: GoogleTest testcases}; notes: {entry name: text}."""
        with tempfile.TemporaryDirectory() as folder:
            junit = os.path.join(folder, "junit")
            with open(junit, "w") as file:
                file.write(f"<testsuite>{entries}</testsuite>")
            for name, cases in reports.items():
                with open(os.path.join(folder, name + ".xml"), "wb") as file:
                    file.write(f"<testsuites><testsuite>{cases}</testsuite></testsuites>".encode("latin-1"))
            for name, text in (notes or {}).items():
                with open(os.path.join(folder, name + ".notes"), "w") as file:
                    file.write(text)
            done = subprocess.run(
                [sys.executable, PROGRAM, *more, f"dev:{junit}:{folder}"], capture_output=True, text=True
            )
            lines = done.stdout.splitlines()
            return lines[-1], [line for line in lines[:-1] if line], done.returncode

    def test_counts_cases_and_not_programs(self):
        last, _, code = self.summary(
            '<testcase name="a_test" status="run"/><testcase name="b_test" status="run"/>',
            {"a_test": PASSED + PASSED, "b_test": PASSED},
        )
        self.assertEqual((last, code), ("3 passed, 0 failed, 0 skipped", 0))

    def test_prints_the_notes_of_a_program_that_went_well(self):
        last, said, _ = self.summary(
            '<testcase name="a_test" status="run"/>', {"a_test": PASSED}, notes={"a_test": "judged: 7\njudged: 9\n"}
        )
        self.assertEqual(said, ["judged: 7", "judged: 9"])
        self.assertEqual(last, "1 passed, 0 failed, 0 skipped")

    def test_gives_the_reason_of_each_skip(self):
        last, said, code = self.summary('<testcase name="a_test" status="run"/>', {"a_test": PASSED + SKIPPED + DISABLED})
        self.assertEqual((last, code), ("1 passed, 0 failed, 2 skipped", 0))
        self.assertEqual(said[0], "left out: a_test (dev): A.Waits: needs root")
        self.assertEqual(said[1], "left out: a_test (dev): A.DISABLED_Old: disabled in its source")

    def test_fails_with_a_failed_case(self):
        last, said, code = self.summary('<testcase name="a_test" status="fail"/>', {"a_test": PASSED + FAILED})
        self.assertEqual((last, code), ("1 passed, 1 failed, 0 skipped", 1))
        self.assertIn("A.Fails: a.cpp:1 no", said[0])

    def test_counts_a_program_that_left_no_report_as_failed(self):
        last, said, code = self.summary('<testcase name="a_test" status="fail"><failure message="SEGFAULT"/></testcase>', {})
        self.assertEqual((last, code), ("0 passed, 1 failed, 0 skipped", 1))
        self.assertIn("SEGFAULT", said[0])

    def test_counts_a_program_that_fails_after_its_cases_as_failed(self):
        last, _, code = self.summary('<testcase name="a_test" status="fail"/>', {"a_test": PASSED})
        self.assertEqual((last, code), ("1 passed, 1 failed, 0 skipped", 1))

    def test_counts_a_program_without_cases_as_failed(self):
        last, _, code = self.summary('<testcase name="a_test" status="run"/>', {"a_test": ""})
        self.assertEqual((last, code), ("0 passed, 1 failed, 0 skipped", 1))

    def test_counts_a_program_that_could_not_be_started_as_failed(self):
        last, _, code = self.summary(
            '<testcase name="a_test" status="notrun"><skipped message="Unable to find executable"/></testcase>', {}
        )
        self.assertEqual((last, code), ("0 passed, 1 failed, 0 skipped", 1))

    def test_takes_the_last_line_of_a_script_as_its_reason(self):
        entry = (
            '<testcase name="script" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>'
            "<system-out>starting\nleft out: no mail server here\n</system-out></testcase>"
        )
        last, said, code = self.summary(entry + '<testcase name="other" status="run"/>', {})
        self.assertEqual((last, code), ("1 passed, 0 failed, 1 skipped", 0))
        self.assertEqual(said[0], "left out: script (dev): no mail server here")

    def test_reads_a_report_that_quotes_bytes_that_are_no_text(self):
        last, _, _ = self.summary('<testcase name="a_test" status="fail"/>', {"a_test": FAILED.replace("no", "\xff")})
        self.assertEqual(last, "0 passed, 1 failed, 0 skipped")

    def test_fails_when_ctest_left_nothing(self):
        done = subprocess.run([sys.executable, PROGRAM, "dev:/nowhere/x:/nowhere"], capture_output=True, text=True)
        self.assertEqual((done.stdout.splitlines()[-1], done.returncode), ("0 passed, 1 failed, 0 skipped", 1))

    def test_fails_when_nothing_ran(self):
        done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True)
        self.assertEqual((done.stdout.splitlines()[-1], done.returncode), ("0 passed, 0 failed, 0 skipped", 1))

    def test_counts_a_broken_build(self):
        last, said, code = self.summary('<testcase name="a_test" status="run"/>', {"a_test": PASSED}, "--failed", "tsan: broken")
        self.assertEqual((last, code), ("1 passed, 1 failed, 0 skipped", 1))
        self.assertEqual(said[0], "failed: tsan: broken")


if __name__ == "__main__":
    unittest.main()
