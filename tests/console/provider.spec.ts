// SPDX-License-Identifier: Apache-2.0
// Signing in at a provider of OpenID Connect, in a browser that keeps its own rules about cookies: the provider is on another
// site (localhost, and porteurd on 127.0.0.1), so what is SameSite=Strict does not come back with the person.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, type Page } from "@playwright/test";
import { expectAccessible, expectFits, picture } from "./fixtures";

const porteurd = join(resolve(process.env["PORTEUR_BUILD"] ?? "../../build/dev"), "bin/porteurd");
const provider = fileURLToPath(new URL("../scenarios/access/provider/provider.mjs", import.meta.url));

function serve(program: string, words: string[], children: ChildProcess[]): Promise<string> {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    return new Promise((resolved, refused) => {
        let out = "";
        child.stdout.on("data", (bytes) => {
            out += String(bytes);
            const found = /listening on (http:\/\/\S+)/.exec(out);
            if (found?.[1]) resolved(found[1]);
        });
        child.on("exit", (code) => refused(new Error(`${program} ended with ${code}`)));
    });
}

interface House {
    url: string;
    ask: (method: string, path: string, body?: unknown) => Promise<any>;
    stop: () => void;
}

async function startHouse(): Promise<House> {
    const children: ChildProcess[] = [];
    const home = mkdtempSync(join(tmpdir(), "porteur-provider-test-"));
    const there = await serve(process.execPath, [provider, "rs256", "a secret of this test alone"], children);
    writeFileSync(join(home, "secret"), "a secret of this test alone\n", { mode: 0o600 });
    writeFileSync(
        join(home, "porteur.toml"),
        `store = "sqlite:porteur.db"
key = { file = "porteur.key" }
[api]
port = 0
[documents]
folder = "documents"
[plugins]
folders = []
[log]
level = "warning"
[sign_in.oidc.firm]
title = "Maple Telecom"
issuer = "http://localhost:${new URL(there).port}"
client_id = "porteur"
client_secret = { file = "secret" }
`,
        { mode: 0o600 },
    );
    const run = (...words: string[]): string => execFileSync(porteurd, ["--config", home, ...words], { encoding: "utf8" }).trim();
    run("init");
    const token = run("token", "create");
    const url = await serve(porteurd, ["--config", home], children);
    await fetch(`${there}/setup`, { method: "POST", body: JSON.stringify({ redirect_uri: `${url}/v1/session/oidc/firm/return` }) });
    let count = 0;
    const ask = async (method: string, path: string, body?: unknown) => {
        const response = await fetch(url + path, {
            method,
            headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": `provider-${++count}` },
            ...(body ? { body: JSON.stringify(body) } : {}),
        });
        expect(response.status, `${method} ${path}`).toBeLessThan(300);
        return response.json();
    };
    return {
        url,
        ask,
        stop: () => {
            for (const child of children) child.removeAllListeners("exit").kill("SIGKILL");
            rmSync(home, { recursive: true, force: true });
        },
    };
}

/** The provider's own pages: whoever one says one is. */
async function signInThere(page: Page, login: string): Promise<void> {
    await page.getByPlaceholder("Enter any login").fill(login);
    await page.getByPlaceholder("and password").fill("x");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
}

