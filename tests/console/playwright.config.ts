// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";

const build = process.env["PORTEUR_BUILD"] ?? "../../build/dev";

/** Chromium's own sandbox needs a user that is not root, and namespaces, which containers seldom allow. Its pages here are ours. */
function sandboxed(): boolean {
    if (process.getuid?.() === 0) return false;
    try {
        execFileSync("unshare", ["--user", "true"], { stdio: "ignore" });
        return true;
    } catch {
        return false;
    }
}

export default defineConfig({
    testDir: ".",
    testMatch: "*.spec.ts",
    outputDir: `${build}/console-test`,
    // One daemon for all: the tests make orders of their own and look at no others.
    workers: 1,
    fullyParallel: false,
    forbidOnly: true,
    retries: 0,
    timeout: 90_000, // a port is followed to its end, on a machine that may be busy
    expect: { timeout: 15_000 },
    reporter: [["list"], ["./report.ts"]],
    use: {
        viewport: { width: 1280, height: 860 },
        locale: "en-CA",
        timezoneId: "America/Toronto",
        trace: "retain-on-failure",
        launchOptions: {
            executablePath: process.env["PORTEUR_CHROMIUM"] ?? "/usr/bin/chromium",
            // A container may have a /dev/shm of 64 MB, or none.
            args: ["--disable-dev-shm-usage", ...(sandboxed() ? [] : ["--no-sandbox"])],
        },
    },
});
