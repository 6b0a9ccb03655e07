#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Follows docs/plugins/tutorial.md word for word, with an SDK that is installed in a folder of its own.

usage: tutorial_test.py SOURCE_FOLDER BUILD_FOLDER

A block of "sh" is run in an empty folder. A block behind the remark "file: PATH" becomes that file, one behind "more: PATH" is
added to it. A block of "text" is what the commands before it must have said.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 2 else pathlib.Path("build/dev")
ROOT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]

BLOCK = re.compile(r"(?:<!-- (?P<how>file|more): (?P<path>[^ ]+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.S | re.M)


class Tutorial(unittest.TestCase):
    def test_leads_a_stranger_from_nothing_to_grade_b(self):
        page = (ROOT / "docs/plugins/tutorial.md").read_text()
        with tempfile.TemporaryDirectory(prefix="porteur-tutorial-") as name:
            sdk, folder = pathlib.Path(name) / "sdk", pathlib.Path(name) / "work"
            folder.mkdir()
            subprocess.run(
                ["cmake", "--install", str(BUILD), "--component", "sdk", "--prefix", str(sdk)], check=True, stdout=subprocess.DEVNULL
            )
            # Nothing of the source tree but what was installed.
            environment = {key: value for key, value in os.environ.items() if not key.startswith("PORTEUR_")}
            environment["PATH"] = f"{sdk / 'bin'}:{environment['PATH']}"
            environment["CMAKE_PREFIX_PATH"] = str(sdk)
            said, blocks = "", 0
            for block in BLOCK.finditer(page):
                blocks += 1
                if block["how"]:
                    path = folder / block["path"]
                    self.assertTrue(path.exists(), f"{block['path']} is not what 'porteur plugin new' writes")
                    path.write_text((path.read_text() if block["how"] == "more" else "") + block["text"])
                elif block["kind"] == "sh":
                    ran = subprocess.run(
                        ["bash", "-eu", "-c", block["text"]], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
                    )
                    said = ran.stdout
                    self.assertEqual(ran.returncode, 0, f"{block['text']}\n{said}")
                elif block["kind"] == "text":
                    self.assertIn(block["text"].strip(), said)
                else:
                    self.fail(f"nobody knows what to do with a block of {block['kind']}")
            self.assertGreaterEqual(blocks, 9)
            self.assertIn("grade: B", said)

    def test_takes_the_code_of_the_page_on_simulators(self):
        tutorial, simulators = ((ROOT / "docs/plugins" / name).read_text() for name in ("tutorial.md", "simulators.md"))
        blocks = [block["text"] for block in BLOCK.finditer(simulators) if block["kind"] == "cpp"]
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            self.assertIn(block, tutorial)


if __name__ == "__main__":
    unittest.main(verbosity=2)
