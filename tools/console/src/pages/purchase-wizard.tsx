// SPDX-License-Identifier: Apache-2.0
// A purchase: which numbers there are is asked of all sellers at once; a chosen number says whose account sells it, and that
// account says which papers it wants. As with a port, the order is a draft at porteurd from the last step on.
import { useMemo, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask, get, once, type Schemas } from "../api/client";
import { DocumentsField, type Document } from "../documents";
import { useDraft } from "../draft";
import { addressFields, errorOf, RequestField, textAt, typedValue, withValue, type Request } from "../fields";
import { numberText, useText, useWords } from "../i18n";
import { requiredFields, useRequirements, useRequirementText, Wants, type Requirement } from "../requirements";
import { navigate, useStep } from "../router";
import { Button, Checkbox, Notice, Page, Problem, Section, Select, TextField, Waiting } from "../ui";
import { Steps, type Step } from "../ui/steps";
import { useCarriers } from "./carriers";
import { Wanted } from "./order";
import { fits, Target } from "./port-wizard";

type Found = Schemas["AvailableNumber"];
interface Draft {
    step: number;
    country: string;
    type: string;
    search: Record<string, string>;
    account: string;
    numbers: string[];
    needsPapers: boolean;
    reference: string;
    texts: Record<string, string>;
    details: Record<string, string>;
    documents: Document[];
    order: string;
}
const empty: Draft = { step: 0, country: "", type: "local", search: {}, account: "", numbers: [], needsPapers: false, reference: "", texts: { "/alternates": "contact_us", "/language": "en" }, details: {}, documents: [], order: "" };

