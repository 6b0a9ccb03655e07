// SPDX-License-Identifier: Apache-2.0
// What carriers want to know or have, as their plugins tell it before anybody asks.
import { useQuery } from "@tanstack/react-query";
import { get, type Query, type Schemas } from "./api/client";
import { useSpeech, useText } from "./i18n";
import { Problem, Section } from "./ui";

export type Requirement = Schemas["Requirement"];

export function useRequirements(account: string, query: Query) {
    return useQuery({
        queryKey: ["requirements", account, query],
        enabled: account !== "",
        staleTime: 60_000,
        retry: 1,
        queryFn: ({ signal }) => get<Schemas["Requirements"]>("/v1/requirements", { account, ...query }, signal),
    });
}

export function useRequirementText() {
    const { language } = useSpeech();
    return (each: Requirement) => ({
        label: (language === "fr" && each.label_fr) || each.label_en,
        help: (language === "fr" && each.help_fr) || each.help_en,
    });
}

export const requiredFields = (lists: (Schemas["Requirements"] | undefined)[]) => {
    const out = new Map<string, Requirement>();
    for (const list of lists)
        for (const each of list?.items ?? [])
            if (each.field && each.kind !== "document" && each.kind !== "action" && (!out.has(each.field) || each.required)) out.set(each.field, each);
    return out;
};

/** One carrier's list, with a mark at what is there already. */
export function Wants({ account, of, error, met }: { account: string; of: Schemas["Requirements"] | undefined; error: unknown; met: (each: Requirement) => boolean | undefined }) {
    const t = useText();
    const { language } = useSpeech();
    const text = useRequirementText();
    const items = of?.items.filter((each) => each.required) ?? [];
    const notes = (language === "fr" && of?.notes_fr.length ? of.notes_fr : of?.notes_en) ?? [];
    return (
        <Section title={t("wants.title", { account })}>
            <Problem of={error} />
            <ul className="wants">
                {items.map((each) => {
                    const state = met(each);
                    const { label, help } = text(each);
                    return (
                        <li key={each.code} className={state ? "met" : ""}>
                            <span className="tick" aria-hidden="true">{state ? "✓" : each.kind === "action" ? "!" : "○"}</span>
                            <span>
                                {label} <span className="sr">{state === undefined ? "" : t(state ? "wants.met" : "wants.open")}</span>
                                <span className="note block">{help}</span>
                            </span>
                        </li>
                    );
                })}
            </ul>
            {notes.length > 0 ? (
                <details>
                    <summary>{t("wants.notes", { count: notes.length })}</summary>
                    <ul>{notes.map((each) => <li key={each}>{each}</li>)}</ul>
                </details>
            ) : null}
        </Section>
    );
}
