// SPDX-License-Identifier: Apache-2.0
// The soft phone itself: SIP over a web socket. JsSIP is a chunk of its own, fetched when somebody signs their phone in. What the
// page shows is a state that changes as a whole; what went wrong is a word, for which the catalogues have the sentence.
import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";
import { ApiProblem, ask, type Schemas } from "../api/client";

export type Line = "off" | "connecting" | "on";
/** Why the phone is not signed in, or a call was none. */
export type Trouble = "server" | "password" | "refused" | "settings" | "insecure" | "microphone" | "microphone_denied" | "busy" | "away" | "unknown" | "no_answer" | "declined" | "lost" | "failed";

export interface Call {
    incoming: boolean;
    number: string; // as the other side is called: a number, or an extension
    name: string; // as it calls itself; empty: it does not
    state: "ringing" | "calling" | "connected";
    muted: boolean;
    since: number; // when it was answered, or 0
    ofCallBack: boolean; // one's own telephone rings for a call that one wanted
}

export interface PhoneState {
    line: Line;
    trouble: Trouble | null;
    problem: ApiProblem | null; // what porteurd said where it gave no password
    call: Call | null;
    ended: number; // how many calls have ended well, so that each is told
}

const media = { audio: true, video: false };
/** For so long a call-back that was wanted may ring here and lead on. */
const callBackFor = 60_000;

const causes: Record<string, Trouble> = {
    Busy: "busy",
    Unavailable: "away",
    "Not Found": "unknown",
    "Address Incomplete": "unknown",
    "No Answer": "no_answer",
    "Request Timeout": "no_answer",
    Rejected: "declined",
    "User Denied Media Access": "microphone_denied",
    "Connection Error": "lost",
};

const troubleOf = (error: unknown): Trouble => (error instanceof DOMException && error.name === "NotAllowedError" ? "microphone_denied" : "microphone");

/** What one hears while a call comes in; a page that nobody has touched yet stays silent. */
class Ring {
    private context: AudioContext | null = null;

    start(): void {
        if (this.context) return;
        const context = (this.context = new AudioContext());
        const volume = context.createGain();
        volume.gain.value = 0;
        volume.connect(context.destination);
        for (const frequency of [440, 480]) {
            const tone = context.createOscillator();
            tone.frequency.value = frequency;
            tone.connect(volume);
            tone.start();
        }
        // Two seconds of every six, for as long as telephones ring.
        for (let at = 0; at < 180; at += 6) {
            volume.gain.setValueAtTime(0.1, context.currentTime + at);
            volume.gain.setValueAtTime(0, context.currentTime + at + 2);
        }
    }
    stop(): void {
        void this.context?.close();
        this.context = null;
    }
}

export class SoftPhone {
    private state: PhoneState = { line: "off", trouble: null, problem: null, call: null, ended: 0 };
    private readonly listeners = new Set<() => void>();
    private ua: UA | null = null;
    private turn = 0; // a signing in that was given up does not come back
    private session: RTCSession | null = null;
    private domain = "";
    private readonly sound = new Audio();
    private readonly ring = new Ring();
    private wanted: { number: string; until: number } | null = null;
    private waiting: string | null = null; // to be called once the phone is signed in

    readonly subscribe = (changed: () => void): (() => void) => {
        this.listeners.add(changed);
        return () => void this.listeners.delete(changed);
    };
    readonly now = (): PhoneState => this.state;

    private set(changes: Partial<PhoneState>): void {
        this.state = { ...this.state, ...changes };
        if (this.state.call?.state === "ringing") this.ring.start();
        else this.ring.stop();
        for (const each of this.listeners) each();
    }
    private setCall(changes: Partial<Call>): void {
        if (this.state.call) this.set({ call: { ...this.state.call, ...changes } });
    }

    readonly forget = (): void => this.set({ trouble: null, problem: null });

