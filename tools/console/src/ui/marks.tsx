// SPDX-License-Identifier: Apache-2.0
import type { MouseEvent } from "react";
import { numberText, useText, useWords } from "../i18n";
import { usePhone } from "../phone";

const tones: Record<string, string> = {
    completed: "good", confirmed: "good", accepted: "good", active: "good", ok: "good", done: "good", changed: "good", added: "good",
    exception: "bad", rejected: "bad", down: "bad", failed: "bad", in_doubt: "bad", refused: "bad",
    needs_documents: "warn", alternates_offered: "warn", waiting_for_person: "warn", degraded: "warn", pending: "warn", parked: "warn",
    partial: "warn", expired: "warn", waiting: "warn", missing: "bad", held: "warn", vanished: "bad", unknown: "warn", reappeared: "good",
    "breaker.open": "bad", "breaker.half_open": "warn", "breaker.closed": "good",
};

/** A word of the API with its label, and a colour beside it that is never the only sign. */
export function Mark({ kind, code, text }: { kind: string; code: string; text?: string }) {
    const words = useWords();
    return (
        <span className={`mark ${tones[`${kind}.${code}`] ?? tones[code] ?? "calm"}`} title={words.explain(kind, code) || undefined}>
            {text ?? words.label(kind, code)}
        </span>
    );
}

/** A link for whatever dials on this machine; where the account has a telephone system, a click offers that, too. */
export function NumberLink({ number, tabIndex }: { number: string; tabIndex?: number }) {
    const t = useText();
    const phone = usePhone();
    const open = (event: MouseEvent<HTMLAnchorElement>) => {
        if (!phone || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        phone.offer(number, event.currentTarget);
    };
    return (
        <a href={`tel:${number}`} className="number" aria-label={t("dial", { number: numberText(number) })} tabIndex={tabIndex} onClick={open} {...(phone ? { "aria-haspopup": "menu" as const } : {})}>
            {numberText(number)}
        </a>
    );
}
