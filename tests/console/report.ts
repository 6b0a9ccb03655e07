// SPDX-License-Identifier: Apache-2.0
// The results in the form that GoogleTest writes, so that tools/test counts a case of the browser like any other.
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

const escaped = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, "").replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b-\u001f]/g, " ");

export default class Report implements Reporter {
    private readonly cases = new Map<string, string>();

    onTestEnd(test: TestCase, result: TestResult): void {
        const [, , file = "", ...names] = test.titlePath();
        const about = `classname="${escaped(file)}" name="${escaped(names.join(": "))}" time="${result.duration / 1000}"`;
        const inside =
            result.status === "skipped"
                ? `<skipped message="${escaped(`${file}:${test.location.line}\n${test.annotations.find((each) => each.type === "skip")?.description ?? "no reason given"}`)}"/>`
                : result.status === "passed"
                  ? ""
                  : `<failure message="${escaped(result.error?.message ?? result.status)}"/>`;
        this.cases.set(test.id, `<testcase ${about} status="run" result="${result.status === "skipped" ? "skipped" : "completed"}">${inside}</testcase>`);
    }

    onEnd(): void {
        const path = (process.env["GTEST_OUTPUT"] ?? "").replace(/^xml:/, "");
        if (path) writeFileSync(path, `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="console">${[...this.cases.values()].join("\n")}</testsuite></testsuites>\n`);
    }
}
