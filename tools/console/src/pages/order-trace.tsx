// SPDX-License-Identifier: Apache-2.0
// Where the time of an order went: each step of its operations as a bar, all on one axis. What a bar shows stands below it in
// words, so that nobody needs to see it.
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useSpeech, useText, useWords } from "../i18n";
import { Button, Problem, Section, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import type { Order } from "./order-change";

type Trace = Schemas["Trace"];
type Step = Schemas["TraceStep"];
type Extent = { from: string; until: string | null; start: number; end: number };

const height = 12;
/** Waits are thin, work is thick, a doubt is hollow: a bar is read without its colours. */
const looks: Record<string, { tone: string; top: number; high: number }> = {
    turn: { tone: "warn", top: 4, high: 4 },
    ready: { tone: "warn", top: 4, high: 4 },
    again: { tone: "warn", top: 5, high: 2 },
    pause: { tone: "calm", top: 5, high: 2 },
    person: { tone: "warn", top: 2, high: 8 },
    event: { tone: "warn", top: 2, high: 8 },
    settle: { tone: "doubt", top: 1, high: 10 },
    carrier: { tone: "calm", top: 5, high: 2 },
};
const usual = { tone: "good", top: 0, high: height };

function useLengths() {
    const { locale } = useSpeech();
    const say = (value: number, unit: string, digits = 0) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits: digits }).format(value);
    return (milliseconds: number): string => {
        if (milliseconds < 1000) return say(milliseconds, "millisecond");
        const seconds = milliseconds / 1000;
        if (seconds < 60) return say(seconds, "second", 1);
        const minutes = Math.floor(seconds / 60);
        if (minutes < 60) return `${say(minutes, "minute")} ${say(Math.floor(seconds % 60), "second")}`;
        const hours = Math.floor(minutes / 60);
        if (hours < 24) return `${say(hours, "hour")} ${say(minutes % 60, "minute")}`;
        return `${say(Math.floor(hours / 24), "day")} ${say(hours % 24, "hour")}`;
    };
}

export function OrderTrace({ order, path }: { order: Order; path: string }) {
    const t = useText();
    const [wanted, setWanted] = useState(false);
    const [limit, setLimit] = useState(20);
    const trace = useQuery({ queryKey: ["trace", order.id, limit, order.version], enabled: wanted, queryFn: ({ signal }) => get<Trace>(`${path}/trace`, { limit }, signal), placeholderData: (before) => before });
    return (
        <Section title={t("trace")} aside={wanted ? null : <Button look="quiet" onPress={() => setWanted(true)}>{t("trace.show")}</Button>}>
            {wanted && trace.isPending ? <Waiting /> : null}
            <Problem of={trace.error} again={() => void trace.refetch()} />
            {trace.data ? (
                <>
                    {trace.data.whole ? null : (
                        <p className="note">
                            {t("trace.part")} {limit < 100 ? <Button look="quiet" onPress={() => setLimit(100)}>{t("trace.more")}</Button> : null}
                        </p>
                    )}
                    {trace.data.operations.length + trace.data.waits.length === 0 ? <p className="empty">{t("operations.none")}</p> : <Waterfall trace={trace.data} />}
                </>
            ) : null}
        </Section>
    );
}

