// SPDX-License-Identifier: Apache-2.0
import { expect, expectAccessible, languages, makePort, picture, speak, test, tick, until } from "./fixtures";

test("a person signs in with a token, and out again", async ({ page, world }) => {
    await page.goto(`${world.url}/`);
    await expect(page.getByRole("heading", { level: 1, name: "Sign in to Porteur" })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("tab", { name: "With a token" }).click();
    await page.getByLabel("Token", { exact: true }).fill("prt_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("the token is not known");
    await page.getByLabel("Token", { exact: true }).fill(world.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("link", { name: "Orders" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("link", { name: "Orders" }), "kept for this tab").toBeVisible();
    await page.getByRole("button", { name: /^Signed in as/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in to Porteur" })).toBeVisible();
    expect(await page.evaluate(() => sessionStorage.getItem("porteur.token"))).toBeNull();
});

test("orders are listed, filtered and opened", async ({ operator: page, world }) => {
    const order = await makePort(world);
    await page.goto(`${world.url}/console/orders`);
    const row = page.getByRole("row").filter({ hasText: order.reference });
    await expect(row).toContainText("draft");
    await expect(row).toContainText("+1 647 555-0190");
    await expectAccessible(page);
    await page.getByRole("button", { name: /State/ }).click();
    await page.getByRole("option", { name: "completed", exact: true }).click();
    await expect(row).toHaveCount(0);
    await page.getByRole("button", { name: /State/ }).click();
    await page.getByRole("option", { name: "draft", exact: true }).click();
    await row.getByRole("link", { name: order.reference }).click();
    await expect(page.getByRole("heading", { level: 1, name: `Order ${order.reference}` })).toBeFocused();
    await expect(page).toHaveTitle(new RegExp(order.reference));
    await expect(page.getByRole("region", { name: "Timeline" }).getByText("created by console")).toBeVisible();
    await expectAccessible(page);
});

test("an order's page follows what happens, without a reload", async ({ operator: page, world }) => {
    const order = await makePort(world, {}, { numbers: ["+16475550191"], account_number: "6475550191" });
    await page.goto(`${world.url}/console/orders/port/${order.id}`);
    await expect(page.getByTitle(/^Live/)).toBeVisible();
    await world.ask("POST", `/v1/port-orders/${order.id}/comments`, { text: "said by somebody else" });
    await expect(page.getByText("said by somebody else")).toBeVisible();
    await page.getByLabel("Comment", { exact: true }).fill("said on the page");
    await page.getByRole("button", { name: "Add the comment" }).click();
    await expect(page.getByRole("listitem").filter({ hasText: "said on the page" })).toContainText("private");
    await page.getByRole("button", { name: "Submit the order" }).click();
    await expect(page.locator(".facts").getByText("completed")).toBeVisible({ timeout: 30_000 });
    await page.getByText(/^\d+ operations have run/).click();
    await expect(page.getByRole("table", { name: /^Operations/ }).getByText("submission of the port").first()).toBeVisible();
});

test("what happens while an order's page is still loading is shown all the same", async ({ operator: page, world }) => {
    const order = await makePort(world, {}, { numbers: ["+16475550191"], account_number: "6475550191" });
    await page.goto(`${world.url}/console/orders`);
    await expect(page.getByTitle(/^Live/)).toBeVisible();
    // The first timeline is read before the comment, and comes after it.
    let asked = 0;
    await page.route(`**/v1/port-orders/${order.id}/timeline*`, async (route) => {
        if (++asked > 1) return route.continue();
        const early = await route.fetch();
        await world.ask("POST", `/v1/port-orders/${order.id}/comments`, { text: "said in between" });
        await expect.poll(() => asked, "the timeline is asked for again").toBeGreaterThan(1);
        await route.fulfill({ response: early }).catch(() => undefined);
    });
    await page.getByRole("link", { name: order.reference }).click();
    await expect(page.getByText("said in between")).toBeVisible();
});

for (const language of languages)
    test(`a refused order is corrected on the spot, beside what the carrier said (${language})`, async ({ operator: page, world }) => {
    const say = await speak(page, world, language);
    const number = language === "en" ? 6475550192 : 6475550193;
    await world.script(world.simulators.thinktel, { number, then: ["PENDING", "REJECTED"], reject: { code: "8D", field: "ZIP", form: "EU", remarks: "POSTAL CODE" } });
    const order = await makePort(world, { submit: true }, { numbers: [`+1${number}`], account_number: String(number), service_address: { house_number: "1", street: "King", street_type: "St", city: "Toronto", region: "ON", postal_code: "M5V1A9", country: "CA" } });
    await until(world, `/v1/port-orders/${order.id}`, (now) => now.state === "exception");
    await page.goto(`${world.url}/console/orders/port/${order.id}`);
    await expect(page.getByRole("heading", { name: say("fix.title") })).toBeVisible();
    const wrong = page.locator(".compare-row").filter({ hasText: say("field.address.postal_code") });
    await expect(wrong).toContainText("POSTAL CODE");
    await expect(wrong).toContainText(say("fix.before", { value: "M5V1A9" }));
    await expectAccessible(page);
    await wrong.getByLabel(say("field.address.postal_code")).fill("M5V1A1");

    await page.reload();
    await expect(wrong.getByLabel(say("field.address.postal_code")), "what was typed is still there").toHaveValue("M5V1A1");
    await page.getByRole("button", { name: say("fix.send") }).click();
    // ThinkTel has no call for corrections: a person hears of it as a task, and answers it here.
    await expect(page.getByRole("button", { name: say("answer.do") })).toBeVisible({ timeout: 20_000 });
    expect((await world.ask("GET", `/v1/port-orders/${order.id}`)).request.service_address.postal_code).toBe("M5V1A1");
    await world.script(world.simulators.thinktel, { number, then: ["PENDING", "CONFIRMED", "COMPLETED"], reopen: true });
    await expectAccessible(page);
    await tick(page.getByRole("radio", { name: "done" }));
    await page.getByRole("button", { name: say("answer.do") }).click();
    await expect(page.locator(".facts").getByText(say.word("state", "completed"))).toBeVisible({ timeout: 30_000 });
});

test("what was sent to the carrier and what came back is shown, without secrets", async ({ operator: page, world }) => {
    await world.script(world.simulators.thinktel, { number: 6475550197, then: ["SUBMITTED"] });
    const order = await makePort(world, { submit: true }, { numbers: ["+16475550197"], account_number: "6475550197" });
    await until(world, `/v1/port-orders/${order.id}`, (now) => now.state === "submitted");
    await page.goto(`${world.url}/console/orders/port/${order.id}`);
    await page.locator("summary").filter({ hasText: /operation/ }).click();
    await page.getByRole("button", { name: /^What was sent and received by submission of the port/ }).click();
    const dialog = page.getByRole("dialog");
    const sending = dialog.getByRole("listitem").filter({ hasText: "ONCE" });
    await expect(sending).toContainText("/v2/NumberPorts/Inbound/DIDs");
    await expect(sending).toContainText("200");
    await sending.getByText("Sent", { exact: true }).click();
    await expect(sending.locator("pre").first()).toContainText('"CustomerName": "Acme Inc"');
    await expect(sending.locator("pre").first(), "of the account number the end is shown").toContainText("•••0197");
    await expect(sending.locator("pre").first()).not.toContainText('"6475550197"');
    await sending.getByText("Received", { exact: true }).click();
    await expect(sending.locator("pre").last()).toContainText("PIN-000-");
    await expectAccessible(page);
    await picture(page, "exchanges");
});
