// SPDX-License-Identifier: Apache-2.0
// Orders in numbers: the same figures for the eye and for whoever has them read aloud, and a way to the orders behind them.
import { expect, expectAccessible, expectFits, languages, makePort, picture, speak, test, until } from "./fixtures";

test("orders are seen at a glance, and a state leads to its orders", async ({ operator: page, world }) => {
    await world.script(world.simulators.thinktel, { number: 6475550195, then: ["PENDING", "REJECTED"], reject: { code: "8D", field: "ZIP", form: "EU", remarks: "POSTAL CODE" } });
    const refused = await makePort(world, { submit: true, reference: "glance-refused" }, { numbers: ["+16475550195"], account_number: "6475550195" });
    await makePort(world, { reference: "glance-draft" }, { numbers: ["+16475550194"] });
    const ported = await makePort(world, { submit: true, reference: "glance-ported" }, { numbers: ["+16475550189"], account_number: "6475550189" });
    await until(world, `/v1/port-orders/${ported.id}`, (order) => order.state === "completed");
    await until(world, `/v1/port-orders/${refused.id}`, (order) => order.state === "exception");
    const drafts = (await world.ask("GET", "/v1/port-orders?state=draft&limit=200")).items.length;
    const figures = await world.ask("GET", "/v1/order-figures");
    expect(figures.states.find((each: any) => each.kind === "port" && each.state === "draft").count).toBe(drafts);
    const reason = figures.refusals.find((each: any) => each.kind === "port");
    expect(reason.count, "what the simulated carrier refused").toBeGreaterThan(0);
    expect(figures.weeks).toHaveLength(13);

    const bell = figures.losing_carriers.find((each: any) => each.carrier === "Bell Canada");
    expect(bell.completed).toBeGreaterThan(0);

    const say = await speak(page, world, "en");
    await page.goto(`${world.url}/console/orders/port`);
    await page.getByRole("link", { name: say("nav.glance") }).click();
    await expect(page.getByRole("heading", { level: 1, name: say("nav.glance") })).toBeVisible();
    const ports = page.getByRole("region", { name: say("glance.ports") });
    const draftRow = ports.getByRole("row").filter({ hasText: say.word("state", "draft") });
    await expect(draftRow.getByRole("cell").last()).toHaveText(String(drafts));
    const times = page.getByRole("region", { name: say("glance.times") }).getByRole("row").filter({ hasText: "Bell Canada" });
    await expect(times).toContainText(say("glance.days", { median: bell.days_to_completed.median, most: bell.days_to_completed.ninth_tenth }));
    const refusals = page.getByRole("region", { name: say("glance.refusals") });
    await expect(refusals.getByRole("row").filter({ hasText: say.word("reason", reason.code) }).first()).toContainText(String(reason.count));
    const thisWeek = page.getByRole("region", { name: say("glance.weeks") }).getByRole("row").nth(1);
    const week = figures.weeks.at(-1);
    await expect(thisWeek.getByRole("cell")).toContainText(["", week.ports_created, week.ports_completed, week.purchases_created, week.purchases_completed].map(String));

    await page.getByRole("button", { name: say("glance.span") }).click();
    await page.getByRole("option", { name: say("glance.span.weeks", { count: 4 }) }).click();
    await expect(page).toHaveURL(/weeks=4/);
    await expect(page.getByRole("region", { name: say("glance.weeks") }).getByRole("row"), "its heading and five weeks").toHaveCount(6);

    await draftRow.getByRole("link").click();
    await expect(page).toHaveURL(/\/console\/orders\/port\?state=draft/);
    await expect(page.getByRole("link", { name: "glance-draft" })).toBeVisible();
    await expect(page.getByRole("link", { name: "glance-refused" })).toHaveCount(0);
});

test("what cannot be counted is said", async ({ operator: page, world }) => {
    await expect(world.ask("GET", "/v1/order-figures?since=2020-01-01T00:00:00Z")).rejects.toThrow(/two years/);
    await page.goto(`${world.url}/console/glance?weeks=5000`);
    await expect(page.getByRole("alert")).toContainText("two years");
});

for (const language of languages)
    test(`the figures are for everyone (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [380, "light"], [380, "dark"]] as const) {
            await page.setViewportSize({ width, height: 860 });
            await page.emulateMedia({ colorScheme: scheme });
            await page.goto(`${world.url}/console/glance`);
            await expect(page.getByRole("region", { name: say("glance.weeks") })).toBeVisible();
            await expectAccessible(page);
            await expectFits(page);
            await picture(page, `glance-${language}-${width}-${scheme}`, true);
        }
    });
