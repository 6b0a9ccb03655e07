// SPDX-License-Identifier: Apache-2.0
// People of an account: sign-in, what each role sees, entering an account, and who is told of it.
import { expect, expectAccessible, expectFits, test, tick } from "./fixtures";
import { codeOf, password, people, signIn } from "./people";
import { depict } from "./pictures";

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

test("a second factor is set up by its QR code, asked for at each sign-in, and taken away", async ({ page, world }) => {
    await people(world);
    await page.goto(`${world.url}/console/account`);
    await signIn(page, "fay");
    await expect(page.getByRole("heading", { level: 1, name: "Your account" })).toBeVisible();
    await expectAccessible(page);
    const factor = page.getByRole("region", { name: "Second factor" });
    await factor.getByLabel("Your password now").fill("not the password");
    await factor.getByRole("button", { name: "Set it up" }).click();
    await expect(factor.getByRole("alert")).toBeVisible();
    await factor.getByLabel("Your password now").fill(password);
    await factor.getByRole("button", { name: "Set it up" }).click();
    await expect(factor.getByRole("img", { name: "QR code for your authenticator" })).toBeVisible();
    await expectAccessible(page);
    const secret = (await factor.locator("code.secret").textContent())!;
    await depict(page, "second-factor");
    await factor.getByLabel("Code", { exact: true }).fill("000000");
    await factor.getByRole("button", { name: "Confirm" }).click();
    await expect(factor.getByRole("alert")).toBeVisible();
    // A code works once: each sign-in below takes the next one, as if the half minutes went by.
    const now = Date.now();
    await factor.getByLabel("Code", { exact: true }).fill(codeOf(secret, now - 30_000));
    await factor.getByRole("button", { name: "Confirm" }).click();
    await expect(factor.locator("ul.codes li")).toHaveCount(10);
    const recovery = (await factor.locator("ul.codes li").first().textContent())!;
    await expectAccessible(page);

    const out = async () => {
        await page.getByRole("button", { name: "Signed in as Fay Factor" }).click();
        await page.getByRole("menuitem", { name: "Sign out" }).click();
        await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    };
    const withPassword = async () => {
        await page.getByLabel("Login").fill("fay");
        await page.getByLabel("Password", { exact: true }).fill(password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
    };
    await out();
    await withPassword();
    await expectAccessible(page);
    await page.getByLabel("Code", { exact: true }).fill("000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, now));
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("button", { name: "Signed in as Fay Factor" })).toBeVisible();
    await out();
    await withPassword();
    await page.getByLabel("Code", { exact: true }).fill(recovery);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("button", { name: "Signed in as Fay Factor" })).toBeVisible();

    await page.getByRole("button", { name: "Signed in as Fay Factor" }).click();
    await page.getByRole("menuitem", { name: "Your account" }).click();
    await expect(factor).toContainText("A code of your authenticator is asked for");
    await factor.getByLabel("Your password now").fill(password);
    await factor.getByRole("button", { name: "Take it away and sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    await signIn(page, "fay");
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
    await depict(page, "people");
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
