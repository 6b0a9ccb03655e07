// SPDX-License-Identifier: Apache-2.0
// The two wizards from their first field to an order at the carrier, as a person goes through them.
import { expect, expectAccessible, languages, paper, picture, speak, test, tick, until, type Say } from "./fixtures";
import type { Page } from "@playwright/test";
import { depict } from "./pictures";

async function choose(page: Page, field: string | RegExp, option: string | RegExp): Promise<void> {
    await page.getByRole("button", { name: field }).click();
    await page.getByRole("option", { name: option }).click();
}
async function upload(page: Page, say: Say, kind: string, name: string): Promise<void> {
    await choose(page, containing(say("documents.type")), say.word("document", kind));
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: say("documents.upload") }).click();
    await (await chooser).setFiles({ name, mimeType: "application/pdf", buffer: paper(name) });
    await expect(page.getByRole("listitem").filter({ hasText: name })).toBeVisible();
}
const next = (page: Page, name = "Next") => page.getByRole("button", { name, exact: true }).click();
const containing = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));

for (const language of languages)
    test(`a port goes from RingCentral to ThinkTel, signed on the page (${language})`, async ({ operator: page, world }) => {
    const say = await speak(page, world, language);
    const reference = `wizard-port-${language}`;
    // Each its own, as a number that has left cannot leave again.
    const [number, shown] = language === "en" ? ["+14165550101", "416 555-0101"] : ["+14165550102", "416 555-0102"];
    await page.goto(`${world.url}/console/orders/port`);
    await page.getByRole("button", { name: say("port.new") }).click();
    await choose(page, containing(say("port.losing")), /^ringcentral/);
    await choose(page, containing(say("port.gaining")), /^thinktel/);
    // What is required is told before anything is asked for.
    await expect(page.getByRole("heading", { name: say("wants.title", { account: "ringcentral" }) })).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: /6 (to|à) 10/ }).first()).toBeVisible();
    await page.getByRole("button", { name: say("port.from-account", { account: "ringcentral" }) }).click();
    await tick(page.getByRole("checkbox", { name: containing(shown!) }));
    await expect(page.getByLabel(say("field.numbers"), { exact: true })).toHaveValue(number!);
    await page.getByRole("button", { name: say("port.check") }).click();
    await expect(page.getByRole("list", { name: say("port.check.result") })).toContainText(say("port.portable"));
    await page.getByLabel(say("order.reference"), { exact: true }).fill(reference);
    await expectAccessible(page);
    await picture(page, `port-wizard-${language}`);
    if (language === "fr") await depict(page, "port-wizard");
    await next(page, say("steps.next"));

    await page.getByLabel(say("field.end_user.name"), { exact: true }).fill("Acme Inc");
    await page.getByLabel(say("field.account_number"), { exact: true }).fill("4165550100");
    await page.getByLabel(say("field.pin"), { exact: true }).fill("12");
    await expect(page.getByText(containing(say("field.pattern").split("{")[0]!.trim()))).toBeVisible();
    await page.getByLabel(say("field.pin"), { exact: true }).fill("135790");
    await page.getByLabel(say("field.btn"), { exact: true }).fill("+14165550100");
    await page.getByLabel(say("field.end_user.authorized_person.first_name"), { exact: true }).fill("Anna");
    await page.getByLabel(say("field.end_user.authorized_person.last_name"), { exact: true }).fill("Roy");
    for (const [part, text] of [["house_number", "1"], ["street", "King"], ["street_type", "St"], ["street_direction", "W"], ["city", "Toronto"], ["region", "ON"], ["postal_code", "M5V1A1"]] as const)
        await page.getByLabel(say(`field.address.${part}`), { exact: true }).fill(text);
    await choose(page, containing(say("field.target")), /HQ/);
    await page.getByLabel(say("field.contact_email"), { exact: true }).fill("ports@porteur.example");
    await page.getByLabel(say("field.remaining"), { exact: true }).fill("+14165550100");
    await expectAccessible(page);

    await page.goBack();
    await expect(page.getByLabel(say("field.numbers"), { exact: true }), "the browser's Back is one step").toHaveValue(number!);
    await page.goForward();

    // A reload, in the middle of it all.
    await page.reload();
    await expect(page.getByLabel(say("field.end_user.name"), { exact: true })).toHaveValue("Acme Inc");
    await expect(page.getByLabel(say("field.pin"), { exact: true })).toHaveValue("135790");
    expect(await page.evaluate(() => JSON.stringify(localStorage)), "a PIN is not kept beyond the tab").not.toContain("135790");
    await next(page, say("steps.next"));

    await upload(page, say, "invoice", "statement.pdf");
    await expectAccessible(page);
    await next(page, say("steps.next"));

    await expect(page.getByText(containing(say("port.saved", { reference })))).toBeVisible();
    const window = page.waitForEvent("popup");
    await page.getByRole("button", { name: say("letter.preview") }).click();
    await (await window).close();
    const pad = page.getByRole("img", { name: say("letter.pad") });
    await pad.scrollIntoViewIfNeeded();
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 90);
    await page.mouse.down();
    for (let step = 1; step <= 8; ++step) await page.mouse.move(box.x + 60 + step * 20, box.y + 90 + (step % 2 ? -20 : 20));
    await page.mouse.up();
    await page.getByRole("button", { name: say("letter.sign") }).click();
    await expect(page.getByText(say("letter.done"))).toBeVisible();
    await expectAccessible(page);
    await picture(page, `port-wizard-letter-${language}`);
    if (language === "en") await depict(page, "letter");
    await page.getByRole("button", { name: say("order.submit") }).click();
    await expect(page.getByRole("heading", { level: 1, name: say("order.title", { reference }) })).toBeVisible();
    await expect(page.locator(".facts").getByText(say.word("state", "completed"))).toBeVisible({ timeout: 30_000 });

    const orders = (await world.ask("GET", "/v1/port-orders")).items.filter((each: any) => each.reference === reference);
    expect(orders).toHaveLength(1);
    const order = await world.ask("GET", `/v1/port-orders/${orders[0].id}`);
    expect(order.request.documents.map((each: any) => each.type).sort()).toEqual(["invoice", "loa"]);
    expect(order.request.pin).toEqual({ given: true, length: 6, digits_only: true });
    await page.goto(`${world.url}/console/orders/port/new`);
    await expect(page.getByLabel(say("field.numbers"), { exact: true }), "the draft is gone once it was sent").toHaveValue("");
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
    await depict(page, "differences");
});

