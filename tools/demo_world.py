#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the demonstration is filled with: accounts and people of every role, 10,000 numbers, and orders in every state.

    demo_world.py numbers    accounts, people, tokens; the numbers, by the import; calls
    demo_world.py orders     an order of each kind in every state that docs/vocabulary.md names
    demo_world.py check      reads all of it again over the API; exit 1 when anything is not as said
    demo_world.py table      who may sign in

tools/demo runs it, with PORTEUR_URL, PORTEUR_DEMO_TOKEN (a file), PORTEUR_DEMO_WORLD (a file that keeps what was made) and the
addresses of the simulators, PORTEUR_SIM_THINKTEL, PORTEUR_SIM_GENESYS and PORTEUR_SIM_ACME. All of it is made by the HTTP API, as
anybody could. There is no chance in it: each run makes the same.
"""
import collections
import csv
import datetime
import io
import json
import os
import pathlib
import random
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

here = pathlib.Path(__file__).resolve().parent
number_count = 10_000
call_count = 3_400
password = "porteur demonstration"
today = datetime.date.today()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
bad = []


def missed(what):
    bad.append(what)
    print(f"MISSED: {what}")


# ------------------------------------------------------------------ asking


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status} {text}")
        self.status = status


def send(method, url, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        raise Refused(error.code, error.read().decode("utf-8", "replace")[:600]) from None


class Caller:
    """Somebody who calls the API, perhaps inside an account below their own."""

    def __init__(self, token="", act_in=None, cookie="", csrf=""):
        self.token, self.act_in, self.cookie, self.csrf = token, act_in, cookie, csrf

    def inside(self, tenant):
        return Caller(self.token, tenant, self.cookie, self.csrf)

    def ask(self, method, path, body=None, kind="application/json", raw=False):
        headers = {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            headers["Cookie"] = self.cookie
            headers["Porteur-Csrf"] = self.csrf
        if self.act_in:
            headers["Porteur-Act-In"] = str(self.act_in)
        if method == "POST":
            headers["Idempotency-Key"] = f"demo-{uuid.uuid4()}"
        if body is not None:
            headers["Content-Type"] = kind
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        got, _ = send(method, os.environ["PORTEUR_URL"] + path, body, headers)
        return got if raw else json.loads(got) if got else None

    def total(self, **words):
        page = self.ask("GET", "/v1/numbers?" + urllib.parse.urlencode({"limit": 1, **words}))
        if not page["total"]["exact"]:
            missed(f"the count of numbers with {words} is an estimate")
        return page["total"]["count"]


def operator():
    return Caller(pathlib.Path(os.environ["PORTEUR_DEMO_TOKEN"]).read_text().strip())


def sign_in(login):
    body = json.dumps({"login": login, "password": password}).encode()
    got, headers = send("POST", os.environ["PORTEUR_URL"] + "/v1/session", body, {"Content-Type": "application/json"})
    session = json.loads(got)
    return Caller(cookie=headers["Set-Cookie"].split(";")[0], csrf=session["csrf"]), session


def simulator(name, path, wish):
    url = os.environ[f"PORTEUR_SIM_{name.upper()}"] + path
    send("POST", url, json.dumps(wish).encode(), {"Content-Type": "application/json"})


def script(name, **wish):
    simulator(name, "/_sim/script", wish)


def world():
    return json.loads(pathlib.Path(os.environ["PORTEUR_DEMO_WORLD"]).read_text())


def keep(what):
    path = pathlib.Path(os.environ["PORTEUR_DEMO_WORLD"])
    path.touch(mode=0o600)
    path.write_text(json.dumps(what, indent=1))


# ------------------------------------------------------------------ accounts and people

# Name, kind, above, how many numbers it holds; "pool": how many lie in the pool of a VAR or of the system.
accounts = [
    ("Laurentian Telecom", "var", None, 1100),
    ("Harbour Voice", "var", None, 850),
    ("Acme Bakery Inc.", "company", "Laurentian Telecom", 1600),
    ("Clinique Saint-Laurent", "company", "Laurentian Telecom", 1250),
    ("Northern Freight Ltd.", "company", "Laurentian Telecom", 900),
    ("Dr. Élise Tremblay", "professional", "Laurentian Telecom", 12),
    ("Riverside Dental", "company", "Harbour Voice", 780),
    ("Hôtel Bellevue", "company", "Harbour Voice", 640),
    ("Harbour Legal LLP", "company", "Harbour Voice", 420),
    ("Marc Gagnon, notaire", "professional", "Harbour Voice", 8),
    ("Lakeside School Board", "company", None, 1440),
]
pool_of_system = 1000

# Login, name, account, language.
people = [
    ("sam", "Sam Okafor", "", "en"),
    ("vera", "Véronique Lavoie", "Laurentian Telecom", "fr"),
    ("victor", "Victor Hale", "Harbour Voice", "en"),
    ("carl", "Carl Boulanger", "Acme Bakery Inc.", "en"),
    ("claire", "Claire Fontaine", "Clinique Saint-Laurent", "fr"),
    ("elise", "Élise Tremblay", "Dr. Élise Tremblay", "fr"),
]
roles = {"sam": "system_administrator", "vera": "var_administrator", "victor": "var_administrator", "carl": "company_administrator",
         "claire": "company_administrator", "elise": "professional"}

first_names = ("Anna Émile Sophie Marc Julie Olivier Nadia Thomas Chloé David Maya Félix Grace Hugo Isabelle Jacob Karim Léa Noah "
               "Océane Paul Rosalie Samuel Tara Ulysse Valérie William Yasmine Zoé Adam").split()
last_names = ("Roy Tremblay Singh Gagnon Chen Bouchard Smith Côté Nguyen Bélanger Brown Fortin Martin Pelletier Wilson Lévesque "
              "Khan Morin Taylor Cloutier Lee Ouellet Campbell Poirier Ahmed Beaulieu MacDonald Desjardins Novak Lefebvre").split()
services = ["Reception", "Order desk", "Night line", "Fax", "Elevator", "Alarm", "Conference bridge", "Voicemail", "Door phone", "Billing"]
groups = ["Sales", "Support", "Service à la clientèle", "Dispatch", "Management", "Warehouse", "Comptabilité", "On call"]


def make_people(admin):
    ids = {"": 1}
    for name, kind, above, _ in accounts:
        ids[name] = admin.ask("POST", "/v1/tenants", {"kind": kind, "name": name, "parent": ids[above or ""]})["id"]
    for login, name, account, language in people:
        admin.ask("POST", "/v1/users", {"login": login, "name": name, "tenant": ids[account], "language": language, "password": password})
    chance = random.Random(7)
    members = 0
    for name, kind, _, _ in accounts:
        if kind == "var":
            continue
        ours = [("service", services[0]), ("group", groups[0])] if kind == "company" else [("service", services[0])]
        ours += [("user", f"{chance.choice(first_names)} {chance.choice(last_names)}") for _ in range(4 if kind == "company" else 1)]
        for at, (what, who) in enumerate(dict.fromkeys(ours)):
            admin.ask("POST", "/v1/members", {"tenant": ids[name], "kind": what, "name": who, "extension": str(100 + at)})
            members += 1
    tokens = {scope: admin.ask("POST", "/v1/tokens", {"tenant": 1, "name": f"demo {scope}", "scope": scope})["token"] for scope in ("read", "operator")}
    print(f"{len(accounts)} accounts, {len(people)} people, {members} users, services and groups, 2 tokens")
    return ids, tokens


# ------------------------------------------------------------------ numbers

# Country, type, what stands before the last digits, how many of these, how many numbers of ten thousand, the providers.
blocks = [
    ("CA", "local", "+1514380", 4, 2300, ("thinktel", "ringcentral")),
    ("CA", "local", "+1438790", 4, 900, ("thinktel",)),
    ("CA", "local", "+1416340", 4, 2100, ("ringcentral", "thinktel")),
    ("CA", "local", "+1604240", 4, 900, ("thinktel", "openphone")),
    ("US", "local", "+1212380", 4, 1100, ("ringcentral", "acme")),
    ("US", "local", "+1317220", 4, 600, ("genesys_sms", "acme")),
    ("CA", "toll_free", "+1888240", 4, 300, ("thinktel",)),
    ("US", "toll_free", "+1800240", 4, 200, ("acme",)),
    ("FR", "mobile", "+33612345", 3, 700, ("genesys_sms",)),
    ("DE", "mobile", "+491525550", 4, 500, ("genesys_sms",)),
    ("GB", "local", "+442038550", 3, 400, ("openphone",)),
]


def make_rows():
    """Every number with all that is said of it, account by account."""
    chance = random.Random(42)
    numbers = []
    for country, kind, prefix, digits, count, providers in blocks:
        for at in range(count):
            numbers.append((country, kind, f"{prefix}{at:0{digits}d}", providers[at * len(providers) // count]))
    chance.shuffle(numbers)
    holders = [("", pool_of_system)] + [(name, count) for name, _, _, count in accounts]
    if len(numbers) != number_count or sum(count for _, count in holders) != number_count:
        sys.exit(f"demo_world.py: the blocks have {len(numbers)} numbers, the accounts {sum(count for _, count in holders)}")
    kinds = {name: kind for name, kind, _, _ in accounts}
    rows, at = [], 0
    for holder, count in holders:
        is_customer = kinds.get(holder) in ("company", "professional")
        for nth, (country, kind, number, provider) in enumerate(numbers[at:at + count]):
            row = {"holder": holder, "Number": number, "Provider": provider, "Country": country, "Type": kind, "Used by": "", "Use type": "",
                   "Company": holder if is_customer else "", "State": "available", "Tags": "", "Cost": "", "Floor": "", "Cost centre": ""}
            if is_customer:
                row["State"] = "assigned"
                if nth % 5 != 4:
                    use = "user" if nth % 10 < 6 else "service" if nth % 10 < 8 else "group"
                    name = {"user": f"{chance.choice(first_names)} {chance.choice(last_names)}", "service": f"{chance.choice(services)} {nth // 10 + 1}",
                            "group": f"{chance.choice(groups)} {nth // 10 + 1}"}[use]
                    row |= {"Use type": use, "Used by": name, "State": "in_service" if nth % 3 else "assigned"}
            elif nth % 9 == 8:
                row["State"] = "reserved"
            if nth % 11 == 3:
                row["Tags"] = chance.choice(["vip", "montreal", "sms", "main-line", "vip montreal"])
            if is_customer and nth % 4 == 0:
                row |= {"Floor": str(nth % 12 + 1), "Cost centre": f"CC-{100 + nth % 7}"}
            if nth % 2:
                row["Cost"] = {"CA": "1.50 CAD", "US": "1.00 USD", "FR": "3.00 EUR", "DE": "3.50 EUR", "GB": "2.00 GBP"}[country]
            rows.append(row)
        at += count
    return rows


def csv_of(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, [name for name in rows[0] if name != "holder"], extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def ended(caller, job):
    until = time.monotonic() + 60
    while job["state"] == "running" and time.monotonic() < until:
        time.sleep(0.05)
        job = caller.ask("GET", f"/v1/number-jobs/{job['id']}")
    return job


def import_rows(caller, rows):
    def job(dry_run):
        words = urllib.parse.urlencode({"dry_run": "true" if dry_run else "false", "region": "CA"})
        return ended(caller, caller.ask("POST", f"/v1/number-imports?{words}", csv_of(rows), "text/csv"))

    for done in (job(True), job(False)):
        if (done["state"], done["changed"], done["refused"]) != ("done", len(rows), 0):
            missed(f"the import of {len(rows)} rows ended as {done}")
            if done["refused"]:
                print(caller.ask("GET", f"/v1/number-jobs/{done['id']}/results?limit=3"))


def expected_facets(rows, active):
    facets = collections.defaultdict(collections.Counter)
    for row in rows:
        facets["provider"][row["Provider"]] += 1
        facets["country"][row["Country"]] += 1
        facets["type"][row["Type"]] += 1
        facets["state"][row["State"]] += 1
        facets["use_type"][row["Use type"] or "none"] += 1
        facets["status"]["active" if row["Number"] in active else "pending"] += 1
    return {name: dict(counts) for name, counts in facets.items()}


def calls_of(rows):
    """Which numbers were called: those that somebody uses, from the front, so that some of each account are."""
    used = [row["Number"] for row in rows if row["State"] == "in_service"]
    chance = random.Random(3)
    chance.shuffle(used)
    now = datetime.datetime.now(datetime.timezone.utc)
    return [{"to": number, "at": (now - datetime.timedelta(minutes=chance.randrange(60, 90 * 24 * 60))).strftime("%Y-%m-%dT%H:%M:%SZ")}
            for number in used[:call_count]]


def make_numbers():
    admin = operator()
    began = time.monotonic()
    ids, tokens = make_people(admin)
    rows = make_rows()
    # A file is imported where its numbers without a company are to lie: with the system, or with a VAR.
    vars_of = {name: name if kind == "var" else above or "" for name, kind, above, _ in accounts} | {"": ""}
    for pool in ["", *[name for name, kind, _, _ in accounts if kind == "var"]]:
        caller = admin.inside(ids[pool]) if pool else admin
        import_rows(caller, [row for row in rows if vars_of[row["holder"]] == pool])
    calls = calls_of(rows)
    taken = admin.ask("POST", "/v1/calls", {"calls": calls})
    if taken != {"first": call_count, "known": 0, "unknown": 0}:
        missed(f"{call_count} calls were to be the first of their numbers: {taken}")
    if admin.ask("POST", "/v1/calls", {"calls": calls})["first"] != 0:
        missed("the same calls once more were to change nothing")
    print(f"{number_count:,} numbers imported, {call_count:,} of them called, in {time.monotonic() - began:.1f} s")
    if (total := admin.total()) != number_count:
        missed(f"the inventory has {total} numbers")
    facets = admin.ask("GET", "/v1/number-facets")
    for column, counts in expected_facets(rows, {each["to"] for each in calls}).items():
        if facets.get(column) != counts:
            missed(f"the numbers by {column} were to be {counts}, and are {facets.get(column)}")
        print(f"  {column}: " + ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda each: -each[1])))
    keep({"ids": ids, "tokens": tokens})


# ------------------------------------------------------------------ orders

customer = "Acme Bakery Inc."


def paper(title):
    return (f"%PDF-1.4\n% {title}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").encode()


class Orders:
    """The customer's orders, each under the name of the state that it is for."""

    def __init__(self):
        self.caller = operator().inside(world()["ids"][customer])
        self.made = {}
        # Numbers that nobody else has; ThinkTel's people take any of these prefixes.
        self.next_line = 300

    def upload(self, kind, name, **dates):
        words = urllib.parse.urlencode({"type": kind, "name": name, **dates})
        return self.caller.ask("POST", f"/v1/documents?{words}", paper(name), "application/pdf")["id"]

    def line(self, area="647555"):
        self.next_line += 1
        return f"+1{area}{self.next_line:04d}"

    def create(self, kind, state, body):
        body = {"reference": f"{kind}-{state.replace('_', '-')}", **body}
        made = self.caller.ask("POST", f"/v1/{kind}-orders", body)
        self.made[f"{kind} {state}"] = made["id"]
        return made["id"]

    def ask(self, method, name, path="", body=None):
        kind = name.split()[0]
        return self.caller.ask(method, f"/v1/{kind}-orders/{self.made[name]}{path}", body)

    def port(self, state, numbers=None, submit=True, account="thinktel", **changes):
        day = str(today)
        request = {
            "numbers": numbers or [self.line()], "losing_carrier": "Bell Canada", "account_number": "416-77120-4",
            "end_user": {"name": customer, "authorized_person": {"first_name": "Carl", "last_name": "Boulanger"}},
            "service_address": {"house_number": "100", "street": "King", "street_type": "St", "street_direction": "W", "city": "Toronto",
                                "region": "ON", "postal_code": "M5X1A9", "country": "CA"},
            "contact_email": "ports@porteur.example",
            "documents": [self.upload("loa", "letter-of-authorization.pdf", signed_on=day), self.upload("invoice", "bell-statement.pdf", issued_on=day)],
        }
        if account == "thinktel":
            request["target"] = {"trunk": "7005551212"}
        else:
            request["pin"] = "135790"
        request |= changes.pop("request", {})
        return self.create("port", state, {"account": account, "submit": submit, "request": request, **changes})

    def purchase(self, state, country, number_type, numbers, account="genesys_sms", submit=True):
        request = {
            "country": country, "number_type": number_type, "numbers": numbers,
            "end_user": {"name": customer, "registration_number": "123 456 789", "tax_id": f"{country}12345678901",
                         "authorized_person": {"first_name": "Carl", "last_name": "Boulanger", "telephone": "+14165550100", "email": "carl@bakery.example"}},
            "address": {"house_number": "1", "street": "Main Street", "city": "Capital", "region": "XX", "postal_code": "10115", "country": country},
            "alternates": "contact_us", "contact_email": "desk@porteur.example",
        }
        if country not in ("US", "CA"):
            kinds = ["registration", "address_proof", "tax"] if state == "needs_documents" else ["registration", "id", "address_proof", "tax", "poa"]
            request["documents"] = [self.upload(kind, f"{kind}.pdf") for kind in kinds]
        return self.create("purchase", state, {"account": account, "submit": submit, "request": request})

    def offered(self, country, number_type, count=1, **words):
        """Numbers that the seller has now. Each search draws others."""
        found = self.caller.ask("GET", "/v1/available-numbers?" + urllib.parse.urlencode(
            {"country": country, "number_type": number_type, "quantity": count, **words}))
        ours = [each["number"] for each in found["numbers"] if each["account"] == "genesys_sms"]
        if len(ours) < count:
            sys.exit(f"demo_world.py: no numbers are offered in {country}: {found}")
        return ours[:count]

    def until(self, name, holds, what, seconds=40):
        ends = time.monotonic() + seconds
        while True:
            order = self.ask("GET", name)
            if holds(order):
                return order
            if time.monotonic() > ends:
                missed(f"{name} was to be {what}, and is {order['state']}, {order['delivery']}: {order.get('problem')}")
                return order
            time.sleep(0.2)


