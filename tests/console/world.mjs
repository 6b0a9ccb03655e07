// SPDX-License-Identifier: Apache-2.0
// The real daemon with its plugins, and a simulator of each carrier, on ports of their own; everything lives in a
// temporary folder. `node world.mjs BUILD_FOLDER` starts one to look around in.
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../..", import.meta.url));

/** Starts a program and waits until it says where it listens. */
function serve(program, words, log) {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    const said = [];
    child.stderr.on("data", (bytes) => {
        said.push(String(bytes));
        log?.(String(bytes));
    });
    return new Promise((resolved, refused) => {
        let out = "";
        child.stdout.on("data", (bytes) => {
            out += String(bytes);
            const found = /listening on (http:\/\/\S+)/.exec(out);
            if (found) resolved({ child, url: found[1] });
        });
        child.on("error", refused);
        child.on("exit", (code) => refused(new Error(`${program} ended with ${code} before it listened:\n${said.join("")}`)));
    });
}

function ended(child) {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolved) => {
        child.once("exit", () => resolved());
        child.kill("SIGTERM");
    });
}

/**
 * @param {string} build  a build folder: its bin/, plugins/ and share/porteur/console
 * @param more  written behind the settings of porteurd
 */
export async function startWorld(build, { log, more = "" } = {}) {
    const bin = join(resolve(build), "bin");
    const home = mkdtempSync(join(tmpdir(), "porteur-console-test-"));
    const children = [];
    const start = async (program, words) => {
        const started = await serve(join(bin, program), words, log);
        children.push(started.child);
        return started.url;
    };
    for (const folder of ["config/carriers", "config/data", "config/secrets", "plugins", "data"]) mkdirSync(join(home, folder), { recursive: true });
    for (const each of ["ringcentral", "thinktel", "genesys_sms", "other"]) copyFileSync(join(build, `plugins/porteur-${each}.so`), join(home, `plugins/porteur-${each}.so`));
    for (const each of readdirSync(join(top, "config/data"))) copyFileSync(join(top, "config/data", each), join(home, "config/data", each));
    const write = (name, text) => writeFileSync(join(home, name), text, { mode: 0o600 });

    try {
        const ringcentral = await start("sim-ringcentral", ["--heavy", "0", "--light", "0", "--auth", "0", "--port", "0"]);
        const thinktel = await start("sim-thinktel", ["--clock-speed", "40000", "--port", "0"]);
        const genesys = await start("sim-genesys", ["--clock-speed", "40000", "--port", "0"]);
        for (const [name, text] of Object.entries({
            ringcentral_client_id: "ringcentral-client",
            ringcentral_client_secret: "ringcentral-secret",
            ringcentral_jwt: "ringcentral-jwt",
            thinktel_user: "acme",
            thinktel_password: "thinktel-secret",
            genesys_client_id: "genesys-client",
            genesys_client_secret: "genesys-secret",
        }))
            write(`config/secrets/${name}`, `${text}\n`);
        write(
            "config/porteur.toml",
            `store = "sqlite:../data/porteur.db"
key = { file = "../data/porteur.key" }
[api]
port = 0
[documents]
folder = "../data/documents"
[plugins]
folders = ["../plugins"]
[engine]
check_interval = "1s"
${more}`,
        );
        write(
            "config/carriers/ringcentral.toml",
            `plugin = "ringcentral"
base_url = "${ringcentral}"
auth_url = "${ringcentral}/restapi/oauth/token"
[secrets]
client_id = { file = "secrets/ringcentral_client_id" }
client_secret = { file = "secrets/ringcentral_client_secret" }
jwt = { file = "secrets/ringcentral_jwt" }
[settings]
check_release_every = "1s"
`,
        );
        write(
            "config/carriers/thinktel.toml",
            `plugin = "thinktel"
base_url = "${thinktel}/rest.svc"
check_interval = "1s"
[secrets]
user = { file = "secrets/thinktel_user" }
password = { file = "secrets/thinktel_password" }
[settings]
submitter_email = "ports@porteur.example"
check_every = "1s"
`,
        );
        write(
            "config/carriers/genesys_sms.toml",
            `plugin = "genesys_sms"
base_url = "${genesys}"
auth_url = "${genesys}/oauth/token"
check_interval = "1s"
[secrets]
client_id = { file = "secrets/genesys_client_id" }
client_secret = { file = "secrets/genesys_client_secret" }
`,
        );
        write("config/carriers/openphone.toml", `plugin = "other"\n[settings]\ncarrier = "openphone"\ncheck_every = "1s"\n`);
        const config = join(home, "config");
        const run = (...words) => execFileSync(join(bin, "porteurd"), ["--config", config, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
        run("init");
        const token = run("token", "create", "--name", "console").trim().split(/\s+/).at(-1);
        const url = await start("porteurd", ["--config", config]);

        const ask = async (method, path, body, headers = {}) => {
            const response = await fetch(url + path, {
                method,
                headers: {
                    Authorization: `Bearer ${token}`,
                    "Idempotency-Key": `test-${Math.random()}`,
                    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
                    ...headers,
                },
                body: body === undefined ? undefined : typeof body === "string" || body instanceof Buffer ? body : JSON.stringify(body),
            });
            const text = await response.text();
            if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
            return text ? JSON.parse(text) : undefined;
        };
        const script = async (simulator, wish) => {
            const response = await fetch(`${simulator}/_sim/script`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) });
            if (!response.ok) throw new Error(`the simulator took no script: ${await response.text()}`);
        };
        return {
            url,
            token,
            home,
            simulators: { ringcentral, thinktel, genesys },
            ask,
            script,
            upload: (type, name, dates = {}) => ask("POST", `/v1/documents?${new URLSearchParams({ type, name, ...dates })}`, paper(name), { "Content-Type": "application/pdf" }),
            run,
            async stop() {
                for (const child of children.reverse()) await ended(child);
                rmSync(home, { recursive: true, force: true });
            },
        };
    } catch (thrown) {
        for (const child of children.reverse()) await ended(child);
        rmSync(home, { recursive: true, force: true });
        throw thrown;
    }
}

/** The smallest PDF that is one. */
export function paper(title) {
    return Buffer.from(
        `%PDF-1.4\n% ${title}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const world = await startWorld(process.argv[2] ?? join(top, "build/dev"), { log: (text) => process.stderr.write(text) });
    console.log(JSON.stringify({ url: world.url, token: world.token, ...world.simulators }));
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void world.stop().then(() => process.exit(0)));
}
