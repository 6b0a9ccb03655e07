// SPDX-License-Identifier: Apache-2.0
// The page of phone numbers, over some thousand numbers of the real daemon.
import { readFileSync } from "node:fs";
import type { Page, Request } from "@playwright/test";
import { expect, expectAccessible, expectFits, languages, picture, speak, test, tick } from "./fixtures";
import { held, inventory, jobOf, numberAt, size, totalOf } from "./inventory";
import { enterAs } from "./people";
import { depict } from "./pictures";

const cell = (page: Page, row: number, column: number) => page.locator(`[data-cell="${row}.${column}"]`);

/** What the page asks for from now on. */
function asked(page: Page): { list: Request[]; of: (method: string, path: string) => Request[] } {
    const list: Request[] = [];
    page.on("request", (request) => list.push(request));
    return { list, of: (method, path) => list.filter((each) => each.method() === method && new URL(each.url()).pathname === path) };
}
const words = (request: Request | undefined) => Object.fromEntries(new URL(request!.url()).searchParams);

for (const language of languages)
    test(`thousands of numbers are looked through, found and sorted (${language})`, async ({ page, world }) => {
    await inventory(world);
    const say = await speak(page, world, language);
    const figure = (count: number) => count.toLocaleString(language === "en" ? "en-CA" : "fr-CA");
    const all = await totalOf(world);
    expect(all.count).toBeGreaterThanOrEqual(size);
    const seen = asked(page);
    await enterAs(page, world, "sam", "/numbers");
    await expect(page.getByRole("heading", { level: 1, name: say("nav.numbers") })).toBeVisible();
    await expect(page.getByText(say("numbers.total", { count: figure(all.count) }), { exact: true })).toBeVisible();
    for (const name of ["number", "used_by", "company", "var", "use_type", "provider", "status", "state"]) await expect(page.getByRole("columnheader", { name: say(`numbers.${name}`), exact: true })).toBeVisible();
    // Other tests may have put numbers before these.
    const first = (await world.ask("GET", "/v1/numbers?limit=1")).numbers[0];
    await expect(cell(page, 0, 1).getByRole("link")).toHaveAttribute("href", `tel:${first.number}`);
    const row = (text: string) => page.getByRole("row").filter({ hasText: text });
    await expect(row("+1 514 380-0000").getByRole("link", { name: "+1 514 380-0000" })).toHaveAttribute("href", "tel:+15143800000");
    await expect(row("+1 514 380-0000")).toContainText(say("numbers.status.active"));
    await expect(row("+1 514 380-0001")).toContainText("Service desk 1");
    await picture(page, `phone-numbers-${language}`);
    if (language === "en") await depict(page, "phone-numbers");
    expect(await page.getByRole("row").count(), "only rows that are seen exist").toBeLessThan(80);
    await expectAccessible(page);

    // By the wheel to the end of what came, which brings more.
    const box = page.locator(".numbers");
    for (let turn = 0; turn < 4; ++turn) {
        const before = seen.of("GET", "/v1/numbers").length;
        await box.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
        await expect.poll(() => seen.of("GET", "/v1/numbers").length).toBeGreaterThan(before);
    }
    await expect(page.getByRole("row").filter({ hasText: "514 380-0" }).first()).toBeVisible();
    expect(await page.getByRole("row").count(), "nor more of them after a thousand").toBeLessThan(80);

    await page.getByRole("button", { name: say("numbers.number"), exact: true }).click();
    await expect(page.getByRole("columnheader", { name: say("numbers.number"), exact: true })).toHaveAttribute("aria-sort", "ascending");
    await page.getByRole("button", { name: say("numbers.number"), exact: true }).click();
    const last = (await world.ask("GET", "/v1/numbers?sort=-number&limit=1")).numbers[0];
    await expect(cell(page, 0, 1).getByRole("link")).toHaveAttribute("href", `tel:${last.number}`);
    await expect(page).toHaveURL(/sort=-number/);

    const search = page.getByLabel(say("numbers.search.in", { column: say("numbers.used_by") }));
    await search.fill("service desk");
    await search.press("Enter");
    const found = await totalOf(world, { used_by: "service desk", sort: "-number", filter: "all", limit: "200" });
    expect(found.count).toBeGreaterThan(500);
    await expect(cell(page, 0, 2)).toContainText("Service desk");
    await expect(page.getByText(say(found.exact ? "numbers.total" : "numbers.total.about", { count: figure(found.count) }), { exact: true })).toBeVisible();
    expect(words(seen.of("GET", "/v1/numbers").at(-1))).toMatchObject({ used_by: "service desk", sort: "-number" });
    await page.reload();
    await expect(search, "the search is in the address").toHaveValue("service desk");
    await search.fill("");
    await search.press("Enter");
    await expect(page).not.toHaveURL(/used_by/);

    await page.getByRole("button", { name: new RegExp(say("numbers.filter")) }).click();
    await page.getByRole("option", { name: say("numbers.filter.available") }).click();
    const available = await totalOf(world, { filter: "available" });
    expect(available.count).toBeGreaterThan(1000);
    await expect(page.getByText(say("numbers.total", { count: figure(available.count) }), { exact: true })).toBeVisible();
    await expect(cell(page, 0, 2)).toContainText(say("numbers.available"));
});

