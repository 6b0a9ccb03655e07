// SPDX-License-Identifier: Apache-2.0
// An inventory as the API tells it, made up in the test: a million rows cost nothing here, and what the page asks for is
// written down. It stands in front of the routes of numbers alone; all else is the real daemon's.
import type { Page, Route } from "@playwright/test";

export interface Asked {
    method: string;
    path: string;
    query: Record<string, string>;
    body: any;
    actIn: string;
}

export const count = 1_000_000;
const uses = ["Reception", "Service desk", "Anna Roy", "Support group"];

export function row(index: number) {
    const used = index % 3 !== 0;
    const number = `+1514${String(5_000_000 + index).padStart(7, "0")}`;
    return {
        id: number,
        number,
        used_by: used ? `${uses[index % 4]} ${index}` : "",
        use_type: used ? (["user", "service", "group"] as const)[index % 3] : "",
        company: used ? { id: String(20 + (index % 5)), name: `Company ${index % 5}`, kind: "company" } : null,
        var: { id: "10", name: "North VAR" },
        provider: index % 2 ? "thinktel" : "ringcentral",
        status: index % 4 ? "active" : "pending",
        state: used ? "in_service" : "available",
        country: "CA", type: "local", features: ["voice", "sms"], tags: index % 7 ? [] : ["vip"], custom: {}, cost: { amount: "1.50", currency: "CAD" }, order: null, source: "import", note: "", first_call: null, created: "2026-11-26T00:00:00.000Z", updated: "2026-11-26T00:00:00.000Z", version: 1,
    };
}

export async function standIn(page: Page, role = "system_administrator") {
    const asked: Asked[] = [];
    const all = ["view_numbers", "view_orders", "view_carriers", "view_people", "view_audit"];
    const manager = [...all, "assign_numbers", "release_numbers", "set_options", "add_numbers", "place_orders"];
    const names: Record<string, { id: number; kind: string; name: string }> = { "10": { id: 10, kind: "var", name: "North VAR" }, "21": { id: 21, kind: "company", name: "Company 1" }, "22": { id: 22, kind: "company", name: "Company 2" } };
    const json = (route: Route, body: unknown, status = 200) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
    let polls = 0;
    let change: any = null;
    // The accounts are made up, too: what the real daemon answers, it answers as to the token itself.
    await page.route(/\/v1\//, (route) => {
        const { "porteur-act-in": _, ...headers } = route.request().headers();
        return route.continue({ headers });
    });
    await page.route(/\/v1\/(session|numbers|number-changes|number-facets|jobs|tenants)([/?].*)?$/, async (route) => {
        const request = route.request();
        const url = new URL(request.url());
        const actIn = request.headers()["porteur-act-in"] ?? "";
        let body: any = null;
        try {
            body = request.postDataJSON();
        } catch {
            body = request.postData();
        }
        const query = Object.fromEntries(url.searchParams);
        asked.push({ method: request.method(), path: url.pathname, query, body, actIn });
        const path = url.pathname.replace("/v1", "");
        if (path === "/session") {
            const inside = names[actIn] ?? null;
            const acting = inside ? `${inside.kind}_administrator` : role;
            return json(route, { person: { id: "P1", name: "Sam System", login: "sam", language: "en" }, token_name: null, scope: "operator", role: acting, tenant: { id: 1, kind: "system", name: "System" }, acting_in: inside, rights: inside ? manager : all, csrf: "c", expires: null });
        }
        if (path === "/tenants") return json(route, { tenants: Object.values(names).map((each) => ({ ...each, parent: 1, disabled: false, version: 1 })), next_cursor: null });
        if (path === "/number-facets") return json(route, { use_type: { user: 222_222, service: 222_222, group: 222_222, none: 333_334 }, provider: { thinktel: 500_000, ringcentral: 500_000 }, state: { in_service: 666_666, available: 333_334 } });
        if (path === "/numbers/csv") return route.fulfill({ contentType: "text/csv", headers: { "Content-Disposition": 'attachment; filename="PhoneNumbers.csv"' }, body: "number\n+15145000000\n" });
        if (path === "/numbers/pdf") return route.fulfill({ contentType: "application/pdf", body: "%PDF-1.4" });
        if (path === "/numbers" && request.method() === "POST") {
            change = { action: "add", dry_run: false };
            polls = 0;
            return json(route, { id: "J3", kind: "add", state: "running", done: 0, total: body.numbers.length, ok: 0, failed: 0, dry_run: false, can_undo: true, began: "2026-11-26T00:00:00Z", ended: null }, 202);
        }
        if (path === "/number-changes") {
            change = body;
            polls = 0;
            return json(route, { id: body.dry_run ? "J1" : "J2", kind: body.action, state: "running", done: 0, total: 40, ok: 0, failed: 0, dry_run: body.dry_run, can_undo: !body.dry_run, began: "2026-11-26T00:00:00Z", ended: null }, 202);
        }
        if (/^\/jobs\/J\d$/.test(path)) {
            const done = Math.min(++polls * 20, 40);
            return json(route, { id: path.slice(6), kind: change.action, state: done === 40 ? "done" : "running", done, total: 40, ok: done === 40 ? 39 : 19, failed: done === 40 ? 1 : 0, dry_run: change.dry_run, can_undo: !change.dry_run, began: "2026-11-26T00:00:00Z", ended: null });
        }
        if (path === "/jobs/J2/undo") return json(route, { id: "J2", kind: change.action, state: "undone", done: 40, total: 40, ok: 39, failed: 1, dry_run: false, can_undo: false, began: "", ended: "" });
        if (/^\/jobs\/J\d\/results$/.test(path)) return json(route, { results: [{ row: 7, number: "+15145000007", outcome: "refused", problem: { detail: "the number is being ported out" } }], next_cursor: null });
        if (/^\/numbers\/\d+$/.test(path)) return json(route, row(Number(path.slice(-7)) - 5_000_000));
        if (path.endsWith("/history")) return json(route, { events: [{ at: "2026-11-25T12:00:00Z", what: "assigned", by: "Sam System", job: null, data: { used_by: ["", "Reception"] } }] });
        const wanted = query["number"] || query["used_by"];
        const filter = query["filter"];
        const begin = Number(query["cursor"] || "0");
        const limit = Number(query["limit"] || "100");
        const step = query["sort"] === "-number" ? -1 : 1;
        const numbers = [];
        let index = begin;
        for (; index < count && numbers.length < limit; ++index) {
            const each = row(step < 0 ? count - 1 - index : index);
            if (filter === "used" && !each.used_by) continue;
            if (filter === "available" && each.used_by) continue;
            if (query["number"] && !each.number.includes(query["number"])) continue;
            if (query["used_by"] && !each.used_by.toLowerCase().includes(query["used_by"].toLowerCase())) continue;
            numbers.push(each);
        }
        return json(route, { numbers, next_cursor: index < count ? String(index) : null, total: query["cursor"] ? null : { count: filter === "available" ? 333_334 : filter === "used" ? 666_666 : count, exact: !wanted } });
    });
    return asked;
}
