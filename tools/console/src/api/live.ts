// SPDX-License-Identifier: Apache-2.0
// What happens to orders, as it happens: /v1/events over fetch, because EventSource sends no token. One stream for a
// page; it comes back by itself with the id of the last event, so nothing is missing and nothing comes twice.
import { address, caller, headers } from "./client";
import type { Schemas } from "./client";

export type LiveEvent = Schemas["TimelineEntry"];

/** Splits what came into events. `rest` is what does not end yet. */
export function parseEvents(text: string): { events: { id: string; data: string }[]; rest: string } {
    const events: { id: string; data: string }[] = [];
    let from = 0;
    for (let end = text.indexOf("\n\n", from); end >= 0; end = text.indexOf("\n\n", from)) {
        let id = "";
        const data: string[] = [];
        for (const line of text.slice(from, end).split("\n")) {
            if (line.startsWith("id: ")) id = line.slice(4);
            if (line.startsWith("data: ")) data.push(line.slice(6));
        }
        if (data.length > 0) events.push({ id, data: data.join("\n") });
        from = end + 2;
    }
    return { events, rest: text.slice(from) };
}

export interface Live {
    onEvent: (event: LiveEvent) => void;
    onState: (connected: boolean) => void;
}

export function follow({ onEvent, onState }: Live): () => void {
    const stop = new AbortController();
    let last = "";
    let pause = 1000;

    async function listen(): Promise<void> {
        const response = await fetch(address("/v1/events"), {
            headers: { ...headers(), Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) },
            credentials: "same-origin",
            cache: "no-store",
            signal: stop.signal,
        });
        if (response.status === 401) caller.signedOut();
        if (!response.ok || !response.body) throw new Error(String(response.status));
        onState(true);
        pause = 1000;
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        for (;;) {
            const { value, done } = await reader.read();
            if (done) return;
            const { events, rest } = parseEvents(text + value);
            text = rest;
            for (const each of events) {
                if (each.id) last = each.id;
                onEvent(JSON.parse(each.data) as LiveEvent);
            }
        }
    }

    void (async () => {
        while (!stop.signal.aborted) {
            try {
                await listen();
            } catch {
                // It is tried again below.
            }
            if (stop.signal.aborted) return;
            onState(false);
            await new Promise((resolve) => setTimeout(resolve, pause));
            pause = Math.min(pause * 2, 30_000);
        }
    })();
    return () => stop.abort();
}