test("everything is possible by keyboard", async ({ operator: page, world }) => {
    await inventory(world);
    await page.goto(`${world.url}/console/numbers`);
    await expect(cell(page, 0, 1)).toBeVisible();
    await cell(page, 0, 1).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await expect(cell(page, 2, 2)).toBeFocused();
    await page.keyboard.press("Space");
    await expect(page.getByRole("row", { selected: true })).toHaveCount(1);
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await expect(page.locator("[data-cell]:focus")).toHaveCount(1);
    expect(Number((await page.locator("[data-cell]:focus").getAttribute("data-cell"))?.split(".")[0])).toBeGreaterThan(20);
    await page.keyboard.press("Control+End");
    await expect(cell(page, 199, 9)).toBeFocused();
    await page.keyboard.press("Enter");
    const details = page.getByRole("dialog", { name: "Details" });
    const last = (await world.ask("GET", "/v1/numbers?limit=200")).numbers[199];
    await expect(details).toContainText(`+1 514 380-${last.number.slice(-4)}`);
    await expect(details).toContainText(last.used_by);
    await expect(details).toContainText("added");
    await expectAccessible(page);
    await picture(page, "number-details");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page).not.toHaveURL(/id=/);
});

test("a list is exported as CSV under a name of one's own, and as PDF in a new window", async ({ page, world }) => {
    await inventory(world);
    const seen = asked(page);
    await enterAs(page, world, "sam", "/numbers");
    await tick(page.getByRole("checkbox", { name: `Select ${numberAt(1)}`, exact: true }));
    await tick(page.getByRole("checkbox", { name: `Select ${numberAt(2)}`, exact: true }));
    await expect(page.getByText("2 selected")).toBeVisible();
    await page.getByRole("button", { name: "CSV", exact: true }).click();
    await expect(page.getByRole("dialog")).toContainText("2 numbers will be written.");
    await expect(page.getByLabel("File name")).toHaveValue("PhoneNumbers.csv");
    await page.getByLabel("File name").fill("MyPhoneNumbers.csv");
    await tick(page.getByRole("dialog").getByRole("checkbox", { name: "VAR" }));
    await tick(page.getByRole("dialog").getByRole("checkbox", { name: "Cost", exact: true }));
    await expectAccessible(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await download).suggestedFilename()).toBe("MyPhoneNumbers.csv");
    expect(readFileSync(await (await download).path(), "utf8").split("\r\n")).toEqual([
        "Number,Used by,Company,Use type,Provider,Status,State,Cost",
        `${numberAt(1)},Service desk 1,Acme Bakery,service,thinktel,pending,assigned,1.50`,
        `${numberAt(2)},Anna Roy 2,Acme Bakery,user,ringcentral,pending,assigned,1.50`,
        "",
    ]);

    const pdf = page.context().waitForEvent("response", (response) => new URL(response.url()).pathname === "/v1/numbers/pdf");
    const popup = page.waitForEvent("popup");
    await page.getByRole("button", { name: "PDF" }).click();
    const answer = await pdf;
    expect([answer.status(), answer.headers()["content-type"]]).toEqual([200, "application/pdf"]);
    expect(words(answer.request())).toMatchObject({ ids: `${numberAt(1)},${numberAt(2)}`, language: "en", filename: "PhoneNumbers.pdf" });
    await (await popup).close();
    expect(seen.of("POST", "/v1/numbers/csv")).toHaveLength(0);
});

test("a whole list is exported in the page's language, whatever the browser speaks", async ({ page, world }) => {
    await inventory(world);
    const say = await speak(page, world, "fr");
    await enterAs(page, world, "carl", "/numbers");
    await page.getByRole("button", { name: "CSV", exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: say("export.save") }).click();
    const lines = readFileSync(await (await download).path(), "utf8").split("\r\n");
    expect((await download).suggestedFilename()).toBe("PhoneNumbers.csv");
    expect(lines[0]).toBe("Numéro,Utilisé par,Type d'utilisation,Fournisseur,Statut,État".replaceAll("'", lines[0]!.includes("’") ? "’" : "'"));
    expect(lines).toHaveLength(held.bakery + 2);
});

