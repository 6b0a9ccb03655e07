// SPDX-License-Identifier: Apache-2.0
// A real SIP server for a test: kamailio with its WebSocket module, on loopback ports of its own, registrations in memory,
// people by name and password. Nothing of the machine's own kamailio is used but its program and modules.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, Socket, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";

const program = process.env["PORTEUR_KAMAILIO"] ?? "/usr/sbin/kamailio";
const modules = ["/usr/lib/x86_64-linux-gnu/kamailio/modules", "/usr/lib/aarch64-linux-gnu/kamailio/modules", "/usr/lib/kamailio/modules"];

/** Why there is none here; empty where it can be started. */
export function whyNoKamailio(): string {
    if (!existsSync(program)) return `there is no ${program}; tools/setup installs it`;
    if (!modules.some((each) => existsSync(join(each, "websocket.so")))) return "kamailio lacks its WebSocket module (kamailio-websocket-modules); tools/setup installs it";
    return "";
}

/** A port that nobody had a moment ago: kamailio takes no port 0. */
function freePort(): Promise<number> {
    return new Promise<number>((resolved, refused) => {
        const server = createServer();
        server.on("error", refused);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as AddressInfo;
            server.close(() => resolved(port));
        });
    });
}

const answers = (port: number) =>
    new Promise<boolean>((resolved) => {
        const socket = new Socket();
        const end = (is: boolean) => {
            socket.destroy();
            resolved(is);
        };
        socket.once("connect", () => end(true)).once("error", () => end(false));
        socket.connect(port, "127.0.0.1");
    });

const settings = ({ port, home, users, folder }: { port: number; home: string; users: [string, string][]; folder: string }) => `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
# One of each: with more, a REFER overtakes the ACK that was sent before it.
children=1
tcp_children=1
enable_tls=no
auto_aliases=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
tcp_accept_no_cl=yes
tcp_connection_lifetime=3610
mpath="${folder}"

loadmodule "jsonrpcs.so"
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "sanity.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "nathelper.so"
loadmodule "htable.so"
loadmodule "auth.so"
loadmodule "dialog.so"
loadmodule "xhttp.so"
loadmodule "websocket.so"

modparam("jsonrpcs", "transport", 1)
modparam("jsonrpcs", "fifo_name", "${home}/rpc_fifo")
modparam("jsonrpcs", "dgram_socket", "${home}/rpc.sock")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", 3600)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")
modparam("htable", "htable", "users=>size=4;")
modparam("rr", "append_fromtag", 1)
modparam("dialog", "bridge_controller", "sip:controller@porteur.test")
modparam("dialog", "bridge_contact", "sip:controller@127.0.0.1:${port}")

event_route[htable:mod-init] {
${users.map(([name, password]) => `    $sht(users=>${name}) = "${password}";`).join("\n")}
}

request_route {
    if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
    if (proto == WS || proto == WSS) {
        force_rport();
        if (is_method("REGISTER")) fix_nated_register();
        else add_contact_alias();
    }
    if (is_method("REGISTER")) {
        if (!pv_auth_check("porteur.test", "$sht(users=>$au)", "0", "1")) { auth_challenge("porteur.test", "0"); exit; }
        consume_credentials();
        if (!save("location")) sl_reply_error();
        exit;
    }
    if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
    if (has_totag()) {
        # How a call-back goes on is told to kamailio itself.
        if ($rU == "controller") { sl_send_reply("200", "OK"); exit; }
        if (loose_route() || is_method("ACK|BYE|UPDATE|INVITE|INFO|REFER|NOTIFY")) {
            handle_ruri_alias();
            t_on_reply("CONTACT");
            t_relay();
        } else sl_send_reply("404", "Not here");
        exit;
    }
    if (!is_method("INVITE|OPTIONS|MESSAGE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
    # Whoever calls from a browser proves who they are; dlg.bridge_dlg is kamailio itself, by UDP from its own port.
    if (proto == WS || proto == WSS) {
        if (!pv_auth_check("porteur.test", "$sht(users=>$au)", "0", "1")) { auth_challenge("porteur.test", "0"); exit; }
        consume_credentials();
    }
    record_route();
    # A number outside leads to the person who stands for the outside world here.
    if ($rU =~ "^\\+") $rU = "outside";
    if (!lookup("location")) { sl_send_reply("480", "Not signed in"); exit; }
    t_on_reply("CONTACT");
    if (!t_relay()) sl_reply_error();
    exit;
}

onreply_route[CONTACT] {
    if (proto == WS || proto == WSS) add_contact_alias();
}

event_route[xhttp:request] {
    set_reply_close();
    set_reply_no_connect();
    if ($hdr(Upgrade) =~ "websocket" && $hdr(Connection) =~ "Upgrade" && $rm =~ "GET") {
        if (ws_handle_handshake()) exit;
    }
    if ($hu =~ "^/RPC") { jsonrpc_dispatch(); exit; }
    xhttp_reply("404", "Not Found", "", "");
}
`;

export interface Kamailio {
    port: number;
    websocket: string;
    rpc: string;
    /** What it has said, for whoever looks why. */
    said: () => string;
    stop: () => Promise<void>;
}

/** @param users  names and passwords */
export async function startKamailio(users: [string, string][]): Promise<Kamailio> {
    const folder = modules.find((each) => existsSync(join(each, "websocket.so"))) ?? "";
    const home = mkdtempSync(join(tmpdir(), "porteur-kamailio-"));
    const port = await freePort();
    const file = join(home, "kamailio.cfg");
    writeFileSync(file, settings({ port, home, users, folder }));
    const said: string[] = [];
    // In the foreground; it ends its workers itself.
    const child = spawn(program, ["-DD", "-E", "-f", file, "-P", join(home, "kamailio.pid"), "-Y", home, "-m", "64", "-M", "8", "-w", home], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => said.push(String(bytes)));
    let ended = false;
    const gone = new Promise<void>((resolved) =>
        child.once("exit", () => {
            ended = true;
            resolved();
        }),
    );
    const stop = async () => {
        if (!ended) child.kill("SIGTERM");
        await gone;
        rmSync(home, { recursive: true, force: true });
    };
    try {
        await expect(async () => expect(ended || (await answers(port))).toBe(true)).toPass({ timeout: 20_000 });
        expect(ended, `kamailio ended:\n${said.join("").slice(-4000)}`).toBe(false);
    } catch (thrown) {
        await stop();
        throw thrown;
    }
    return { port, websocket: `ws://127.0.0.1:${port}`, rpc: `http://127.0.0.1:${port}/RPC`, said: () => said.join(""), stop };
}
