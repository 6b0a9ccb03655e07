// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "react";
import { DocumentsField, type Document } from "../documents";
import { useDraft } from "../draft";
import { errorOf, RequestField, textAt, typedValue, useFieldLabel, withValue, type Request } from "../fields";
import { useText, useWords, type TextKey } from "../i18n";
import { Button, Checkbox, Notice, Problem, Section, Select } from "../ui";
import { correctable, useChange, useTimeline, type Placed } from "./order-change";
import type { Kind } from "./orders";

const portFields = Object.fromEntries(
    ["/numbers", "/end_user/name", "/account_number", "/pin", "/btn", "/new_btn", "/remaining", "/disconnect", "/losing_carrier",
        "/end_user/authorized_person/first_name", "/end_user/authorized_person/last_name", "/end_user/authorized_person/title",
        ...["house_number", "street", "street_type", "street_direction", "unit", "city", "region", "postal_code", "country"].map((part) => `/service_address/${part}`),
        "/requested_date", "/requested_time", "/target/trunk", "/target/offering", "/target/parent", "/contact_email", "/comment"].map((each) => [each, true]),
);
const purchaseFields = Object.fromEntries(
    ["/numbers", "/end_user/name", "/end_user/registration_number", "/end_user/tax_id", "/end_user/authorized_person/first_name", "/end_user/authorized_person/last_name",
        ...["house_number", "street", "unit", "city", "region", "postal_code", "country"].map((part) => `/address/${part}`), "/alternates", "/contact_email", "/comment"].map((each) => [each, true]),
);

