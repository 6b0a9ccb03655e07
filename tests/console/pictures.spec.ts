// SPDX-License-Identifier: Apache-2.0
// The documents' pictures, without a browser: each that is shown is there and is made by a test, and none lies about unseen.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { folder } from "./pictures";

const here = fileURLToPath(new URL(".", import.meta.url));
const top = fileURLToPath(new URL("../..", import.meta.url));
const unique = (all: string[]) => [...new Set(all)].sort();
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((each) => each[1] ?? "");

test("each picture of the documents is made by a test, and each of them is shown", () => {
    const names = readdirSync(top + "docs").filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
    const documents = ["README.md", ...names].map((name) => readFileSync(top + name, "utf8")).join("\n");
    const shown = unique(matches(documents, /pictures\/([\w-]+)\.png/g));
    const made = unique(readdirSync(here).filter((name) => name.endsWith(".spec.ts")).flatMap((name) => matches(readFileSync(here + name, "utf8"), /depict\([\w.]+, "([\w-]+)"/g)));
    const there = unique(readdirSync(folder).map((name) => name.replace(/\.(png|json)$/, "")));
    expect(shown.length).toBeGreaterThan(7);
    expect(made, "a call of depict() in a test for each picture of the documents, and no other").toEqual(shown);
    expect(there, "docs/pictures has these and no other; tools/test console --pictures makes them").toEqual(shown);
});

test("the pictures together have at most 1 MB", () => {
    const size = readdirSync(folder).reduce((sum, name) => sum + statSync(`${folder}/${name}`).size, 0);
    expect(size).toBeLessThan(1_000_000);
});
