// SPDX-License-Identifier: Apache-2.0
// The soft phone and the call-back, against a real SIP server: kamailio with its WebSocket module, and two people whose browsers
// have a microphone of Chromium's own making.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, expectAccessible, expectFits, speak, test } from "./fixtures";
import { jobOf } from "./inventory";
import { startKamailio, whyNoKamailio, type Kamailio } from "./kamailio";
import { enterAs, password, people } from "./people";
import { depict } from "./pictures";
import { startWorld, type World } from "./world.mjs";

const build = process.env["PORTEUR_BUILD"] ?? "../../build/dev";
const why = whyNoKamailio();
const number = "+15145550123";

/** What a browser takes for the other side of a call that is still to come: no sound, but all that WebRTC wants to see. */
const silence = [
    "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0", "a=inactive", "a=rtcp-mux", "a=setup:actpass",
    "a=ice-ufrag:none", "a=ice-pwd:nonenonenonenonenonenone", `a=fingerprint:sha-256 ${Array(32).fill("00").join(":")}`, "a=rtpmap:0 PCMU/8000",
];

// A browser of its own: a microphone that beeps, and calls that stay on this machine.
test.use({
    launchOptions: async ({ launchOptions }, use) => {
        await use({ ...launchOptions, args: [...(launchOptions.args ?? []), "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection"] });
    },
});

/** Which phone a person's page has open, and what it carries. */
async function openAs(browser: Browser, house: World, login: string, path: string, language = "en"): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-CA" });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
        if (message.type() === "error" && !/Failed to load resource|WebSocket connection to/.test(message.text())) complaints.push(message.text());
    });
    await page.addInitScript((chosen) => {
        localStorage.setItem("porteur.language", chosen);
        const all: RTCPeerConnection[] = [];
        const real = window.RTCPeerConnection;
        window.RTCPeerConnection = class extends real {
            constructor(settings?: RTCConfiguration) {
                super(settings);
                all.push(this);
            }
        };
        Object.assign(window, { connections: all });
    }, language);
    await enterAs(page, house, login, path);
    return { page, context, complaints };
}

/** What somebody says under Your account. */
async function sayExtension(house: World, login: string, extension: string, secret: string): Promise<void> {
    const json = { "Content-Type": "application/json" };
    const begun = await fetch(`${house.url}/v1/session`, { method: "POST", headers: json, body: JSON.stringify({ login, password }) });
    const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
    const { csrf } = await begun.json();
    const said = await fetch(`${house.url}/v1/session/phone`, { method: "PATCH", headers: { ...json, Cookie: cookie, "Porteur-Csrf": csrf }, body: JSON.stringify({ sip_user: extension, password: secret }) });
    expect(said.status).toBe(200);
}

/** How many packets of sound have come in over the newest connection. */
const heard = (page: Page): Promise<number> =>
    page.evaluate(async () => {
        const { connections } = window as unknown as { connections: RTCPeerConnection[] };
        const newest = connections.at(-1);
        let packets = 0;
        if (newest) (await newest.getStats()).forEach((each) => (packets += each.type === "inbound-rtp" && each.kind === "audio" ? each.packetsReceived : 0));
        return packets;
    });

const panel = (page: Page) => page.locator("#phone");
const button = (page: Page) => page.locator("button[aria-controls=phone]");

/** Signs the phones in, each with the button of that name. */
async function signIn(name: string, ...people: { page: Page }[]): Promise<void> {
    for (const { page } of people) {
        await button(page).click();
        await panel(page).getByRole("button", { name }).click();
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: signed in");
    }
}

/** Nothing may have gone wrong on the pages that nobody saw. */
async function leave(...people: { complaints: string[]; context: BrowserContext }[]): Promise<void> {
    for (const each of people) {
        expect(each.complaints).toEqual([]);
        await each.context.close();
    }
}