export function PurchaseWizard() {
    const t = useText();
    const words = useWords();
    const { value: draft, change, drop, kept } = useDraft<Draft>("purchase", empty);
    const carriers = useCarriers();
    const [askedStep, goTo] = useStep(draft.step);
    const requirementText = useRequirementText();
    const queries = useQueryClient();
    const [problem, setProblem] = useState<unknown>(null);
    const { texts } = draft;
    const set = (pointer: string, text: string) => change({ texts: { ...texts, [pointer]: text } });
    const country = draft.country.trim().toUpperCase();
    const endUser = texts["/end_user/kind"] || "business";
    const wants = useRequirements(draft.account, { country, number_type: draft.type, action: "purchase", end_user: endUser });
    const fields = requiredFields([wants.data]);

    const search = useMutation({
        mutationFn: () => get<Schemas["AvailableNumbers"]>("/v1/available-numbers", { country, number_type: draft.type, ...draft.search, quantity: 20, deadline_ms: 8000 }),
    });
    const countries = [...new Set((carriers.data?.items ?? []).filter((each) => each.operations.some((one) => one.name === "search_numbers")).flatMap((each) => each.countries))].sort();
    const names = useMemo(() => new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "region" }), [t]);

    const met = (each: Requirement): boolean | undefined => {
        if (each.kind === "action") return undefined;
        if (each.field === "/documents") return draft.documents.length > 0 ? true : false;
        if (each.field === "/numbers") return draft.numbers.length > 0;
        if (each.field.endsWith("address")) return ["street", "city"].every((part) => texts[`${each.field}/${part}`]);
        const text = texts[each.field] ?? "";
        return text.trim() !== "" && fits(each, text);
    };
    const field = (pointer: string) => {
        const want = fields.get(pointer);
        return <RequestField key={pointer} pointer={pointer} value={texts[pointer] ?? ""} onChange={(text) => set(pointer, text)} error={errorOf(problem, pointer)} required={want?.required ?? false} {...(want ? { help: requirementText(want).help } : {})} />;
    };
    const choose = (found: Found, on: boolean) => {
        // One order goes to one seller.
        const rest = draft.account === found.account ? draft.numbers.filter((each) => each !== found.number) : [];
        const numbers = on ? [...rest, found.number] : rest;
        change({ numbers, account: found.account, needsPapers: found.documents_needed, texts: { ...texts, "/address/country": texts["/address/country"] || country } });
    };

    const request = useMemo(() => {
        let out: Request = { country, number_type: draft.type, numbers: draft.numbers, documents: draft.documents.map((each) => each.id) };
        for (const [pointer, text] of Object.entries(texts)) {
            const typed = typedValue(pointer, text);
            if (text.trim() !== "" && typed !== null) out = withValue(out, pointer, typed);
        }
        const details = Object.fromEntries(Object.entries(draft.details).filter(([, text]) => text.trim()));
        if (Object.keys(details).length > 0) out = withValue(out, "/target/details", details);
        return out;
    }, [country, draft, texts]);

    const save = useMutation({
        mutationFn: async () => {
            if (draft.order) {
                const now = await get<Schemas["PurchaseOrder"]>(`/v1/purchase-orders/${draft.order}`);
                let patch: Request = { ...request };
                for (const [pointer, text] of Object.entries(texts)) if (text.trim() === "" && textAt(now.request, pointer)) patch = withValue(patch, pointer, null);
                return ask<Schemas["PurchaseOrder"]>("PATCH", `/v1/purchase-orders/${draft.order}`, { body: { request: patch }, ifMatch: now.version });
            }
            return once<Schemas["PurchaseOrder"]>("purchase.create", "POST", "/v1/purchase-orders", { body: { account: draft.account, ...(draft.reference ? { reference: draft.reference } : {}), request } });
        },
        onSuccess: (order) => {
            setProblem(null);
            change({ order: order.id });
            queries.setQueryData(["order", order.id], order);
        },
        onError: setProblem,
    });
    const submit = useMutation({
        mutationFn: () => once<Schemas["PurchaseOrder"]>(`purchase.submit.${draft.order}`, "POST", `/v1/purchase-orders/${draft.order}/submit`),
        onSuccess: (order) => {
            drop();
            queries.setQueryData(["order", order.id], order);
            void queries.invalidateQueries({ queryKey: ["orders"] });
            navigate(`/orders/purchase/${order.id}`);
        },
        onError: setProblem,
    });
    const word = (name: string) => <TextField key={name} label={t(`search.${name}` as "search.city")} value={draft.search[name] ?? ""} onChange={(text) => change({ search: { ...draft.search, [name]: text } })} onEnter={() => search.mutate()} />;

    const wantedStep = Math.min(askedStep, 2);
    const at = draft.order || !save.isIdle ? wantedStep : Math.min(wantedStep, draft.numbers.length > 0 ? 1 : 0);
    const steps: Step[] = [
        {
            title: t("purchase.step.search"),
            ready: draft.numbers.length > 0,
            body: (
                <>
                    {draft.order ? <Notice>{t("port.fixed")}</Notice> : null}
                    <div className="grid">
                        <Select label={t("field.country")} value={draft.country} onChange={(next) => change({ country: next, numbers: draft.order ? draft.numbers : [] })} choices={countries.map((id) => ({ id, label: names.of(id) ?? id, note: id }))} required />
                        <Select label={t("field.number_type")} value={draft.type} onChange={(type) => change({ type })} choices={words.of("number_type").map((each) => ({ id: each.code, label: each.label }))} required />
                        {["area_code", "region", "city", "contains"].map(word)}
                    </div>
                    <div><Button look="main" isDisabled={!country || search.isPending} onPress={() => search.mutate()}>{t(search.isPending ? "purchase.searching" : "purchase.search")}</Button></div>
                    <Problem of={search.error} again={() => search.mutate()} />
                    {search.data?.unanswered.map((each) => <Notice key={each.account} kind="warn">{t("purchase.unanswered", { account: each.account, why: each.why })}</Notice>)}
                    {search.data && search.data.numbers.length === 0 && search.data.unanswered.length === 0 ? <p className="empty">{t("purchase.nothing")}</p> : null}
                    {search.data && search.data.numbers.length > 0 ? (
                        <fieldset className="choices">
                            <legend>{t("purchase.choose")}</legend>
                            {search.data.numbers.map((each) => (
                                <Checkbox key={each.account + each.number} value={draft.numbers.includes(each.number)} onChange={(on) => choose(each, on)}>
                                    <span>
                                    <span className="number">{numberText(each.number)}</span>{" "}
                                    <span className="note">{[each.account, each.city || each.region, each.features.join(", "), each.monthly_price, each.documents_needed ? t("purchase.papers") : ""].filter(Boolean).join(" · ")}</span>
                                    </span>
                                </Checkbox>
                            ))}
                        </fieldset>
                    ) : null}
                    {draft.numbers.length > 0 ? <p role="status">{t("purchase.chosen", { count: draft.numbers.length, numbers: draft.numbers.map(numberText).join(", "), account: draft.account })}</p> : null}
                </>
            ),
        },
        {
            title: t("purchase.step.details"),
            ready: true,
            body: (
                <div className="columns">
                    <div className="stack">
                        <Section title={t("field.end_user")}>
                            {field("/end_user/kind")}
                            <div className="grid">{["/end_user/name", "/end_user/registration_number", "/end_user/tax_id", "/end_user/authorized_person/first_name", "/end_user/authorized_person/last_name", "/contact_email"].map(field)}</div>
                        </Section>
                        <Section title={t("field.address")}><div className="grid">{addressFields("address").map(field)}</div></Section>
                        <Target account={draft.account} texts={texts} details={draft.details} onTexts={(more) => change({ texts: { ...texts, ...more } })} onDetails={(details) => change({ details })} error={errorOf(problem, "/target")} wants={fields} />
                        {field("/alternates")}
                        {field("/language")}
                        {field("/comment")}
                    </div>
                    <div className="stack">
                        <Section title={t("documents")}><DocumentsField documents={draft.documents} onChange={(documents) => change({ documents })} error={errorOf(problem, "/documents")} first="registration" /></Section>
                        <Wants account={draft.account} of={wants.data} error={wants.error} met={met} />
                        <TextField label={t("order.reference")} help={t("port.reference.help")} value={draft.reference} onChange={(reference) => change({ reference })} error={errorOf(problem, "/reference")} />
                    </div>
                </div>
            ),
        },
        { title: t("port.step.send"), ready: true, body: <Review id={draft.order} busy={save.isPending} request={request} papers={draft.documents} needsPapers={draft.needsPapers} account={draft.account} /> },
    ];
    return (
        <Page title={t("purchase.new")} actions={<Button look="quiet" onPress={() => { drop(); setProblem(null); search.reset(); save.reset(); goTo(0, true); }}>{t("draft.drop")}</Button>}>
            {kept && at === 0 ? <Notice>{t("draft.kept")}</Notice> : null}
            <Problem of={problem} {...(save.isError ? { again: () => save.mutate() } : {})} />
            <Steps steps={steps} at={at} onGo={(step) => { change({ step }); goTo(step); if (step === 2) save.mutate(); }} last={
                <Button look="main" isDisabled={!draft.order || save.isPending || submit.isPending} onPress={() => submit.mutate()}>{t("order.submit")}</Button>
            } />
        </Page>
    );
}

