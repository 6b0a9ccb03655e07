// SPDX-License-Identifier: Apache-2.0
// The page of phone numbers, over an inventory of a million rows.
import { expect, expectAccessible, expectFits, languages, picture, speak, test, tick } from "./fixtures";
import { standIn, type Asked } from "./inventory";

const lists = (asked: Asked[]) => asked.filter((each) => each.path === "/v1/numbers" && each.method === "GET");
const cell = (page: import("@playwright/test").Page, row: number, column: number) => page.locator(`[data-cell="${row}.${column}"]`);

for (const language of languages)
    test(`a million numbers are looked through, found and sorted (${language})`, async ({ operator: page, world }) => {
    const say = await speak(page, world, language);
    const figure = (count: number) => count.toLocaleString(language === "en" ? "en-CA" : "fr-CA");
    const asked = await standIn(page);
    await page.goto(`${world.url}/console/`);
    await expect(page.getByRole("heading", { level: 1, name: say("nav.numbers") })).toBeVisible();
    await expect(page.getByText(say("numbers.total", { count: figure(1_000_000) }), { exact: true })).toBeVisible();
    for (const name of ["number", "used_by", "company", "var", "use_type", "provider", "status"]) await expect(page.getByRole("columnheader", { name: say(`numbers.${name}`), exact: true })).toBeVisible();
    await expect(cell(page, 0, 1)).toContainText("+1 514 500-0000");
    await expect(cell(page, 0, 1).getByRole("link")).toHaveAttribute("href", "tel:+15145000000");
    await picture(page, `phone-numbers-${language}`);
    expect(await page.getByRole("row").count(), "only rows that are seen exist").toBeLessThan(80);
    await expectAccessible(page);

    // By the wheel to the end of what came, which brings more.
    const box = page.locator(".numbers");
    for (let turn = 0; turn < 4; ++turn) {
        await box.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
        await expect.poll(() => lists(asked).length).toBeGreaterThan(turn + 1);
    }
    await expect(page.getByRole("row").filter({ hasText: "514 500-0" }).first()).toBeVisible();

    await page.getByRole("button", { name: say("numbers.number"), exact: true }).click();
    await expect(page.getByRole("columnheader", { name: say("numbers.number"), exact: true })).toHaveAttribute("aria-sort", "ascending");
    await page.getByRole("button", { name: say("numbers.number"), exact: true }).click();
    await expect(cell(page, 0, 1)).toContainText("+1 514 599-9999");
    await expect(page).toHaveURL(/sort=-number/);

    await page.getByLabel(say("numbers.search.in", { column: say("numbers.used_by") })).fill("service desk");
    await page.getByLabel(say("numbers.search.in", { column: say("numbers.used_by") })).press("Enter");
    await expect(cell(page, 0, 2)).toContainText("Service desk");
    await expect(page.getByText(say("numbers.total.about", { count: figure(1_000_000) }))).toBeVisible();
    expect(lists(asked).at(-1)?.query).toMatchObject({ used_by: "service desk", sort: "-number" });
    await page.reload();
    await expect(page.getByLabel(say("numbers.search.in", { column: say("numbers.used_by") })), "the search is in the address").toHaveValue("service desk");
    await page.getByLabel(say("numbers.search.in", { column: say("numbers.used_by") })).fill("");
    await page.getByLabel(say("numbers.search.in", { column: say("numbers.used_by") })).press("Enter");
    await expect(page).not.toHaveURL(/used_by/);

    await page.getByRole("button", { name: new RegExp(say("numbers.filter")) }).click();
    await page.getByRole("option", { name: say("numbers.filter.available") }).click();
    await expect(page.getByText(say("numbers.total", { count: figure(333_334) }))).toBeVisible();
    await expect(cell(page, 0, 2)).toContainText(say("numbers.available"));
    expect(lists(asked).at(-1)?.query["filter"]).toBe("available");
});

test("everything is possible by keyboard", async ({ operator: page, world }) => {
    await standIn(page);
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
    await expect(page.getByRole("dialog", { name: "Details" })).toContainText("used_by: – → Reception");
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page).not.toHaveURL(/id=/);
});

