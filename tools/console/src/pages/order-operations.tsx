// SPDX-License-Identifier: Apache-2.0
// Which functions of plugins ran for an order; and of each, what went to the carrier and what came back, word for word but
// for secrets.
import { useMemo, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useText, useWords } from "../i18n";
import { setQuery, usePlace } from "../router";
import { useSession } from "../session";
import { Dialog, Problem, Section, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { List, type Columns } from "../ui/table";
import type { Order } from "./order-change";

type Operation = Schemas["Operation"];
type Exchange = Schemas["Exchange"];

export function Operations({ order, path }: { order: Order; path: string }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { may } = useSession();
    const sees = may("view_carrier_lists"); // answers may list what other customers have
    const [chosen, setChosen] = useState<Operation | null>(null);
    const operations = useQuery({ queryKey: ["operations", order.id], queryFn: ({ signal }) => get<Schemas["OperationList"]>(`${path}/operations`, undefined, signal) });
    const rows = useMemo(() => [...(operations.data?.items ?? [])].reverse(), [operations.data]);
    // The page of the carriers leads to one operation's exchanges.
    const { query } = usePlace();
    const wanted = query.get("operation");
    const open = chosen ?? (sees && wanted ? rows.find((each) => each.id === wanted) : undefined) ?? null;
    const close = () => {
        setChosen(null);
        if (wanted) setQuery({ operation: "" });
    };
    const columns = useMemo<Columns<Operation>>(
        () => [
            {
                header: t("operation.name"),
                id: "name",
                cell: ({ row: { original: each } }) =>
                    sees ? <button type="button" className="link" aria-label={t("exchanges.of", { operation: words.label("operation", each.name), at: dates.whole(each.began) })} onClick={() => setChosen(each)}>{words.label("operation", each.name)}</button> : words.label("operation", each.name),
            },
            { header: t("operation.account"), id: "account", cell: ({ row: { original: each } }) => each.account },
            { header: t("order.state"), id: "state", cell: ({ row: { original: each } }) => <Mark kind="operation_state" code={each.state} /> },
            { header: t("operation.began"), id: "began", cell: ({ row: { original: each } }) => dates.whole(each.began) },
            { header: t("operation.ended"), id: "ended", cell: ({ row: { original: each } }) => dates.whole(each.ended) },
        ],
        [t, words, dates, sees],
    );
    return (
        <Section title={t("operations")}>
            <Problem of={operations.error} />
            <details>
                <summary>{t("operations.count", { count: rows.length })}</summary>
                <List label={t("operations")} rows={rows} columns={columns} id={(each) => each.id} empty={t("operations.none")} />
            </details>
            <Dialog title={t("exchanges.title", { operation: open ? words.label("operation", open.name) : "" })} open={open !== null} onClose={close} wide>
                {open ? <Exchanges path={path} operation={open} /> : null}
            </Dialog>
        </Section>
    );
}

function Exchanges({ path, operation }: { path: string; operation: Operation }) {
    const t = useText();
    const exchanges = useQuery({ queryKey: ["exchanges", operation.id], queryFn: ({ signal }) => get<Schemas["ExchangeList"]>(`${path}/exchanges`, { operation: operation.id }, signal) });
    if (exchanges.isPending) return <Waiting />;
    if (!exchanges.data) return <Problem of={exchanges.error} again={() => void exchanges.refetch()} />;
    if (exchanges.data.items.length === 0) return <p className="empty">{t("exchanges.none")}</p>;
    return (
        <div className="stack">
            <p className="help">{t("exchanges.help")}</p>
            <ol className="timeline">
                {exchanges.data.items.map((each, index) => <One key={index} of={each} />)}
            </ol>
        </div>
    );
}

function addressOf(each: Exchange): string {
    const pairs = (each.query ?? []).map(([name, value]) => `${name}=${value}`).join("&");
    const place = Array.isArray(each.address) ? each.address.join(", ") : (each.address ?? "");
    return pairs ? `${place}?${pairs}` : place;
}

function One({ of: each }: { of: Exchange }) {
    const t = useText();
    const dates = useDates();
    return (
        <li>
            <div className="row wrap">
                <time dateTime={each.at}>{dates.whole(each.at)}</time>
                <span className="note">{each.step}</span>
                <span className="mark calm">{each.guarantee}</span>
                {each.lost ? <span className="mark bad">{t("exchanges.lost")}</span> : each.failed ? <span className="mark bad">{each.failed}</span> : each.status ? <span className={`mark ${each.status < 400 ? "good" : "bad"}`}>{each.status}</span> : null}
            </div>
            <p className="break"><strong>{each.transport === "mail" ? t("exchanges.mail") : each.method}</strong> <code>{addressOf(each)}</code></p>
            {each.subject ? <p className="note">{each.subject}</p> : null}
            {each.message ? <p className="bad-text">{each.message}</p> : null}
            {each.sent ? <Text label={t("exchanges.sent")} text={each.sent} /> : null}
            {each.answer ? <Text label={t("exchanges.answer")} text={each.answer} /> : null}
        </li>
    );
}

/** JSON laid out for people; anything else as it is. A part of the page that scrolls can be reached by keyboard. */
function Text({ label, text }: { label: string; text: string }) {
    const laid = useMemo(() => {
        try {
            return JSON.stringify(JSON.parse(text), null, 2);
        } catch {
            return text.replaceAll("\\n", "\n");
        }
    }, [text]);
    return (
        <details>
            <summary>{label}</summary>
            <pre className="raw" tabIndex={0} aria-label={label}>{laid}</pre>
        </details>
    );
}

