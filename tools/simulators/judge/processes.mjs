// SPDX-License-Identifier: Apache-2.0
// The programs that the judge starts. Each ends with the process that started it, however that ends.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const prism = join(dirname(fileURLToPath(import.meta.url)), "node_modules/.bin/prism");

export function start(command, args) {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (/_proxy$/i.test(name)) delete environment[name]; // all of it is loopback
  }
  return spawn("setpriv", ["--pdeathsig", "KILL", command, ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Resolves with the first match of a pattern in what a child prints; fails when it ends before. */
export function printed(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      text = (text + chunk).slice(-10_000);
      const found = text.match(pattern);
      if (found) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`ended without ${pattern}: ${text.slice(-500)}`)));
  });
}

/** A port that was free a moment ago; prism does not tell which one it took for 0. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** prism between a client and `upstream`, judging both by the file. @return its child and address */
export async function startPrism(spec, upstream) {
  const port = await freePort();
  const child = start(prism, [
    "proxy", "-h", "127.0.0.1", "-p", String(port), "--errors", spec, upstream,
  ]);
  await printed(child, /is listening/);
  return { child, address: `http://127.0.0.1:${port}` };
}
