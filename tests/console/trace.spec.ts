// SPDX-License-Identifier: Apache-2.0
// On the page of an order: why it is where it is, with buttons for what can be done; and where the time went, as bars with
// their words.
import { expect, expectAccessible, expectFits, languages, makePort, picture, speak, test, until } from "./fixtures";

async function faults(simulator: string, rules: unknown[]): Promise<void> {
    const response = await fetch(`${simulator}/_sim/faults`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(rules) });
    if (!response.ok) throw new Error(`the simulator took no rules: ${await response.text()}`);
}

for (const language of languages)
    test(`the steps of an order are bars on one axis, each with its words (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        const number = language === "en" ? 6475550181 : 6475550182;
        await faults(world.simulators.thinktel, [{ match: { method: "GET", path_prefix: "/rest.svc/v2/NumberPorts" }, fault: "500_before", times: 1 }]);
        const order = await makePort(world, { submit: true, reference: `trace-${language}` }, { numbers: [`+1${number}`], account_number: String(number) });
        await until(world, `/v1/port-orders/${order.id}`, (now) => now.state === "submitted" && now.delivery === "idle");
        await faults(world.simulators.thinktel, []);
        // The picture of what left when is renewed every second.
        const traceOf = () => world.ask("GET", `/v1/port-orders/${order.id}/trace`);
        await expect(async () => {
            const pieces = (await traceOf()).operations.flatMap((each: any) => each.steps).flatMap((each: any) => each.pieces);
            expect(pieces.some((each: any) => each.what === "exchange")).toBe(true);
        }).toPass({ timeout: 25_000 });

        await page.goto(`${world.url}/console/orders/port/${order.id}`);
        const trace = page.getByRole("region", { name: say("trace"), exact: true });
        await trace.getByRole("button", { name: say("trace.show"), exact: true }).focus();
        await page.keyboard.press("Enter");
        const submitted = trace.getByRole("listitem").filter({ hasText: say.word("operation", "submit_port") }).first();
        await expect(submitted).toContainText("ONCE");
        await expect(submitted).toContainText("/v2/NumberPorts");
        await expect(submitted).toContainText(say.word("spent", "exchange"));
        await expect(trace).toContainText(order.id);
        await expectAccessible(page);
        await picture(page, `trace-${language}`, true);
        await page.emulateMedia({ colorScheme: "dark" });
        await expectAccessible(page);
        await picture(page, `trace-${language}-dark`, true);
        await page.setViewportSize({ width: 380, height: 860 });
        await expectFits(page);
        await picture(page, `trace-${language}-narrow`, true);
    });

for (const language of languages)
    test(`a page says why its order is where it is, and its buttons lead to what can be done (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        const draft = await makePort(world, { reference: `explained-${language}` }, { numbers: [language === "en" ? "+16475550183" : "+16475550184"] });
        const explanation = await world.ask("GET", `/v1/port-orders/${draft.id}/explanation`, undefined, { "Accept-Language": language });
        await page.goto(`${world.url}/console/orders/port/${draft.id}`);
        const explained = page.getByRole("region", { name: say("explained"), exact: true });
        await expect(explained).toContainText(explanation.why[0].text);
        for (const each of explanation.ways) await expect(explained).toContainText(each.text);
        await expectAccessible(page);
        await explained.getByRole("button", { name: say("explained.do.amend"), exact: true }).press("Enter");
        await expect(page.locator("#order-correction :focus")).toHaveCount(1);
        await explained.getByRole("button", { name: say("explained.do.cancel"), exact: true }).click();
        await page.getByRole("dialog").getByRole("button", { name: say("order.cancel.yes"), exact: true }).click();
        await expect(explained, "and says it anew by itself").toContainText(say("explained.ways.none"));
        await page.setViewportSize({ width: 380, height: 860 });
        await expectFits(page);
    });
