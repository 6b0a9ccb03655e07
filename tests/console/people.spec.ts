// SPDX-License-Identifier: Apache-2.0
// People of an account: sign-in, what each role sees, entering an account, and who is told of it.
import { expect, expectAccessible, expectFits, picture, test, tick } from "./fixtures";
import { people, signIn, standInForSecondFactor } from "./people";

test("a person signs in with a password, and no script can read what they are known by", async ({ page, world }) => {
    await people(world);
    await page.goto(`${world.url}/console/due`);
    await page.getByLabel("Login").fill("sam");
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessible(page);
    await signIn(page, "sam");
    await expect(page.getByRole("heading", { level: 1, name: "Due" }), "where they wanted to go").toBeVisible();
    expect(await page.evaluate(() => JSON.stringify([document.cookie, localStorage, sessionStorage])), "neither password nor session").not.toMatch(/morning|porteur_session|prt_/);
    await page.reload();
    await expect(page.getByRole("button", { name: "Signed in as Sam System" })).toBeVisible();
    await page.getByRole("button", { name: "Signed in as Sam System" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: "Sign in to Porteur" }), "the session has ended at porteurd, too").toBeVisible();
});

test("a code is asked for where a second factor is set up", async ({ page, world }) => {
    await standInForSecondFactor(page);
    await page.goto(`${world.url}/console/due`);
    await page.getByLabel("Login").fill("sam");
    await page.getByLabel("Password", { exact: true }).fill("a quiet morning in spring");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
    await expectAccessible(page);
    await page.getByLabel("Code", { exact: true }).fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("the code is not the one of this moment");
    await page.getByLabel("Code", { exact: true }).fill("123456");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Due" })).toBeVisible();
});

test("the system's administrator looks, enters a company, and acts there under both names", async ({ page, world }) => {
    const { company } = await people(world);
    await page.goto(`${world.url}/console/orders/port`);
    await signIn(page, "sam");
    await expect(page.getByRole("heading", { level: 1, name: "Orders" })).toBeVisible();
    await expect(page.getByRole("button", { name: "New port" })).toHaveCount(0);
    await page.getByRole("link", { name: "People" }).click();
    await expect(page.getByRole("row").filter({ hasText: "vera" })).toContainText("North VAR");
    await expectAccessible(page);
    await picture(page, "people");
    await page.getByRole("button", { name: "Enter Acme Bakery" }).click();
    const bar = page.getByRole("region", { name: "Account entered" });
    await expect(bar).toContainText("You act as administrator of Acme Bakery.");
    await expect(page.getByRole("heading", { level: 1, name: "Phone Numbers" })).toBeVisible();
    await expect(page.getByRole("columnheader", { name: "VAR", exact: true })).toHaveCount(0);
    await expectAccessible(page);
    await page.getByRole("link", { name: "Orders" }).click();
    await expect(page.getByRole("button", { name: "New port" })).toBeVisible();

    await page.getByRole("link", { name: "People" }).click();
    await page.getByRole("button", { name: "Add a member" }).click();
    const dialog = page.getByRole("dialog");
    await tick(dialog.getByRole("radio", { name: "Service" }));
    await dialog.getByLabel("Name", { exact: true }).fill("Order desk");
    await dialog.getByLabel("Extension").fill("100");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Add a member" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Order desk" })).toContainText("Acme Bakery");
    expect((await world.ask("GET", `/v1/members?tenant=${company.id}`)).members.map((each: any) => each.name)).toEqual(["Order desk"]);

    await bar.getByRole("button", { name: "Leave this account" }).click();
    await expect(bar).toHaveCount(0);
    await page.getByRole("link", { name: "Audit" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Audit" })).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: "Order desk" }).or(page.getByRole("row").filter({ hasText: "member" })).first()).toContainText(`as administrator of account ${company.id}`);
    await expectAccessible(page);
    await page.setViewportSize({ width: 380, height: 800 });
    await expectFits(page);
});

test("accounts, people and tokens are added and switched off", async ({ page, world }) => {
    await people(world);
    await page.goto(`${world.url}/console/people`);
    await signIn(page, "vera");
    const dialog = page.getByRole("dialog");
    await expect(page.getByRole("row").filter({ hasText: "Acme Bakery" }).first()).toBeVisible();
    await expect(page.getByText("Sam System"), "nobody above is seen").toHaveCount(0);
    await page.getByRole("button", { name: "Add an account" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Dr Lee");
    await tick(dialog.getByRole("radio", { name: "Professional" }));
    await dialog.getByRole("button", { name: "Add an account" }).click();
    await expect(page.getByRole("row").filter({ hasText: "Dr Lee" })).toContainText("Professional");

    await page.getByRole("button", { name: "Add a person" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Anna Roy");
    await dialog.getByLabel("Login").fill("anna");
    await dialog.getByLabel("Password", { exact: true }).fill("short");
    await dialog.getByRole("button", { name: "Add a person" }).click();
    await expect(dialog.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await dialog.getByLabel("Password", { exact: true }).fill("one long enough to keep");
    await dialog.getByRole("button", { name: "Add a person" }).click();
    const anna = page.getByRole("row").filter({ hasText: "anna" });
    await anna.getByRole("button", { name: "Switch off" }).click();
    await expect(anna).toContainText("switched off");

    await page.getByRole("button", { name: "Make a token" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("crm");
    await dialog.getByRole("button", { name: "Make a token" }).click();
    await expect(page.getByText(/This token is shown once/)).toContainText(/prt_[0-9a-f]+/);
    await page.getByRole("button", { name: "Revoke crm" }).click();
    await expect(page.getByRole("row").filter({ hasText: "crm" })).toContainText("revoked");
});

test("a company sees its own, in its language", async ({ page, world }) => {
    await people(world);
    await page.addInitScript(() => localStorage.setItem("porteur.language", "fr"));
    await page.goto(`${world.url}/console/people`);
    await page.getByLabel("Identifiant").fill("carl");
    await page.getByLabel("Mot de passe", { exact: true }).fill("a quiet morning in spring");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Personnes" })).toBeVisible();
    await expect(page.getByText("Carl Boulanger").first()).toBeVisible();
    await expect(page.getByText("Riverside Clinic")).toHaveCount(0);
    await expectAccessible(page);
});
