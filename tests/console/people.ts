// SPDX-License-Identifier: Apache-2.0
import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import type { World } from "./world.mjs";

export const password = "a quiet morning in spring";

export interface People {
    system: { id: number };
    var: { id: number; name: string };
    company: { id: number; name: string };
    other: { id: number; name: string };
}
let made: Promise<People> | undefined;
let madeIn: World | undefined;

/** A VAR with two companies, and a person in each account: sam, vera, carl; and fay, who sets up a second factor. */
export function people(world: World): Promise<People> {
    if (made && madeIn === world) return made;
    madeIn = world;
    made = make(world);
    return made;
}

async function make(world: World): Promise<People> {
    const account = (kind: string, name: string, parent: number) => world.ask("POST", "/v1/tenants", { kind, name, parent });
    const north = await account("var", "North VAR", 1);
    const bakery = await account("company", "Acme Bakery", north.id);
    const other = await account("company", "Riverside Clinic", north.id);
    for (const [login, name, tenant, language] of [["sam", "Sam System", 1, "en"], ["vera", "Vera North", north.id, "en"], ["carl", "Carl Boulanger", bakery.id, "fr"], ["fay", "Fay Factor", other.id, "en"]] as const)
        await world.ask("POST", "/v1/users", { tenant, login, name, password, language });
    return { system: { id: 1 }, var: north, company: bakery, other };
}

export async function signIn(page: Page, login: string): Promise<void> {
    await page.getByLabel("Login").fill(login);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
}

/** Opens a page as somebody who has signed in, in whatever language it speaks. */
export async function enterAs(page: Page, world: World, login: string, path: string): Promise<void> {
    await page.goto(`${world.url}/console${path}`);
    await page.locator("input[name=username]").fill(login);
    await page.locator("input[name=password]").fill(password);
    await page.locator("input[name=password]").press("Enter");
    await expect(page.getByRole("navigation").first()).toBeAttached();
    await expect(page.locator("input[name=username]")).toHaveCount(0);
}

/** The code that an authenticator shows for a secret at a time. @source RFC 6238, RFC 4226, RFC 4648 */
export function codeOf(secret: string, at: number): string {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
    const mac = createHmac("sha1", key).update(counter).digest();
    const place = mac[mac.length - 1]! & 15;
    return String((mac.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
