#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages that cpack makes of this build: what is in them, and what lintian says.

With PORTEUR_PACKAGES=FOLDER the packages are left there.
"""

import glob
import gzip
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

SOURCE = os.environ["PORTEUR_SOURCE_DIR"]
BUILD = os.environ["PORTEUR_BUILD_DIR"]
CPACK = os.environ.get("CPACK", "cpack")

PLUGINS = {
    "porteur-plugin-thinktel": ("thinktel", ["carriers/thinktel.toml"]),
    "porteur-plugin-ringcentral": ("ringcentral", ["carriers/ringcentral.toml"]),
    "porteur-plugin-genesys-sms": ("genesys_sms", ["carriers/genesys_sms.toml", "data/genesys_countries.toml"]),
    "porteur-plugin-other": ("other", ["carriers/openphone.toml.example", "data/other_carriers.toml"]),
}
NAMES = ["porteurd", "porteur", "porteur-sdk", *PLUGINS]


def run(*words, **more):
    """@return what it said; fails the test with that if it ends with anything but 0"""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise AssertionError("%s ended with %d:\n%s" % (" ".join(words), done.returncode, done.stdout))
    return done.stdout


class Package:
    def __init__(self, path, folder):
        self.path = path
        self.name = run("dpkg-deb", "--field", path, "Package").strip()
        self.root = os.path.join(folder, self.name)
        self.control = os.path.join(folder, self.name + ".control")
        run("dpkg-deb", "--extract", path, self.root)
        run("dpkg-deb", "--control", path, self.control)
        archive = os.path.join(folder, self.name + ".tar")
        with open(archive, "wb") as file:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", path], stdout=file, check=True)
        with tarfile.open(archive) as tar:
            self.members = {member.name.removeprefix("."): member for member in tar.getmembers()}
        os.remove(archive)
        self.files = sorted(name for name, member in self.members.items() if not member.isdir())

    def field(self, name):
        return run("dpkg-deb", "--field", self.path, name).strip()

    def read(self, name):
        with open(self.root + name, "rb") as file:
            return file.read()

    def control_text(self, name):
        path = os.path.join(self.control, name)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="porteur-packages-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        made = os.path.join(cls.folder, "made")
        run(CPACK, "-G", "DEB", "-B", made, "--config", os.path.join(BUILD, "CPackConfig.cmake"), cwd=BUILD)
        debs = sorted(glob.glob(os.path.join(made, "*.deb")))
        cls.packages = {package.name: package for package in (Package(deb, cls.folder) for deb in debs)}
        if keep := os.environ.get("PORTEUR_PACKAGES"):
            os.makedirs(keep, exist_ok=True)
            for deb in debs:
                shutil.copy(deb, keep)

    def test_there_is_one_for_the_daemon_the_command_line_the_sdk_and_each_carrier(self):
        self.assertEqual(sorted(self.packages), sorted(NAMES))

    def test_each_says_what_it_is_in_words_of_its_own(self):
        summaries = {package.field("Description").split("\n")[0] for package in self.packages.values()}
        self.assertEqual(len(summaries), len(NAMES))
        self.assertRegex(self.packages["porteur-sdk"].field("Description"), r"^SDK for carrier plugins of Porteur\n Headers, ")

    def test_no_two_bring_the_same_file(self):
        owner = {}
        for package in self.packages.values():
            for name in package.files:
                self.assertNotIn(name, owner, "%s and %s" % (package.name, owner.get(name)))
                owner[name] = package.name

    def test_no_file_names_the_tree_that_it_was_built_in(self):
        for package in self.packages.values():
            for name in package.files:
                if not package.members[name].isfile():
                    continue
                text = package.read(name)
                if name.endswith(".gz"):
                    text = gzip.decompress(text)
                for tree in (SOURCE, BUILD):
                    self.assertFalse(os.fsencode(tree) in text, f"{package.name}: {name} names {tree}")

    def test_the_daemon_has_its_helpers_beside_it_and_all_that_is_configured(self):
        files = self.packages["porteurd"].files
        for name in (
            "/usr/bin/porteurd", "/usr/lib/porteur/porteurd", "/usr/lib/porteur/porteur-plugin-host", "/usr/lib/porteur/porteur-paper",
            "/usr/share/porteur/console/index.html", "/etc/porteur/porteur.toml", "/etc/porteur/data/holidays.toml",
            "/lib/systemd/system/porteurd.service", "/lib/systemd/system/porteurd.socket", "/usr/lib/sysusers.d/porteur.conf",
            "/usr/lib/tmpfiles.d/porteur.conf", "/usr/share/porteur/prometheus/porteur.rules.yml", "/usr/share/porteur/grafana/porteur.json",
            "/usr/share/doc/porteurd/running.md", "/usr/share/doc/porteurd/operating/alerts.md", "/usr/share/man/man8/porteurd.8.gz",
        ):
            self.assertIn(name, files)
        for page in [name for name in files if name.startswith("/usr/share/doc/porteurd/") and name.endswith(".md")]:
            for target in re.findall(r"\]\(([^)#: ]+\.md)(?:#[^)]*)?\)", self.packages["porteurd"].read(page).decode()):
                self.assertIn(os.path.normpath(os.path.join(os.path.dirname(page), target)), files, page)
        link = self.packages["porteurd"].members["/usr/bin/porteurd"]
        self.assertEqual(link.linkname, "../lib/porteur/porteurd")
        self.assertIn("/usr/lib/porteur/plugins", self.packages["porteurd"].members)

    def test_the_command_line_has_its_completions_and_its_man_page(self):
        self.assertEqual(
            [name for name in self.packages["porteur"].files if not name.startswith("/usr/share/doc/")],
            ["/usr/bin/porteur", "/usr/share/bash-completion/completions/porteur", "/usr/share/fish/vendor_completions.d/porteur.fish",
             "/usr/share/man/man1/porteur.1.gz", "/usr/share/zsh/vendor-completions/_porteur"],
        )
        self.assertIn("complete -", self.packages["porteur"].read("/usr/share/bash-completion/completions/porteur").decode())

    def test_a_carriers_package_is_its_library_and_its_settings(self):
        for name, (plugin, settings) in PLUGINS.items():
            files = [each for each in self.packages[name].files if not each.startswith("/usr/share/doc/")]
            self.assertEqual(files, sorted(["/usr/lib/porteur/plugins/porteur-%s.so" % plugin] + ["/etc/porteur/" + each for each in settings]))
            self.assertIn("porteurd (>= ", self.packages[name].field("Depends"))

    def test_no_account_is_switched_on(self):
        for name in PLUGINS:
            for each in self.packages[name].files:
                if each.startswith("/etc/porteur/carriers/") and each.endswith(".toml"):
                    self.assertRegex(self.packages[name].read(each).decode(), r"(?m)^enabled = false$", each)

    def test_whatever_lies_in_etc_is_a_conffile_and_nothing_else_is(self):
        for package in self.packages.values():
            listed = package.control_text("conffiles").split()
            self.assertEqual(sorted(listed), [name for name in package.files if name.startswith("/etc/")], package.name)

    def test_none_holds_a_key_a_secret_or_a_store(self):
        for package in self.packages.values():
            for name in package.members:
                self.assertNotRegex(name, r"^/etc/porteur/secrets|^/var/|\.(key|pem|p12|db|cred)$", package.name)
            for name in package.files:
                if package.members[name].isfile():
                    self.assertNotRegex(package.read(name), rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{20}", name)

    def test_none_says_where_it_was_built(self):
        for package in self.packages.values():
            for name in package.files:
                if package.members[name].isfile():
                    content = package.read(name)
                    for place in {SOURCE, BUILD, os.path.realpath(SOURCE)}:
                        at = content.find(place.encode())
                        self.assertEqual(at, -1, "%s: %r" % (name, content[max(at, 0):at + 200]))

    def test_all_is_roots_and_nobody_elses_to_write(self):
        for package in self.packages.values():
            for name, member in package.members.items():
                self.assertEqual((member.uid, member.gid), (0, 0), name)
                if not member.issym():
                    self.assertFalse(member.mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), name)

    def test_programs_are_stripped_and_look_for_no_library_of_the_build(self):
        for package in self.packages.values():
            for name in package.files:
                if package.members[name].isfile() and package.read(name)[:4] == b"\x7fELF":
                    sections = run("readelf", "--wide", "--sections", "--dynamic", package.root + name)
                    self.assertNotIn(".debug_info", sections, name)
                    self.assertNotRegex(sections, r"\((RPATH|RUNPATH)\)", name)

    def test_the_daemon_depends_on_what_it_links(self):
        depends = self.packages["porteurd"].field("Depends")
        for library in ("libsystemd0", "libsodium23", "libseccomp2", "libsqlite3-0", "libphonenumber8-protobuf32", "libpoconet80", "libc6", "fonts-dejavu-core"):
            self.assertRegex(depends, r"(^|[ ,])%s([ ,(]|$)" % re.escape(library))
        self.assertNotIn("-dev", depends)

    def test_scripts_of_the_maintainer_delete_no_data(self):
        package = self.packages["porteurd"]
        for script in ("postinst", "prerm", "postrm"):
            text = package.control_text(script)
            self.assertTrue(text.startswith("#!/bin/sh\n"), script)
            self.assertIn("\nset -e\n", text)
            run("sh", "-n", os.path.join(package.control, script))
            self.assertNotRegex(text, r"rm -r|rm .*(var/lib|etc/porteur)|userdel|deluser", script)
        for name in NAMES:
            if name != "porteurd":
                self.assertEqual(self.packages[name].control_text("postinst") + self.packages[name].control_text("postrm"), "", name)

    def test_purge_leaves_what_is_not_its_own(self):
        """The script with another root: what it would do on the machine, it does in a folder."""
        with tempfile.TemporaryDirectory() as root:
            script = self.packages["porteurd"].control_text("postrm")
            for place in ("/etc/", "/var/lib/porteur"):
                script = script.replace(place, root + place)
            for name in ("var/lib/porteur/porteur.key", "etc/porteur/secrets/thinktel_user", "etc/systemd/system/other.service"):
                os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
                open(os.path.join(root, name), "w", encoding="utf-8").close()
            for name in ("etc/porteur/carriers", "etc/systemd/system/multi-user.target.wants"):
                os.makedirs(os.path.join(root, name))
            link = os.path.join(root, "etc/systemd/system/multi-user.target.wants/porteurd.service")
            os.symlink("/lib/systemd/system/porteurd.service", link)
            run("sh", "-c", script, "postrm", "remove")
            self.assertTrue(os.path.lexists(link))
            said = run("sh", "-c", script, "postrm", "purge")
            self.assertFalse(os.path.lexists(link))
            self.assertFalse(os.path.exists(os.path.join(root, "etc/porteur/carriers")), "it was empty")
            for name in ("var/lib/porteur/porteur.key", "etc/porteur/secrets/thinktel_user", "etc/systemd/system/other.service"):
                self.assertTrue(os.path.exists(os.path.join(root, name)), name)
            self.assertIn("/var/lib/porteur is kept", said)

    def test_lintian_finds_no_error(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian is not here; tools/setup installs it")
        debs = [package.path for package in self.packages.values()]
        done = subprocess.run(
            ["lintian", "--allow-root", "--no-cfg", "--fail-on", "error", "--display-level", ">=warning", *debs],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        print(done.stdout, end="", flush=True)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
