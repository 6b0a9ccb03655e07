// SPDX-License-Identifier: Apache-2.0
// The pictures of the console that the documents show. Each is made by a test, where its page is as it shall be seen; and each
// run of that test holds the page against the words that it had when the picture was made, so that none grows old unseen.
// PORTEUR_PICTURES_ANEW=1 (tools/test console --pictures) makes all of them anew.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import UPNG from "upng-js";

export const folder = fileURLToPath(new URL("../../docs/pictures", import.meta.url));
const anew = process.env["PORTEUR_PICTURES_ANEW"] === "1";
const colours_max = 128;

/** What a page has but for its data: headings, columns, fields, buttons and tabs of its middle, or of the window before it. */
export async function frameOf(page: Page): Promise<string[]> {
    return page.evaluate(() => {
        const root = document.querySelector('[role="dialog"]') ?? document.querySelector("main") ?? document.body;
        const said = (element: Element) => (element.textContent ?? "").replace(/\s+/g, " ").trim();
        const out: string[] = [];
        for (const element of root.querySelectorAll("h1, h2, h3, th, [role=columnheader], label, .label, dt, legend, [role=tab], button.button.main, button.button.plain, button.button.danger")) {
            if (element.closest("tbody, .numbers-body, .choices, .list-box, .timeline, [aria-hidden=true]")) continue;
            const text = said(element).replace(/[\d\u00a0\u202f,.+:]+/g, "#");
            if (text && !out.includes(text)) out.push(text);
        }
        return out;
    });
}

/** Keeps the page as a picture of the documents, under this name. */
export async function depict(page: Page, name: string, how: { scheme?: "light" | "dark" } = {}): Promise<void> {
    const frame = await frameOf(page);
    const words = `${folder}/${name}.json`;
    if (!anew) {
        const made = existsSync(words) && existsSync(`${folder}/${name}.png`) ? (JSON.parse(readFileSync(words, "utf8")) as string[]) : [];
        expect(made, `docs/pictures/${name}.png does not show this page as it is; make it anew: tools/test console --pictures`).toEqual(frame);
        return;
    }
    mkdirSync(folder, { recursive: true });
    if (how.scheme) await page.emulateMedia({ colorScheme: how.scheme });
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.waitForFunction(() => document.getAnimations().every((each) => each.playState === "finished"));
    const seen = UPNG.decode(await page.screenshot());
    if (how.scheme) await page.emulateMedia({ colorScheme: null });
    writeFileSync(`${folder}/${name}.png`, Buffer.from(UPNG.encode([UPNG.toRGBA8(seen)[0]!], seen.width, seen.height, colours_max)));
    writeFileSync(words, `${JSON.stringify(frame, null, 1)}\n`);
}