test("the system's administrator looks; inside an account numbers are changed, visibly, and put back", async ({ page, world }) => {
    const { company } = await inventory(world);
    const inside = { "Porteur-Act-In": String(company.id) };
    const seen = asked(page);
    await enterAs(page, world, "sam", "/numbers");
    await expect(page.getByText("You see the numbers of the whole system.", { exact: false })).toBeVisible();
    await expect(page.getByRole("button", { name: "Change" })).toHaveCount(0);
    await page.getByRole("button", { name: "Acme Bakery" }).first().click();
    await expect(page.getByRole("region", { name: "Account entered" })).toContainText("You act as administrator of Acme Bakery.");
    await expect(page.getByRole("columnheader", { name: "VAR", exact: true })).toHaveCount(0);
    const count = (await totalOf(world, {}, inside)).count;
    await expect(page.getByText(`${count.toLocaleString("en-CA")} numbers`, { exact: true })).toBeVisible();
    expect(seen.of("GET", "/v1/numbers").at(-1)?.headers()["porteur-act-in"]).toBe(String(company.id));
    await page.reload();
    await expect(page.getByRole("region", { name: "Account entered" }), "a reload stays inside").toBeVisible();
    await expectAccessible(page);

    await tick(page.getByRole("checkbox", { name: "Select all phone numbers" }));
    await expect(page.getByText(`${count.toLocaleString("en-CA")} selected`)).toBeVisible();
    await page.getByRole("button", { name: /^Change/ }).click();
    await page.getByRole("menuitem", { name: "Add tags" }).click();
    const dialog = page.getByRole("dialog");
    await page.getByLabel("Tags", { exact: true }).fill("reviewed, montreal");
    await page.getByRole("button", { name: "Dry run" }).click();
    await expect(dialog).toContainText(`Nothing was changed yet. To change: ${count.toLocaleString("en-CA")}; as wished already: 0; refused: 0.`);
    expect((await totalOf(world, { tag: "reviewed" }, inside)).count).toBe(0);
    await expectAccessible(page);
    await depict(page, "bulk-change");
    await page.getByRole("button", { name: "Carry out" }).click();
    await expect(dialog).toContainText(`Done. Changed: ${count.toLocaleString("en-CA")}; as wished already: 0; refused: 0.`);
    expect((await totalOf(world, { tag: "reviewed" }, inside)).count).toBeGreaterThan(500);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(dialog).toContainText(`Undone. Put back: ${count.toLocaleString("en-CA")}; left as they are: 0.`);
    expect((await totalOf(world, { tag: "reviewed" }, inside)).count).toBe(0);
    await dialog.getByRole("button", { name: "Close" }).last().click();

    // One that somebody uses already is refused, by its number and with the reason.
    await page.reload();
    await tick(page.getByRole("checkbox", { name: `Select ${numberAt(3)}`, exact: true }));
    await tick(page.getByRole("checkbox", { name: `Select ${numberAt(4)}`, exact: true }));
    await page.getByRole("button", { name: /^Change/ }).click();
    await page.getByRole("menuitem", { name: "Assign", exact: true }).click();
    await page.getByLabel("Used by", { exact: true }).fill("Oscar Baker");
    await page.getByRole("button", { name: "Dry run" }).click();
    await expect(dialog).toContainText("Nothing was changed yet. To change: 1; as wished already: 0; refused: 1.");
    await expect(dialog.getByRole("listitem")).toContainText("+1 514 380-0004");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Carry out" }).click();
    await expect(dialog).toContainText("Done. Changed: 1; as wished already: 0; refused: 1.");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await expect(page.getByRole("row").filter({ hasText: "Oscar Baker" })).toContainText("+1 514 380-0003");

    await page.getByRole("button", { name: "Leave this account" }).click();
    await expect(page.getByRole("region", { name: "Account entered" })).toHaveCount(0);
    await expect.poll(() => seen.of("GET", "/v1/numbers").at(-1)?.headers()["porteur-act-in"]).toBeUndefined();
});