def begin_ports(orders):
    tell = lambda number, *words, **more: script("thinktel", number=int(number[2:]), then=list(words), by="poll", **more)
    acme = lambda number, *words: script("acme", number=number, then=list(words))
    refusal = {"code": "8D", "field": "ZIP", "form": "EU", "remarks": "POSTAL CODE"}

    orders.port("draft", submit=False)
    for state, words in {"submitted": ["SUBMITTED"], "confirmed": ["SUBMITTED", "CONFIRMED"], "completed": ["SUBMITTED", "CONFIRMED", "COMPLETED"],
                         "cancelled": ["SUBMITTED", "CANCELLED"], "expired": ["SUBMITTED", "EXPIRED"], "cancel_pending": ["SUBMITTED"]}.items():
        tell(number := orders.line(), *words)
        orders.port(state, [number])
    for state in ("exception", "supplement_pending"):
        tell(number := orders.line(), "PENDING", "REJECTED", reject=refusal)
        orders.port(state, [number])
    # Agreed, and no day told: only ThinkTel's dashboard knows the ticket yet.
    tell(number := orders.line(), "CONFIRMED")
    script("thinktel", late={"number": int(number[2:]), "times": 1_000_000_000})
    orders.port("accepted", [number])
    # Of a request in parts, one part came and the other was called off.
    tell(standard := orders.line(), "CONFIRMED", "COMPLETED")
    tell(toll_free := orders.line("800555"), "SUBMITTED", "CANCELLED")
    orders.port("partial", [standard, toll_free], request={"documents": [
        orders.upload("loa", "letter-of-authorization.pdf", signed_on=str(today)), orders.upload("resporg", "resporg-transfer.pdf")]})
    # What neither ThinkTel nor anybody else here says: the invented carrier has a word for it.
    for state, word in {"activating": "moving", "needs_documents": "papers_wanted", "rejected": "failed"}.items():
        acme(number := orders.line("416555"), "submitted", word)
        orders.port(state, [number], account="acme")


