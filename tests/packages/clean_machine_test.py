#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The packages on a Debian 12 that has nothing of ours: installed, started under systemd, looked at by `porteur doctor`, an order brought to
its end, upgraded with 500 orders open, gone back from, backed up under load and gone on with on another root, removed, purged.

Not part of the default run: `tools/test clean-machine`. debootstrap makes the machine once, from the mirror that apt here uses,
below build/deps/clean-machine; each run works on copies, in namespaces of their own. As root only.

Its own systemd is the first process there, so that the unit's locks are real: porteurd has to work under them, with plugin
processes.

The two versions. What cpack makes of this tree is the *former* version: exactly the packages that are given out. The *next* one is made of them, with a
higher number, and with porteurd-next in the place of porteurd: the same source with one migration more, which adds a column to the orders and fills it for each
of them (tests/scenarios/daemon/next_migrations.cpp). So the two differ in what makes an upgrade an upgrade: the number, dpkg's way, the restart, and the form of
the store, which the former one refuses afterwards. They do not differ in what else a later version would do with an order. Building an older commit beside this
one would show that for one past step, at the price of a second build of everything; and a build of this tree with a migration less is no version that ever was, as its code
asks for what that migration makes. Stores of every earlier form are migration_test's affair.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

from clean_machine import Machine, SOURCE, make_base, mirrors, run, BASE

BUILD = os.environ["PORTEUR_BUILD_DIR"]
SIMULATOR = os.environ.get("PORTEUR_SIMULATOR", os.path.join(BUILD, "bin/sim-thinktel"))
CPACK = os.environ.get("CPACK", "cpack")
ORDERS = int(os.environ.get("PORTEUR_CLEAN_ORDERS", "500"))
LOAD = 100
API = "http://127.0.0.1:8480"
NEXT = os.environ.get("PORTEUR_NEXT", os.path.join(BUILD, "bin/porteurd-next"))
FORMER_PACKAGES = "/packages/porteurd_*.deb /packages/porteur_*.deb /packages/porteur-plugin-*.deb"
NEXT_PACKAGES = FORMER_PACKAGES.replace("/packages/", "/packages/next/")


def next_version(folder, into):
    """The same packages under a higher number, with porteurd-next for porteurd: what they want of one another is raised, too."""
    os.makedirs(into)
    for package in sorted(glob.glob(folder + "/*.deb")):
        with tempfile.TemporaryDirectory(prefix="porteur-next-") as unpacked:
            run("dpkg-deb", "-R", package, unpacked)
            control = os.path.join(unpacked, "DEBIAN/control")
            with open(control, encoding="utf-8") as file:
                text = file.read()
            version = re.search(r"(?m)^Version: (.+)$", text).group(1)
            with open(control, "w", encoding="utf-8") as file:
                file.write(text.replace("Version: " + version, "Version: %s+next" % version).replace("= %s)" % version, "= %s+next)" % version))
            program = os.path.join(unpacked, "usr/lib/porteur/porteurd")
            if os.path.exists(program):
                run("strip", "-o", program, NEXT)
            run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", unpacked, into)


def furnish(root):
    """A copy of the machine, with apt's sources and names."""
    run("cp", "-a", BASE, root)
    with open(root + "/etc/apt/sources.list", "w", encoding="utf-8") as file:
        file.write("\n".join(mirrors()[1]) + "\n")
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copyfile(name, root + name)
    for proxy in glob.glob("/etc/apt/apt.conf.d/*proxy*"):
        shutil.copy(proxy, root + "/etc/apt/apt.conf.d/")