test("a VAR adds numbers by hand and by file, and gives them to a company", async ({ page, world }) => {
    const { var: north, company } = await inventory(world);
    const inside = { "Porteur-Act-In": String(north.id) };
    await enterAs(page, world, "vera", "/numbers");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("menuitem", { name: "Add numbers" }).click();
    await page.getByLabel("Numbers", { exact: true }).fill("514 382 0100, 514 382 0101");
    await dialog.getByRole("button", { name: /Provider/ }).click();
    await page.getByRole("option", { name: /^thinktel/ }).click();
    await page.getByRole("button", { name: "Add 2 numbers" }).click();
    await expect(dialog).toContainText("Done. Changed: 2;");
    await dialog.getByRole("button", { name: "Close" }).last().click();

    // A file with two bad rows and one that stands twice: each is named by row and column.
    const file = ["Numéro,Fournisseur,Entreprise,Étage", "514-382-0102,thinktel,,2", "514-382-0103,nobody,,2", "12345,thinktel,,", "514-382-0104,thinktel,Acme Bakery,3", "514-382-0104,thinktel,Acme Bakery,3"].join("\r\n");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("menuitem", { name: "Import" }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a CSV file" }).click();
    await (await chooser).setFiles({ name: "numbers.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
    await expect(dialog).toContainText("numbers.csv");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Dry run" }).click();
    await expect(dialog).toContainText("Nothing was changed yet. To change: 2; as wished already: 1; refused: 2.");
    await expect(dialog.getByRole("listitem")).toHaveCount(3);
    await expect(dialog.getByRole("listitem").filter({ hasText: "12345" })).toContainText("row 4");
    await expect(dialog.getByRole("listitem").filter({ hasText: "nobody" })).toContainText("row 3 B");
    await expectAccessible(page);
    await depict(page, "import");
    await page.getByRole("dialog").getByRole("button", { name: "Import" }).click();
    await expect(dialog).toContainText("Done. Changed: 2; as wished already: 1; refused: 2.");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    expect((await world.ask("GET", "/v1/numbers/15143820104", undefined, inside)).custom).toEqual({ "Étage": "3" });

    await page.getByLabel("Search in Number").fill("514 382-01");
    await expect(page.getByText("4 numbers", { exact: true })).toBeVisible();
    await tick(page.getByRole("checkbox", { name: "Select +15143820100", exact: true }));
    await page.getByRole("button", { name: /^Change/ }).click();
    await page.getByRole("menuitem", { name: "Assign", exact: true }).click();
    await dialog.getByRole("button", { name: /Company or professional/ }).click();
    await page.getByRole("option", { name: company.name }).click();
    await page.getByRole("button", { name: "Carry out" }).click();
    await expect(dialog).toContainText("Done. Changed: 1;");
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await expect(page.getByRole("row").filter({ hasText: "514 382-0100" })).toContainText(company.name);

    // Given back for good: a dry run is free, the change itself wants a word more, and there is no undo.
    await page.reload();
    await page.getByLabel("Search in Number").fill("514 382-01");
    await expect(page.getByText("4 numbers", { exact: true })).toBeVisible();
    await tick(page.getByRole("checkbox", { name: "Select +15143820101", exact: true }));
    await page.getByRole("button", { name: /^Change/ }).click();
    await page.getByRole("menuitem", { name: "Release to the carrier" }).click();
    await expect(dialog).toContainText("this cannot be undone");
    await expect(page.getByRole("button", { name: "Carry out" })).toBeDisabled();
    await page.getByRole("button", { name: "Dry run" }).click();
    await expect(dialog).toContainText("Nothing was changed yet. To change: 1;");
    await expectAccessible(page);
    await tick(dialog.getByRole("checkbox", { name: "These numbers may go" }));
    await page.getByRole("button", { name: "Carry out" }).click();
    await expect(dialog).toContainText("Done. Changed: 1;");
    await expect(page.getByRole("button", { name: "Undo" })).toHaveCount(0);
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await expect.poll(async () => (await world.ask("GET", "/v1/numbers/15143820101", undefined, inside)).state, { timeout: 30_000 }).toBe("released");

    // What was added here goes again, so that other tests count as before.
    for (const job of (await world.ask("GET", "/v1/number-jobs?limit=10", undefined, inside)).jobs.filter((each: any) => each.can_undo && ["add", "import", "assign"].includes(each.kind) && each.total < 100))
        await jobOf(world, await world.ask("POST", `/v1/number-jobs/${job.id}/undo`, undefined, inside), inside);
});

test("the table is a table at 380 px, too", async ({ operator: page, world }) => {
    await inventory(world);
    await page.setViewportSize({ width: 380, height: 800 });
    await page.goto(`${world.url}/console/numbers`);
    await expect(cell(page, 0, 1)).toBeVisible();
    await expectFits(page);
    await expectAccessible(page);
    await depict(page, "narrow", { scheme: "dark" });
    await page.getByRole("button", { name: /Menu/ }).click();
    await page.getByRole("link", { name: "Orders" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Orders" })).toBeVisible();
});
