#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/reference: this project's headers pass it, and it finds what it is there to find."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]


class Reference(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="porteur-reference-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for each in ("sdk/include", "sdk/testkit/include"):
            shutil.copytree(PROJECT / each, self.folder / each)
        (self.folder / "tools").mkdir()
        for each in ("tools/reference", "sdk/Doxyfile", "sdk/reference.dox", "sdk/undocumented_names"):
            shutil.copy(PROJECT / each, self.folder / each)

    def check(self):
        done = subprocess.run([self.folder / "tools/reference", "--check"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def add(self, header, text):
        path = self.folder / "sdk/include/porteur" / header
        path.write_text(path.read_text() + text)

    def test_the_headers_of_the_project_have_no_mistake_and_no_more_names_without_a_sentence(self):
        status, text = self.check()
        self.assertEqual(status, 0, text)

    def test_a_new_name_without_a_sentence_is_shown_with_its_line(self):
        self.add("required.hpp", "\nnamespace porteur {\nint a_new_name(int of);\n}\n")
        status, text = self.check()
        self.assertEqual(status, 1, text)
        self.assertRegex(text, r"required\.hpp: 1 names lack a sentence, and 0 may")
        self.assertRegex(text, r"required\.hpp:\d+: warning: Member a_new_name\(int of\)")

    def test_a_new_name_with_a_sentence_is_fine(self):
        self.add("required.hpp", "\nnamespace porteur {\n/// What it is. @threads any\nint a_new_name(int of);\n}\n")
        self.assertEqual(self.check()[0], 0)

    def test_a_parameter_that_there_is_not_is_a_mistake(self):
        self.add("required.hpp", "\nnamespace porteur {\n/// What it is.\n/// @param wrong  another\nint a_new_name(int of);\n}\n")
        status, text = self.check()
        self.assertEqual(status, 1, text)
        self.assertIn("wrong", text)

    def test_what_has_become_better_stays_so(self):
        allowed = self.folder / "sdk/undocumented_names"
        allowed.write_text(re.sub(r"(failure\.hpp) \d+", r"\1 5", allowed.read_text()))
        status, text = self.check()
        self.assertEqual(status, 1, text)
        self.assertIn("write the lower number there", text)

    def test_the_pages_are_made(self):
        done = subprocess.run([self.folder / "tools/reference"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        page = self.folder / "build/reference/classporteur_1_1HttpRequest.html"
        self.assertIn("Marks a look-up", page.read_text())


if __name__ == "__main__":
    unittest.main()
