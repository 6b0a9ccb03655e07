#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packages on a Debian 12 that has nothing of ours: installed, started under systemd, upgraded with 500 orders open, removed, purged.

Not part of the default run: `tools/test clean-machine`. debootstrap makes the machine once, from the mirror that apt here uses,
below build/deps/clean-machine; each run works on a copy, in namespaces of its own. As root only.

Its own systemd is the first process there, so that the unit's locks are real: porteurd has to work under them, with plugin
processes. The packages that it is upgraded from are these under a lower number: what is tried is dpkg's way and the
daemon's, that what is open goes on; a change of the store's form is migration_test's affair.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from clean_machine import Machine, SOURCE, make_base, mirrors, run, BASE

BUILD = os.environ["PORTEUR_BUILD_DIR"]
SIMULATOR = os.environ.get("PORTEUR_SIMULATOR", os.path.join(BUILD, "bin/sim-thinktel"))
CPACK = os.environ.get("CPACK", "cpack")
ORDERS = int(os.environ.get("PORTEUR_CLEAN_ORDERS", "500"))
API = "http://127.0.0.1:8480"


def older(folder, into):
    """The same packages under a lower number: what they want of one another is lowered, too."""
    os.makedirs(into)
    for package in sorted(glob.glob(folder + "/*.deb")):
        with tempfile.TemporaryDirectory(prefix="porteur-older-") as unpacked:
            run("dpkg-deb", "-R", package, unpacked)
            control = os.path.join(unpacked, "DEBIAN/control")
            with open(control, encoding="utf-8") as file:
                text = file.read()
            version = re.search(r"(?m)^Version: (.+)$", text).group(1)
            with open(control, "w", encoding="utf-8") as file:
                file.write(text.replace("Version: " + version, "Version: %s~before" % version).replace("= %s)" % version, "= %s~before)" % version))
            run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", unpacked, into)