class CleanMachine(unittest.TestCase):
    """One story, told in the order of the names; each step stands on the one before."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="porteur-clean-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = os.path.join(cls.folder, "root")
        furnish(cls.root)
        run(CPACK, "-G", "DEB", "-B", cls.root + "/packages", "--config", os.path.join(BUILD, "CPackConfig.cmake"), cwd=BUILD)
        shutil.rmtree(cls.root + "/packages/_CPack_Packages")
        next_version(cls.root + "/packages", cls.root + "/packages/next")
        cls.machine = cls.simulator = cls.other = None

    @classmethod
    def tearDownClass(cls):
        if cls.simulator:
            cls.simulator.kill()
            cls.simulator.communicate()
        for machine in (cls.other, cls.machine):
            if machine:
                machine.end()

    def setUp(self):
        if "test_05" <= self._testMethodName[:7] <= "test_15" and self._testMethodName[:7] not in ("test_12", "test_13") and not self.machine:
            self.skipTest("the machine's systemd did not start")

    def inside(self, command, check=True):
        """Runs it in the machine: beside its systemd, where that runs; else in namespaces that end with it."""
        return self.machine.run(command, check) if self.machine else self.before_it_starts(self.root, command, check)

    @staticmethod
    def before_it_starts(root, command, check=True):
        """In the building machine's network, from which packages come."""
        return run(
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private", "sh", "-c",
            'mount -t proc proc "$0/proc" && exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin '
            'DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -c "$1" 2>&1', root, command, check=check,
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
            "apt-get -q=2 update && apt-get -y -q=2 install --no-install-recommends " + FORMER_PACKAGES
        )
        type(self).version = self.inside("dpkg-query -W -f '${Version}' porteurd").strip()
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

    def test_07_an_account_is_enabled_and_the_doctor_finds_all_well(self):
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
        for program in ("porteur", "porteurd"):
            said = self.inside("runuser -u porteur -- %s doctor" % program)  # exit status 0: no line failed
            for line in (r"(?m)^ok +settings ", r"(?m)^ok +permissions ", r"(?m)^ok +carrier thinktel ", r"(?m)^ok +store ", r"(?m)^ok +disk "):
                self.assertRegex(said, line)
            # A machine in namespaces may not ask about its clock, and the simulator does not tell.
            self.assertNotRegex(said, r"(?m)^(fail|warn(?! +clock ))")

    def test_08_an_order_runs_to_its_end(self):
        self.write("/root/paper.pdf", "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                   "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
        type(self).documents = [
            self.asked("documents add /root/paper.pdf --type %s --%s $(date +%%F)" % words)["id"] for words in (("loa", "signed-on"), ("invoice", "issued-on"))
        ]
        made = self.create([0])[0]
        self.until_orders([made], lambda order: order["state"] == "submitted")
        self.advance(30)
        self.until_orders([made], lambda order: order["state"] == "completed")

    def create(self, which, root=None):
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
            with open("%s/root/order-%d.json" % (root or self.root, at), "w", encoding="utf-8") as file:
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

    def ordered_once(self, count):
        ordered = [number[-10:] for each in self.carrier_says("/_sim/received?requests=0")["orders"] for number in each["numbers"]]
        self.assertEqual(sorted(ordered), ["647555%04d" % at for at in range(count)], "each number was ordered once at the carrier")

    def backups_before_upgrades(self):
        return self.inside("ls -A /var/lib/porteur/before-upgrade 2>/dev/null || true").split()

    def checked(self, folder, inside=None):
        """`porteur restore --check`, which ends with 0. @return what it said"""
        said = (inside or self.inside)("runuser -u porteur -- porteur restore %s --check" % folder)
        self.assertNotRegex(said, r"(?m)^(fail|warn)")
        for line in (r"(?m)^ok +key ", r"(?m)^ok +store ", r"(?m)^ok +audit log ", r"(?m)^ok +documents ", r"(?m)^ok +orders ", r"(?m)^ok +secrets "):
            self.assertRegex(said, line)
        return said

    def test_09_an_upgrade_with_orders_open_takes_a_backup_loses_none_and_doubles_none(self):
        made = type(self).made = self.create(range(1, ORDERS + 1))
        self.assertEqual(len(set(made)), ORDERS)
        before = self.machine.unit("porteurd", "MainPID")
        said = self.inside("apt-get -y -q=2 install --no-install-recommends " + NEXT_PACKAGES)
        self.assertEqual(set(self.inside("dpkg-query -W -f '${Version}\\n' 'porteur*'").split()), {self.version + "+next"}, said)
        self.machine.until("systemctl show --value -p StatusText porteurd", lambda said: "listening" in said)
        self.assertNotEqual(self.machine.unit("porteurd", "MainPID"), before, "the new build serves")
        self.assertEqual(sorted(set(made) - set(self.orders())), [])
        backup = self.backups_before_upgrades()
        self.assertRegex(" ".join(backup), r"^before-[0-9.]+\+next-from-\d+-\d{8}T\d{6}Z$")
        self.assertIn("a backup was taken before it is brought to this one's form: /var/lib/porteur/before-upgrade/" + backup[0],
                      self.machine.run("journalctl --no-pager -u porteurd"))
        self.until_orders(made, lambda order: order["state"] in ("submitted", "confirmed"))
        self.advance(30)
        self.until_orders(made, lambda order: order["state"] == "completed")
        self.ordered_once(ORDERS + 1)
        said = self.checked("/var/lib/porteur/before-upgrade/" + backup[0])
        type(self).open_in_backup = int(re.search(r"(?m)^ok +orders +%d, of which (\d+) have an open operation" % (ORDERS + 1), said).group(1))

    def test_10_the_version_before_refuses_that_store_and_goes_on_with_the_backup(self):
        """docs/operating/upgrade.md, "Going back one version", typed."""
        backup = "/var/lib/porteur/before-upgrade/" + self.backups_before_upgrades()[0]
        self.inside("systemctl stop porteurd.socket porteurd")
        self.inside("apt-get -y -q=2 install --no-install-recommends --allow-downgrades " + FORMER_PACKAGES)
        self.assertEqual(self.machine.unit("porteurd", "ActiveState"), "inactive", "what did not run is not started")
        said = self.inside("runuser -u porteur -- porteurd token list", check=False)
        self.assertRegex(said, r"the store is of a newer porteurd \(\"%s\+next\", migration 1000\), and this one is %s," % ((re.escape(self.version),) * 2))
        self.inside("cd /var/lib/porteur && runuser -u porteur -- mkdir after-upgrade && mv porteur.db* documents after-upgrade/")
        self.assertIn("never runs again", self.inside("runuser -u porteur -- porteurd restore " + backup))
        self.inside("systemctl start porteurd")
        # All of them are at the carrier; what the backup does not know of is looked up there, and waits for a person where that says nothing.
        self.assertEqual(len(self.orders()), ORDERS + 1)
        waits = lambda order: order["delivery"] == "waiting_for_person" or (order["delivery"] == "in_doubt" and not order.get("due"))
        self.until_orders(self.made, lambda order: order["state"] == "completed" or waits(order))
        waiting = [each for each in self.orders().values() if each["state"] != "completed"]
        print("gone back: %d orders, %d with an open operation in the backup, %d wait for a person" % (ORDERS + 1, self.open_in_backup, len(waiting)))
        self.assertLessEqual(len(waiting), self.open_in_backup)
        self.ordered_once(ORDERS + 1)

    def test_11_a_backup_is_taken_while_orders_run(self):
        """They go on meanwhile; what becomes of the backup on another root is told in test_15."""
        count = ORDERS + 1
        made = []
        customer = threading.Thread(target=lambda: made.extend(self.create(range(count, count + LOAD))))
        customer.start()
        self.addCleanup(customer.join)
        self.machine.until("true", lambda _: len(self.orders()) >= count + LOAD // 4)
        said = self.inside("mkdir -m 700 /backup && chown porteur: /backup && runuser -u porteur -- porteur backup /backup/porteur")
        customer.join()
        self.assertEqual(len(set(made)), LOAD)
        type(self).in_backup = int(re.search(r"(?m)^holds +(\d+) orders, 1 documents", said).group(1))
        self.assertTrue(count < self.in_backup < count + LOAD, "%d orders in it: it was taken while they came in" % self.in_backup)
        self.until_orders(made, lambda order: order["state"] in ("submitted", "confirmed"))
        self.advance(30)
        self.until_orders(made, lambda order: order["state"] == "completed")
        self.ordered_once(count + LOAD)
        self.checked("/backup/porteur")

    def test_12_settings_that_were_changed_outlive_an_installation(self):
        self.inside("echo '# mine' >> /etc/porteur/porteur.toml; chgrp porteur /etc/porteur/porteur.toml; chmod 640 /etc/porteur/porteur.toml; apt-get -y -q=2 install --reinstall --no-install-recommends "
                    "-o Dpkg::Options::=--force-confold /packages/porteurd_*.deb")
        self.assertIn("# mine", self.inside("cat /etc/porteur/porteur.toml"))
        self.assertEqual(self.stat("/etc/porteur"), "root:porteur 750")
        self.assertEqual(self.stat("/etc/porteur/porteur.toml"), "root:porteur 640")

    def test_13_remove_stops_it_and_leaves_settings_and_data(self):
        self.assertTrue(not self.machine or self.machine.unit("porteurd", "ActiveState") == "active", "it runs until it is removed")
        self.inside("echo secret > /etc/porteur/secrets/another; apt-get -y -q=2 remove porteurd")
        self.assertEqual(self.inside("grep -lxs porteurd /proc/[0-9]*/comm || true").strip(), "")
        self.assertFalse(os.path.lexists(self.root + "/usr/bin/porteurd"))
        for name in ("etc/porteur/porteur.toml", "etc/porteur/secrets/another", "var/lib/porteur/porteur.key", "var/lib/porteur/porteur.db"):
            self.assertTrue(os.path.exists(os.path.join(self.root, name)), name)

    def test_14_installed_again_it_goes_on_with_what_it_had(self):
        self.inside("apt-get -y -q=2 install --no-install-recommends /packages/porteurd_*.deb /packages/porteur-plugin-thinktel_*.deb && systemctl start porteurd")
        self.assertEqual(len(self.orders()), ORDERS + 1 + LOAD)

    def test_15_the_backup_is_gone_on_with_on_another_root(self):
        """Another Debian with the packages, the settings and the key: the backup is looked at there, put back, and its orders go on at the same carrier."""
        self.inside("systemctl disable --now porteurd.socket porteurd")  # never again
        root = os.path.join(self.folder, "other", "root")
        os.mkdir(os.path.dirname(root))
        furnish(root)
        shutil.copytree(self.root + "/packages", root + "/packages", ignore=shutil.ignore_patterns("next"))
        self.before_it_starts(root, "apt-get -q=2 update && apt-get -y -q=2 install --no-install-recommends " + FORMER_PACKAGES)
        other = Machine(root, beside=self.machine)
        type(self).other = other
        self.assertTrue(other.starts(), other.said())
        for name in ("etc/porteur", "var/lib/porteur/porteur.key", "root/token", "backup"):
            run("cp", "-a", "--no-preserve=ownership", os.path.join(self.root, name), os.path.join(root, os.path.dirname(name)) + "/")
        other.run("chown -R root:porteur /etc/porteur && chown -R porteur: /etc/porteur/secrets /var/lib/porteur /backup")
        self.checked("/backup/porteur", other.run)
        other.run("runuser -u porteur -- porteur restore /backup/porteur && systemctl start porteurd")
        machine, type(self).machine = self.machine, other  # whom the steps below speak to
        try:
            known = self.orders()
            self.assertEqual(len(known), self.in_backup, "of what came later it knows nothing")
            waits = lambda order: order["delivery"] == "waiting_for_person" or (order["delivery"] == "in_doubt" and not order.get("due"))
            self.until_orders(known, lambda order: order["state"] == "completed" or waits(order))
            waiting = [each for each in self.orders().values() if each["state"] != "completed"]
            print("on another root: %d orders in the backup, %d of the load; %d wait for a person" % (self.in_backup, self.in_backup - ORDERS - 1, len(waiting)))
            self.ordered_once(ORDERS + 1 + LOAD)
            # A new one is as any other.
            fresh = self.create([ORDERS + 1 + LOAD], root)
            self.until_orders(fresh, lambda order: order["state"] in ("submitted", "confirmed"))
            self.advance(30)
            self.until_orders(fresh, lambda order: order["state"] == "completed")
            self.ordered_once(ORDERS + 1 + LOAD + 1)
        finally:
            type(self).machine = machine

    def test_16_purge_deletes_its_settings_and_neither_data_nor_secrets(self):
        mine = {"etc/porteur/carriers/" + name for name in os.listdir(self.root + "/etc/porteur/carriers") if name.startswith("openphone")}
        mine |= {"etc/porteur/secrets/" + name for name in os.listdir(self.root + "/etc/porteur/secrets")}
        said = self.inside("apt-get -y -q=2 purge porteurd porteur 'porteur-plugin-*'")
        self.assertIn("/var/lib/porteur is kept", said)
        left = sorted(os.path.relpath(os.path.join(path, name), self.root) for path, _, names in os.walk(self.root + "/etc/porteur") for name in names)
        self.assertEqual(set(left), mine - {"etc/porteur/carriers/openphone.toml.example"})
        for name in ("var/lib/porteur/porteur.key", "var/lib/porteur/porteur.db", "var/lib/porteur/before-upgrade"):
            self.assertTrue(os.path.exists(os.path.join(self.root, name)), name)
        # What it says, and nothing else of ours.
        left = self.inside("find / -xdev -name '*porteur*' -not -path '/proc/*' -not -path '/packages*' -not -path '/var/lib/porteur*' -not -path '/etc/porteur*' -not -path '/backup*' "
                           "-not -path '/var/log/*' -not -path '/var/cache/apt/*' -not -path '/tmp/*' -not -path '/run/*'").split()
        self.assertEqual(left, [])
        self.assertEqual(self.inside("dpkg-query -W -f '${Package} ${Status}\\n' 'porteur*' 2>/dev/null || true").strip(), "", "dpkg knows none of them")
        self.assertEqual(set(self.inside("grep -rIl porteur /etc --exclude-dir=porteur").split()) - {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-"},
                         {"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"}, "the user stays, as its files do, and no other file speaks of it")
        self.assertEqual(self.inside("grep -c '^porteur:' /etc/passwd").strip(), "1")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root can make another machine")
        sys.exit(77)
    if missing := make_base():
        print(missing)
        sys.exit(77)
    unittest.main()
