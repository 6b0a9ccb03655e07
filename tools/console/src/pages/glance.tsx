// SPDX-License-Identifier: Apache-2.0
// Orders in numbers. Each chart is a table with its bars in the cells, so that whoever looks and whoever reads, or has it
// read aloud, finds the same figures in the same place; a chart library would draw them a second time, unseen by some.
import { useMemo, type ReactNode } from "react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useSpeech, useText, useWords } from "../i18n";
import { Link, setQuery, usePlace } from "../router";
import { Page, Problem, Section, Select, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { List, type Columns } from "../ui/table";

type Figures = Schemas["OrderFigures"];
type State = Figures["states"][number];
type Losing = Figures["losing_carriers"][number];
type Refusal = Figures["refusals"][number];
type Week = Figures["weeks"][number];

const day = 86_400_000;
const spans = ["4", "12", "26", "52"] as const;

/** A bar for the eyes, beside its figure. `beyond` goes on in a paler colour. */
function Bar({ value, beyond = value, max, tone = "" }: { value: number; beyond?: number; max: number; tone?: string }) {
    const part = (of: number) => (max > 0 ? (100 * of) / max : 0);
    return (
        <svg className={`measure-bar ${tone}`} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width="100" height="8" className="bar-back" />
            {beyond > value ? <rect width={part(beyond)} height="8" className="bar-beyond" /> : null}
            <rect width={part(value)} height="8" className="bar-fill" />
        </svg>
    );
}

function Measure({ children, long = false, ...bar }: { children: ReactNode; long?: boolean; value: number; beyond?: number; max: number; tone?: string }) {
    return (
        <span className={`measure ${long ? "long" : ""}`}>
            <span className="number">{children}</span>
            <Bar {...bar} />
        </span>
    );
}

const most = (values: number[]): number => Math.max(0, ...values);

function States({ kind, states }: { kind: "port" | "purchase"; states: State[] }) {
    const t = useText();
    const { locale } = useSpeech();
    const rows = useMemo(() => states.filter((each) => each.kind === kind), [states, kind]);
    const max = most(rows.map((each) => each.count));
    const columns = useMemo<Columns<State>>(
        () => [
            { header: t("order.state"), id: "state", cell: ({ row: { original: each } }) => <Link to={`/orders/${kind}?state=${each.state}`}><Mark kind="state" code={each.state} /></Link> },
            { header: t("glance.orders"), id: "count", cell: ({ row: { original: each } }) => <Measure value={each.count} max={max}>{each.count.toLocaleString(locale)}</Measure> },
        ],
        [t, kind, max, locale],
    );
    const title = t(kind === "port" ? "glance.ports" : "glance.purchases");
    return (
        <Section title={title}>
            <List label={title} rows={rows} columns={columns} id={(each) => each.state} empty={t("orders.none")} />
        </Section>
    );
}

function LosingCarriers({ rows }: { rows: Losing[] }) {
    const t = useText();
    const { locale } = useSpeech();
    const max = most(rows.flatMap((each) => [each.days_to_foc?.ninth_tenth ?? 0, each.days_to_completed?.ninth_tenth ?? 0]));
    const columns = useMemo<Columns<Losing>>(() => {
        const days = (of: Losing["days_to_foc"], tone: string) =>
            of ? (
                <Measure long value={of.median} beyond={of.ninth_tenth} max={max} tone={tone}>
                    {t("glance.days", { median: of.median, most: of.ninth_tenth })}
                </Measure>
            ) : (
                "–"
            );
        return [
            { header: t("glance.losing"), id: "carrier", cell: ({ row: { original: each } }) => each.carrier || each.account || t("order.other-carrier") },
            { header: t("glance.confirmed"), id: "confirmed", cell: ({ row: { original: each } }) => <span className="number">{each.confirmed.toLocaleString(locale)}</span> },
            { header: t("glance.to-foc"), id: "foc", cell: ({ row: { original: each } }) => days(each.days_to_foc, "") },
            { header: t("glance.completed"), id: "completed", cell: ({ row: { original: each } }) => <span className="number">{each.completed.toLocaleString(locale)}</span> },
            { header: t("glance.to-completed"), id: "end", cell: ({ row: { original: each } }) => days(each.days_to_completed, "good") },
        ];
    }, [t, locale, max]);
    return (
        <Section title={t("glance.times")}>
            <p className="help">{t("glance.times.help")}</p>
            <List label={t("glance.times")} rows={rows} columns={columns} id={(each) => `${each.account}/${each.carrier}`} empty={t("glance.times.none")} />
        </Section>
    );
}

function Refusals({ rows }: { rows: Refusal[] }) {
    const t = useText();
    const words = useWords();
    const { locale } = useSpeech();
    const max = most(rows.map((each) => each.count));
    const columns = useMemo<Columns<Refusal>>(
        () => [
            { header: t("glance.code"), id: "code", cell: ({ row: { original: each } }) => <Link to={`/orders/${each.kind}?code=${each.code}`}><Mark kind="reason" code={each.code} /></Link> },
            { header: t("glance.of"), id: "kind", cell: ({ row: { original: each } }) => words.label("kind", each.kind) },
            { header: t("glance.times-said"), id: "count", cell: ({ row: { original: each } }) => <Measure value={each.count} max={max} tone="bad">{each.count.toLocaleString(locale)}</Measure> },
        ],
        [t, words, max, locale],
    );
    return (
        <Section title={t("glance.refusals")} aside={<Link to="/orders/port?state=exception">{t("glance.refused-now")}</Link>}>
            <List label={t("glance.refusals")} rows={rows} columns={columns} id={(each) => `${each.kind}/${each.code}`} empty={t("glance.refusals.none")} />
        </Section>
    );
}

function Weeks({ rows }: { rows: Week[] }) {
    const t = useText();
    const dates = useDates();
    const { locale } = useSpeech();
    const newest = useMemo(() => [...rows].reverse(), [rows]);
    const max = most(rows.flatMap((each) => [each.ports_created, each.ports_completed, each.purchases_created, each.purchases_completed]));
    const columns = useMemo<Columns<Week>>(() => {
        const count = (value: number, tone: string) => <Measure value={value} max={max} tone={tone}>{value.toLocaleString(locale)}</Measure>;
        return [
            { header: t("glance.week"), id: "week", cell: ({ row: { original: each } }) => <span className="whole">{dates.day(each.monday)}</span> },
            { header: t("glance.ports-created"), id: "ports", cell: ({ row: { original: each } }) => count(each.ports_created, "") },
            { header: t("glance.ports-completed"), id: "ports-done", cell: ({ row: { original: each } }) => count(each.ports_completed, "good") },
            { header: t("glance.purchases-created"), id: "purchases", cell: ({ row: { original: each } }) => count(each.purchases_created, "") },
            { header: t("glance.purchases-completed"), id: "purchases-done", cell: ({ row: { original: each } }) => count(each.purchases_completed, "good") },
        ];
    }, [t, dates, locale, max]);
    return (
        <Section title={t("glance.weeks")}>
            <List label={t("glance.weeks")} rows={newest} columns={columns} id={(each) => each.monday} empty={t("glance.weeks.none")} />
        </Section>
    );
}

export function Glance() {
    const t = useText();
    const { query } = usePlace();
    const weeks = query.get("weeks") ?? "12";
    const figures = useQuery({
        queryKey: ["figures", weeks],
        queryFn: ({ signal }) => {
            // Whole days, so that nothing half falls out of the first one.
            const since = Math.floor((Date.now() - Math.min(Number(weeks) || 12, 5000) * 7 * day) / day) * day;
            return get<Figures>("/v1/order-figures", { since: new Date(since).toISOString() }, signal);
        },
        placeholderData: keepPreviousData,
    });
    const choices = spans.map((id) => ({ id, label: t("glance.span.weeks", { count: Number(id) }) }));
    const known = spans.some((each) => each === weeks);
    return (
        <Page title={t("nav.glance")} intro={t("glance.intro")}>
            <div className="row wrap filters end">
                <Select label={t("glance.span")} value={known ? weeks : "12"} choices={choices} onChange={(value) => setQuery({ weeks: value === "12" ? "" : value })} />
            </div>
            <Problem of={figures.error} again={() => void figures.refetch()} />
            {figures.isPending ? <Waiting /> : null}
            {figures.data ? (
                <>
                    <div className="columns even">
                        <States kind="port" states={figures.data.states} />
                        <States kind="purchase" states={figures.data.states} />
                    </div>
                    <LosingCarriers rows={figures.data.losing_carriers} />
                    <Refusals rows={figures.data.refusals} />
                    <Weeks rows={figures.data.weeks} />
                </>
            ) : null}
        </Page>
    );
}