test("a menu whose choices are still fetched cannot be opened, and then it can", async ({ operator: page, world }) => {
    const say = await speak(page, world, "en");
    let giveOn = () => {};
    const asked = new Promise<void>((resolve) => (giveOn = resolve));
    await page.route("**/v1/carriers", async (route) => {
        await asked;
        await route.continue();
    });
    await page.goto(`${world.url}/console/orders/purchase/new`);
    const menu = page.getByRole("button", { name: containing(say("field.country")) });
    await expect(menu).toBeDisabled();
    giveOn();
    await choose(page, containing(say("field.country")), /France/);
    await expect(menu).toContainText("France");
});

for (const language of languages)
    test(`a French number is bought, by its papers (${language})`, async ({ operator: page, world }) => {
    const say = await speak(page, world, language);
    const reference = `wizard-purchase-${language}`;
    await page.goto(`${world.url}/console/orders/purchase/new`);
    await choose(page, containing(say("field.country")), /France/);
    await choose(page, containing(say("field.number_type")), say.word("number_type", "mobile"));
    await page.getByRole("button", { name: say("purchase.search"), exact: true }).click();
    const first = page.getByRole("group", { name: say("purchase.choose") }).getByRole("checkbox").first();
    await expect(page.getByRole("group", { name: say("purchase.choose") })).toContainText(say("purchase.papers"));
    await tick(first);
    await expect(page.getByText(containing(say("purchase.chosen.one", { count: 1, account: "genesys_sms" }).trim()))).toBeVisible();
    await expectAccessible(page);
    await picture(page, `purchase-wizard-${language}`);
    await next(page, say("steps.next"));
    await expect(page.getByRole("heading", { name: say("wants.title", { account: "genesys_sms" }) })).toBeVisible();
    for (const [field, text] of [["field.end_user.name", "Acme France SARL"], ["field.end_user.registration_number", "RCS Paris 123 456 789"], ["field.end_user.authorized_person.first_name", "Anna"], ["field.end_user.authorized_person.last_name", "Roy"],
        ["field.address.house_number", "1"], ["field.address.street", "rue de la Paix"], ["field.address.city", "Paris"], ["field.address.region", "IDF"], ["field.address.postal_code", "75002"], ["field.contact_email", "desk@porteur.example"], ["order.reference", reference]] as const)
        await page.getByLabel(say(field), { exact: true }).fill(text);
    await tick(page.getByRole("radio", { name: say("alternates.contact_us") }));
    await upload(page, say, "registration", "kbis.pdf");
    await expectAccessible(page);
    await next(page, say("steps.next"));
    await expect(page.getByText(containing(say("port.saved", { reference })))).toBeVisible();
    await expect(page.getByText(`${say.word("document", "registration")}: kbis.pdf`)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: say("order.submit") }).click();
    await expect(page.getByRole("heading", { level: 1, name: say("order.title", { reference }) })).toBeVisible();
    const orders = (await world.ask("GET", "/v1/purchase-orders")).items.filter((each: any) => each.reference === reference);
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
