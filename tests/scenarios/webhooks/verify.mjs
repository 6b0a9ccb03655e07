// SPDX-License-Identifier: Apache-2.0
// Verifies what receiver.py wrote down, with the reference library of Standard Webhooks.
// Usage: verify.mjs LOG SECRET... Prints for each secret how many messages it verified; 1 if a message was verified by none.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const [log, ...secrets] = process.argv.slice(2);
const counts = secrets.map(() => 0);
let unverified = 0;
for (const line of readFileSync(log, "utf8").split("\n").filter(Boolean)) {
    const { headers, body } = JSON.parse(line);
    let good = false;
    secrets.forEach((secret, at) => {
        try {
            new Webhook(secret).verify(body, headers);
            counts[at] += 1;
            good = true;
        } catch {}
    });
    if (!good) unverified += 1;
}
console.log(counts.join(" "));
process.exit(unverified ? 1 : 0);