    /** Fetches the library and one's password, and registers. */
    readonly signIn = async (): Promise<void> => {
        if (this.ua || this.state.line === "connecting") return;
        const turn = ++this.turn;
        this.set({ line: "connecting", trouble: null, problem: null });
        if (!navigator.mediaDevices) return this.fail("insecure");
        let JsSIP: typeof import("jssip");
        let given: Schemas["PhoneCredentials"];
        try {
            [JsSIP, given] = await Promise.all([import("jssip"), ask<Schemas["PhoneCredentials"]>("POST", "/v1/session/phone/credentials", { atHome: true })]);
        } catch (thrown) {
            if (turn !== this.turn) return;
            this.fail(thrown instanceof ApiProblem && thrown.kind === "conflict" ? "settings" : "failed");
            if (thrown instanceof ApiProblem) this.set({ problem: thrown });
            return;
        }
        if (turn !== this.turn) return;
        this.domain = given.domain;
        const ua = new JsSIP.UA({
            sockets: [new JsSIP.WebSocketInterface(given.websocket)],
            uri: `sip:${given.sip_user}@${given.domain}`,
            password: given.password,
            session_timers: false,
            user_agent: "Porteur",
            connection_recovery_min_interval: 2,
            connection_recovery_max_interval: 30,
        });
        this.ua = ua;
        ua.on("registered", () => {
            this.set({ line: "on", trouble: null, problem: null });
            const number = this.waiting;
            this.waiting = null;
            if (number) this.call(number);
        });
        ua.on("unregistered", () => this.ua === ua && this.set({ line: "connecting" }));
        ua.on("disconnected", () => {
            // It is tried again until somebody signs the phone out.
            if (this.ua === ua) this.notReached();
        });
        ua.on("registrationFailed", ({ response }) => {
            if (this.ua !== ua) return;
            const status = (response as { status_code?: number } | null)?.status_code ?? 0;
            if (status === 0) return this.notReached();
            // Trying a wrong password again has telephone systems lock one out.
            this.fail([401, 403, 407].includes(status) ? "password" : "refused");
        });
        ua.on("newRTCSession", ({ session, originator }: { session: RTCSession; originator: string }) => {
            if (originator === "remote") this.rung(session);
        });
        ua.start();
    };

    /** A number that waits is not dialled whenever the server comes back: nobody thinks of it any more by then. */
    private notReached(): void {
        this.waiting = null;
        this.set({ line: "connecting", trouble: "server" });
    }
    private fail(trouble: Trouble): void {
        this.signOut();
        this.set({ trouble });
    }

    readonly signOut = (): void => {
        ++this.turn;
        this.waiting = null;
        const ua = this.ua;
        this.ua = null;
        this.session = null;
        ua?.stop(); // ends a call, too
        this.sound.srcObject = null;
        this.set({ line: "off", trouble: null, problem: null, call: null });
    };

    /** Calls a number, once the phone is signed in. */
    readonly call = (number: string): void => {
        if (this.state.call) return;
        if (!this.ua || this.state.line !== "on") {
            this.waiting = number;
            void this.signIn();
            return;
        }
        this.set({ trouble: null, problem: null, call: { incoming: false, number, name: "", state: "calling", muted: false, since: 0, ofCallBack: false } });
        try {
            const session = this.ua.call(`sip:${number}@${this.domain}`, { mediaConstraints: media, eventHandlers: { peerconnection: ({ peerconnection }) => this.hear(peerconnection) } });
            this.attach(session);
        } catch {
            this.set({ trouble: "unknown", call: null });
        }
    };

    private hear(connection: RTCPeerConnection): void {
        connection.addEventListener("track", ({ streams, track }) => {
            this.sound.srcObject = streams[0] ?? new MediaStream([track]);
            void this.sound.play().catch(() => {}); // a page that nobody has touched yet stays silent
        });
    }

