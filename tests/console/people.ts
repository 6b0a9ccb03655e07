// SPDX-License-Identifier: Apache-2.0
import type { Page, Route } from "@playwright/test";
import { expect } from "./fixtures";
import type { World } from "./world.mjs";

const password = "a quiet morning in spring";

export interface People {
    system: { id: number };
    var: { id: number; name: string };
    company: { id: number; name: string };
    other: { id: number; name: string };
}
let made: People | undefined;
let madeIn: World | undefined;

/** A VAR with two companies, and a person in each account: sam, vera, carl. */
export async function people(world: World): Promise<People> {
    if (made && madeIn === world) return made;
    const account = (kind: string, name: string, parent: number) => world.ask("POST", "/v1/tenants", { kind, name, parent });
    const north = await account("var", "North VAR", 1);
    const bakery = await account("company", "Acme Bakery", north.id);
    const other = await account("company", "Riverside Clinic", north.id);
    for (const [login, name, tenant, language] of [["sam", "Sam System", 1, "en"], ["vera", "Vera North", north.id, "en"], ["carl", "Carl Boulanger", bakery.id, "fr"]] as const)
        await world.ask("POST", "/v1/users", { tenant, login, name, password, language });
    made = { system: { id: 1 }, var: north, company: bakery, other };
    madeIn = world;
    return made;
}

export async function signIn(page: Page, login: string): Promise<void> {
    await page.getByLabel("Login").fill(login);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
}

/** A sign-in that asks for a code, made up in the test. */
export async function standInForSecondFactor(page: Page): Promise<void> {
    const json = (route: Route, body: unknown, status = 200) => route.fulfill({ status, contentType: status < 400 ? "application/json" : "application/problem+json", body: JSON.stringify(body) });
    const refuse = (route: Route, kind: string, detail: string) => json(route, { type: `urn:porteur:problem:${kind}`, title: "Refused", status: 401, detail }, 401);
    let signedIn = false;
    await page.route(/\/v1\/.*/, async (route) => {
        const request = route.request();
        const path = new URL(request.url()).pathname.replace("/v1/", "");
        if (path === "session" && request.method() === "POST") {
            const body = request.postDataJSON();
            if (!body.code) return refuse(route, "second-factor", "send the code of the authenticator");
            if (body.code !== "123456") return refuse(route, "second-factor", "the code is not the one of this moment");
            signedIn = true;
        }
        if (!signedIn) return refuse(route, "unauthenticated", "nobody is signed in");
        if (path === "session") return json(route, { person: { id: "U1", name: "Sam System", login: "sam", language: "en", second_factor: true }, token_name: null, scope: "operator", role: "system_administrator", tenant: { id: 1, kind: "system", name: "System" }, acting_in: null, rights: ["view_numbers", "view_orders"], csrf: "c", expires: null });
        if (path === "events") return route.fulfill({ contentType: "text/event-stream", body: "retry: 2000\n\n" });
        return json(route, { items: [], tenants: [], users: [], members: [], tokens: [], entries: [], numbers: [], next_cursor: null, total: { count: 0, exact: true } });
    });
}