test.describe("a telephone", () => {
    test.skip(why !== "", why);

    let kamailio: Kamailio;
    let house: World;
    test.describe.configure({ timeout: 120_000 });
    test.beforeAll(async () => {
        kamailio = await startKamailio([["101", "vera's own"], ["103", "sam's own"], ["outside", "carl's own"]]);
        house = await startWorld(build, {
            more: `[phones.office]
tenant = 1
websocket = "${kamailio.websocket}"
domain = "porteur.test"
[phones.office.call_back]
url = "${kamailio.rpc}"
body = '{"jsonrpc":"2.0","id":1,"method":"dlg.bridge_dlg","params":["sip:{from}@porteur.test","sip:{to}@porteur.test","sip:127.0.0.1:${kamailio.port}","${silence.join("\\r\\n")}\\r\\n"]}'
allow = ["127.0.0.1"]
per_minute = 20
`,
        });
        const all = await people(house);
        await sayExtension(house, "vera", "101", "vera's own");
        await sayExtension(house, "carl", "outside", "carl's own");
        const at = { "Porteur-Act-In": String(all.var.id) };
        const others = ["Service desk,service", "Anna Roy,user", "Support group,group", "Bakery shop,service", "Paul Leduc,user"].map((each, index) => `+151455501${30 + index},thinktel,${all.company.name},${each}`);
        const table = ["Number,Provider,Company,Used by,Use type", `${number},thinktel,${all.company.name},Reception,service`, ...others].join("\r\n");
        expect(await jobOf(house, await house.ask("POST", "/v1/number-imports?region=CA", table, { "Content-Type": "text/csv", ...at }), at)).toMatchObject({ state: "done", changed: 1 + others.length });
    });
    test.afterAll(async () => {
        await house?.stop();
        await kamailio?.stop();
    });

    test("is told of under Your account, and says what is wrong until it is signed in", async ({ browser }) => {
        const { page, context, complaints } = await openAs(browser, house, "sam", "/account");
        const say = await speak(page, house, "en");
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: not signed in");
        await button(page).click();
        await panel(page).getByRole("button", { name: say("phone.sign-in") }).click();
        await expect(panel(page).getByRole("alert")).toContainText(say("phone.trouble.settings"));
        await expectAccessible(page);

        const form = page.getByRole("region", { name: say("account.phone") });
        await form.getByLabel("Extension", { exact: true }).fill("103");
        await form.getByLabel(say("account.phone.password")).fill("not the password");
        await form.getByRole("button", { name: say("account.phone.save") }).click();
        await expect(form.getByText(say("account.phone.done"), { exact: true })).toBeVisible();
        await expect(form.getByLabel(say("account.phone.password"))).toHaveValue("");
        await panel(page).getByRole("button", { name: say("phone.sign-in") }).click();
        await expect(panel(page).getByRole("alert")).toContainText(say("phone.trouble.password"));
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: not signed in");

        await form.getByLabel(say("account.phone.password")).fill("sam's own");
        await form.getByRole("button", { name: say("account.phone.save") }).click();
        await panel(page).getByRole("button", { name: say("phone.sign-in") }).click();
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: signed in");
        await expect(panel(page).getByRole("alert")).toHaveCount(0);
        await expectAccessible(page);
        await page.setViewportSize({ width: 380, height: 800 });
        await expectFits(page);
        expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage])), "no password is kept in the browser").not.toContain("own");
        // Whoever had it signed in has it again.
        await page.reload();
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: signed in");
        expect(complaints).toEqual([]);
        await context.close();
    });

    test("calls from a number of the table, is heard, keeps the call from page to page, and hangs up", async ({ browser }) => {
        const vera = await openAs(browser, house, "vera", "/numbers");
        const carl = await openAs(browser, house, "carl", "/account", "fr");
        const say = await speak(vera.page, house, "en");
        const dis = await speak(carl.page, house, "fr");
        await button(vera.page).click();
        await panel(vera.page).getByRole("button", { name: say("phone.sign-in") }).click();
        await expect(button(vera.page)).toHaveAttribute("aria-label", "Phone: signed in");
        await button(carl.page).click();
        await panel(carl.page).getByRole("button", { name: dis("phone.sign-in") }).click();
        await expect(button(carl.page)).toHaveAttribute("aria-label", "Téléphone : connecté");
        await panel(carl.page).getByRole("button", { name: dis("phone.close") }).click();

        const link = vera.page.getByRole("link", { name: "Dial +1 514 555-0123" });
        await expect(link, "a link for whatever dials here, too").toHaveAttribute("href", `tel:${number}`);
        await link.click();
        await expect(vera.page.getByRole("menuitem")).toHaveText([say("phone.offer.soft"), say("phone.offer.back"), say("phone.offer.tel")]);
        await expectAccessible(vera.page);
        await vera.page.keyboard.press("Escape");
        await expect(vera.page.getByRole("menuitem")).toHaveCount(0);
        await link.click();
        await vera.page.getByRole("menuitem", { name: say("phone.offer.soft") }).click();
        await expect(panel(vera.page)).toContainText(say("phone.state.calling"));

        // The other one's panel opens by itself, and says who calls, to screen readers too.
        await expect(panel(carl.page)).toContainText("101");
        await expect(carl.page.locator("[role=status][aria-live=assertive]")).toHaveText("Appel entrant de 101");
        await expectAccessible(carl.page);
        await panel(carl.page).getByRole("button", { name: dis("phone.answer") }).click();
        for (const [who, text] of [[vera, say("phone.state.connected")], [carl, dis("phone.state.connected")]] as const) {
            await expect(panel(who.page)).toContainText(text);
            await expect.poll(() => heard(who.page), { message: "sound comes in" }).toBeGreaterThan(20);
        }
        await expect(vera.page.locator(".sr[role=status]").filter({ hasText: "In call with" })).toHaveText("In call with Reception, Acme Bakery, +1 514 555-0123");

        await depict(vera.page, "phone");

        await vera.page.getByRole("link", { name: "Orders" }).click();
        await expect(vera.page.getByRole("heading", { level: 1, name: "Orders" })).toBeVisible();
        const before = await heard(vera.page);
        await expect.poll(() => heard(vera.page), { message: "it goes on" }).toBeGreaterThan(before + 20);
        const asked: string[] = [];
        vera.page.on("dialog", (dialog) => {
            asked.push(dialog.type());
            void dialog.dismiss();
        });
        await vera.page.evaluate(() => queueMicrotask(() => location.reload()));
        await expect.poll(() => asked, { message: "a reload would end the call" }).toEqual(["beforeunload"]);

        await panel(vera.page).getByRole("button", { name: say("phone.mute") }).click();
        await expect(panel(vera.page).getByRole("button", { name: say("phone.mute") })).toHaveAttribute("aria-pressed", "true");
        await panel(vera.page).getByRole("button", { name: say("phone.pad") }).click();
        await panel(vera.page).getByRole("button", { name: "Key 5" }).click();
        await panel(vera.page).getByRole("button", { name: "Key number sign" }).click();
        await expectAccessible(vera.page);
        await vera.page.setViewportSize({ width: 380, height: 800 });
        await expectFits(vera.page);
        await vera.page.setViewportSize({ width: 1280, height: 860 });

        await panel(carl.page).getByRole("button", { name: dis("phone.hang-up") }).click();
        for (const [who, label] of [[vera, "Phone: signed in"], [carl, "Téléphone : connecté"]] as const) await expect(button(who.page)).toHaveAttribute("aria-label", label);
        await expect(vera.page.locator(".sr[role=status]").filter({ hasText: say("phone.call.ended") })).toBeAttached();

        // By the keyboard; and what the other side does is told.
        await panel(vera.page).getByLabel(say("phone.number")).fill("outside");
        await panel(vera.page).getByLabel(say("phone.number")).press("Enter");
        await panel(carl.page).getByRole("button", { name: dis("phone.decline") }).click();
        await expect(panel(vera.page).getByRole("alert")).toContainText(say("phone.trouble.declined"));
        await expect(panel(carl.page).getByRole("heading", { name: dis("phone.title") }), "the button that had the focus is gone").toBeFocused();
        await panel(vera.page).getByLabel(say("phone.number")).fill("999");
        await panel(vera.page).getByRole("button", { name: say("phone.call"), exact: true }).click();
        await expect(panel(vera.page).getByRole("alert")).toContainText(say("phone.trouble.away"));
        await leave(vera, carl);
    });

    test("rings oneself first when called back, and then the number", async ({ browser }) => {
        const vera = await openAs(browser, house, "vera", "/numbers");
        const carl = await openAs(browser, house, "carl", "/numbers");
        const say = await speak(vera.page, house, "en");
        await signIn(say("phone.sign-in"), vera, carl);
        // This server ends the first leg itself; others leave that to the phone, so its page does not hear of it.
        const sent: string[] = [];
        await vera.page.routeWebSocket(kamailio.websocket, (socket) => {
            const server = socket.connectToServer();
            socket.onMessage((message) => {
                sent.push(String(message).split(" ")[0] ?? "");
                server.send(message);
            });
            server.onMessage((message) => void (!sent.includes("BYE") && String(message).startsWith("BYE ") ? undefined : socket.send(message)));
        });
        await vera.page.reload(); // the route holds for pages that come after it
        await expect(button(vera.page)).toHaveAttribute("aria-label", "Phone: signed in");
        await vera.page.getByRole("link", { name: "Dial +1 514 555-0123" }).click();
        await vera.page.getByRole("menuitem", { name: say("phone.offer.back") }).click();
        await expect(panel(vera.page)).toContainText(say("phone.state.own"));
        await expect(panel(carl.page), "nobody else is rung before").toContainText("signed in");
        await panel(vera.page).getByRole("button", { name: say("phone.answer") }).click();
        await panel(carl.page).getByRole("button", { name: say("phone.answer") }).click();
        for (const { page } of [vera, carl]) {
            await expect(panel(page)).toContainText(say("phone.state.connected"));
            await expect.poll(() => heard(page), { message: "sound comes in" }).toBeGreaterThan(20);
        }
        // Where it rang first nobody hears or hangs up any more.
        await expect.poll(() => sent.filter((each) => each === "BYE").length, { message: "the first leg ends" }).toBe(1);
        await panel(vera.page).getByRole("button", { name: say("phone.hang-up") }).click();
        await expect(button(carl.page)).toHaveAttribute("aria-label", "Phone: signed in");
        const log = await house.ask("GET", "/v1/audit?action=user.call_back_wanted");
        expect(log.records[0].after).toEqual({ from: "101", outcome: "taken", to: number });
        await leave(vera, carl);
    });

    test("goes on with a call while an account is entered and left", async ({ browser }) => {
        const sam = await openAs(browser, house, "sam", "/people");
        const carl = await openAs(browser, house, "carl", "/numbers");
        const say = await speak(sam.page, house, "en");
        await signIn(say("phone.sign-in"), sam, carl);
        await panel(sam.page).getByLabel(say("phone.number")).fill("outside");
        await panel(sam.page).getByLabel(say("phone.number")).press("Enter");
        await panel(carl.page).getByRole("button", { name: say("phone.answer") }).click();
        await expect(panel(sam.page)).toContainText(say("phone.state.connected"));
        const goesOn = async () => {
            const before = await heard(sam.page);
            await expect.poll(() => heard(sam.page), { message: "sound still comes in" }).toBeGreaterThan(before + 20);
            for (const { page } of [sam, carl]) await expect(panel(page)).toContainText(say("phone.state.connected"));
        };
        await sam.page.getByRole("button", { name: "Enter Acme Bakery" }).click();
        const bar = sam.page.getByRole("region", { name: "Account entered" });
        await expect(bar).toBeVisible();
        await expect(sam.page.getByRole("heading", { level: 1, name: "Phone Numbers" })).toBeVisible();
        await goesOn();
        await bar.getByRole("button").click();
        await expect(bar).toHaveCount(0);
        await goesOn();
        await panel(sam.page).getByRole("button", { name: say("phone.hang-up") }).click();
        await expect(button(carl.page)).toHaveAttribute("aria-label", "Phone: signed in");
        await leave(sam, carl);
    });

    test("asks for a call-back once a click, and takes nobody for it after a refusal", async ({ browser }) => {
        const vera = await openAs(browser, house, "vera", "/numbers");
        const carl = await openAs(browser, house, "carl", "/numbers");
        const say = await speak(vera.page, house, "en");
        await signIn(say("phone.sign-in"), vera, carl);
        // What the console repeats elsewhere.
        const keys: (string | undefined)[] = [];
        await vera.page.route("**/v1/session/call-backs", (route) => {
            keys.push(route.request().headers()["idempotency-key"]);
            return route.fulfill({ status: 503, contentType: "application/problem+json", json: { type: "urn:porteur:problem:unavailable", title: "Not now", detail: "come again", status: 503 } });
        });
        for (const times of [1, 2]) {
            await vera.page.getByRole("link", { name: "Dial +1 514 555-0123" }).click();
            await vera.page.getByRole("menuitem", { name: say("phone.offer.back") }).click();
            await expect.poll(() => keys.length).toBe(times);
            await expect(panel(vera.page)).toContainText("come again");
        }
        await panel(carl.page).getByLabel(say("phone.number")).fill("101");
        await panel(carl.page).getByLabel(say("phone.number")).press("Enter");
        await expect(panel(vera.page)).toContainText(say("phone.state.ringing"));
        await expect(panel(vera.page), "who calls, and not one's own call-back").toContainText("outside");
        await panel(vera.page).getByRole("button", { name: say("phone.decline") }).click();
        await expect(button(vera.page)).toHaveAttribute("aria-label", "Phone: signed in");
        expect(keys.length, "it was not repeated").toBe(2);
        expect(new Set(keys).size, "each click has a key of its own").toBe(2);
        expect(await vera.page.evaluate(() => JSON.stringify(localStorage)), "and none is left for tomorrow's").not.toContain(keys[0]!);
        for (const each of [vera, carl]) await each.context.close();
    });

    test("follows nobody who would have it call elsewhere", async ({ browser }) => {
        const vera = await openAs(browser, house, "vera", "/numbers");
        const carl = await openAs(browser, house, "carl", "/numbers");
        const say = await speak(vera.page, house, "en");
        await signIn(say("phone.sign-in"), vera, carl);
        const sent: string[] = [];
        vera.page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(String(payload))));
        await vera.page.reload(); // so that the frames are seen
        await expect(button(vera.page)).toHaveAttribute("aria-label", "Phone: signed in");
        const rang = await carl.page.evaluateHandle(() => {
            const seen: string[] = [];
            const shown = document.querySelector("button[aria-controls=phone]")!;
            new MutationObserver(() => seen.push(shown.getAttribute("aria-label") ?? "")).observe(shown, { attributes: true, attributeFilter: ["aria-label"] });
            return seen;
        });
        // As for a call-back, but nobody here has asked for one.
        const params = ["sip:101@porteur.test", `sip:${number}@porteur.test`, `sip:127.0.0.1:${kamailio.port}`, `${silence.join("\r\n")}\r\n`];
        expect((await fetch(kamailio.rpc, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "dlg.bridge_dlg", params }) })).status).toBe(200);
        await expect(panel(vera.page)).toContainText("controller");
        await panel(vera.page).getByRole("button", { name: say("phone.answer") }).click();
        await expect(button(vera.page)).toHaveAttribute("aria-label", "Phone: signed in");
        expect(sent.filter((each) => each.startsWith("NOTIFY") && each.includes("SIP/2.0 603")).length, "it was asked, and said no").toBe(1);
        expect(await rang.jsonValue()).toEqual([]);
        for (const each of [vera, carl]) await each.context.close();
    });

    test("dials nothing by itself when the server comes back", async ({ browser }) => {
        const { page, context } = await openAs(browser, house, "vera", "/numbers");
        const say = await speak(page, house, "en");
        let down = true;
        const sent: string[] = [];
        await page.routeWebSocket(kamailio.websocket, (socket) => {
            if (down) return void socket.close();
            const server = socket.connectToServer();
            socket.onMessage((message) => {
                sent.push(String(message));
                server.send(message);
            });
        });
        await page.reload(); // the route holds for pages that come after it
        await page.getByRole("link", { name: "Dial +1 514 555-0123" }).click();
        await page.getByRole("menuitem", { name: say("phone.offer.soft") }).click();
        await expect(panel(page).getByRole("alert")).toContainText(say("phone.trouble.server"));
        down = false;
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: signed in", { timeout: 20_000 });
        await panel(page).getByLabel(say("phone.number")).fill("999");
        await panel(page).getByLabel(say("phone.number")).press("Enter");
        await expect(panel(page).getByRole("alert")).toContainText(say("phone.trouble.away"));
        const called = new Set(sent.map((each) => /^INVITE sip:([^@]*)@/.exec(each)?.[1]).filter(Boolean));
        expect([...called]).toEqual(["999"]);
        await context.close();
    });

    test("says that there is no microphone to be used, and that the server is gone", async ({ browser }) => {
        const { page, context } = await openAs(browser, house, "vera", "/numbers");
        const say = await speak(page, house, "en");
        await page.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotFoundError"))));
        await button(page).click();
        await panel(page).getByRole("button", { name: say("phone.sign-in") }).click();
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: signed in");
        await panel(page).getByLabel(say("phone.number")).fill("outside");
        await panel(page).getByRole("button", { name: say("phone.call"), exact: true }).click();
        await expect(panel(page).getByRole("alert")).toContainText(say("phone.trouble.microphone"));
        await kamailio.stop();
        await expect(panel(page).getByRole("alert")).toContainText(say("phone.trouble.server"));
        await expectAccessible(page);
        await panel(page).getByRole("button", { name: say("phone.sign-out") }).click();
        await expect(button(page)).toHaveAttribute("aria-label", "Phone: not signed in");
        await context.close();
    });
});
