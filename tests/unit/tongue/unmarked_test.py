#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds sentences in the sources that no mark hands to the translators (docs/translations.md).

usage: unmarked_test.py SOURCE_FOLDER

Every literal that reads as English, in every source that tools/messages looks at, has to stand in the
catalogs, as a whole: so it does not matter to which function it is given, or on what ways it gets
there. What is no sentence for a reader, or is said in both languages where it stands, is listed
beside this test, in not_translated.toml, by source and by the name that holds it.
"""

import os
import pathlib
import re
import subprocess
import sys
import tomllib
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[3]

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/|\#[ \t]*(?:include|pragma)[^\n]*)
      | (?:u8|[uUL])?R"(?P<mark>[^()\\ ]*)\((?P<raw>.*?)\)(?P=mark)"
      | (?P<text>"(?:[^"\\\n]|\\.)*")
      | (?P<other>[A-Za-z_]\w*|\d[\w'.]*|'(?:[^'\\\n]|\\.)+'|.)""",
    re.S | re.X,
)

ENGLISH = set(
    """the a an is are was were be been has have had did does do no not none neither nor of to in at by
    for with without from on only must may can cannot could would should will it its this that these
    those there they them their who whose which what when where how than then so as and if after
    before until nobody somebody nothing still yet already another other more most least""".split()
)
# "a", "on" and "as" are words of both.
FRENCH = set(
    """le la les l un une des du de d et est sont ou où à au aux ce cette ces qui que qu ne pas n se s
    sur pour par avec dans il elle nous vous votre vos a on as été""".split()
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


# The store's sources speak SQL beside sentences: no sentence begins so, or goes on so.
SQL = re.compile(
    r"^\s*(\)|select |insert into |update |delete from |from |where |and |or |order by |values|escape )"
    r"|\b(order by|limit) |^id, ", re.S
)


def text_of(quoted):
    plain = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda found: plain.get(found[1], found[1]), quoted[1:-1])


def name_of(declaration):
    """What is declared by these tokens, as far as they go: a function, a table, a class."""
    if declaration[:2] == ["template", "<"]:
        declaration = declaration[declaration.index(">") + 1 if ">" in declaration else 2 :]
    for before, token in zip(declaration, declaration[1:]):
        if before in ("class", "struct", "enum") and token != "class":
            return token
        if token in ("(", "=", "[", "{") and re.match(r"[A-Za-z_]", before):
            return before
    return ""


def literals(source):
    """(line, name that holds it, text) of each; those that follow one another are one."""
    found, line, depth, declaration, nests = [], 1, 0, [], []
    together = False
    for token in TOKEN.finditer(source):
        if token["text"] is not None or token["raw"] is not None:
            text = text_of(token["text"]) if token["text"] else token["raw"]
            if together:
                found[-1][2] += text
            else:
                found.append([line, name_of(declaration), text])
            together = True
        elif token["other"] is not None:
            together = False
            word = token["other"]
            if depth == 0 and word == "{" and declaration[:1] in (["namespace"], ["extern"]):
                nests.append(True)
                declaration = []
            elif word in "({[":
                depth += 1
                declaration.append(word)
            elif word in ")}]":
                if depth > 0:
                    depth -= 1
                elif nests:
                    nests.pop()
                if depth == 0 and word == "}":
                    declaration = []
            elif depth == 0:
                declaration = [] if word == ";" else declaration + [word]
        line += token[0].count("\n")
    return [tuple(each) for each in found]


def reads_as_english(text):
    # Neither keys nor paths: "signed_on", "/v1/orders".
    words = [word for each in text.lower().split() if (word := each.strip("\"'(),.:;?!")) and WORD.fullmatch(word)]
    french = sum(word in FRENCH for word in words)
    english = sum(word in ENGLISH and word not in FRENCH for word in words)
    if re.search(r"[à-ÿ]", text.lower()) or (french > english and french > 1):
        return english > 1 and english >= french
    if len(words) > 1 and any(word in ENGLISH for word in words):
        return True
    # A piece that something else is put before or after.
    return bool(re.match(r"^ [a-z]{4,}|^[; ]+[a-z]+ [a-z]|.*\b[a-z]{4,} $", text))


def reads_as_french(text):
    words = re.findall(r"[^\W\d_]+", text.lower())
    return bool(re.search(r"[à-ÿ«]", text.lower())) or sum(word in FRENCH for word in words) > 1


def unmarked(source, said):
    """(line, name, text) of the literals that read as sentences and are not among what is said."""
    return [
        (line, name, text)
        for line, name, text in literals(source)
        if re.sub(r"^/[^ ]*: ", "", text) not in said and reads_as_english(text)
    ]


