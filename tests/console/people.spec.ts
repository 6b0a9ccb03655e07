// SPDX-License-Identifier: Apache-2.0
import { expect, expectAccessible, expectFits, picture, test, tick } from "./fixtures";
import { standInForPeople } from "./people";

async function signIn(page: import("@playwright/test").Page, url: string) {
    await page.goto(`${url}/console/people`);
    await page.getByLabel("Login").fill("sam");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Code", { exact: true }).fill("123456");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "People" })).toBeVisible();
}

test("a person signs in with password and code, and comes to where they wanted", async ({ page, world }) => {
    const sent = await standInForPeople(page);
    await page.goto(`${world.url}/console/people`);
    await page.getByLabel("Login").fill("sam");
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("login or password is wrong");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
    await expectAccessible(page);
    await page.getByLabel("Code", { exact: true }).fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("the code is not the one of this moment");
    await page.getByLabel("Code", { exact: true }).fill("123456");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "People" })).toBeVisible();
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage])), "no password is kept").not.toContain("battery");
    await page.getByRole("button", { name: "Signed in as Sam System" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    expect(sent.at(-1)).toMatchObject({ method: "DELETE", path: "session", csrf: "csrf-word" });
});

test("accounts, people, members and tokens are added and switched off", async ({ page, world }) => {
    const sent = await standInForPeople(page);
    await signIn(page, world.url);
    await expect(page.getByRole("row").filter({ hasText: "North VAR" }).first()).toBeVisible();
    await expectAccessible(page);
    await picture(page, "people");

    await page.getByRole("button", { name: "Add a person" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("Anna Roy");
    await dialog.getByLabel("Login").fill("anna");
    await dialog.getByLabel("Password", { exact: true }).fill("short");
    await dialog.getByRole("button", { name: "Add a person" }).click();
    await expect(dialog.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await dialog.getByLabel("Password", { exact: true }).fill("a long enough one");
    await dialog.getByRole("button", { name: "Add a person" }).click();
    await expect(page.getByRole("row").filter({ hasText: "anna" })).toBeVisible();
    await page.getByRole("row").filter({ hasText: "anna" }).getByRole("button", { name: "Switch off" }).click();
    await expect(page.getByRole("row").filter({ hasText: "anna" })).toContainText("switched off");

    await page.getByRole("button", { name: "Make a token" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("crm");
    await tick(dialog.getByRole("radio", { name: "may change" }));
    await dialog.getByRole("button", { name: "Make a token" }).click();
    await expect(page.getByText("prt_shown_once")).toBeVisible();
    await page.getByRole("button", { name: "Revoke billing" }).click();
    await expect(page.getByRole("row").filter({ hasText: "billing" })).toContainText("revoked");
    await page.getByRole("button", { name: "Remove Reception" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Reception" })).toHaveCount(0);
    for (const each of sent.filter((one) => one.path !== "session")) expect(each.csrf).toBe("csrf-word");
    for (const each of sent.filter((one) => one.method === "POST" && one.path !== "session")) expect(each.key).not.toBe("");
});

test("the audit says who acted as whom, before and after", async ({ page, world }) => {
    await standInForPeople(page);
    await signIn(page, world.url);
    await page.getByRole("link", { name: "Audit" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Audit" })).toBeVisible();
    const line = page.getByRole("row").filter({ hasText: "number.assigned" });
    await expect(line).toContainText("as administrator of account 21");
    await line.getByText("Change").click();
    await expect(line).toContainText("Reception");
    await expectAccessible(page);
    await page.setViewportSize({ width: 380, height: 800 });
    await expectFits(page);
});
