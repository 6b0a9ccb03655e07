#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds config/locale/*.po against what the sources say (docs/translations.md).

usage: messages_test.py SOURCE_FOLDER
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path(__file__).parents[3]
PLACE = re.compile(r"\{[1-9](?::[a-z_]+)?\}")


class Message:
    def __init__(self):
        self.context, self.one, self.many = "", "", ""
        self.translations = []
        self.flags = set()

    @property
    def name(self):
        return (self.context, self.one)


def text_of(lines):
    """The text of a line such as msgid "..." and of those that go on with it."""
    out = ""
    for line in lines:
        quoted = line[line.index('"') + 1 : line.rindex('"')]
        out += re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), quoted)
    return out


def messages_of(po):
    """What a .po or .pot file has, by context and name; the header and obsolete entries are left out."""
    found = {}
    for block in re.split(r"\n\s*\n", po):
        message, parts = Message(), []
        for line in block.splitlines():
            if line.startswith("#,"):
                message.flags |= {flag.strip() for flag in line[2:].split(",")}
            elif line.startswith("#") or not line.strip():
                continue
            elif line.startswith('"'):
                parts[-1][1].append(line)
            else:
                parts.append((line.split(" ", 1)[0], [line]))
        for word, lines in parts:
            text = text_of(lines)
            if word == "msgctxt":
                message.context = text
            elif word == "msgid":
                message.one = text
            elif word == "msgid_plural":
                message.many = text
            else:
                message.translations.append(text)
        if message.one:
            found[message.name] = message
    return found


def places_of(text):
    return sorted(set(PLACE.findall(text)))


def braces_that_are_no_place(text):
    return text.count("{") - len(PLACE.findall(text))


def wrong_in(said, catalog):
    """What keeps a catalog from being a whole translation of what is said; one line each."""
    wrong = []
    for name, message in said.items():
        known = catalog.get(name)
        if known is None:
            wrong.append(f"missing: {message.one!r}")
            continue
        if known.many != message.many:
            wrong.append(f"of another plural: {message.one!r}")
        if "fuzzy" in known.flags:
            wrong.append(f"fuzzy: {message.one!r}")
        if not known.translations or any(not text.strip() for text in known.translations):
            wrong.append(f"untranslated: {message.one!r}")
            continue
        for text in known.translations:
            if places_of(text) != places_of(message.one):
                wrong.append(f"other places: {message.one!r} and {text!r}")
            if braces_that_are_no_place(text) != braces_that_are_no_place(message.one):
                wrong.append(f"a brace that is no place: {text!r}")
    wrong += [f"said nowhere: {one!r}" for (context, one) in catalog if (context, one) not in said]
    return wrong


CALLS = re.compile(r"\b(failure|problem_answer|trouble|coded|refused|wrong|say|say_more|tell)\(")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def arguments_of(source, at):
    """The arguments of the call whose opening bracket stands before `at`."""
    arguments, depth, begin = [], 0, at
    while at < len(source):
        string = STRING.match(source, at)
        if string:
            at = string.end()
            continue
        letter = source[at]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            if depth == 0:
                return arguments + [source[begin:at]]
            depth -= 1
        elif letter == "," and depth == 0:
            arguments.append(source[begin:at])
            begin = at + 1
        at += 1
    return arguments


def without_inner_calls(text):
    """What stands in brackets is said by another function."""
    out, depth, at = "", 0, 0
    while at < len(text):
        string = STRING.match(text, at)
        if string:
            if depth == 0:
                out += string[0]
            at = string.end()
            continue
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        elif depth == 0:
            out += text[at]
        at += 1
    return out


def glued_sentences(source):
    """Sentences put together with +, of which only pieces could be translated."""
    source = re.sub(r"//[^\n]*", "", source)
    found = []
    for call in CALLS.finditer(source):
        for argument in arguments_of(source, call.end()):
            outer = without_inner_calls(argument)
            words = [text for text in STRING.findall(outer) if re.search(r"[a-z]{2,} |[a-z]{2,}$", re.sub(r'^"/\S*: ', '"', text)[1:-1])]
            if "+" in STRING.sub("", outer) and words:
                found.append(f"{call[1]}(... {words[0]} + ...)")
    return found


