// SPDX-License-Identifier: Apache-2.0
// How carrier accounts stand: rate, breaker, last faults and requests with their exchanges; and orders that give numbers
// back, as a list and as a page.
import { expect, expectAccessible, expectFits, languages, makePort, picture, speak, test, tick, until } from "./fixtures";
import { jobOf } from "./inventory";
import { people } from "./people";
import type { World } from "./world.mjs";

async function faults(simulator: string, rules: unknown[]): Promise<void> {
    const response = await fetch(`${simulator}/_sim/faults`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(rules) });
    if (!response.ok) throw new Error(`the simulator took no rules: ${await response.text()}`);
}

const carrier = async (world: World, account: string, headers: Record<string, string> = {}): Promise<any> =>
    (await world.ask("GET", "/v1/carriers", undefined, headers)).items.find((each: any) => each.account === account);

for (const language of languages)
    test(`a request that failed is seen with its account, and leads to what was sent and received (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        const number = language === "en" ? 6475550171 : 6475550172;
        await faults(world.simulators.thinktel, [{ match: { method: "POST", path_prefix: "/rest.svc/v2/NumberPorts" }, fault: "500_before", times: 1 }]);
        const order = await makePort(world, { submit: true, reference: `standing-${language}` }, { numbers: [`+1${number}`], account_number: String(number) });
        await expect(async () => expect((await carrier(world, "thinktel")).faults.items.some((each: any) => each.order?.id === order.id)).toBe(true)).toPass({ timeout: 25_000 });
        await faults(world.simulators.thinktel, []);

        await page.goto(`${world.url}/console/carriers`);
        const account = page.getByRole("region", { name: "thinktel" });
        await expect(account.getByText(say("standing.rate"), { exact: true })).toBeVisible();
        await expect(account.locator(".facts").getByText(say.word("breaker", "closed"), { exact: true })).toBeVisible();
        await account.locator("summary").filter({ hasText: language === "en" ? /failed/ : /échoué/ }).click();
        const fault = account.getByRole("group", { name: say("standing.faults.of", { account: "thinktel" }) }).getByRole("row").filter({ hasText: `standing-${language}` }).first();
        await expect(fault).toContainText("500");
        await expect(fault).toContainText(say.word("operation", "submit_port"));
        await expectAccessible(page);
        await picture(page, `standing-${language}`, true);
        await page.setViewportSize({ width: 380, height: 860 });
        await expectFits(page);
        await page.setViewportSize({ width: 1280, height: 860 });

        await fault.getByRole("link", { name: new RegExp(say("exchanges.of", { operation: say.word("operation", "submit_port"), at: "" }).trim()) }).click();
        await expect(page).toHaveURL(new RegExp(`/console/orders/port/${order.id}\\?operation=`));
        const dialog = page.getByRole("dialog");
        await expect(dialog.getByRole("listitem").filter({ hasText: "ONCE" }).first()).toContainText("/v2/NumberPorts");
        await expectAccessible(page);
        await page.keyboard.press("Escape");
        await expect(dialog).toBeHidden();
        await expect(page, "the address does not open it again").not.toHaveURL(/operation=/);
    });

test("an account below sees the faults of its own orders alone", async ({ world }) => {
    const all = await people(world);
    const inside = { "Porteur-Act-In": String(all.var.id) };
    const theirs = await carrier(world, "thinktel", inside);
    expect(theirs.requests).toBeNull();
    expect(theirs.faults.items).toEqual([]);
    expect((await carrier(world, "thinktel")).requests.items.length).toBeGreaterThan(0);
});

test("a carrier that does not answer is left alone for a while, and the page says until when", async ({ operator: page, world }) => {
    const say = await speak(page, world, "en");
    const check = () => world.ask("GET", "/v1/account-check?account=genesys_sms").catch(() => undefined);
    await faults(world.simulators.genesys, [{ match: { path_prefix: "/" }, fault: "drop_before" }]);
    await expect(async () => {
        await check();
        expect((await carrier(world, "genesys_sms")).breaker.state).toBe("open");
    }).toPass({ timeout: 40_000 });
    await page.goto(`${world.url}/console/carriers`);
    const account = page.getByRole("region", { name: "genesys_sms" });
    await expect(account.locator(".facts").getByText(say.word("breaker", "open"), { exact: true })).toBeVisible();
    await expect(account.locator(".facts")).toContainText(say("standing.failures", { count: (await carrier(world, "genesys_sms")).breaker.failures }));
    await expectAccessible(page);
    await faults(world.simulators.genesys, []);
    await expect(async () => {
        await check();
        expect((await carrier(world, "genesys_sms")).breaker.state).toBe("closed");
    }).toPass({ timeout: 40_000 });
    await expect(account.locator(".facts").getByText(say.word("breaker", "closed"), { exact: true }), "by itself").toBeVisible({ timeout: 15_000 });
});

for (const language of languages)
    test(`a number that is given back is an order with a page, and a person settles it (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        // One that the simulated carrier has.
        const there = (await world.ask("GET", "/v1/account-numbers?account=thinktel")).items.map((each: any) => each.number);
        const held = new Set((await world.ask("GET", "/v1/numbers?provider=thinktel&limit=200")).items?.map((each: any) => each.number) ?? []);
        const number = there.filter((each: string) => !held.has(each)).at(language === "en" ? -1 : -2);
        await jobOf(world, await world.ask("POST", "/v1/numbers", { numbers: [{ number, provider: "thinktel" }] }));
        await faults(world.simulators.thinktel, [{ match: { method: "GET", path_prefix: "/rest.svc/SipTrunks" }, fault: "html", status: 401 }]);
        const begun = await world.ask("POST", "/v1/number-changes", { action: "release", selection: { numbers: [number] } });
        expect(await jobOf(world, begun)).toMatchObject({ state: "done", refused: 0 });
        let order: any;
        await expect(async () => {
            order = (await world.ask("GET", "/v1/release-orders")).items.find((each: any) => each.numbers[0].number === number);
            expect(order?.delivery).toBe("waiting_for_person");
        }).toPass({ timeout: 25_000 });
        await faults(world.simulators.thinktel, []);

        await page.goto(`${world.url}/console/orders/port`);
        await page.getByRole("link", { name: say("orders.release"), exact: true }).click();
        await expect(page).toHaveURL(/\/console\/orders\/release$/);
        await expect(page.getByRole("button", { name: say("port.new") })).toHaveCount(0);
        await expectAccessible(page);
        await page.getByRole("link", { name: order.reference }).click();
        await expect(page.getByRole("heading", { level: 1, name: say("order.title", { reference: order.reference }) })).toBeVisible();
        await expect(page.getByText(say("orders.release"), { exact: true }).first()).toBeVisible();
        await expectAccessible(page);
        await picture(page, `release-${language}`, true);
        await page.setViewportSize({ width: 380, height: 860 });
        await expectFits(page);
        await page.setViewportSize({ width: 1280, height: 860 });

        await tick(page.getByRole("radio", { name: say("settle.release.tried_again") }));
        await page.getByRole("button", { name: say("settle.do"), exact: true }).click();
        await expect(page.locator(".facts").getByText(say.word("state", "completed"))).toBeVisible({ timeout: 30_000 });
        await until(world, `/v1/release-orders/${order.id}`, (now) => now.state === "completed");
        await expect(page.getByRole("button", { name: say("order.cancel") })).toHaveCount(0);
    });