/** The fields that the carrier or the losing side's records speak against, each beside what was said; and any other. */
export function Correction({ order, path, kind }: { order: Placed; path: string; kind: Kind }) {
    const t = useText();
    const label = useFieldLabel();
    const words = useWords();
    const change = useChange(order, path);
    const timeline = useTimeline(order, path);
    const { value: typed, change: type, drop } = useDraft<{ texts: Record<string, string>; documents?: Document[]; pin: string }>(`fix.${order.id}.${order.attempt}`, { texts: {}, pin: "" }, ["pin"]);
    const [more, setMore] = useState("");
    const [asNew, setAsNew] = useState(false);
    const request = order.request as unknown as Request;

    const findings = useMemo(() => {
        const found = new Map<string, { text: string; blocking: boolean; source: string }[]>();
        const add = (field: string, text: string, blocking: boolean, source: string) => {
            const pointer = field.replace(/\/\d+$/, "");
            const list = found.get(pointer) ?? [];
            if (!list.some((each) => each.text === text)) found.set(pointer, [...list, { text, blocking, source }]);
        };
        for (const each of order.progress.rejections ?? [])
            for (const field of each.fields?.length ? each.fields : [""])
                add(field, [each.reason && words.label("reason", each.reason), each.text, each.code && `(${each.code})`].filter(Boolean).join(" "), true, order.account);
        // What the losing side's records said at the last look; an older look is of no use any more.
        const entries = timeline.data?.items ?? [];
        const from = entries.findLastIndex((each) => each.kind.endsWith(".submit_wanted"));
        for (const each of entries.slice(Math.max(from, 0)))
            if (each.kind.endsWith(".preflight_finding")) {
                const data = each.data as { field?: string; blocking?: boolean };
                if (data.field) add(data.field, each.text, data.blocking ?? true, each.source);
            }
        return found;
    }, [order, timeline.data, words]);

    const open = correctable.includes(order.state) || (order.delivery === "waiting_for_person" && findings.size > 0);
    if (!open || (order.state === "draft" && findings.size === 0 && order.delivery === "sending")) return null;
    const wantsDocuments = order.state === "needs_documents" || [...findings.keys()].some((each) => each.startsWith("/documents"));
    const fields = [...new Set([...[...findings.keys()].filter((each) => each && !each.startsWith("/documents")), ...Object.keys(typed.texts)])];
    const documents = typed.documents ?? order.request.documents;
    const changed = Object.entries(typed.texts).filter(([pointer, text]) => text !== textAt(request, pointer));
    const anything = changed.length > 0 || typed.documents !== undefined || typed.pin !== "";

    const send = (submit: boolean) => {
        let patch: Request = {};
        for (const [pointer, text] of changed) patch = withValue(patch, pointer, typedValue(pointer, text));
        if (typed.documents) patch = withValue(patch, "/documents", typed.documents.map((each) => each.id));
        if (typed.pin) patch = withValue(patch, "/pin", typed.pin);
        change.mutate(
            { word: "", method: "PATCH", body: { request: patch, ...(submit ? { submit: true } : {}), ...(submit && asNew && kind === "port" ? { as_new: true } : {}) } },
            { onSuccess: drop },
        );
    };
    const choices = Object.keys(kind === "port" ? portFields : purchaseFields).filter((each) => !fields.includes(each)).map((id) => ({ id, label: `${label(id)}${/^\/(emergency_)?address|service_address/.test(id) ? ` (${t(`field.${id.split("/")[1]}` as TextKey)})` : ""}` }));
    const general = findings.get("") ?? [];
    return (
        <Section title={t(order.state === "draft" && findings.size === 0 ? "fix.title.draft" : "fix.title")}>
            <div className="stack">
                {general.map((each) => (
                    <Notice key={each.text} kind="warn">{each.source}: {each.text}</Notice>
                ))}
                {fields.length > 0 ? (
                    <div className="compare">
                        {fields.map((pointer) => {
                            const said = findings.get(pointer) ?? [];
                            const before = pointer === "/pin" ? t("field.pin.hidden") : textAt(request, pointer);
                            return (
                                <div className="compare-row" key={pointer}>
                                    <RequestField
                                        pointer={pointer}
                                        value={pointer === "/pin" ? typed.pin : (typed.texts[pointer] ?? textAt(request, pointer))}
                                        onChange={(text) => (pointer === "/pin" ? type({ pin: text }) : type({ texts: { ...typed.texts, [pointer]: text } }))}
                                        error={errorOf(change.error, pointer)}
                                    />
                                    <div className="said">
                                        {said.map((each) => (
                                            <p key={each.text} className={each.blocking ? "bad-text" : ""}>
                                                <strong>{each.source}</strong>: {each.text}
                                            </p>
                                        ))}
                                        <p className="note">{t("fix.before", { value: before || "–" })}</p>
                                    </div>
                                </div>
                            );
                        })}
                    </div>
                ) : null}
                {wantsDocuments || typed.documents ? <DocumentsField documents={documents} onChange={(next) => type({ documents: next })} error={errorOf(change.error, "/documents")} first={order.state === "needs_documents" ? "id" : "loa"} /> : null}
                <div className="row wrap end">
                    <Select label={t("fix.more")} value={more} onChange={(pointer) => { setMore(""); if (pointer) type({ texts: { ...typed.texts, [pointer]: textAt(request, pointer) } }); }} choices={choices} />
                    {wantsDocuments || typed.documents ? null : <Button onPress={() => type({ documents: order.request.documents })}>{t("fix.documents")}</Button>}
                </div>
                <Problem of={change.error} />
                {kind === "port" && order.state !== "draft" ? <Checkbox value={asNew} onChange={setAsNew}>{t("fix.as-new")}</Checkbox> : null}
                <div className="row wrap">
                    <Button look="main" isDisabled={change.isPending || (!anything && order.state !== "exception" && order.state !== "draft")} onPress={() => (anything ? send(true) : change.mutate({ word: "submit" }))}>
                        {t(anything ? "fix.send" : "fix.send-again")}
                    </Button>
                    <Button isDisabled={change.isPending || !anything} onPress={() => send(false)}>{t("fix.save")}</Button>
                    {anything ? <Button look="quiet" onPress={drop}>{t("fix.drop")}</Button> : null}
                </div>
            </div>
        </Section>
    );
}