def begin_purchases(orders):
    orders.purchase("draft", "US", "local", orders.offered("US", "local", area_code="317"), submit=False)
    orders.purchase("cancelled", "US", "local", orders.offered("US", "local", area_code="317"), submit=False)
    orders.ask("POST", "purchase cancelled", "/cancel")
    orders.purchase("completed", "US", "local", orders.offered("US", "local", area_code="212"))
    one, two = orders.offered("US", "local", 2, area_code="415")
    script("genesys", fail=two, code="phone.number.unavailable")
    orders.purchase("partial", "US", "local", [one, two])
    gone = orders.offered("US", "local", area_code="317")
    script("genesys", fail=gone[0], code="phone.number.unavailable")
    orders.purchase("rejected", "US", "local", gone)
    # By mail to the desk, which has other manners in each country.
    script("genesys", desk="DE=papers,PT=offers")
    for state, country in {"needs_documents": "DE", "alternates_offered": "PT"}.items():
        orders.purchase(state, country, "mobile", orders.offered(country, "mobile"))
    for state, word in {"submitted": "pending", "expired": "expired", "activating": "moving"}.items():
        number = orders.line("604555")
        script("acme", number=number, then=["pending", word])
        orders.purchase(state, "CA", "local", [number], account="acme")


def make_orders():
    began = time.monotonic()
    orders = Orders()
    begin_ports(orders)
    begin_purchases(orders)

    orders.until("port supplement_pending", lambda now: now["state"] == "exception", "exception")
    orders.ask("PATCH", "port supplement_pending", "", {"request": {"service_address": {"postal_code": "M5X1B1"}}, "submit": True})
    orders.until("port cancel_pending", lambda now: now["state"] == "submitted", "submitted")
    orders.ask("POST", "port cancel_pending", "/cancel")
    for name in ("purchase needs_documents", "purchase alternates_offered"):
        state = name.split()[1]
        orders.until(name, lambda now: now["state"] == state, state)
    # From now on the desk takes its time.
    script("genesys", review_s=1_000_000_000)
    for state, country in {"in_review": "FR", "exception": "BE", "cancel_pending": "AT"}.items():
        orders.purchase(state, country, "mobile", orders.offered(country, "mobile"))
    orders.until("purchase cancel_pending", lambda now: now["state"] == "in_review", "in_review")
    orders.ask("POST", "purchase cancel_pending", "/cancel")
    refused = orders.ask("GET", "purchase exception")["request"]["numbers"][0]
    # Its mail has left; the desk has read it a moment later.
    until = time.monotonic() + 20
    while True:
        try:
            script("genesys", refuse=refused, reason="the carrier does not know this company registration")
            break
        except Refused as not_yet:
            if time.monotonic() > until:
                missed(f"the desk has no request that it could refuse: {not_yet}")
                break
            time.sleep(0.2)
    orders.caller.ask("POST", f"/v1/port-orders/{orders.made['port exception']}/comments", {"text": "Asked the customer for the postal code on the bill."})
    for name in orders.made:
        state = name.split()[1]
        orders.until(name, lambda now: now["state"] == state, state)
    script("genesys", desk="DE=papers,IT=puzzle")
    script("genesys", review_s=0)
    keep(world() | {"orders": orders.made})
    print(f"{len(orders.made)} orders of {customer}, in {time.monotonic() - began:.1f} s")


