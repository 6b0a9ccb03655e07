// SPDX-License-Identifier: Apache-2.0
// How an account stands with its carrier now: what is used of its rate, its breaker, its last faults and requests. It is
// known since the daemon started, and says so.
import { useMemo } from "react";
import type { Schemas } from "../api/client";
import { useDates, useText, useWords } from "../i18n";
import { Link } from "../router";
import { useSession } from "../session";
import { Mark } from "../ui/marks";
import { List, type Columns } from "../ui/table";

type Carrier = Schemas["Carrier"];
type Requests = Schemas["CarrierRequests"];
type Request = Requests["items"][number];

export function Standing({ carrier }: { carrier: Carrier }) {
    const t = useText();
    const dates = useDates();
    const { rate, breaker, faults, requests } = carrier;
    const limit = rate?.limit;
    return (
        <>
            <dl className="facts">
                {rate ? (
                    <div>
                        <dt>{t("standing.rate")}</dt>
                        <dd>
                            {limit ? t("standing.rate.used", { used: limit.used, count: limit.count, seconds: limit.per_seconds }) : t("standing.rate.none")}
                            {limit?.waiting ? ` · ${t("standing.rate.waiting", { count: limit.waiting })}` : ""}
                            {rate.left_alone_until ? <> · <span className="mark warn">{t("standing.left-alone", { at: dates.second(rate.left_alone_until) })}</span></> : null}
                        </dd>
                    </div>
                ) : null}
                {breaker ? (
                    <div>
                        <dt>{t("standing.breaker")}</dt>
                        <dd>
                            <Mark kind="breaker" code={breaker.state} />{" "}
                            <span className="note">
                                {breaker.since ? t("standing.since", { at: dates.second(breaker.since) }) : t("standing.since.start", { at: dates.second(breaker.counted_since) })}
                                {breaker.next_try ? ` · ${t("standing.next-try", { at: dates.second(breaker.next_try) })}` : ""}
                                {breaker.failures > 0 ? ` · ${t("standing.failures", { count: breaker.failures })}` : ""}
                            </span>
                        </dd>
                    </div>
                ) : null}
            </dl>
            {faults ? <Recent of={faults} which="faults" account={carrier.account} /> : null}
            {requests ? <Recent of={requests} which="requests" account={carrier.account} /> : null}
        </>
    );
}

function Recent({ of: shown, which, account }: { of: Requests; which: "faults" | "requests"; account: string }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { may } = useSession();
    const sees = may("view_carrier_lists"); // whoever sees an operation's exchanges
    const label = t(`standing.${which}.of`, { account });
    const rows = useMemo(() => shown.items.map((each, index) => ({ ...each, key: `${each.at}.${index}` })), [shown.items]);
    const columns = useMemo<Columns<Request & { key: string }>>(
        () => [
            { header: t("standing.at"), id: "at", cell: ({ row: { original: each } }) => <time dateTime={each.at}>{dates.second(each.at)}</time> },
            { header: t("operation.name"), id: "operation", cell: ({ row: { original: each } }) => <>{words.label("operation", each.operation)} <span className="note">{each.step}</span></> },
            { header: t("mail.order"), id: "order", cell: ({ row: { original: each } }) => (each.order ? <Link to={`/orders/${each.order.kind}/${each.order.id}`} className="whole">{each.order.reference}</Link> : "–") },
            {
                header: t("standing.answer"),
                id: "answer",
                cell: ({ row: { original: each } }) => (
                    <>
                        <span className={`mark ${each.failed ? "bad" : (each.status ?? 0) < 400 ? "good" : "warn"}`}>{each.status ?? t("standing.no-answer")}</span>{" "}
                        <span className="note">{t("standing.took", { count: each.took_ms })}</span>
                        {each.message ? <p className="problem">{each.message}</p> : null}
                    </>
                ),
            },
            {
                header: t("standing.exchanges"),
                id: "exchanges",
                cell: ({ row: { original: each } }) =>
                    sees && each.order && each.run ? (
                        <Link to={`/orders/${each.order.kind}/${each.order.id}?operation=${each.run}`} aria-label={`${t("standing.exchanges.show")}: ${t("exchanges.of", { operation: words.label("operation", each.operation), at: dates.whole(each.at) })}`}>
                            {t("standing.exchanges.show")}
                        </Link>
                    ) : (
                        "–"
                    ),
            },
        ],
        [t, words, dates, sees],
    );
    const since = dates.second(shown.since);
    if (rows.length === 0) return <p className="note">{t(`standing.${which}.none`, { since })}</p>;
    return (
        <details>
            <summary>{t(`standing.${which}`, { count: rows.length, since })}</summary>
            <List label={label} rows={rows} columns={columns} id={(each) => each.key} empty="" />
        </details>
    );
}
