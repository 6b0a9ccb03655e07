// SPDX-License-Identifier: Apache-2.0
// What was built, without a browser.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";

const built = join(process.env["PORTEUR_BUILD"] ?? "../../build/dev", "share/porteur/console");
const source = fileURLToPath(new URL("../../tools/console/src", import.meta.url));
const catalogue = (language: string): Record<string, string> => JSON.parse(readFileSync(join(source, `i18n/${language}.json`), "utf8"));

test("the bundle has at most 350 kB, compressed", () => {
    const files = readdirSync(join(built, "assets")).filter((each) => each.endsWith(".gz"));
    expect(files.length).toBeGreaterThanOrEqual(2);
    const size = files.reduce((sum, each) => sum + statSync(join(built, "assets", each)).size, 0);
    test.info().annotations.push({ type: "size", description: `${size} bytes` });
    expect(size).toBeLessThan(350_000);
    expect(size).toBeGreaterThan(50_000);
});

test("what is compressed is what is not", () => {
    const assets = join(built, "assets");
    for (const each of readdirSync(assets).filter((name) => name.endsWith(".gz"))) expect(gunzipSync(readFileSync(join(assets, each))).equals(readFileSync(join(assets, each.slice(0, -3)))), each).toBe(true);
});

test("what telephones need is fetched by whoever uses one", () => {
    const assets = join(built, "assets");
    const page = readFileSync(join(built, "index.html"), "utf8");
    const withSip = readdirSync(assets).filter((each) => each.endsWith(".js") && readFileSync(join(assets, each), "utf8").includes("STATUS_WAITING_FOR_ACK"));
    expect(withSip.length, "JsSIP has a file of its own").toBe(1);
    expect(page).not.toContain(withSip[0]);
});

test("the page names no other host, and holds no script or style of its own", () => {
    const page = readFileSync(join(built, "index.html"), "utf8");
    expect(page).not.toMatch(/https?:\/\//);
    expect(page).not.toMatch(/<style|style=|<script>|onload=/);
});

test("English and French have the same texts, with the same places for values", () => {
    const en = catalogue("en"), fr = catalogue("fr");
    expect(Object.keys(en).length).toBeGreaterThan(200);
    expect(Object.keys(fr)).toEqual(Object.keys(en));
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((each) => each[0]).sort();
    for (const [key, text] of Object.entries(en)) expect({ key, places: places(fr[key] ?? "") }).toEqual({ key, places: places(text) });
    for (const [key, text] of Object.entries({ ...en, ...fr })) expect(text.trim(), key).not.toBe("");
});

test("every text that a page names is in the catalogues, and each of them is used", () => {
    const files: string[] = [];
    const walk = (folder: string) => {
        for (const each of readdirSync(folder, { withFileTypes: true })) {
            const path = join(folder, each.name);
            if (each.isDirectory()) walk(path);
            else if (/\.tsx?$/.test(each.name) && !each.name.endsWith("schema.d.ts")) files.push(readFileSync(path, "utf8"));
        }
    };
    walk(source);
    const text = files.join("\n");
    const keys = Object.keys(catalogue("en"));
    // A key is named whole, or its beginning stands in a template.
    const begins = [...text.matchAll(/`([a-z-]+(?:\.[a-z_]+)*\.)\$\{/g)].map((each) => each[1] ?? "");
    const unused = keys.filter((key) => !text.includes(`"${key.replace(/\.one$/, "")}"`) && !begins.some((begin) => begin && key.startsWith(begin)));
    expect(unused).toEqual([]);
});
