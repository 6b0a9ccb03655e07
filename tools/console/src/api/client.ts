// SPDX-License-Identifier: Apache-2.0
// Requests to porteurd. Each says who asks (a token, or the session's cookie with its CSRF word), in which language, and
// inside which account; an answer that is no success becomes an ApiProblem, which says what to do.
import type { components } from "./schema";

export type Schemas = components["schemas"];
type ProblemBody = Schemas["Problem"];

export class ApiProblem extends Error {
    readonly status: number; // 0: the connection was lost, and nobody knows what became of the request
    readonly kind: string; // the last word of "urn:porteur:problem:..."; "connection" for a lost one
    readonly field: string;
    readonly errors: { field: string; detail: string }[];
    readonly title: string;

    constructor(status: number, body: Partial<ProblemBody>) {
        super(body.detail ?? body.title ?? "");
        this.name = "ApiProblem";
        this.status = status;
        this.kind = (body.type ?? "").split(":").at(-1) ?? "";
        this.title = body.title ?? "";
        this.field = body.field ?? "";
        this.errors = body.errors ?? (body.field ? [{ field: body.field, detail: body.detail ?? "" }] : []);
    }

    /** Whether the same request may be carried out when it is sent again. */
    get passing(): boolean {
        return this.status === 0 || this.status === 503 || this.kind === "under-way" || this.kind === "too-slow";
    }
}

/** What every request carries; the session sets it. */
export const caller = {
    token: "",
    csrf: "",
    language: "en",
    actIn: "",
    /** Called when the API says that nobody is signed in. */
    signedOut: () => {},
};

export type Query = Record<string, string | number | boolean | undefined | null>;

export interface Wish {
    query?: Query;
    body?: unknown;
    /** Sent as it is, with this type: an upload. */
    file?: { bytes: Blob; type: string };
    key?: string;
    ifMatch?: number | undefined;
    signal?: AbortSignal | undefined;
    accept?: string;
    /** About oneself: as where one is at home, whichever account one has entered. */
    atHome?: boolean;
}

export function address(path: string, query: Query = {}): string {
    const words = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
        if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
    const text = words.toString();
    return text ? `${path}?${text}` : path;
}

export function headers(): Record<string, string> {
    const out: Record<string, string> = { "Accept-Language": caller.language };
    if (caller.token) out["Authorization"] = `Bearer ${caller.token}`;
    if (caller.actIn) out["Porteur-Act-In"] = caller.actIn;
    return out;
}

export async function send(method: string, path: string, wish: Wish = {}): Promise<Response> {
    const fields = headers();
    if (wish.atHome) delete fields["Porteur-Act-In"];
    if (method !== "GET" && caller.csrf) fields["Porteur-Csrf"] = caller.csrf;
    if (wish.key) fields["Idempotency-Key"] = wish.key;
    if (wish.ifMatch !== undefined) fields["If-Match"] = `"${wish.ifMatch}"`;
    if (wish.accept) fields["Accept"] = wish.accept;
    let body: BodyInit | null = null;
    if (wish.file) {
        fields["Content-Type"] = wish.file.type;
        body = wish.file.bytes;
    } else if (wish.body !== undefined) {
        fields["Content-Type"] = "application/json";
        body = JSON.stringify(wish.body);
    }
    let response: Response;
    try {
        response = await fetch(address(path, wish.query), {
            method,
            headers: fields,
            body,
            credentials: "same-origin",
            cache: "no-store",
            signal: wish.signal ?? null,
        });
    } catch (thrown) {
        if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
        throw new ApiProblem(0, { type: "urn:porteur:problem:connection", title: "" });
    }
    if (response.ok) return response;
    let problem: Partial<ProblemBody> = {};
    try {
        problem = (await response.json()) as Partial<ProblemBody>;
    } catch {
        problem = { title: response.statusText };
    }
    const failed = new ApiProblem(response.status, problem);
    if (response.status === 401 && failed.kind === "unauthenticated") caller.signedOut();
    throw failed;
}

export async function ask<T>(method: string, path: string, wish: Wish = {}): Promise<T> {
    const response = await send(method, path, wish);
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
    ask<T>("GET", path, { ...(query ? { query } : {}), signal });

// ------------------------------------------------------------------ once

const wishesAt = "porteur.wish.";

async function digest(text: string): Promise<string> {
    // crypto.subtle is there only where the page came safely; elsewhere a plain sum tells two texts apart well enough.
    if (globalThis.crypto?.subtle) {
        const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
        return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    let sum = 0;
    for (const letter of text) sum = (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0;
    return `${text.length}.${sum}`;
}

export function newKey(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Carries a wish out once. Its Idempotency-Key is made at the first try and kept, over a reload too, until porteurd has
 * answered: whoever presses the button again after a lost connection sends the same wish, and not a second one.
 */
export async function once<T>(name: string, method: string, path: string, wish: Wish = {}): Promise<T> {
    const about = await digest(JSON.stringify([method, path, wish.query ?? null, wish.body ?? null, caller.actIn]));
    const place = wishesAt + name;
    const kept = read<{ about: string; key: string }>(localStorage, place);
    const key = kept?.about === about ? kept.key : newKey();
    write(localStorage, place, { about, key });
    for (let attempt = 1; ; ++attempt) {
        try {
            const answer = await ask<T>(method, path, { ...wish, key });
            localStorage.removeItem(place);
            return answer;
        } catch (thrown) {
            if (!(thrown instanceof ApiProblem)) throw thrown;
            if (!thrown.passing) {
                localStorage.removeItem(place);
                throw thrown;
            }
            if (attempt >= 3) throw thrown;
            await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
        }
    }
}

// ------------------------------------------------------------------ kept in the browser

export function read<T>(store: Storage, place: string): T | undefined {
    try {
        const text = store.getItem(place);
        return text === null ? undefined : (JSON.parse(text) as T);
    } catch {
        return undefined;
    }
}

export function write(store: Storage, place: string, value: unknown): void {
    try {
        store.setItem(place, JSON.stringify(value));
    } catch {
        // No room, or none allowed: the page goes on without.
    }
}