class CleanMachine(unittest.TestCase):
    """One story, told in the order of the names; each step stands on the one before.

    `porteur doctor`, backup under load and `porteur restore --check` on another root have their places: between test_06 and test_08."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="porteur-clean-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = os.path.join(cls.folder, "root")
        run("cp", "-a", BASE, cls.root)
        with open(cls.root + "/etc/apt/sources.list", "w", encoding="utf-8") as file:
            file.write("\n".join(mirrors()[1]) + "\n")
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            shutil.copyfile(name, cls.root + name)
        for proxy in glob.glob("/etc/apt/apt.conf.d/*proxy*"):
            shutil.copy(proxy, cls.root + "/etc/apt/apt.conf.d/")
        run(CPACK, "-G", "DEB", "-B", cls.root + "/packages", "--config", os.path.join(BUILD, "CPackConfig.cmake"), cwd=BUILD)
        shutil.rmtree(cls.root + "/packages/_CPack_Packages")
        older(cls.root + "/packages", cls.root + "/packages/before")
        cls.machine = cls.simulator = None

    @classmethod
    def tearDownClass(cls):
        if cls.simulator:
            cls.simulator.kill()
            cls.simulator.communicate()
        if cls.machine:
            cls.machine.end()

    def setUp(self):
        if self._testMethodName[:7] in ("test_05", "test_06", "test_07", "test_08", "test_11") and not self.machine:
            self.skipTest("the machine's systemd did not start")

    def inside(self, command, check=True):
        """Runs it in the machine: beside its systemd, where that runs; else in namespaces that end with it."""
        if self.machine:
            return self.machine.run(command, check)
        return run(
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private", "sh", "-c",
            'mount -t proc proc "$0/proc" && exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin '
            'DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -c "$1" 2>&1', self.root, command, check=check,
        )

    def stat(self, name):
        return self.inside("stat --format='%U:%G %a' " + name).strip()

    def write(self, name, text, owner="root:porteur", mode="640"):
        with open(self.root + name, "w", encoding="utf-8") as file:
            file.write(text)
        self.inside("chown %s %s && chmod %s %s" % (owner, name, mode, name))

    def porteur(self, words, check=True):
        return self.inside("PORTEUR_TOKEN=$(cat /root/token) porteur --url %s %s" % (API, words), check)

    def asked(self, words):
        return json.loads(self.porteur("--json " + words))

    def test_01_apt_installs_them_and_starts_nothing(self):
        said = self.inside(
            "apt-get -q=2 update && apt-get -y -q=2 install --no-install-recommends /packages/before/porteurd_*.deb /packages/before/porteur_*.deb "
            "/packages/before/porteur-plugin-*.deb"
        )
        self.assertIn("runuser -u porteur -- porteurd init", said)
        self.assertEqual(self.stat("/var/lib/porteur"), "porteur:porteur 700")
        self.assertEqual(self.stat("/etc/porteur"), "root:porteur 750")
        self.assertEqual(self.stat("/etc/porteur/secrets"), "porteur:porteur 700")
        self.assertEqual(self.inside("ls -A /var/lib/porteur").strip(), "")
        self.assertRegex(self.inside("porteurd --version"), r"^porteurd \d")
        self.assertRegex(self.inside("porteur --version"), r"\d")

    def test_02_the_check_finds_all_that_was_installed_fit(self):
        said = self.inside("runuser -u porteur -- porteurd --check-config")
        self.assertIn(" is fit: 3 accounts, 0 enabled; 4 plugins\n", said)
        self.assertNotIn("DejaVuSans", said)

    def test_03_the_first_start_makes_key_and_store(self):
        self.inside("runuser -u porteur -- porteurd init")
        self.assertEqual(self.stat("/var/lib/porteur/porteur.key"), "porteur:porteur 400")
        self.inside("umask 077; runuser -u porteur -- porteurd token create --name anna > /root/token")
        self.assertIn("anna", self.inside("runuser -u porteur -- porteurd token list"))

    def test_04_under_systemd_it_serves_with_all_its_locks_and_a_plugin_process(self):
        """The carrier `openphone` is served by the plugin `other` in a process of its own; asking what it requires runs that."""
        shutil.copy(self.root + "/etc/porteur/carriers/openphone.toml.example", self.root + "/etc/porteur/carriers/openphone.toml")
        machine = Machine(self.root)
        if not machine.starts():
            said = machine.said()
            machine.end()
            self.skipTest("systemd does not start in a PID namespace of this machine: " + said)
        type(self).machine = machine
        machine.run("systemctl enable --now porteurd")
        self.assertEqual(machine.unit("porteurd", "ActiveState"), "active")
        self.assertIn("listening on " + API, machine.unit("porteurd", "StatusText"))
        self.assertIn("OpenPhone", self.porteur("requirements openphone"))
        log = machine.run("journalctl --no-pager -u porteurd")
        self.assertIn("porteurd listens on", log, "the journal has its words")
        self.assertNotRegex(log, r"cannot lock itself|does not start|SIGSYS|not permitted")
        # The locks are there: of the unit's process, as the kernel says.
        status = machine.run("cat /proc/%s/status" % machine.unit("porteurd", "MainPID"))
        for line in (r"NoNewPrivs:\s+1", r"Seccomp:\s+2", r"CapBnd:\s+0000000000000000"):
            self.assertRegex(status, line)
        # And they hold: what the unit's process may not write is not there for it.
        self.assertRegex(machine.run("cat /proc/%s/mounts" % machine.unit("porteurd", "MainPID")), r"(?m)^\S+ / \S+ ro,")

    def test_05_a_reload_takes_new_settings_and_keeps_the_old_ones_where_the_new_are_wrong(self):
        machine = self.machine
        pid = machine.unit("porteurd", "MainPID")
        self.assertEqual([each["account"] for each in self.asked("carriers")["items"]], ["openphone"])
        os.rename(self.root + "/etc/porteur/carriers/openphone.toml", self.root + "/etc/porteur/carriers/openphone.off")
        machine.run("systemctl reload porteurd")
        machine.until("journalctl --no-pager -u porteurd", lambda said: "settings read again" in said)
        self.assertEqual(self.asked("carriers")["items"], [])
        machine.run("echo 'nonsense = 1' >> /etc/porteur/porteur.toml; systemctl reload porteurd")
        kept = machine.until("systemctl show --value -p StatusText porteurd", lambda said: "the old settings are kept" in said)
        self.assertIn("nonsense", kept)
        machine.run("sed -i '/^nonsense = 1$/d' /etc/porteur/porteur.toml; systemctl reload porteurd")
        machine.until("systemctl show --value -p StatusText porteurd", lambda said: "kept" not in said and "listening" in said)
        self.assertEqual(machine.unit("porteurd", "MainPID"), pid, "a reload is no restart")

    def test_06_systemd_listens_for_it_and_what_failed_five_times_comes_back(self):
        """docs/running.md, "A socket that systemd opens", says what is measured here."""
        machine = self.machine
        machine.run("systemctl stop porteurd; systemctl start porteurd.socket")
        self.assertEqual(machine.run("curl -s -o /dev/null -w '%%{http_code}' %s/healthz" % API).strip(), "200")
        self.assertEqual(machine.unit("porteurd", "ActiveState"), "active", "the first caller starts it")
        # Its start fails: callers wait, and have their answer once it is mended, with nobody's help.
        machine.run("systemctl stop porteurd; echo 'nonsense = 1' >> /etc/porteur/porteur.toml; mkdir -p /run/systemd/system/porteurd.service.d; "
                    "printf '[Service]\\nRestartSec=1\\n' > /run/systemd/system/porteurd.service.d/soon.conf; systemctl daemon-reload")
        machine.run("curl -s -m 120 -o /dev/null -w '%%{http_code}' %s/healthz > /root/patient 2>/dev/null &" % API)
        machine.until("systemctl show --value -p NRestarts porteurd", lambda said: int(said) >= 6)
        self.assertEqual(machine.unit("porteurd.socket", "ActiveState"), "active")
        machine.run("sed -i '/^nonsense = 1$/d' /etc/porteur/porteur.toml")
        machine.until("cat /root/patient", lambda said: said.strip() == "200")
        # With a limit of one's own systemd gives up after it, closes the socket too, and forgets neither by itself.
        machine.run("systemctl stop porteurd; echo 'nonsense = 1' >> /etc/porteur/porteur.toml; "
                    "printf '[Unit]\\nStartLimitIntervalSec=60\\nStartLimitBurst=5\\n' > /run/systemd/system/porteurd.service.d/limit.conf; systemctl daemon-reload")
        machine.run("curl -s -m 50 -o /dev/null %s/healthz" % API, check=False)
        machine.until("systemctl show --value -p Result porteurd.socket", lambda said: said.strip() == "service-start-limit-hit")
        machine.run("sed -i '/^nonsense = 1$/d' /etc/porteur/porteur.toml; systemctl start porteurd.socket")
        self.assertNotEqual(machine.run("curl -s -m 10 -o /dev/null -w '%%{http_code}' %s/healthz" % API, check=False).strip(), "200", "a start of the socket alone is not enough")
        machine.run("systemctl reset-failed porteurd.service porteurd.socket; systemctl start porteurd.socket")
        self.assertEqual(machine.run("curl -s -m 30 -o /dev/null -w '%%{http_code}' %s/healthz" % API).strip(), "200")
        machine.run("rm -r /run/systemd/system/porteurd.service.d; systemctl daemon-reload; systemctl stop porteurd.socket porteurd; systemctl start porteurd")

    def test_07_an_account_is_enabled_and_an_order_runs_to_its_end(self):
        type(self).simulator = self.machine.program(SIMULATOR, "--port", "0")
        self.carrier = re.search(r"http://\S+", self.simulator.stdout.readline()).group(0)
        type(self).carrier = self.carrier
        for name, text in (("user", "acme"), ("password", "thinktel-secret")):
            self.write("/etc/porteur/secrets/thinktel_" + name, text + "\n", "porteur:porteur", "400")
        self.write(
            "/etc/porteur/carriers/thinktel.toml",
            'plugin = "thinktel"\nbase_url = "%s/rest.svc"\nrate = "1000/s"\nsettle = "1s"\ncheck_interval = "1s"\ncontact_email = "ports@porteur.example"\n'
            '[secrets]\nuser = { file = "secrets/thinktel_user" }\npassword = { file = "secrets/thinktel_password" }\n[settings]\ncheck_every = "1s"\n' % self.carrier,
        )
        self.inside("runuser -u porteur -- porteurd --check-config && systemctl reload porteurd")
        self.machine.until("PORTEUR_TOKEN=$(cat /root/token) porteur --url %s carriers" % API, lambda said: "thinktel" in said)
        self.write("/root/paper.pdf", "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                   "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
        type(self).documents = [
            self.asked("documents add /root/paper.pdf --type %s --%s $(date +%%F)" % words)["id"] for words in (("loa", "signed-on"), ("invoice", "issued-on"))
        ]
        made = self.create([0])[0]
        self.until_orders([made], lambda order: order["state"] == "submitted")
        self.advance(30)
        self.until_orders([made], lambda order: order["state"] == "completed")

    def create(self, which):
        """Sends port orders of one number each, by the API. @return their ids"""
        for at in which:
            body = {
                "account": "thinktel", "reference": "clean-%d" % at, "submit": True,
                "request": {
                    "numbers": ["+1647555%04d" % at], "losing_carrier": "Bell Canada", "account_number": "416-77120-4",
                    "end_user": {"name": "Acme Bakery", "authorized_person": {"first_name": "Carl", "last_name": "Boulanger"}},
                    "service_address": {"house_number": "100", "street": "King", "street_type": "St", "city": "Toronto", "region": "ON",
                                        "postal_code": "M5X1A9", "country": "CA"},
                    "target": {"trunk": "7005551212"}, "documents": self.documents,
                },
            }
            with open("%s/root/order-%d.json" % (self.root, at), "w", encoding="utf-8") as file:
                json.dump(body, file)
        said = self.inside(
            "for each in %s; do curl -sf -H \"Authorization: Bearer $(cat /root/token)\" -H 'Content-Type: application/json' -H \"Idempotency-Key: clean-$each\" "
            "--data-binary @/root/order-$each.json %s/v1/port-orders; echo; done" % (" ".join(map(str, which)), API)
        )
        return [json.loads(line)["id"] for line in said.strip().split("\n")]

    def orders(self):
        """All port orders, by id."""
        found, cursor = {}, ""
        while True:
            page = self.asked("port list --limit 200" + (" --cursor " + cursor if cursor else ""))
            found.update({each["id"]: each for each in page["items"]})
            cursor = page.get("next_cursor")
            if not cursor:
                return found

    def until_orders(self, wanted, holds, seconds=240):
        def all_hold(_):
            found = self.orders()
            return all(each in found and holds(found[each]) for each in wanted)

        self.machine.until("true", all_hold, seconds)

    def carrier_says(self, path, *more):
        """In the machine's network, as only there the simulator listens."""
        return json.loads(run("nsenter", "--target", self.machine.init(), "--net", "curl", "--noproxy", "*", "-sf", *more, self.carrier + path))

    def advance(self, days):
        self.carrier_says("/_sim/clock", "-d", json.dumps({"advance_s": days * 86400}))

    def test_08_an_upgrade_with_orders_open_loses_none_and_doubles_none(self):
        made = self.create(range(1, ORDERS + 1))
        self.assertEqual(len(set(made)), ORDERS)
        before = self.machine.unit("porteurd", "MainPID")
        said = self.inside(
            "apt-get -y -q=2 install --no-install-recommends /packages/porteurd_*.deb /packages/porteur_*.deb /packages/porteur-plugin-*.deb"
        )
        self.assertNotIn("~before", self.inside("dpkg-query -W -f '${Version}\\n' 'porteur*'"), said)
        self.machine.until("systemctl show --value -p StatusText porteurd", lambda said: "listening" in said)
        self.assertNotEqual(self.machine.unit("porteurd", "MainPID"), before, "the new build serves")
        self.assertEqual(sorted(set(made) - set(self.orders())), [])
        self.until_orders(made, lambda order: order["state"] in ("submitted", "confirmed"))
        self.advance(30)
        self.until_orders(made, lambda order: order["state"] == "completed")
        ordered = [number[-10:] for each in self.carrier_says("/_sim/received?requests=0")["orders"] for number in each["numbers"]]
        self.assertEqual(sorted(ordered), ["647555%04d" % at for at in range(ORDERS + 1)], "each number was ordered once at the carrier")

    def test_09_settings_that_were_changed_outlive_an_installation(self):
        self.inside("echo '# mine' >> /etc/porteur/porteur.toml; chgrp porteur /etc/porteur/porteur.toml; chmod 640 /etc/porteur/porteur.toml; apt-get -y -q=2 install --reinstall --no-install-recommends "
                    "-o Dpkg::Options::=--force-confold /packages/porteurd_*.deb")
        self.assertIn("# mine", self.inside("cat /etc/porteur/porteur.toml"))
        self.assertEqual(self.stat("/etc/porteur"), "root:porteur 750")
        self.assertEqual(self.stat("/etc/porteur/porteur.toml"), "root:porteur 640")

    def test_10_remove_stops_it_and_leaves_settings_and_data(self):
        self.assertTrue(not self.machine or self.machine.unit("porteurd", "ActiveState") == "active", "it runs until it is removed")
        self.inside("echo secret > /etc/porteur/secrets/another; apt-get -y -q=2 remove porteurd")
        self.assertEqual(self.inside("grep -lxs porteurd /proc/[0-9]*/comm || true").strip(), "")
        self.assertFalse(os.path.lexists(self.root + "/usr/bin/porteurd"))
        for name in ("etc/porteur/porteur.toml", "etc/porteur/secrets/another", "var/lib/porteur/porteur.key", "var/lib/porteur/porteur.db"):
            self.assertTrue(os.path.exists(os.path.join(self.root, name)), name)

    def test_11_installed_again_it_goes_on_with_what_it_had(self):
        self.inside("apt-get -y -q=2 install --no-install-recommends /packages/porteurd_*.deb /packages/porteur-plugin-thinktel_*.deb && systemctl start porteurd")
        self.assertEqual(len(self.orders()), ORDERS + 1)

    def test_12_purge_deletes_its_settings_and_neither_data_nor_secrets(self):
        mine = {"etc/porteur/carriers/" + name for name in os.listdir(self.root + "/etc/porteur/carriers") if name.startswith("openphone")}
        mine |= {"etc/porteur/secrets/" + name for name in os.listdir(self.root + "/etc/porteur/secrets")}
        said = self.inside("apt-get -y -q=2 purge porteurd porteur 'porteur-plugin-*'")
        self.assertIn("/var/lib/porteur is kept", said)
        left = sorted(os.path.relpath(os.path.join(path, name), self.root) for path, _, names in os.walk(self.root + "/etc/porteur") for name in names)
        self.assertEqual(set(left), mine - {"etc/porteur/carriers/openphone.toml.example"})
        for name in ("var/lib/porteur/porteur.key", "var/lib/porteur/porteur.db"):
            self.assertTrue(os.path.exists(os.path.join(self.root, name)), name)
        # What it says, and nothing else of ours.
        left = self.inside("find / -xdev -name '*porteur*' -not -path '/proc/*' -not -path '/packages*' -not -path '/var/lib/porteur*' -not -path '/etc/porteur*' "
                           "-not -path '/var/log/*' -not -path '/var/cache/apt/*' -not -path '/tmp/*' -not -path '/run/*'").split()
        self.assertEqual(left, [])
        self.assertEqual(self.inside("grep -c '^porteur:' /etc/passwd").strip(), "1", "the user stays, as its files do")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root can make another machine")
        sys.exit(77)
    if missing := make_base():
        print(missing)
        sys.exit(77)
    unittest.main()
