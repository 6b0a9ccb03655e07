// SPDX-License-Identifier: Apache-2.0
// The two wizards from their first field to an order at the carrier, as a person goes through them.
import { expect, expectAccessible, paper, picture, test, tick, until } from "./fixtures";
import type { Page } from "@playwright/test";

async function choose(page: Page, field: string | RegExp, option: string | RegExp): Promise<void> {
    await page.getByRole("button", { name: field }).click();
    await page.getByRole("option", { name: option }).click();
}
async function upload(page: Page, kind: string, name: string): Promise<void> {
    await choose(page, /Kind of document/, kind);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Upload a file" }).click();
    await (await chooser).setFiles({ name, mimeType: "application/pdf", buffer: paper(name) });
    await expect(page.getByRole("listitem").filter({ hasText: name })).toBeVisible();
}
const next = (page: Page) => page.getByRole("button", { name: "Next" }).click();

test("a port goes from RingCentral to ThinkTel, signed on the page", async ({ operator: page, world }) => {
    await page.goto(`${world.url}/console/orders/port`);
    await page.getByRole("button", { name: "New port" }).click();
    await choose(page, /Losing carrier/, /^ringcentral/);
    await choose(page, /Gaining carrier/, /^thinktel/);
    // What is required is told before anything is asked for.
    await expect(page.getByRole("heading", { name: "What ringcentral wants" })).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Voicemail PIN" })).toContainText("6 to 10 digits");
    await page.getByRole("button", { name: "Choose among the numbers of ringcentral" }).click();
    await tick(page.getByRole("checkbox", { name: /416 555-0101/ }));
    await expect(page.getByLabel("Numbers", { exact: true })).toHaveValue("+14165550101");
    await page.getByRole("button", { name: "Ask whether the numbers can be ported" }).click();
    await expect(page.getByRole("list", { name: "What the gaining carrier answers" })).toContainText("portable");
    await page.getByLabel("Reference", { exact: true }).fill("wizard-port");
    await expectAccessible(page);
    await picture(page, "port-wizard");
    await next(page);

    await page.getByLabel("Name of the customer").fill("Acme Inc");
    await page.getByLabel("Account number").fill("4165550100");
    await page.getByLabel("PIN", { exact: true }).fill("12");
    await expect(page.getByText(/^This does not look right/)).toBeVisible();
    await page.getByLabel("PIN", { exact: true }).fill("135790");
    await page.getByLabel("Billing telephone number").fill("+14165550100");
    await page.getByLabel("First name of the authorized person").fill("Anna");
    await page.getByLabel("Last name of the authorized person").fill("Roy");
    for (const [field, text] of [["House number", "1"], ["Street", "King"], ["Street type", "St"], ["Direction", "W"], ["City", "Toronto"], ["Province or state", "ON"], ["Postal code", "M5V1A1"]] as const)
        await page.getByLabel(field, { exact: true }).fill(text);
    await choose(page, /Where the numbers arrive/, /HQ/);
    await page.getByLabel("Our e-mail address").fill("ports@porteur.example");
    await page.getByLabel("Numbers that stay").fill("+14165550100");
    await expectAccessible(page);

    await page.goBack();
    await expect(page.getByLabel("Numbers", { exact: true }), "the browser's Back is one step").toHaveValue("+14165550101");
    await page.goForward();

    // A reload, in the middle of it all.
    await page.reload();
    await expect(page.getByLabel("Name of the customer")).toHaveValue("Acme Inc");
    await expect(page.getByLabel("PIN", { exact: true })).toHaveValue("135790");
    expect(await page.evaluate(() => JSON.stringify(localStorage)), "a PIN is not kept beyond the tab").not.toContain("135790");
    await next(page);

    await upload(page, "invoice", "statement.pdf");
    await expectAccessible(page);
    await next(page);

    await expect(page.getByText(/^Saved as draft wizard-port/)).toBeVisible();
    const window = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Preview" }).click();
    await (await window).close();
    const pad = page.getByRole("img", { name: "Field for the drawn signature" });
    await pad.scrollIntoViewIfNeeded();
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 90);
    await page.mouse.down();
    for (let step = 1; step <= 8; ++step) await page.mouse.move(box.x + 60 + step * 20, box.y + 90 + (step % 2 ? -20 : 20));
    await page.mouse.up();
    await page.getByRole("button", { name: "Sign the letter" }).click();
    await expect(page.getByText("The signed letter is among the order's documents.")).toBeVisible();
    await expectAccessible(page);
    await picture(page, "port-wizard-letter");
    await page.getByRole("button", { name: "Submit the order" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Order wizard-port" })).toBeVisible();
    await expect(page.locator(".facts").getByText("completed")).toBeVisible({ timeout: 30_000 });

    const orders = (await world.ask("GET", "/v1/port-orders")).items.filter((each: any) => each.reference === "wizard-port");
    expect(orders).toHaveLength(1);
    const order = await world.ask("GET", `/v1/port-orders/${orders[0].id}`);
    expect(order.request.documents.map((each: any) => each.type).sort()).toEqual(["invoice", "loa"]);
    expect(order.request.pin).toEqual({ given: true, length: 6, digits_only: true });
    await page.goto(`${world.url}/console/orders/port/new`);
    await expect(page.getByLabel("Numbers", { exact: true }), "the draft is gone once it was sent").toHaveValue("");
});

test("what differs from the losing carrier's records stands beside the order's fields", async ({ operator: page, world }) => {
    const loa = await world.upload("loa", "loa.pdf", { signed_on: new Date().toISOString().slice(0, 10) });
    const statement = await world.upload("invoice", "statement.pdf", { issued_on: new Date().toISOString().slice(0, 10) });
    const order = await world.ask("POST", "/v1/port-orders", {
        account: "thinktel", losing_account: "ringcentral", reference: "wizard-differs", submit: true,
        request: {
            numbers: ["+14165550999"], account_number: "4165550100", btn: "+14165550100", pin: "135790", end_user: { name: "Another Name Ltd", authorized_person: { first_name: "Anna", last_name: "Roy" } },
            service_address: { house_number: "7", street: "Queen", street_type: "St", city: "Toronto", region: "ON", postal_code: "M5V1A1", country: "CA" },
            target: { trunk: "7005551212" }, contact_email: "ports@porteur.example", documents: [loa.id, statement.id],
        },
    });
    await until(world, `/v1/port-orders/${order.id}`, (now) => now.delivery === "waiting_for_person");
    await page.goto(`${world.url}/console/orders/port/${order.id}`);
    const name = page.locator(".compare-row").filter({ hasText: "Name of the customer" });
    await expect(name).toContainText("Another Name Ltd");
    await expect(name).toContainText("in RingCentral's business address");
    await expect(page.locator(".compare-row").filter({ hasText: "House number" })).toContainText("In the order now: 7");
    await expectAccessible(page);
    await picture(page, "differences");
});

test("a French number is bought, by its papers", async ({ operator: page, world }) => {
    await page.goto(`${world.url}/console/orders/purchase/new`);
    await choose(page, /Country/, /France/);
    await choose(page, /Type of number/, "mobile");
    await page.getByRole("button", { name: "Search" }).click();
    const first = page.getByRole("group", { name: "Choose numbers" }).getByRole("checkbox").first();
    await expect(page.getByRole("group", { name: "Choose numbers" })).toContainText("needs papers");
    await tick(first);
    await expect(page.getByText(/^1 chosen from genesys_sms/)).toBeVisible();
    await expectAccessible(page);
    await picture(page, "purchase-wizard");
    await next(page);
    await expect(page.getByRole("heading", { name: "What genesys_sms wants" })).toBeVisible();
    for (const [field, text] of [["Name of the customer", "Acme France SARL"], ["Company register number", "RCS Paris 123 456 789"], ["First name of the authorized person", "Anna"], ["Last name of the authorized person", "Roy"],
        ["House number", "1"], ["Street", "rue de la Paix"], ["City", "Paris"], ["Province or state", "IDF"], ["Postal code", "75002"], ["Our e-mail address", "desk@porteur.example"], ["Reference", "wizard-purchase"]] as const)
        await page.getByLabel(field, { exact: true }).fill(text);
    await tick(page.getByRole("radio", { name: "The seller asks us first" }));
    await upload(page, "company registration", "kbis.pdf");
    await expectAccessible(page);
    await next(page);
    await expect(page.getByText(/^Saved as draft wizard-purchase/)).toBeVisible();
    await expect(page.getByText("company registration: kbis.pdf")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Submit the order" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Order wizard-purchase" })).toBeVisible();
    await expect(page.getByText("what is missing in it", { exact: false }).or(page.locator(".facts"))).toBeVisible();
    const orders = (await world.ask("GET", "/v1/purchase-orders")).items.filter((each: any) => each.reference === "wizard-purchase");
    expect(orders).toHaveLength(1);
});