function Waterfall({ trace }: { trace: Trace }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const lengths = useLengths();
    const length = (of: Extent) => `${lengths(Date.parse(of.until ?? trace.at) - Date.parse(of.from))}${of.until ? "" : "…"}`;
    const rows = [
        ...trace.operations.map((operation) => ({ operation, wait: undefined, from: operation.from })),
        ...trace.waits.map((wait) => ({ operation: undefined, wait, from: wait.from })),
    ].sort((one, other) => one.from.localeCompare(other.from));
    const cuts = trace.axis.filter((each) => each.cut);
    return (
        <div className="trace">
            <p className="help">{cuts.length > 0 ? t("trace.help.cut", { count: cuts.length }) : t("trace.help")}</p>
            <div className="trace-row" aria-hidden="true">
                <span />
                <svg className="trace-axis" viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none">
                    {trace.axis.map((each) => <rect key={each.from} x={each.start} y={5} width={each.end - each.start} height={2} className={each.cut ? "trace-cut" : "trace-scale"} />)}
                </svg>
                <span />
            </div>
            <ol className="plain">
                {rows.map(({ operation, wait }) =>
                    operation ? (
                        <li key={operation.id}>
                            <div className="row wrap trace-head">
                                <strong>{words.label("operation", operation.name)}</strong>
                                <span className="note">{operation.account}</span>
                                <Mark kind="operation_state" code={operation.state} />
                                <time className="note" dateTime={operation.from}>{dates.second(operation.from)}</time>
                            </div>
                            <Row name={t("trace.whole")} length={length(operation)} cuts={cuts}>
                                <rect x={operation.start} y={5} width={Math.max(operation.end - operation.start, 3)} height={2} className="trace-bar calm" />
                            </Row>
                            {operation.steps.length === 0 ? <p className="note">{t("trace.steps.none")}</p> : (
                                <ol className="plain">
                                    {operation.steps.map((step, index) => (
                                        <li key={index}>
                                            <Row name={step.step} mark={step.guarantee === "SAFE" ? undefined : step.guarantee} length={length(step)} cuts={cuts}>
                                                {step.pieces.map((piece) => <Piece key={piece.from + piece.what} of={piece} what={piece.what} failed={piece.failed !== ""} />)}
                                            </Row>
                                            <p className="trace-words">
                                                <Request of={step} />
                                                <span>{step.pieces.map((piece) => `${words.label("spent", piece.what)} ${length(piece)}${piece.failed ? ` (${[piece.status, piece.failed].filter(Boolean).join(" ")})` : ""}`).join(", ")}</span>
                                                {step.carrier_request ? <span>{t("trace.carrier-request", { id: step.carrier_request })}</span> : null}
                                            </p>
                                        </li>
                                    ))}
                                </ol>
                            )}
                        </li>
                    ) : wait ? (
                        <li key={wait.from}>
                            <Row name={words.label("spent", wait.what)} length={length(wait)} cuts={cuts}>
                                <Piece of={wait} what={wait.what} />
                            </Row>
                        </li>
                    ) : null,
                )}
            </ol>
            <p className="note">{t("trace.log", { id: trace.id })}</p>
        </div>
    );
}

function Row({ name, mark, length, cuts, children }: { name: string; mark?: string | undefined; length: string; cuts: Extent[]; children: React.ReactNode }) {
    return (
        <div className="trace-row">
            <span className="break">{name}{mark ? <> <span className="mark calm">{mark}</span></> : null}</span>
            <svg className="trace-line" viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none" aria-hidden="true">
                {cuts.map((each) => <rect key={each.from} x={each.start} width={each.end - each.start} height={height} className="trace-gap" />)}
                {children}
            </svg>
            <span className="trace-length">{length}</span>
        </div>
    );
}

function Piece({ of, what, failed }: { of: Extent; what: string; failed?: boolean }) {
    const look = looks[what] ?? usual;
    return <rect x={Math.min(of.start, 997)} y={look.top} width={Math.max(of.end - of.start, 3)} height={look.high} className={`trace-bar ${failed ? "bad" : look.tone}`} />;
}

/** What was asked for, and what came of it; of whoever may not see exchanges only how it failed. */
function Request({ of: step }: { of: Step }) {
    const address = Array.isArray(step.address) ? step.address.join(", ") : step.address;
    return (
        <>
            {step.title ? <span>{step.title}</span> : null}
            {address ? <span className="break"><strong>{step.method}</strong> <code>{address}</code></span> : null}
            {step.status ? <span className={`mark ${step.status < 400 ? "good" : "bad"}`}>{step.status}</span> : null}
            {step.failed ? <span className="mark bad">{step.failed}</span> : null}
            {step.message ? <span className="bad-text">{step.message}</span> : null}
        </>
    );
}