# ------------------------------------------------------------------ looking at all of it


def states_of(kind):
    """The states of an order, as docs/vocabulary.md has them."""
    text = (here.parent / "docs/vocabulary.md").read_text()
    table = text.split(f"## States of a {kind} order")[1].split("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    if len(found) < 10:
        missed(f"docs/vocabulary.md has only {len(found)} states of a {kind} order")
    return found


def check_orders(inside):
    made = world()["orders"]
    for kind in ("port", "purchase"):
        print(f"  {kind} orders of {customer}:", end="")
        for state in states_of(kind):
            found = [each["reference"] for each in inside.ask("GET", f"/v1/{kind}-orders?state={state}&limit=100")["items"]]
            print(f" {state} {len(found)}", end=";" if state != states_of(kind)[-1] else "\n")
            if f"{kind} {state}" not in made or f"{kind}-{state.replace('_', '-')}" not in found:
                missed(f"no {kind} order was brought to the state {state}")


def check_people(ids, tokens):
    held = collections.Counter()
    kinds = {name: (kind, above) for name, kind, above, _ in accounts}
    for row in make_rows():
        holder = row["holder"]
        held[""] += 1
        if holder:
            held[holder] += 1
        if holder and kinds[holder][1]:
            held[kinds[holder][1]] += 1
    for login, name, account, language in people:
        caller, session = sign_in(login)
        if (session["role"], session["person"]["name"], session["tenant"]["id"]) != (roles[login], name, ids[account]):
            missed(f"{login} signs in as {session['role']} of {session['tenant']}")
        # Orders that were completed meanwhile may have brought more.
        if (seen := caller.total()) < held[account]:
            missed(f"{login} sees {seen} numbers of {held[account]}")
        print(f"  {login}: {session['role']}, {seen:,} numbers")
    for scope, token in tokens.items():
        caller = Caller(token)
        if caller.ask("GET", "/v1/session")["scope"] != scope or caller.total() < number_count:
            missed(f"the token of scope {scope} does not see the numbers")
        try:
            caller.ask("POST", "/v1/calls", {"calls": []})
            if scope == "read":
                missed("the token of scope read may report calls")
        except Refused as refused:
            if scope != "read" or refused.status != 403:
                missed(f"the token of scope {scope} got {refused}")


def check():
    now = world()
    check_people(now["ids"], now["tokens"])
    check_orders(operator().inside(now["ids"][customer]))
    lines = operator().ask("GET", "/v1/numbers/csv", raw=True).count(b"\r\n") - 1
    if lines < number_count:
        missed(f"the whole list as CSV has {lines} numbers")
    pdf = operator().ask("GET", "/v1/numbers/pdf?state=reserved", raw=True)
    if not pdf.startswith(b"%PDF-"):
        missed("the reserved numbers as PDF are none")


def table():
    now = world()
    line = "  {:<8} {:<22} {:<22} {}"
    print(line.format("login", "password", "role", "account"))
    for login, _, account, _ in people:
        print(line.format(login, password, roles[login].replace("_", " "), account or "the system"))
    for scope, token in now["tokens"].items():
        print(f"  token, {scope + ':':<10} {token}")


if __name__ == "__main__":
    commands = {"numbers": make_numbers, "orders": make_orders, "check": check, "table": table}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
    sys.exit(1 if bad else 0)
