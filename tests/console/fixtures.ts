// SPDX-License-Identifier: Apache-2.0
// What each test begins with: the world that runs, a page that is signed in, and a look by axe at whatever is shown.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { paper, startWorld, type World } from "./world.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const build = process.env["PORTEUR_BUILD"] ?? "../../build/dev";

export interface Violation {
    id: string;
    help: string;
    nodes: string[];
}

/** What axe finds against WCAG 2.2 A and AA on the page as it is now. */
export async function violations(page: Page): Promise<Violation[]> {
    // The page's own policy takes no foreign script; the test's own world is not the page's.
    await page.evaluate(axe);
    return page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run: (context: Document, options: unknown) => Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
        const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
        return found.violations.map((each) => ({ id: each.id, help: each.help, nodes: each.nodes.map((node) => `${node.html} ${node.failureSummary}`).slice(0, 3) }));
    });
}

export async function expectAccessible(page: Page): Promise<void> {
    // What lies half below the header that stays is not how the page is.
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.waitForFunction(() => document.getAnimations().every((each) => each.playState === "finished"));
    expect(await violations(page)).toEqual([]);
}

/** Nothing is wider than the window, so nobody has to scroll sideways. */
export async function expectFits(page: Page): Promise<void> {
    const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(width).toBeLessThanOrEqual(window ?? 0);
}

const pictures = process.env["PORTEUR_PICTURES"] ?? join(build, "console-pictures");
/** Keeps a picture of the page, to be looked at: below the build folder, or where PORTEUR_PICTURES says. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage });
}

const catalogue = (language: string): Record<string, string> => JSON.parse(readFileSync(new URL(`../../tools/console/src/i18n/${language}.json`, import.meta.url), "utf8"));
const catalogues: Record<string, Record<string, string>> = { en: catalogue("en"), fr: catalogue("fr") };
export const languages = ["en", "fr"] as const;

/** The page's own texts in a language, and the labels that porteurd has for its words. */
export interface Say {
    (key: string, values?: Record<string, string | number>): string;
    word(kind: string, code: string): string;
}

/** Has the page open in a language. */
export async function speak(page: Page, world: World, language: string): Promise<Say> {
    await page.addInitScript((chosen) => localStorage.setItem("porteur.language", chosen), language);
    const words: { kind: string; code: string; label: string }[] = (await world.ask("GET", "/v1/words", undefined, { "Accept-Language": language })).items;
    const say = (key: string, values: Record<string, string | number> = {}) => {
        const text = catalogues[language]?.[key];
        if (text === undefined) throw new Error(`there is no text ${key}`);
        return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
    };
    return Object.assign(say, { word: (kind: string, code: string) => words.find((each) => each.kind === kind && each.code === code)?.label ?? code });
}

interface Fixtures {
    world: World;
    operator: Page;
}

export const test = base.extend<Omit<Fixtures, "world">, { world: World }>({
    world: [
        async ({}, use) => {
            const world = await startWorld(build);
            await use(world);
            await world.stop();
        },
        { scope: "worker", timeout: 60_000 },
    ],
    page: async ({ page }, use) => {
        const complaints: string[] = [];
        page.on("pageerror", (error) => complaints.push(String(error)));
        page.on("console", (message) => {
            // What the API refuses is shown on the page; the browser's own line about it says nothing more.
            if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
        });
        await use(page);
        expect(complaints, "errors in the browser, and what its content security policy refused").toEqual([]);
    },
    operator: async ({ page, world }, use) => {
        await page.addInitScript((token) => sessionStorage.setItem("porteur.token", JSON.stringify(token)), world.token);
        await use(page);
    },
});

export { expect, paper };

/** Clicks a box or a dot as a person does: what they see is the label, the input itself is for screen readers. */
export const tick = (input: Locator) => input.locator("xpath=ancestor::label[1]").click();

const address = { house_number: "1", street: "King", street_type: "St", street_direction: "W", city: "Toronto", region: "ON", postal_code: "M5V1A1", country: "CA" };
let next = 0;

/** A port order by the API, so that a page has something to show. */
export async function makePort(world: World, changes: Record<string, unknown> = {}, request: Record<string, unknown> = {}) {
    const document = await world.upload("loa", "loa.pdf", { signed_on: new Date().toISOString().slice(0, 10) });
    return world.ask("POST", "/v1/port-orders", {
        account: "thinktel",
        reference: `test-${++next}`,
        ...changes,
        request: {
            numbers: ["+16475550190"],
            losing_carrier: "Bell Canada",
            account_number: "6475550190",
            end_user: { name: "Acme Inc" },
            service_address: address,
            target: { trunk: "7005551212" },
            contact_email: "ports@porteur.example",
            documents: [document.id],
            ...request,
        },
    });
}

/** Waits until an order of the API is as wanted. */
export async function until(world: World, path: string, holds: (order: any) => boolean): Promise<any> {
    let order: any;
    await expect(async () => {
        order = await world.ask("GET", path);
        expect(holds(order), JSON.stringify({ state: order.state, delivery: order.delivery, problem: order.problem })).toBe(true);
    }).toPass({ timeout: 25_000 });
    return order;
}
