#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tools/fresh-machine does on a machine where nobody has ever made a Debian system."""

import os
import subprocess
import tempfile
import unittest

PROGRAM = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "fresh-machine")

# Stands in for apt-get: writes down what it was asked, and "installs" a debootstrap that makes nothing.
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$ASKED"
case "$*" in
indextargets*) echo "http://mirror.example/debian bookworm main" ;;
*install*)
    [ -z "$NO_NETWORK" ] || exit 100
    printf '#!/bin/sh\\necho "the stand-in makes nothing"; exit 1\\n' >"$PROGRAMS/debootstrap"
    chmod +x "$PROGRAMS/debootstrap"
    ;;
*update*) [ -z "$NO_NETWORK" ] || exit 100 ;;
esac
"""


@unittest.skipIf(os.geteuid() != 0, "only root may make a system")
class FreshMachine(unittest.TestCase):
    def run_it(self, **more):
        """@return what it said, and what apt-get was asked to do"""
        with tempfile.TemporaryDirectory() as folder:
            programs = os.path.join(folder, "programs")
            os.mkdir(programs)
            for place in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"):
                for name in os.listdir(place) if os.path.isdir(place) else []:
                    link = os.path.join(programs, name)
                    if name not in ("debootstrap", "apt-get", "unshare") and not os.path.lexists(link):
                        os.symlink(os.path.join(place, name), link)
            with open(os.path.join(programs, "apt-get"), "w") as file:
                file.write(APT_GET)
            os.chmod(os.path.join(programs, "apt-get"), 0o755)
            asked = os.path.join(folder, "asked")
            done = subprocess.run(
                [os.path.join(programs, "bash"), PROGRAM, "true"],
                env={"PATH": programs, "PROGRAMS": programs, "ASKED": asked, "TMPDIR": folder, **more},
                capture_output=True, text=True,
            )
            self.assertEqual(done.returncode, 1)
            with open(asked) as file:
                return done.stdout + done.stderr, file.read()

    def test_installs_what_makes_the_system_and_says_so(self):
        said, asked = self.run_it()
        self.assertIn("installing what the system is made with: debootstrap\n", said)
        self.assertIn("apt-get -qq install --no-install-recommends debootstrap\n", asked)
        self.assertIn("the stand-in makes nothing", said)  # it went on

    def test_says_the_command_where_nothing_can_be_installed(self):
        said, asked = self.run_it(NO_NETWORK="yes")
        self.assertIn("as root: apt-get update && apt-get install --no-install-recommends debootstrap\n", said)
        self.assertIn("apt-get -qq update\n", asked)
        self.assertNotIn("making a minimal Debian", said)


if __name__ == "__main__":
    unittest.main()