class Catalogs(unittest.TestCase):
    def setUp(self):
        template = subprocess.run(
            [ROOT / "tools/messages", "--pot"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        self.assertEqual(template.returncode, 0, template.stderr)
        self.assertEqual(template.stderr, "")
        self.said = messages_of(template.stdout)

    def test_say_all_that_the_sources_say_and_nothing_else(self):
        self.assertGreater(len(self.said), 900)
        catalogs = sorted((ROOT / "config/locale").glob("*.po"))
        self.assertEqual([each.name for each in catalogs], ["fr.po"])
        for each in catalogs:
            wrong = wrong_in(self.said, messages_of(each.read_text()))
            self.assertEqual(wrong, [], f"in {each.name}; run tools/messages, then translate what is empty")

    def test_are_compiled_without_complaint(self):
        for each in (ROOT / "config/locale").glob("*.po"):
            done = subprocess.run(
                ["msgfmt", "--check", "--output-file=/dev/null", each], capture_output=True, text=True
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_have_whole_sentences_to_translate(self):
        glued = []
        for folder in ("core/domain", "core/engine", "core/api", "core/paper", "tools/porteur"):
            for path in sorted((ROOT / folder).rglob("*.cpp")):
                inside = path.relative_to(ROOT).as_posix()
                if "/tests/" in inside or re.search(LEFT_OUT, inside):
                    continue
                glued += [f"{inside}: {each}" for each in glued_sentences(path.read_text())]
        self.assertEqual(glued, [], "write phrase(\"... {1} ...\", value)")


# As tools/messages leaves them out.
LEFT_OUT = r"core/api/(connection|listening|server|standing_by_server|strict_head|wire)\.|core/engine/journal_record\.|core/paper/(paper_|document_folder)"


def po(*entries):
    return 'msgid ""\nmsgstr "Language: fr\\n"\n\n' + "\n\n".join(entries) + "\n"


class TheCheckItself(unittest.TestCase):
    said = messages_of(po('msgid "order {1} is {2:state}"\nmsgstr ""', 'msgctxt "state"\nmsgid "draft"\nmsgstr ""'))
    order = 'msgid "order {1} is {2:state}"\nmsgstr "la commande {1} est {2:state}"'
    draft = 'msgctxt "state"\nmsgid "draft"\nmsgstr "brouillon"'

    def wrong(self, *entries):
        return wrong_in(self.said, messages_of(po(*entries)))

    def test_takes_a_whole_translation(self):
        self.assertEqual(self.wrong(self.order, self.draft), [])

    def test_finds_what_is_missing_empty_or_unsure(self):
        self.assertEqual(self.wrong(self.order), ["missing: 'draft'"])
        self.assertEqual(self.wrong(self.order, 'msgid "draft"\nmsgstr "brouillon"')[0], "missing: 'draft'")
        self.assertEqual(self.wrong(self.order, self.draft.replace("brouillon", "")), ["untranslated: 'draft'"])
        self.assertEqual(self.wrong(self.order, "#, fuzzy\n" + self.draft), ["fuzzy: 'draft'"])

    def test_finds_what_is_said_no_longer(self):
        self.assertEqual(
            self.wrong(self.order, self.draft, 'msgid "old"\nmsgstr "vieux"'), ["said nowhere: 'old'"]
        )

    def test_finds_other_places(self):
        for spoiled in ("{1}", "{2:state}{1}{3}", "{1} {2}", "{1} {2:state} {x}"):
            text = self.order.replace("la commande {1} est {2:state}", spoiled)
            self.assertNotEqual(self.wrong(text, self.draft), [], spoiled)

    def test_reads_long_texts_and_both_forms(self):
        plural = messages_of(po('msgid ""\n"{1:n} "\n"number"\nmsgid_plural "{1:n} numbers"\nmsgstr[0] "a"\nmsgstr[1] ""'))
        message = plural[("", "{1:n} number")]
        self.assertEqual(message.translations, ["a", ""])
        self.assertIn("untranslated: '{1:n} number'", wrong_in(plural, plural))

    def test_finds_sentences_that_are_glued_together(self):
        glued = 'return failure(kind, "order " + id + " is late");'
        self.assertEqual(glued_sentences(glued), ['failure(... "order " + ...)'])
        for whole in (
            'return failure(kind, "an order; it is late");',
            'return failure(kind, phrase("order {1} is late", "x" + id));',
            'return failure(kind, "/" + field + ": " + phrase("is missing"));',
            'return failure(kind, account + ": " + phrase("no answer in time"));',
            'f(a + "order b"); // failure("x y" + z)',
        ):
            self.assertEqual(glued_sentences(whole), [], whole)


if __name__ == "__main__":
    unittest.main()
