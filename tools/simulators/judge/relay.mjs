// SPDX-License-Identifier: Apache-2.0
// A relay that has every exchange between a plugin's host and a simulator judged by the carrier's API
// file, and remembers the verdicts:
//
//   host -> relay -> prism proxy --errors SPEC -> simulator
//
//   node relay.mjs SPEC UPSTREAM [PAST_PATH...]
//
// PAST_PATH is a path that the file does not describe, such as that of another host: it goes past the
// judge and is reported as such. Says "listening on http://127.0.0.1:PORT".
//
//   GET  /_judge/report                       {"exchanges":[{"method","path","status","judged","violation"}]}
//   POST /_judge/lose {"method","path_part"}  the answer of the next such request does not arrive
import { createServer, request as send } from "node:http";
import { startPrism } from "./processes.mjs";

const [spec, upstream, ...past] = process.argv.slice(2);
const { child, address: judge } = await startPrism(spec, upstream);
child.on("exit", () => process.exit(1)); // without the judge nothing goes through

const exchanges = [];
let lose = null;

async function whole(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What prism finds wrong in an answer of its own or in the simulator's; null if nothing. */
function violationIn(headers, body) {
  if (headers["sl-violations"]) return headers["sl-violations"];
  const text = body.toString();
  return /problem\+json/.test(headers["content-type"] ?? "") && text.includes("stoplight") ? text : null;
}

function ask(base, incoming, body) {
  return new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, connection: "close" };
    const outgoing = send(base + incoming.url, { method: incoming.method, headers }, async (answer) => {
      resolve({ status: answer.statusCode, headers: answer.headers, body: await whole(answer) });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function admin(incoming, body, outgoing) {
  let answer = {};
  if (incoming.url === "/_judge/lose") lose = JSON.parse(body);
  else answer = { exchanges };
  outgoing.setHeader("Content-Type", "application/json");
  outgoing.end(JSON.stringify(answer));
}

async function relay(incoming, outgoing) {
  const body = await whole(incoming);
  if (incoming.url.startsWith("/_judge/")) return admin(incoming, body, outgoing);
  const judged = !past.includes(incoming.url.split("?")[0]);
  const answer = await ask(judged ? judge : upstream, incoming, body);
  exchanges.push({
    method: incoming.method,
    path: incoming.url,
    status: answer.status,
    judged,
    violation: judged ? violationIn(answer.headers, answer.body) : null,
  });
  if (lose && lose.method === incoming.method && incoming.url.includes(lose.path_part)) {
    lose = null;
    return incoming.socket.destroy();
  }
  for (const name of ["connection", "transfer-encoding", "content-length"]) delete answer.headers[name];
  outgoing.writeHead(answer.status, { ...answer.headers, "Content-Length": answer.body.length });
  outgoing.end(answer.body);
}

const server = createServer((incoming, outgoing) => {
  relay(incoming, outgoing).catch((error) => {
    exchanges.push({
      method: incoming.method, path: incoming.url, status: 0, judged: true, violation: `no verdict: ${error}`,
    });
    incoming.socket.destroy();
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