test("a list is exported as CSV under a name of one's own, and as PDF in a new window", async ({ operator: page, world }) => {
    const asked = await standIn(page);
    await page.goto(`${world.url}/console/numbers`);
    await tick(page.getByRole("checkbox", { name: /^Select \+15145000001$/ }));
    await tick(page.getByRole("checkbox", { name: /^Select \+15145000002$/ }));
    await expect(page.getByText("2 selected")).toBeVisible();
    await page.getByRole("button", { name: "CSV", exact: true }).click();
    await expect(page.getByRole("dialog")).toContainText("2 numbers will be written.");
    await expect(page.getByLabel("File name")).toHaveValue("PhoneNumbers.csv");
    await page.getByLabel("File name").fill("MyPhoneNumbers.csv");
    await tick(page.getByRole("dialog").getByRole("checkbox", { name: "VAR" }));
    await expectAccessible(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await download).suggestedFilename()).toBe("MyPhoneNumbers.csv");
    const csv = asked.find((each) => each.path === "/v1/numbers/csv");
    expect(csv?.query).toMatchObject({ ids: "+15145000001,+15145000002", columns: "number,used_by,company,use_type,provider,status,state" });

    const popup = page.waitForEvent("popup");
    await page.getByRole("button", { name: "PDF" }).click();
    await (await popup).close();
    await expect.poll(() => asked.filter((each) => each.path === "/v1/numbers/pdf").length).toBe(1);
});

test("the system's administrator looks; inside an account numbers are changed, visibly", async ({ operator: page, world }) => {
    const asked = await standIn(page);
    await page.goto(`${world.url}/console/numbers`);
    await expect(page.getByText("You see the numbers of the whole system.", { exact: false })).toBeVisible();
    await expect(page.getByRole("button", { name: "Change" })).toHaveCount(0);
    await page.getByRole("button", { name: "Company 1" }).first().click();
    await expect(page.getByRole("region", { name: "Account entered" })).toContainText("You act as administrator of Company 1.");
    await expect(page.getByRole("columnheader", { name: "VAR", exact: true })).toHaveCount(0);
    expect(lists(asked).at(-1)?.actIn).toBe("21");
    await page.reload();
    await expect(page.getByRole("region", { name: "Account entered" }), "a reload stays inside").toBeVisible();
    await expectAccessible(page);

    await tick(page.getByRole("checkbox", { name: "Select all phone numbers" }));
    await expect(page.getByText("1,000,000 selected")).toBeVisible();
    await page.getByRole("button", { name: /^Change/ }).click();
    await page.getByRole("menuitem", { name: "Add tags" }).click();
    await page.getByLabel("Tags", { exact: true }).fill("vip, montreal");
    await page.getByRole("button", { name: "Dry run" }).click();
    await expect(page.getByRole("dialog")).toContainText("Nothing was changed. 39 would change, 1 would be refused.");
    await expect(page.getByRole("dialog")).toContainText("the number is being ported out");
    await picture(page, "phone-numbers-bulk");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Carry out" }).click();
    await expect(page.getByRole("dialog")).toContainText("Done: 39 changed, 1 refused.");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByRole("dialog")).toContainText("Undone.");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    const changes = asked.filter((each) => each.path === "/v1/number-changes").map((each) => each.body);
    expect(changes.map((each) => each.dry_run)).toEqual([true, false]);
    expect(changes[1]).toMatchObject({ action: "tag", tags: ["vip", "montreal"], selection: { query: {} } });

    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("menuitem", { name: "Add numbers" }).click();
    await page.getByLabel("Numbers", { exact: true }).fill("514 555 0100, 514 555 0101");
    await page.getByRole("dialog").getByRole("button", { name: /Provider/ }).click();
    await page.getByRole("option", { name: /^thinktel/ }).click();
    await page.getByRole("button", { name: "Add 2 numbers" }).click();
    await expect(page.getByRole("dialog")).toContainText("Done:");
    expect(asked.find((each) => each.path === "/v1/numbers" && each.method === "POST")?.body).toEqual({ numbers: [{ number: "+15145550100", provider: "thinktel" }, { number: "+15145550101", provider: "thinktel" }] });
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

    await page.getByRole("button", { name: "Leave this account" }).click();
    await expect(page.getByRole("region", { name: "Account entered" })).toHaveCount(0);
    expect(lists(asked).at(-1)?.actIn).toBe("");
});

test("the table is a table at 380 px, too", async ({ operator: page, world }) => {
    await standIn(page);
    await page.setViewportSize({ width: 380, height: 800 });
    await page.goto(`${world.url}/console/numbers`);
    await expect(cell(page, 0, 1)).toBeVisible();
    await expectFits(page);
    await expectAccessible(page);
    await picture(page, "phone-numbers-380");
    await page.getByRole("button", { name: /Menu/ }).click();
    await page.getByRole("link", { name: "Orders" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Orders" })).toBeVisible();
});