def output_of(*arguments):
    done = subprocess.run(
        [ROOT / "tools/messages", *arguments], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def names_in(pot):
    """Each msgid and msgid_plural of a template."""
    found, parts = set(), []
    for line in pot.splitlines() + [""]:
        if line.startswith(("msgid ", "msgid_plural ")):
            parts = [line.split(" ", 1)[1]]
        elif line.startswith('"') and parts:
            parts.append(line)
        elif parts:
            found.add("".join(text_of(part) for part in parts))
            parts = []
            if line.startswith("msgid_plural "):
                parts = [line.split(" ", 1)[1]]
    return found


def split_plurals(pot):
    return pot.replace("\nmsgid_plural ", "\n\nmsgid_plural ")


class Sources(unittest.TestCase):
    def test_say_nothing_to_persons_that_is_not_marked(self):
        said = names_in(split_plurals(output_of("--pot")))
        sources = output_of("--sources").split()
        self.assertGreater(len(said), 1500)
        self.assertGreater(len(sources), 250)
        listed = tomllib.loads((ROOT / "tests/unit/tongue/not_translated.toml").read_text())["not_translated"]
        wrong, wanted = [], []
        for source in sources:
            of_source = [each for each in listed if each["source"] == source]
            found = unmarked((ROOT / source).read_text(), said)
            if source.startswith("core/store/"):
                found = [each for each in found if not SQL.search(each[2])]
            wrong += [
                f"{source}:{line}: {text!r} in {name or 'the source'}"
                for line, name, text in found
                if not any(name in each["names"] and text in each.get("texts", [text]) for each in of_source)
            ]
            for each in of_source:
                if each.get("both"):
                    in_french = {name for _, name, text in literals((ROOT / source).read_text()) if reads_as_french(text)}
                    wrong += [f"{source}: no French in {name}" for name in each["names"] if name not in in_french]
                of_names = [(name, text) for _, name, text in found if name in each["names"]]
                wanted += [f"{source}: {name}" for name in each["names"] if name not in dict(of_names)]
                wanted += [f"{source}: {text!r}" for text in each.get("texts", []) if text not in dict(map(reversed, of_names))]
        if wrong:
            advice = 'write phrase("... {1} ...", value) or to_translate("..."), or list it in not_translated.toml'
            self.fail("\n".join(["not marked:", *wrong, advice]))
        self.assertEqual(wanted, [], "listed in not_translated.toml, and not there")
        self.assertEqual({each["source"] for each in listed} - set(sources), set(), "listed, and not looked at")
        self.assertTrue(all(each["why"] for each in listed))


class TheCheckItself(unittest.TestCase):
    said = {"order {1} has ended", "is missing"}

    def found(self, source):
        return [(line, name, text) for line, name, text in unmarked(source, self.said)]

    def test_finds_a_planted_sentence_wherever_it_goes(self):
        for planted in (
            'fail(ErrorKind::rejected, Reason::none, "", "acme: the port was refused");',
            'const auto wrong = std::string("acme: the port was refused");',
            'problems.push_back({"/pin", Reason::none, "acme: the port was refused", true});',
            'findings.note = "acme: the port "\n        "was refused";',
            'return R"(acme: the port was refused)";',
        ):
            source = "namespace acme {\n\nvoid refuse() {\n    " + planted + "\n}\n\n}  // namespace acme\n"
            self.assertEqual(self.found(source), [(4, "refuse", "acme: the port was refused")], planted)

    def test_finds_the_pieces_of_a_sentence_that_is_put_together(self):
        source = 'std::string f() { return carrier.name + " refused" + (late ? "; it was too late" : " for good"); }'
        self.assertEqual([text for _, _, text in self.found(source)], [" refused", "; it was too late", " for good"])

    def test_takes_what_is_marked_and_what_is_no_sentence(self):
        for fine in (
            'fail(kind, reason, "", "acme: " + phrase("order {1} has ended", id));',
            'problem_answer(kind, "/pin: is missing", "/pin");',
            'get("find-order", "/v2/Orders/" + id + "/Status"); // it is not a sentence',
            'const auto wait = 60\'000; f("x"); const auto most = 1\'000;',
            "label(\"Numéro de compte chez l'opérateur\");",
            '#include "the/name of a file"',
        ):
            self.assertEqual(self.found("void f() {\n" + fine + "\n}\n"), [], fine)

    def test_knows_the_name_that_holds_a_literal(self):
        source = """
namespace acme {
namespace {
constexpr auto rows = std::to_array<Row>({{"a", "it is one"}});
constexpr std::string_view names[] = {"it is two"};
class Table final : public Base {
    void f() { g("it is three"); }
};
template <class T>
std::vector<T> Orders::all_of(const T& t) {
    return {"it is four"};
}
}  // namespace
Op<Found> find(std::string what = "it is five") { co_return {}; }
}  // namespace acme
"""
        self.assertEqual(
            [(name, text) for _, name, text in self.found(source)],
            [("rows", "it is one"), ("names", "it is two"), ("Table", "it is three"), ("all_of", "it is four"),
             ("find", "it is five")],
        )

    def test_tells_french_from_english(self):
        for text in ("Numéro de compte", "Documents à joindre", " octets, document de la liste", "« done »"):
            self.assertTrue(reads_as_french(text), text)
        for text in ("Account number", "the mail is on its way", "REJECTED", "/service_address"):
            self.assertFalse(reads_as_french(text), text)

    def test_reads_a_template_with_both_forms(self):
        pot = 'msgid ""\nmsgstr ""\n\nmsgid ""\n"{1:n} "\n"number"\nmsgid_plural "{1:n} numbers"\nmsgstr[0] ""\n'
        self.assertEqual(names_in(split_plurals(pot)), {"", "{1:n} number", "{1:n} numbers"})


if __name__ == "__main__":
    unittest.main()