test("what is refused before it leaves is shown at its field, in the step that has it", async ({ operator: page, world }) => {
    await page.goto(`${world.url}/console/orders/port/new`);
    await choose(page, /Losing carrier/, /another carrier/);
    await choose(page, /Gaining carrier/, /^thinktel/);
    await page.getByLabel("Losing carrier", { exact: true }).last().fill("Bell Canada");
    await page.getByLabel("Numbers", { exact: true }).fill("416 555 0102\n(416) 555-01");
    await next(page);
    await next(page);
    await next(page);
    await expect(page.getByRole("alert")).toContainText("expected a number in E.164 form");
    await expect(page.getByText("Look at: Carriers and numbers")).toBeVisible();
    await page.getByRole("button", { name: /Carriers and numbers/ }).click();
    await expect(page.getByLabel("Numbers", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
});

test("a lost connection loses nothing and sends nothing twice", async ({ operator: page, world }) => {
    await page.goto(`${world.url}/console/orders/port/new`);
    await choose(page, /Losing carrier/, /another carrier/);
    await choose(page, /Gaining carrier/, /^thinktel/);
    await page.getByLabel("Losing carrier", { exact: true }).last().fill("Bell Canada");
    await page.getByLabel("Numbers", { exact: true }).fill("+16475550180");
    await page.getByLabel("Reference", { exact: true }).fill("wizard-lost");
    const keys: string[] = [];
    let lose = true;
    await page.route("**/v1/port-orders", async (route) => {
        if (route.request().method() !== "POST") return route.continue();
        keys.push(route.request().headers()["idempotency-key"] ?? "");
        // It arrives, and its answer does not.
        const answer = await route.fetch();
        if (lose) return route.abort("connectionreset");
        return route.fulfill({ response: answer });
    });
    await next(page);
    await next(page);
    await next(page);
    await expect(page.getByRole("alert")).toContainText("The connection to porteurd was lost");
    lose = false;
    await page.getByRole("alert").getByRole("button", { name: "Try again" }).click();
    await expect(page.getByText(/^Saved as draft wizard-lost/)).toBeVisible();
    expect(new Set(keys).size, "each try has the one key").toBe(1);
    expect(keys.length).toBeGreaterThan(2);
    expect((await world.ask("GET", "/v1/port-orders")).items.filter((each: any) => each.reference === "wizard-lost")).toHaveLength(1);
});
