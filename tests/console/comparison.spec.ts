// SPDX-License-Identifier: Apache-2.0
// The carrier's own list beside the inventory: adopted, ignored, missing with a confirmed cause, in both languages.
import { expect, expectAccessible, expectFits, languages, picture, speak, test, tick } from "./fixtures";

for (const language of languages)
    test(`what a carrier lists is adopted, and what is gone from it is confirmed (${language})`, async ({ operator: page, world }) => {
        const say = await speak(page, world, language);
        const gone = language === "en" ? "+16475550301" : "+16475550302";
        // A number of ours that ThinkTel's simulator does not have.
        const job = await world.ask("POST", "/v1/numbers", { numbers: [{ number: gone, provider: "thinktel" }] });
        await expect(async () => expect((await world.ask("GET", `/v1/number-jobs/${job.id}`)).state).toBe("done")).toPass();

        await page.goto(`${world.url}/console/carriers`);
        const account = page.getByRole("region", { name: "thinktel" });
        await account.getByRole("button", { name: say("sync.compare") }).click();
        await expect(account.getByText(say("sync.state.done"), { exact: true })).toBeVisible();
        await expectAccessible(page);
        await account.getByRole("link", { name: new RegExp(say("sync.last", { at: "" }).trim()) }).click();
        await expect(page.getByRole("heading", { level: 1, name: say("sync.title", { account: "thinktel" }) })).toBeVisible();

        const row = (number: string) => page.getByRole("row").filter({ has: page.locator(`a[href="tel:${number}"]`) });
        const missing = row(gone);
        await expect(missing).toContainText(say("sync.what.vanished"));
        await expect(missing).toContainText(say("numbers.state.available"));
        await expectAccessible(page);
        await picture(page, `comparison-${language}`);

        await tick(missing.getByRole("checkbox"));
        await expect(page.getByRole("button", { name: say("sync.do.adopt") })).toBeDisabled();
        await page.getByRole("button", { name: say("sync.do.confirm_missing") }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("button", { name: new RegExp(say("sync.cause")) }).click();
        await page.getByRole("option", { name: say("sync.cause.released") }).click();
        await expectAccessible(page);
        await dialog.getByRole("button", { name: say("sync.do.confirm_missing") }).click();
        await expect(dialog).toBeHidden();
        await expect(missing).toBeHidden();
        expect((await world.ask("GET", `/v1/numbers/${gone.slice(1)}`)).state).toBe("released");

        const unknown = page.getByRole("row").filter({ hasText: say("sync.what.unknown") });
        const adopted = (await unknown.first().locator("a[href^='tel:']").getAttribute("href"))!.slice("tel:".length);
        await tick(unknown.first().getByRole("checkbox"));
        await page.getByRole("button", { name: say("sync.do.adopt") }).click();
        await dialog.getByRole("button", { name: say("sync.do.adopt") }).click();
        await expect(dialog).toBeHidden();
        await expect(row(adopted)).toBeHidden();
        expect(await world.ask("GET", `/v1/numbers/${adopted.slice(1)}`)).toMatchObject({ provider: "thinktel", state: "available", source: "sync" });

        // What was decided stands under what is not to be decided any more.
        await tick(page.getByRole("checkbox", { name: say("sync.open") }));
        await expect(row(adopted)).toContainText(say("sync.decision.adopt"));
        await expect(missing).toContainText(say("sync.decision.confirm_missing"));
        await page.setViewportSize({ width: 380, height: 860 });
        await expectFits(page);
        await picture(page, `comparison-${language}-380`, true);
    });