    private rung(session: RTCSession): void {
        if (this.session || this.state.call) {
            session.terminate({ status_code: 486 });
            return;
        }
        const from = session.remote_identity;
        // The first call that comes in is the call-back; whoever calls after it is somebody else.
        const wanted = this.wanted && this.wanted.until > Date.now() ? this.wanted.number : null;
        this.wanted = null;
        this.attach(session, wanted);
        session.on("peerconnection", ({ peerconnection }) => this.hear(peerconnection));
        this.set({
            trouble: null,
            call: { incoming: true, number: wanted ?? from.uri.user, name: wanted ? "" : (from.display_name ?? ""), state: "ringing", muted: false, since: 0, ofCallBack: wanted !== null },
        });
    }

    /** @param leadsTo  the number that the session may refer us to; null: none */
    private attach(session: RTCSession, leadsTo: string | null = null): void {
        this.session = session;
        const mine = (run: () => void) => () => {
            if (this.session === session) run();
        };
        session.on("accepted", mine(() => this.setCall({ state: "connected", since: Date.now() })));
        session.on("muted", mine(() => this.setCall({ muted: true })));
        session.on("unmuted", mine(() => this.setCall({ muted: false })));
        session.on("ended", mine(() => this.over(null)));
        session.on("getusermediafailed", (error: unknown) => {
            // The call has failed by then.
            if (this.state.trouble === "microphone_denied") this.set({ trouble: troubleOf(error) });
        });
        session.on("failed", ({ cause, originator }) => {
            if (this.session !== session) return;
            const own = originator === "local" && ["Rejected", "Terminated", "No Answer"].includes(cause);
            this.over(own || cause === "Canceled" ? null : (causes[cause] ?? "failed"));
        });
        session.on("refer", ({ request, accept, reject }) => {
            // Whoever may have us call anybody makes us pay for it: only where a call-back was wanted, and there only.
            const to = (request as unknown as { refer_to?: { uri: { user: string; host: string } } }).refer_to?.uri;
            const number = leadsTo;
            if (this.session !== session || !number || to?.user !== number || to.host.toLowerCase() !== this.domain.toLowerCase()) return reject();
            leadsTo = null;
            accept((next: RTCSession) => {
                // The page shows the next one alone, so nobody could hang this one up.
                const leave = () => void (session.isEnded() || session.terminate());
                next.on("accepted", leave);
                next.on("failed", leave);
                this.attach(next);
                this.setCall({ incoming: false, number, name: "", state: "calling", since: 0, ofCallBack: false });
            }, { mediaConstraints: media, eventHandlers: { peerconnection: ({ peerconnection }: { peerconnection: RTCPeerConnection }) => this.hear(peerconnection) } });
        });
    }

    private over(trouble: Trouble | null): void {
        this.session = null;
        this.sound.srcObject = null;
        this.set({ call: null, trouble, ended: this.state.ended + (trouble ? 0 : 1) });
    }

    /** The next call that comes in leads to this number. */
    readonly expectCallBack = (number: string): void => {
        this.wanted = { number, until: Date.now() + callBackFor };
    };
    /** The call-back was refused. What has come in meanwhile stays what it is. */
    readonly expectNoCallBack = (number: string): void => {
        if (this.wanted?.number === number) this.wanted = null;
    };

    readonly answer = (): void => {
        this.ring.stop();
        this.session?.answer({ mediaConstraints: media });
    };
    readonly hangUp = (): void => {
        const session = this.session;
        if (!session) return;
        const refused = this.state.call?.incoming && this.state.call.state === "ringing";
        session.terminate(refused ? { status_code: 603 } : undefined);
    };
    readonly mute = (muted: boolean): void => void (muted ? this.session?.mute({ audio: true }) : this.session?.unmute({ audio: true }));
    readonly tone = (key: string): void => {
        if (this.state.call?.state === "connected") this.session?.sendDTMF(key, { transportType: "RFC2833" as never });
    };
}
