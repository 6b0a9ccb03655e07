// SPDX-License-Identifier: Apache-2.0
// A port, from the two carriers to the signed letter. The order is made as a draft at the last step, because letter and
// checks need one; until then, and after a lost connection, everything typed is in this browser.
import { useMemo, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, ask, once, type Schemas } from "../api/client";
import { DocumentsField, type Document } from "../documents";
import { useDraft } from "../draft";
import { addressFields, errorOf, numbersOf, RequestField, textAt, typedValue, useFieldLabel, withValue, type Request } from "../fields";
import { numberText, useSpeech, useText, useWords } from "../i18n";
import { Letter } from "../letter";
import { requiredFields, useRequirements, useRequirementText, Wants, type Requirement } from "../requirements";
import { navigate, useStep } from "../router";
import { useSession } from "../session";
import { Button, Checkbox, Notice, Page, Problem, Section, Select, TextField, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { Steps, type Step } from "../ui/steps";
import { can, useCarriers } from "./carriers";
import { Wanted } from "./order";

interface Draft {
    step: number;
    losing: string;
    gaining: string;
    reference: string;
    texts: Record<string, string>;
    details: Record<string, string>;
    documents: Document[];
    pin: string;
    order: string; // of the draft that porteurd has, once it has one
    version: number;
}

const other = "(other)";
const empty: Draft = { step: 0, losing: "", gaining: "", reference: "", texts: { "/language": "en", "/service_address/country": "CA" }, details: {}, documents: [], pin: "", order: "", version: 0 };
const tollFree = /^\+1(800|888|877|866|855|844|833|822)/;
const countries: [RegExp, string][] = [[/^\+1/, "CA"], [/^\+33/, "FR"], [/^\+44/, "GB"], [/^\+49/, "DE"], [/^\+39/, "IT"], [/^\+34/, "ES"], [/^\+32/, "BE"], [/^\+41/, "CH"]];
const stepOfField = (field: string) => {
    const pointer = field.replace(/^\/request/, "");
    if (/^\/(account|losing_account|numbers|remaining|losing_carrier|reference)/.test(pointer) && pointer !== "/account_number") return 0;
    return pointer.startsWith("/documents") ? 2 : 1;
};

export function PortWizard() {
    const t = useText();
    const { value: draft, change, drop, kept } = useDraft<Draft>("port", empty, ["pin"]);
    const carriers = useCarriers();
    const { may } = useSession();
    const [askedStep, goTo] = useStep(draft.step);
    const label = useFieldLabel();
    const requirementText = useRequirementText();
    const [problem, setProblem] = useState<unknown>(null);
    const { texts } = draft;
    const set = (pointer: string, text: string) => change({ texts: { ...texts, [pointer]: text } });

    const numbers = useMemo(() => numbersOf(texts["/numbers"] ?? ""), [texts]);
    const country = texts["/service_address/country"] || countries.find(([begin]) => begin.test(numbers[0] ?? ""))?.[1] || "CA";
    const numberType = numbers.length > 0 && numbers.every((each) => tollFree.test(each)) ? "toll_free" : "local";
    const losingAccount = draft.losing === other ? "" : draft.losing;
    const gainingWants = useRequirements(draft.gaining, { country, number_type: numberType, action: "port_in" });
    const losingWants = useRequirements(losingAccount, { country, number_type: numberType, action: "port_out" });
    const wants = requiredFields([losingWants.data, gainingWants.data]);

    const met = (each: Requirement): boolean | undefined => {
        if (each.kind === "action") return undefined;
        if (each.field === "/documents") return draft.documents.some((document) => document.type === each.code || (each.code === "statement" && document.type === "invoice"));
        if (each.field === "/pin") return draft.pin !== "" && fits(each, draft.pin);
        if (each.field === "/target") return Boolean(texts["/target/trunk"] || texts["/target/offering"]);
        if (each.field.endsWith("_address")) return ["house_number", "street", "city", "postal_code"].every((part) => texts[`${each.field}/${part}`]);
        if (each.field === "/losing_carrier" && losingAccount) return true;
        const text = texts[each.field] ?? "";
        return text.trim() !== "" && fits(each, text);
    };
    const wanted = (pointer: string): Requirement | undefined => wants.get(pointer) ?? [...wants.values()].find((each) => each.kind === "address" && pointer.startsWith(`${each.field}/`));
    const needed = (pointer: string) => {
        if (/\/(unit|street_type|street_direction)$/.test(pointer)) return false;
        return wanted(pointer)?.required ?? false;
    };

    const field = (pointer: string) => {
        const want = wants.get(pointer);
        const value = pointer === "/pin" ? draft.pin : (texts[pointer] ?? "");
        const wrong = want && value && !fits(want, value) ? t("field.pattern", { help: requirementText(want).help }) : undefined;
        return (
            <RequestField
                key={pointer}
                pointer={pointer}
                value={value}
                onChange={(text) => (pointer === "/pin" ? change({ pin: text }) : set(pointer, text))}
                error={errorOf(problem, pointer) ?? wrong}
                required={needed(pointer)}
                {...(want ? { help: requirementText(want).help } : {})}
            />
        );
    };

    const request = useMemo(() => {
        let out: Request = {};
        for (const [pointer, text] of Object.entries(texts)) {
            const typed = typedValue(pointer, text);
            if (text.trim() !== "" && typed !== null) out = withValue(out, pointer, typed);
        }
        const details = Object.fromEntries(Object.entries(draft.details).filter(([, text]) => text.trim()));
        if (Object.keys(details).length > 0) out = withValue(out, "/target/details", details);
        out["documents"] = draft.documents.map((each) => each.id);
        return out;
    }, [texts, draft.details, draft.documents]);

    const wrongSteps = new Set<number>();
    if (problem && typeof problem === "object" && "errors" in problem)
        for (const each of (problem as { errors: { field: string }[] }).errors) if (each.field.startsWith("/")) wrongSteps.add(stepOfField(each.field));

    const go = (step: number) => {
        change({ step });
        goTo(step);
        if (step === 3) save.mutate();
    };
    const save = useMutation({
        mutationFn: async () => {
            const whole = draft.pin ? { ...request, pin: draft.pin } : request;
            if (draft.order) {
                const now = await get<Schemas["PortOrder"]>(`/v1/port-orders/${draft.order}`);
                // What was emptied since is taken away; what was never there is left alone.
                let patch: Request = { ...whole };
                for (const [pointer, text] of Object.entries(texts)) if (text.trim() === "" && textAt(now.request, pointer)) patch = withValue(patch, pointer, null);
                return ask<Schemas["PortOrder"]>("PATCH", `/v1/port-orders/${draft.order}`, { body: { request: patch }, ifMatch: now.version });
            }
            return once<Schemas["PortOrder"]>("port.create", "POST", "/v1/port-orders", {
                body: { account: draft.gaining, losing_account: losingAccount, ...(draft.reference ? { reference: draft.reference } : {}), request: whole },
            });
        },
        onSuccess: (order) => {
            setProblem(null);
            change({ order: order.id, version: order.version });
        },
        onError: setProblem,
    });
    const queries = useQueryClient();
    const submit = useMutation({
        mutationFn: () => once<Schemas["PortOrder"]>(`port.submit.${draft.order}`, "POST", `/v1/port-orders/${draft.order}/submit`),
        onSuccess: (order) => {
            drop();
            queries.setQueryData(["order", order.id], order);
            void queries.invalidateQueries({ queryKey: ["orders"] });
            navigate(`/orders/port/${order.id}`);
        },
        onError: setProblem,
    });

    const accounts = carriers.data?.items ?? [];
    const fixed = draft.order !== "";
    const wantedStep = Math.min(askedStep, 3);
    const at = draft.order || !save.isIdle ? wantedStep : Math.min(wantedStep, 2);
    const steps: Step[] = [
        {
            title: t("port.step.numbers"),
            ready: Boolean(draft.losing && draft.gaining && numbers.length > 0 && (losingAccount || texts["/losing_carrier"]?.trim())),
            wrong: wrongSteps.has(0),
            body: (
                <div className="columns">
                    <div className="stack">
                        {fixed ? <Notice>{t("port.fixed")}</Notice> : null}
                        <Select label={t("port.losing")} value={draft.losing} onChange={(losing) => !fixed && change({ losing })} required
                            choices={[...accounts.filter((each) => can(each, "preflight")).map((each) => ({ id: each.account, label: each.account, note: each.name })), { id: other, label: t("order.other-carrier"), note: t("port.other.note") }]} error={errorOf(problem, "/losing_account")} />
                        {draft.losing === other ? <LosingCarrier account={draft.gaining} value={texts["/losing_carrier"] ?? ""} onChange={(text) => set("/losing_carrier", text)} error={errorOf(problem, "/losing_carrier")} /> : null}
                        <Select label={t("port.gaining")} value={draft.gaining} onChange={(gaining) => !fixed && change({ gaining })} required
                            choices={accounts.filter((each) => can(each, "submit_port") && each.account !== losingAccount).map((each) => ({ id: each.account, label: each.account, note: each.name }))} error={errorOf(problem, "/account")} />
                        {field("/numbers")}
                        {losingAccount && may("view_carrier_lists") ? <FromAccount account={losingAccount} chosen={numbers} onChange={(list) => set("/numbers", list.join("\n"))} /> : null}
                        <Portability account={draft.gaining} able={accounts.some((each) => each.account === draft.gaining && can(each, "check_portability"))} numbers={numbers} />
                        <TextField label={t("order.reference")} help={t("port.reference.help")} value={draft.reference} onChange={(reference) => change({ reference })} error={errorOf(problem, "/reference")} />
                    </div>
                    <div className="stack">
                        {losingAccount ? <Wants account={losingAccount} of={losingWants.data} error={losingWants.error} met={met} /> : null}
                        {draft.gaining ? <Wants account={draft.gaining} of={gainingWants.data} error={gainingWants.error} met={met} /> : null}
                    </div>
                </div>
            ),
        },
        {
            title: t("port.step.details"),
            ready: true,
            wrong: wrongSteps.has(1),
            body: (
                <div className="columns">
                    <div className="stack">
                        <Section title={t("port.customer")}>
                            <div className="grid">
                                {["/end_user/name", "/account_number", ...(losingAccount || wants.has("/pin") ? ["/pin"] : []), "/btn", "/end_user/authorized_person/first_name", "/end_user/authorized_person/last_name", "/end_user/authorized_person/title"].map(field)}
                            </div>
                        </Section>
                        <Section title={t("field.service_address")}>
                            <p className="help">{t("port.address.help")}</p>
                            <div className="grid">{addressFields("service_address").map(field)}</div>
                        </Section>
                    </div>
                    <div className="stack">
                        <Target account={draft.gaining} texts={texts} details={draft.details} onTexts={(more) => change({ texts: { ...texts, ...more } })} onDetails={(details) => change({ details })} error={errorOf(problem, "/target")} wants={wants} />
                        <Section title={t("port.when")}>
                            <div className="grid">
                                {["/requested_date", "/requested_time", "/contact_email"].map(field)}
                            </div>
                            {field("/remaining")}
                            {field("/new_btn")}
                            {field("/language")}
                            {field("/comment")}
                        </Section>
                    </div>
                </div>
            ),
        },
        {
            title: t("documents"),
            ready: true,
            wrong: wrongSteps.has(2),
            body: (
                <div className="columns">
                    <Section title={t("documents")}>
                        <p className="help">{t("port.documents.help")}</p>
                        <DocumentsField documents={draft.documents} onChange={(documents) => change({ documents })} error={errorOf(problem, "/documents")} first={losingAccount ? "invoice" : "loa"} />
                    </Section>
                    <div className="stack">
                        {losingAccount ? <Wants account={losingAccount} of={losingWants.data} error={null} met={met} /> : null}
                        <Wants account={draft.gaining} of={gainingWants.data} error={null} met={met} />
                    </div>
                </div>
            ),
        },
        { title: t("port.step.send"), ready: true, body: <Review id={draft.order} busy={save.isPending} letter={(order) => change({ version: order.version, documents: order.request.documents })} request={request} /> },
    ];
    return (
        <Page title={t("port.new")} intro={t("port.intro")} actions={<Button look="quiet" onPress={() => { drop(); setProblem(null); save.reset(); goTo(0, true); }}>{t("draft.drop")}</Button>}>
            {kept && at === 0 ? <Notice>{t("draft.kept")}</Notice> : null}
            <Problem of={carriers.error} />
            <Problem of={problem} {...(save.isError ? { again: () => save.mutate() } : {})} />
            {problem && wrongSteps.size > 0 ? <p>{t("steps.go-to", { steps: [...wrongSteps].map((step) => steps[step]?.title).join(", ") })}</p> : null}
            <Steps steps={steps} at={at} onGo={go} last={
                <Button look="main" isDisabled={!draft.order || save.isPending || submit.isPending} onPress={() => submit.mutate()}>{t("order.submit")}</Button>
            } />
            <p className="sr">{label("/numbers")}</p>
        </Page>
    );
}

export function fits(want: Requirement, text: string): boolean {
    if (!want.pattern) return true;
    try {
        return new RegExp(want.pattern).test(text);
    } catch {
        return true;
    }
}

function LosingCarrier({ account, value, onChange, error }: { account: string; value: string; onChange: (text: string) => void; error: string | undefined }) {
    const t = useText();
    const carriers = useCarriers();
    const { may } = useSession();
    const able = may("view_carrier_lists") && (carriers.data?.items.some((each) => each.account === account && can(each, "discover")) ?? false);
    const known = useQuery({
        queryKey: ["discovery", account, "providers"],
        enabled: able,
        retry: false,
        staleTime: 600_000,
        queryFn: ({ signal }) => get<Schemas["Discovery"]>("/v1/discovery", { account, what: "providers" }, signal),
    });
    const list = known.data?.lists.find((each) => each.name === "providers");
    const name = list?.columns.indexOf("name") ?? -1;
    const names = list && name >= 0 ? list.rows.map((row) => row[name] ?? "").filter(Boolean) : [];
    return (
        <>
            <TextField label={t("field.losing_carrier")} value={value} onChange={onChange} error={error} required help={t("field.losing_carrier.help")} />
            {names.length > 0 ? (
                <Select label={t("port.losing.known", { account })} value={names.includes(value) ? value : ""} onChange={onChange} choices={names.map((each) => ({ id: each, label: each }))} />
            ) : null}
        </>
    );
}

function FromAccount({ account, chosen, onChange }: { account: string; chosen: string[]; onChange: (numbers: string[]) => void }) {
    const t = useText();
    const [open, setOpen] = useState(false);
    const list = useQuery({
        queryKey: ["account-numbers", account],
        enabled: open,
        retry: false,
        queryFn: ({ signal }) => get<Schemas["CarrierNumberList"]>("/v1/account-numbers", { account }, signal),
    });
    if (!open) return <div><Button onPress={() => setOpen(true)}>{t("port.from-account", { account })}</Button></div>;
    return (
        <fieldset className="choices">
            <legend>{t("port.from-account", { account })}</legend>
            {list.isPending ? <Waiting /> : null}
            <Problem of={list.error} />
            {list.data?.items.map((each) => (
                <Checkbox key={each.number} value={chosen.includes(each.number)} onChange={(on) => onChange(on ? [...chosen, each.number] : chosen.filter((number) => number !== each.number))}>
                    <span><span className="number">{numberText(each.number)}</span> <span className="note">{[each.label, each.main_number ? t("port.main-number") : ""].filter(Boolean).join(", ")}</span></span>
                </Checkbox>
            ))}
        </fieldset>
    );
}

function Portability({ account, able, numbers }: { account: string; able: boolean; numbers: string[] }) {
    const t = useText();
    const words = useWords();
    const check = useMutation({ mutationFn: () => ask<Schemas["PortabilityList"]>("POST", "/v1/portability-checks", { body: { account, numbers } }) });
    if (!able) return null;
    return (
        <div className="stack">
            <div>
                <Button isDisabled={numbers.length === 0 || check.isPending} onPress={() => check.mutate()}>{t(check.isPending ? "port.checking" : "port.check")}</Button>
            </div>
            <Problem of={check.error} />
            {check.data ? (
                <ul className="wants" aria-label={t("port.check.result")}>
                    {check.data.items.map((each) => (
                        <li key={each.number} className={each.portable ? "met" : ""}>
                            <Mark kind="portable" code={each.portable ? "ok" : "refused"} text={t(each.portable ? "port.portable" : "port.not-portable")} />
                            <span><span className="number">{numberText(each.number)}</span> {[each.reason && words.label("reason", each.reason), each.carrier_word].filter(Boolean).join(": ")}</span>
                        </li>
                    ))}
                </ul>
            ) : null}
        </div>
    );
}

/** Where the numbers arrive, as the gaining carrier lists it. */
export function Target({ account, texts, details, onTexts, onDetails, error, wants }: { account: string; texts: Record<string, string>; details: Record<string, string>; onTexts: (texts: Record<string, string>) => void; onDetails: (details: Record<string, string>) => void; error: string | undefined; wants: Map<string, Requirement> }) {
    const t = useText();
    const words = useWords();
    const { language } = useSpeech();
    const carriers = useCarriers();
    const requirementText = useRequirementText();
    const able = carriers.data?.items.some((each) => each.account === account && can(each, "list_targets")) ?? false;
    const targets = useQuery({
        queryKey: ["targets", account],
        enabled: able,
        retry: 1,
        queryFn: ({ signal }) => get<Schemas["TargetList"]>("/v1/targets", { account }, signal),
    });
    const items = targets.data?.items ?? [];
    const chosen = items.find((each) => (each.kind === "trunk" ? texts["/target/trunk"] === each.id : texts["/target/offering"] === each.id));
    if (!able && !wants.has("/target")) return null;
    return (
        <Section title={t("field.target")}>
            <Problem of={targets.error} again={() => void targets.refetch()} />
            {able ? (
                <Select
                    label={t("field.target")}
                    value={chosen ? `${chosen.kind}/${chosen.id}` : ""}
                    required={wants.get("/target")?.required ?? false}
                    error={error}
                    onChange={(key) => {
                        const [kind, id = ""] = key.split("/");
                        onTexts({ "/target/trunk": kind === "trunk" ? id : "", "/target/offering": kind === "offering" ? id : "", "/target/parent": "" });
                    }}
                    choices={items.map((each) => ({ id: `${each.kind}/${each.id}`, label: `${(language === "fr" && each.label_fr) || each.label_en} (${each.id})`, note: words.label("target", each.kind) }))}
                />
            ) : (
                <TextField label={t("field.target.trunk")} value={texts["/target/trunk"] ?? ""} onChange={(text) => onTexts({ "/target/trunk": text })} error={error} />
            )}
            {chosen && chosen.parents.length > 0 ? (
                <Select label={t("field.target.parent")} value={texts["/target/parent"] ?? ""} onChange={(parent) => onTexts({ "/target/parent": parent })} choices={chosen.parents.map((each) => ({ id: each.split(":")[0] ?? each, label: each }))} required />
            ) : null}
            {chosen?.details.map((name) => {
                const want = wants.get(`/target/details/${name}`);
                const text = want ? requirementText(want) : { label: name.replaceAll("_", " "), help: "" };
                return <TextField key={name} label={text.label} help={text.help} value={details[name] ?? ""} onChange={(value) => onDetails({ ...details, [name]: value })} />;
            })}
        </Section>
    );
}

function Review({ id, busy, letter, request }: { id: string; busy: boolean; letter: (order: Schemas["PortOrder"]) => void; request: Request }) {
    const t = useText();
    const order = useQuery({ queryKey: ["order", id], enabled: id !== "", queryFn: ({ signal }) => get<Schemas["PortOrder"]>(`/v1/port-orders/${id}`, undefined, signal) });
    if (busy || (id && order.isPending)) return <Waiting />;
    return (
        <div className="columns">
            <div className="stack">
                {order.data ? (
                    <>
                        <Notice kind="good">{t("port.saved", { reference: order.data.reference })}</Notice>
                        <Section title={t("letter.title")}>
                            {order.data.request.documents.some((each) => each.type === "loa") ? <Notice>{t("letter.there")}</Notice> : null}
                            <Letter order={order.data} onMade={letter} />
                        </Section>
                    </>
                ) : null}
            </div>
            <div className="stack">
                <Section title={t("order.numbers")}>
                    <ul className="words">{((request["numbers"] as string[] | undefined) ?? []).map((each) => <li key={each} className="number">{numberText(each)}</li>)}</ul>
                </Section>
                <Wanted request={request} />
            </div>
        </div>
    );
}
