#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The units of systemd as they are shipped, by systemd's own judgement; nothing is started."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNITS = os.path.join(os.environ["PORTEUR_SOURCE_DIR"], "config/systemd")
# systemd-analyze counts in tenths. What is left is the network, AF_UNIX and the system's own folders.
EXPOSURE_MAX_TENTHS = 13


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def text_of(name):
    with open(os.path.join(UNITS, name), encoding="utf-8") as file:
        return file.read()


def source_text(path):
    with open(os.path.join(os.environ["PORTEUR_SOURCE_DIR"], path), encoding="utf-8") as file:
        return file.read()


def unit_filter():
    return re.findall(r"(?m)^SystemCallFilter=(.*)$", text_of("porteurd.service"))


def calls_of(lines):
    """What systemd makes of these lines: the first allows, one that begins with ~ takes away."""

    def expand(word):
        if not word.startswith("@"):
            return {word}
        status, said = run("systemd-analyze", "syscall-filter", word)
        assert status == 0, said
        words = [line.strip() for line in said.split("\n")[1:]]
        return set().union(*(expand(each) for each in words if each and not each.startswith("#")))

    calls = expand("@default")
    for line in lines:
        named = set().union(*(expand(word) for word in line.removeprefix("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


class Units(unittest.TestCase):
    def exposure(self, unit):
        """@return whether it is at most what is allowed, and what systemd said"""
        status, said = run("systemd-analyze", "security", "--offline=true", "--threshold=%d" % EXPOSURE_MAX_TENTHS, unit)
        self.assertIn("Overall exposure level", said)
        return status == 0, said

    def test_the_service_is_exposed_no_more_than_is_said(self):
        fine, said = self.exposure(os.path.join(UNITS, "porteurd.service"))
        self.assertTrue(fine, said)

    def test_a_service_that_lost_one_of_its_locks_would_be_found(self):
        for lock in ("NoNewPrivileges=yes", "SystemCallFilter=~@privileged @resources", "CapabilityBoundingSet=", "ProtectProc=invisible"):
            with tempfile.TemporaryDirectory() as folder:
                unit = os.path.join(folder, "porteurd.service")
                with open(unit, "w", encoding="utf-8") as file:
                    file.write("\n".join(line for line in text_of("porteurd.service").split("\n") if line != lock))
                self.assertIn("\n" + lock + "\n", text_of("porteurd.service"))
                self.assertFalse(self.exposure(unit)[0], "without " + lock)

    def test_systemd_knows_every_word_of_them(self):
        with tempfile.TemporaryDirectory() as folder:
            dropin = os.path.join(folder, "porteurd.service.d")
            os.mkdir(dropin)
            shutil.copy(os.path.join(UNITS, "porteurd.service.d-credentials.conf.example"), os.path.join(dropin, "credentials.conf"))
            shutil.copy(os.path.join(UNITS, "porteurd.socket"), folder)
            with open(os.path.join(folder, "porteurd.service"), "w", encoding="utf-8") as file:
                # The program need not be installed here; neither need man.
                file.write(re.sub("(?m)^Documentation=.*$", "", text_of("porteurd.service").replace("/usr/bin/porteurd", "/bin/true")))
            for unit in ("porteurd.service", "porteurd.socket"):
                _, said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", os.path.join(folder, unit))
                self.assertNotRegex(said, r"porteurd\.(service|socket)", said)

    def test_no_call_that_a_locked_process_needs_is_taken_from_it(self):
        """Else a plugin would die, or believe that the kernel cannot lock it, only where systemd started its daemon."""
        allowed = calls_of(unit_filter())
        self.assertNotIn("setrlimit", allowed)
        self.assertNotIn("mount", allowed)
        needed = {"seccomp", "prctl", "prlimit64", "umask", "chdir", "rt_sigaction", "mmap", "mprotect", "tgkill", "socketpair", "pipe2", "clone3", "execve"}
        for source in ("core/plugins/sandbox.cpp", "core/paper/paper_lock.cpp"):
            text = source_text(source)
            for name in ("allowed", "answered_no"):
                calls = re.search(r"constexpr auto %s = .*?\}\);" % name, text, re.S).group(0)
                needed |= set(re.findall(r"SCMP_SYS\((\w+)\)", calls))
        landlock = set(re.findall(r"SYS_(landlock_\w+)", source_text("core/plugins/landlock.cpp")))
        self.assertEqual(len(landlock), 3)
        self.assertGreater(len(needed), 35)
        self.assertEqual((needed | landlock) - allowed, set())

    def test_it_is_given_time_to_end_what_is_under_way(self):
        with open(os.path.join(os.environ["PORTEUR_SOURCE_DIR"], "config/porteur.toml"), encoding="utf-8") as file:
            stop = int(re.search(r'#stop_timeout = "(\d+)s"', file.read()).group(1))
        patience = int(re.search(r"(?m)^TimeoutStopSec=(\d+)s$", text_of("porteurd.service")).group(1))
        self.assertGreater(patience, stop + 10)

    def test_the_socket_listens_where_the_settings_would(self):
        with open(os.path.join(os.environ["PORTEUR_SOURCE_DIR"], "config/porteur.toml"), encoding="utf-8") as file:
            settings = file.read()
        address = re.search(r'(?m)^#address = "([^"]+)"', settings).group(1)
        port = re.search(r"(?m)^#port = (\d+)", settings).group(1)
        self.assertIn("\nListenStream=%s:%s\n" % (address, port), text_of("porteurd.socket"))

    def test_user_and_folders_are_made_as_the_service_wants_them(self):
        if not shutil.which("systemd-sysusers") or not shutil.which("systemd-tmpfiles"):
            self.skipTest("systemd-sysusers and systemd-tmpfiles are not here")
        if os.geteuid() != 0:
            self.skipTest("only root can make folders for others")
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "etc"))
            for kind in ("sysusers", "tmpfiles"):
                folder = os.path.join(root, "usr/lib", kind + ".d")
                os.makedirs(folder)
                shutil.copy(os.path.join(UNITS, kind + ".conf"), os.path.join(folder, "porteur.conf"))
            status, said = run("systemd-sysusers", "--root=" + root, "porteur.conf")
            self.assertEqual(status, 0, said)
            with open(os.path.join(root, "etc/passwd"), encoding="utf-8") as file:
                line = re.search(r"(?m)^porteur:[^:]*:(\d+):(\d+):[^:]*:/var/lib/porteur:/usr/sbin/nologin$", file.read())
            self.assertIsNotNone(line)
            user, group = int(line.group(1)), int(line.group(2))
            status, said = run("systemd-tmpfiles", "--create", "--root=" + root, "porteur.conf")
            self.assertEqual(status, 0, said)
            for folder, owner, mode in (("var/lib/porteur", user, 0o700), ("etc/porteur", 0, 0o750), ("etc/porteur/secrets", user, 0o700)):
                found = os.stat(os.path.join(root, folder))
                self.assertEqual((found.st_uid, found.st_gid, found.st_mode & 0o7777), (owner, group, mode), folder)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not here; tools/setup installs it with the package systemd")
        sys.exit(77)
    unittest.main()