test.describe("a provider of OpenID Connect", () => {
    let house: House;
    test.beforeAll(async () => {
        house = await startHouse();
        const ada = await house.ask("POST", "/v1/users", { login: "a.lovelace", name: "Ada Lovelace" });
        await house.ask("POST", `/v1/users/${ada.id}/link`, { provider: "firm", subject: "ada" });
    });
    test.afterAll(() => house?.stop());

    test("signs a person in, who comes back to the page that they wanted", async ({ page, context }) => {
        await page.goto(`${house.url}/console/due?overdue=true`);
        const button = page.getByRole("button", { name: "Sign in with Maple Telecom" });
        await expect(button).toBeVisible();
        await expectAccessible(page);
        await picture(page, "sign-in-provider");
        await button.click();
        await signInThere(page, "ada");
        await expect(page.getByRole("heading", { level: 1, name: "Due" })).toBeVisible();
        expect(page.url()).toBe(`${house.url}/console/due?overdue=true`);
        const cookies = (await context.cookies()).filter(({ domain }) => domain === "127.0.0.1").map(({ name, sameSite, httpOnly, secure }) => ({ name, sameSite, httpOnly, secure }));
        expect(cookies, "the sign-in's own is gone").toEqual([{ name: "porteur_session", sameSite: "Strict", httpOnly: true, secure: true }]);
        await page.reload();
        await page.getByRole("button", { name: "Signed in as Ada Lovelace" }).click();
        await page.getByRole("menuitem", { name: "Sign out" }).click();
        await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    });

    test("signs out at home, and says so when that failed", async ({ page }) => {
        const account = await house.ask("POST", "/v1/tenants", { kind: "var", name: "North" });
        await page.goto(`${house.url}/console/due`);
        await page.getByRole("button", { name: "Sign in with Maple Telecom" }).click();
        await signInThere(page, "ada");
        await expect(page.getByRole("heading", { level: 1, name: "Due" })).toBeVisible();
        await page.evaluate((id) => sessionStorage.setItem("porteur.act_in", JSON.stringify(String(id))), account.id);
        await page.reload();
        await expect(page.getByText("North").first()).toBeVisible();
        const entered: (string | undefined)[] = [];
        await page.route("**/v1/session", async (route) => {
            if (route.request().method() !== "DELETE") return route.continue();
            entered.push(route.request().headers()["porteur-act-in"]);
            return entered.length === 1 ? route.fulfill({ status: 503, json: { title: "Not now", detail: "come again" } }) : route.continue();
        });
        await page.getByRole("button", { name: "Signed in as Ada Lovelace" }).click();
        await page.getByRole("menuitem", { name: "Sign out" }).click();
        await expect(page.getByText("You are still signed in: signing out did not succeed.")).toBeVisible();
        await expectAccessible(page);
        await page.getByRole("button", { name: "Try again" }).click();
        await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
        expect(entered).toEqual([undefined, undefined]);
        await page.reload();
        await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    });

    test("believes no address that somebody else has written", async ({ page }) => {
        await page.goto(`${house.url}/console/due?sign_in=denied&provider=Call%20555%200100`);
        await expect(page.getByText("OpenID Connect did not sign you in, or you cancelled there.")).toBeVisible();
        await expect(page.getByText("555 0100")).toHaveCount(0);
        await page.goto(`${house.url}/console/due?sign_in=constructor`);
        await expect(page.getByRole("button", { name: "Sign in with Maple Telecom" })).toBeVisible();
        await page.evaluate(() => {
            history.pushState(null, "", "/console/orders/%zz");
            dispatchEvent(new PopStateEvent("popstate"));
        });
        await expect(page.getByRole("button", { name: "Sign in with Maple Telecom" })).toBeVisible();
        const asked = page.waitForRequest(/\/v1\/session\/oidc\/firm\?/);
        await page.evaluate(() => {
            history.pushState(null, "", "/console//elsewhere");
            dispatchEvent(new PopStateEvent("popstate"));
        });
        await page.getByRole("button", { name: "Sign in with Maple Telecom" }).click();
        expect(new URL((await asked).url()).searchParams.get("to"), "porteurd would refuse the other").toBe("/console/");
    });

    test("says in the reader's language why it did not, and once", async ({ page }) => {
        await page.setViewportSize({ width: 380, height: 800 });
        await page.goto(`${house.url}/console/`);
        await page.getByRole("button", { name: "Français" }).click();
        await page.getByRole("button", { name: "Se connecter avec Maple Telecom" }).click();
        await signInThere(page, "stranger");
        await expect(page.getByText("Maple Telecom vous connaît, mais aucun utilisateur d’ici n’est lié à vous.")).toBeVisible();
        await expect(page).toHaveURL(/\/console\/[a-z]*$/);
        await expectAccessible(page);
        await expectFits(page);
        await page.reload();
        await expect(page.getByRole("button", { name: "Se connecter avec Maple Telecom" })).toBeVisible();
        await expect(page.getByText("Maple Telecom vous connaît")).toHaveCount(0);
        await page.getByRole("button", { name: "English" }).click();
        await page.goto(`${house.url}/console/due?sign_in=denied&provider=firm`);
        await expect(page.getByText("Maple Telecom did not sign you in, or you cancelled there.")).toBeVisible();
        await page.goto(`${house.url}/console/due?sign_in=code&provider=firm`);
        await page.getByLabel("Code", { exact: true }).fill("123456");
        await page.getByRole("button", { name: "Sign in", exact: true }).first().click();
        await expect(page.getByRole("alert"), "nobody has signed in there").toBeVisible();
        await expectAccessible(page);
    });
});
