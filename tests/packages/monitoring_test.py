#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts, dashboard and the page about them agree with each other, and with what a running porteurd measures."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

SOURCE = os.environ["PORTEUR_SOURCE_DIR"]
BUILD = os.environ["PORTEUR_BUILD_DIR"]
PORTEURD = os.path.join(BUILD, "bin/porteurd")
UNPACKED = os.path.join(SOURCE, "build/deps/prometheus/usr/bin/promtool")
PROMTOOL = UNPACKED if os.path.exists(UNPACKED) else shutil.which("promtool")
RULES = "config/prometheus/porteur.rules.yml"


def text_of(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def promtool(*words, **more):
    done = subprocess.run([PROMTOOL, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=SOURCE, **more)
    return done.returncode, done.stdout


def metrics_of_the_source():
    """Each metric stands there once with its name, in what /metrics is made of."""
    return set(re.findall(r'add\("(porteur_\w+)"', text_of("core/app/host_services.cpp")))


def metrics_named_in(expression):
    return set(re.findall(r"\bporteur_\w+|\bup\b(?=\{)", re.sub(r"label_values\((\w+),.*", r"\1", expression)))


def rules():
    """Name and expression of each alert; the form of the file is promtool's affair."""
    text = text_of(RULES)
    names = re.findall(r"(?m)^      - alert: (\w+)$", text)
    bodies = re.split(r"(?m)^      - alert: \w+$", text)[1:]
    return dict(zip(names, (re.split(r"(?m)^        (?:for|labels):", body)[0] for body in bodies)))


class Rules(unittest.TestCase):
    @unittest.skipUnless(PROMTOOL, "promtool is not here; tools/setup unpacks it")
    def test_prometheus_takes_them(self):
        status, said = promtool("check", "rules", RULES)
        self.assertEqual(status, 0, said)
        self.assertIn("%d rules found" % len(rules()), said)

    @unittest.skipUnless(PROMTOOL, "promtool is not here; tools/setup unpacks it")
    def test_each_comes_when_it_should_and_not_before(self):
        status, said = promtool("test", "rules", "tests/packages/porteur.rules.test.yml")
        self.assertEqual(status, 0, said)

    def test_each_is_tried(self):
        tried = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:", text_of("tests/packages/porteur.rules.test.yml")))
        self.assertEqual(tried, set(rules()))

    def test_they_name_only_metrics_that_there_are(self):
        known = metrics_of_the_source() | {"up"}
        self.assertGreater(len(known), 15)
        for name, expression in rules().items():
            named = metrics_named_in(expression)
            self.assertTrue(named, name)
            self.assertLessEqual(named, known, name)

    def test_the_page_has_each_once_in_their_order_with_its_severity(self):
        page = text_of("docs/operating/alerts.md")
        self.assertEqual(re.findall(r"(?m)^## (\w+)$", page), list(rules()))
        text = text_of(RULES)
        for name in rules():
            severity = re.search(r"alert: %s\n(?:.*\n)*?.*severity: (\w+)" % name, text).group(1)
            self.assertIn("## %s\n\n**%s.** " % (name, severity), page)


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.board = json.loads(text_of("config/grafana/porteur.json"))

    def expressions(self):
        for panel in self.board["panels"]:
            for target in panel["targets"]:
                yield panel["title"], target["expr"]
        for variable in self.board["templating"]["list"]:
            if variable["type"] == "query":
                yield variable["name"], variable["query"]["query"]

    def test_its_queries_name_only_metrics_that_there_are(self):
        known = metrics_of_the_source() | {"up"}
        for title, expression in self.expressions():
            named = metrics_named_in(expression)
            self.assertTrue(named, title)
            self.assertLessEqual(named, known, title)

    def test_it_shows_each_metric(self):
        shown = set().union(*(metrics_named_in(expression) for _, expression in self.expressions()))
        self.assertEqual(metrics_of_the_source() - shown, set())

    @unittest.skipUnless(PROMTOOL, "promtool is not here; tools/setup unpacks it")
    def test_prometheus_can_read_its_queries(self):
        groups = ["groups:", "  - name: dashboard", "    rules:"]
        for number, (title, expression) in enumerate(self.expressions()):
            if not expression.startswith("label_values"):
                groups += ["      - record: panel:%d" % number, "        expr: " + json.dumps(expression.replace("$instance", "a.*"))]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write("\n".join(groups) + "\n")
            file.flush()
            status, said = promtool("check", "rules", file.name)
        self.assertEqual(status, 0, said)

    def test_no_panel_lies_on_another(self):
        taken = set()
        for panel in self.board["panels"]:
            place = panel["gridPos"]
            cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells
        self.assertEqual(len({panel["id"] for panel in self.board["panels"]}), len(self.board["panels"]))


class RunningDaemon(unittest.TestCase):
    """With a mailbox that nobody serves and an account, so that their metrics are there."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="porteur-metrics-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.makedirs(os.path.join(cls.folder, "plugins"))
        config = os.path.join(cls.folder, "porteur.toml")
        descriptor = os.open(config, os.O_WRONLY | os.O_CREAT, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(
                'store = "sqlite:porteur.db"\nkey = { file = "porteur.key" }\n[api]\nport = 0\n[documents]\nfolder = "documents"\n'
                '[plugins]\nfolders = ["plugins"]\n[mail]\nfrom = { address = "porteur@porteur.example" }\n'
                '[mail.smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "plaintext-loopback"\n'
                '[mail.pop3]\nhost = "127.0.0.1"\nport = 9\nsecurity = "plaintext-loopback"\nuser = "porteur"\n'
                'password = { env = "PORTEUR_TEST_PASSWORD" }\n'
            )
        environment = dict(os.environ, PORTEUR_TEST_PASSWORD="x")
        environment.pop("NOTIFY_SOCKET", None)
        made = subprocess.run([PORTEURD, "--config", config, "init"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        assert made.returncode == 0, made.stdout
        cls.log = open(os.path.join(cls.folder, "log"), "w+", encoding="utf-8")
        cls.addClassCleanup(cls.log.close)
        cls.daemon = subprocess.Popen([PORTEURD, "--config", config], stdout=subprocess.PIPE, stderr=cls.log, text=True, env=environment)

        def end():
            cls.daemon.kill()
            cls.daemon.communicate()

        cls.addClassCleanup(end)
        line = cls.daemon.stdout.readline()
        assert line.startswith("listening on http://"), open(cls.log.name, encoding="utf-8").read()
        with urllib.request.urlopen(line.split()[-1] + "/metrics", timeout=30) as answer:
            cls.type = answer.headers["Content-Type"]
            cls.metrics = answer.read().decode()

    @unittest.skipUnless(PROMTOOL, "promtool is not here; tools/setup unpacks it")
    def test_what_it_measures_is_as_prometheus_wants_it(self):
        status, said = promtool("check", "metrics", input=self.metrics)
        self.assertEqual((status, said), (0, ""))

    def test_it_measures_what_the_source_names(self):
        measured = set(re.findall(r"(?m)^# TYPE (porteur_\w+) ", self.metrics))
        # Only where there are mails, orders and accounts.
        self.assertEqual(metrics_of_the_source() - measured, {"porteur_mails", "porteur_orders", "porteur_account_up"})
        self.assertLessEqual(measured, metrics_of_the_source())
        self.assertTrue(self.type.startswith("text/plain"), self.type)


if __name__ == "__main__":
    unittest.main()