for (const language of languages)
    test(`orders are listed by what they were refused for (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        const number = language === "en" ? 6475550181 : 6475550182;
        await world.script(world.simulators.thinktel, { number, then: ["PENDING", "REJECTED"], reject: { code: "8D", field: "ZIP", form: "EU", remarks: "POSTAL CODE" } });
        const refused = await makePort(world, { submit: true, reference: `code-${language}` }, { numbers: [`+1${number}`], account_number: String(number) });
        await makePort(world, { reference: `code-draft-${language}` }, { numbers: ["+16475550183"] });
        await until(world, `/v1/port-orders/${refused.id}`, (now) => now.state === "exception");
        const code = (await world.ask("GET", "/v1/port-orders?code=POSTAL_CODE_MISMATCH")).items.map((each: any) => each.id);
        expect(code).toContain(refused.id);

        await page.goto(`${world.url}/console/glance`);
        await page.getByRole("region", { name: say("glance.refusals") }).getByRole("row").filter({ hasText: say.word("kind", "port") }).getByRole("link", { name: say.word("reason", "POSTAL_CODE_MISMATCH") }).click();
        await expect(page).toHaveURL(/\/console\/orders\/port\?code=POSTAL_CODE_MISMATCH/);
        await expect(page.getByRole("link", { name: `code-${language}` })).toBeVisible();
        await expect(page.getByRole("link", { name: `code-draft-${language}` })).toHaveCount(0);
        await expectAccessible(page);
        await expectFits(page);
        await page.getByRole("button", { name: say("orders.code") }).click();
        await page.getByRole("option", { name: say("any"), exact: true }).click();
        await expect(page.getByRole("link", { name: `code-draft-${language}` })).toBeVisible();
    });
