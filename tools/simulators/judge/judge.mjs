// SPDX-License-Identifier: Apache-2.0
// Starts each simulator and a prism proxy in front of it, sends the requests of requests.mjs through
// the proxy, and prints every disagreement: prism answers 422 for a request and 500 for an answer that
// the API file does not allow, as application/problem+json.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { printed, start, startPrism } from "./processes.mjs";
import { carriers } from "./requests.mjs";

const [bin, specs] = process.argv.slice(2);

async function judge(carrier) {
  const simulator = start(join(bin, carrier.program), ["--port", "0", ...carrier.options]);
  const direct = (await printed(simulator, /listening on (\S+)/))[1];
  const { child: proxy, address: judged } = await startPrism(join(specs, carrier.spec), direct);

  let asked = 0;
  let wrong = 0;
  const send = async (base, method, path, { body, form, headers } = {}) => {
    const reply = await fetch(base + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(form === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" }),
        ...headers,
      },
      body: body !== undefined ? JSON.stringify(body) : form,
    });
    const text = await reply.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: reply.status, headers: reply.headers, text, json };
  };
  /**
   * Asks through the proxy; `status` is what the carrier shall answer. `flaw` names a defect of the
   * API file that makes a disagreement certain: such a request is left out aloud, and asked directly.
   */
  const ask = async (method, path, status, request = {}) => {
    if (request.flaw) {
      console.log(`judge: LEFT OUT: ${carrier.name}: ${method} ${path}: ${request.flaw}`);
      return (await send(direct, method, path, request)).json;
    }
    ++asked;
    const reply = await send(judged, method, path, request);
    const violations = reply.headers.get("sl-violations");
    const type = reply.headers.get("content-type") ?? "";
    if (reply.status !== status || violations || type.includes("problem+json")) {
      ++wrong;
      console.log(`judge: ${carrier.name}: ${method} ${path}: ${reply.status}, expected ${status}`);
      console.log(`  ${violations ?? reply.text}`.slice(0, 1500));
    }
    return reply.json;
  };
  const admin = (path, body) => send(direct, "POST", "/_sim/" + path, { body });
  await carrier.requests({ ask, admin, direct: (...request) => send(direct, ...request) });
  console.log(`judge: ${carrier.name}: ${asked} requests, ${wrong} disagreements with ${carrier.spec}`);
  proxy.kill();
  simulator.kill();
  return wrong;
}

let wrong = 0;
let left = 0;
for (const carrier of carriers) {
  if (!existsSync(join(specs, carrier.spec))) {
    console.log(`judge: LEFT OUT: ${carrier.name}: there is no ${carrier.spec} in the folder of API files`);
    ++left;
    continue;
  }
  wrong += await judge(carrier);
}
process.exit(wrong > 0 ? 1 : left === carriers.length ? 77 : 0);
