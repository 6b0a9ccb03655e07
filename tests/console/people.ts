// SPDX-License-Identifier: Apache-2.0
// Sessions, people and the audit as the API tells them, made up in the test, in front of the routes of people alone.
import type { Page, Route } from "@playwright/test";

export async function standInForPeople(page: Page) {
    const json = (route: Route, body: unknown, status = 200) => route.fulfill({ status, contentType: status < 400 ? "application/json" : "application/problem+json", body: JSON.stringify(body) });
    const problem = (route: Route, kind: string, status: number, detail: string, field?: string) => json(route, { type: `urn:porteur:problem:${kind}`, title: "Refused", status, detail, ...(field ? { field } : {}) }, status);
    const tenants: any[] = [
        { id: 1, parent: null, kind: "system", name: "System", disabled: false, version: 1 },
        { id: 10, parent: 1, kind: "var", name: "North VAR", disabled: false, version: 1 },
        { id: 21, parent: 10, kind: "company", name: "Company 1", disabled: false, version: 1 },
    ];
    const users: any[] = [{ id: "U1", tenant: 1, login: "sam", name: "Sam System", language: "en", disabled: false, second_factor: true, version: 1, seen: "2026-11-25T12:00:00Z" }];
    const members: any[] = [{ id: "M1", tenant: 21, kind: "service", name: "Reception", extension: "100", version: 1 }];
    const tokens: any[] = [{ id: "T1", tenant: 1, name: "billing", scope: "read", created: "2026-11-01T00:00:00Z", expires: null, revoked: null }];
    const audit = [
        { n: 2, at: "2026-11-25T12:01:00Z", who: "Sam System", person: "U1", home: 1, tenant: 21, action: "number.assigned", kind: "number", object: "+1514*****00", before: { used_by: "" }, after: { used_by: "Reception" }, address: "127.0.0.1", hash: "b" },
        { n: 1, at: "2026-11-25T12:00:00Z", who: "Sam System", person: "U1", home: 1, tenant: 1, action: "session.began", kind: "session", object: "U1", before: null, after: null, address: "127.0.0.1", hash: "a" },
    ];
    const sent: { method: string; path: string; body: any; csrf: string; key: string }[] = [];
    let signedIn = false;
    const session = () => ({ person: { id: "U1", name: "Sam System", login: "sam", language: "en" }, token_name: null, scope: "operator", role: "system_administrator", tenant: { id: 1, kind: "system", name: "System" }, acting_in: null, rights: ["view_numbers", "view_orders", "view_carriers", "view_people", "manage_people", "manage_tenants", "view_audit"], csrf: "csrf-word", expires: null });
    await page.route(/\/v1\/(session|tenants|users|members|tokens|audit|events|words|numbers)([/?].*)?$/, async (route) => {
        const request = route.request();
        const path = new URL(request.url()).pathname.replace("/v1/", "");
        const method = request.method();
        const body = method === "POST" || method === "PATCH" ? request.postDataJSON() : null;
        const headers = request.headers();
        if (method !== "GET") sent.push({ method, path, body, csrf: headers["porteur-csrf"] ?? "", key: headers["idempotency-key"] ?? "" });
        if (path === "session" && method === "POST") {
            if (body.login !== "sam" || body.password !== "correct horse battery") return problem(route, "unauthenticated", 401, "login or password is wrong");
            if (!body.code) return problem(route, "second-factor", 401, "send the code of the authenticator");
            if (body.code !== "123456") return problem(route, "second-factor", 401, "the code is not the one of this moment");
            signedIn = true;
            return json(route, session());
        }
        if (path === "session" && method === "DELETE") {
            signedIn = false;
            return json(route, { signed_out: true });
        }
        if (!signedIn) return problem(route, "unauthenticated", 401, "nobody is signed in");
        if (path === "session") return json(route, session());
        if (path === "events") return route.fulfill({ contentType: "text/event-stream", body: "retry: 2000\n\n" });
        if (path === "words") return json(route, { items: [] });
        if (path.startsWith("numbers")) return problem(route, "not-found", 404, "there is nothing here");
        if (path === "audit") return json(route, { entries: audit, next_cursor: null });
        const lists: Record<string, any[]> = { tenants, users, members, tokens };
        const [name = "", id] = path.split("/");
        const list = lists[name] ?? [];
        if (method === "GET") return json(route, { [name]: list, next_cursor: null });
        if (method === "POST") {
            if (name === "users" && body.password && body.password.length < 12) return problem(route, "invalid-input", 400, "/password: has 5 characters; at least 12 are wanted", "/password");
            const made = { id: name === "tenants" ? 30 : `${name}-new`, disabled: false, version: 1, second_factor: false, seen: null, extension: "", created: "2026-11-26T00:00:00Z", expires: null, revoked: null, parent: 1, ...body };
            list.push(made);
            return json(route, name === "tokens" ? { ...made, token: "prt_shown_once" } : made, 201);
        }
        const found = list.find((each) => String(each.id) === id);
        if (method === "PATCH") Object.assign(found, body, { version: found.version + 1 });
        if (method === "DELETE" && name === "tokens") found.revoked = "2026-11-26T00:00:00Z";
        else if (method === "DELETE") list.splice(list.indexOf(found), 1);
        return json(route, found);
    });
    return sent;
}