function Review({ id, busy, request, papers, needsPapers, account }: { id: string; busy: boolean; request: Request; papers: Document[]; needsPapers: boolean; account: string }) {
    const t = useText();
    const words = useWords();
    const order = useQuery({ queryKey: ["order", id], enabled: id !== "", queryFn: ({ signal }) => get<Schemas["PurchaseOrder"]>(`/v1/purchase-orders/${id}`, undefined, signal) });
    if (busy || (id && order.isPending)) return <Waiting />;
    return (
        <div className="columns">
            <div className="stack">
                {order.data ? <Notice kind="good">{t("port.saved", { reference: order.data.reference })}</Notice> : null}
                {needsPapers ? (
                    <Section title={t("purchase.mail")}>
                        <p>{t("purchase.mail.help", { account })}</p>
                        <ul className="words">{papers.map((each) => <li key={each.id}>{words.label("document", each.type ?? "other")}: {each.name}</li>)}</ul>
                        {papers.length === 0 ? <Notice kind="warn">{t("purchase.mail.no-papers")}</Notice> : null}
                    </Section>
                ) : null}
                <Section title={t("order.numbers")}>
                    <ul className="words">{((request["numbers"] as string[] | undefined) ?? []).map((each) => <li key={each} className="number">{numberText(each)}</li>)}</ul>
                </Section>
            </div>
            <Wanted request={request} />
        </div>
    );
}
