// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useText } from "../i18n";
import { setQuery, usePlace } from "../router";
import { Button, Page, Problem, TextField, Waiting } from "../ui";
import { List, type Columns } from "../ui/table";

type Entry = Schemas["AuditRecord"];

const text = (value: unknown) => (value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value, null, 1));

export function Audit() {
    const t = useText();
    const dates = useDates();
    const { query } = usePlace();
    const who = query.get("who") ?? "";
    const action = query.get("action") ?? "";
    const entries = useInfiniteQuery({
        queryKey: ["audit", who, action],
        initialPageParam: "",
        queryFn: ({ pageParam, signal }) => get<Schemas["AuditList"]>("/v1/audit", { who, action, cursor: pageParam, limit: 100 }, signal),
        getNextPageParam: (page) => page.next_cursor,
    });
    const rows = useMemo(() => entries.data?.pages.flatMap((page) => page.records) ?? [], [entries.data]);
    const columns = useMemo<Columns<Entry>>(
        () => [
            { header: t("audit.at"), id: "at", cell: ({ row: { original: each } }) => dates.whole(each.at) },
            { header: t("audit.who"), id: "who", cell: ({ row: { original: each } }) => <>{each.who} {each.home && each.home !== each.tenant ? <span className="note block">{t("audit.as", { account: String(each.tenant) })}</span> : null}<span className="note block">{each.address}</span></> },
            { header: t("audit.action"), id: "action", cell: ({ row: { original: each } }) => each.action },
            { header: t("audit.object"), id: "object", cell: ({ row: { original: each } }) => `${each.kind} ${each.object}` },
            {
                header: t("audit.change"),
                id: "change",
                cell: ({ row: { original: each } }) =>
                    each.before === null && each.after === null ? null : (
                        <details>
                            <summary>{t("audit.change")}</summary>
                            <p className="note">{t("audit.before")}</p>
                            <p className="pre">{text(each.before)}</p>
                            <p className="note">{t("audit.after")}</p>
                            <p className="pre">{text(each.after)}</p>
                        </details>
                    ),
            },
        ],
        [t, dates],
    );
    return (
        <Page title={t("nav.audit")} intro={t("audit.intro")}>
            <div className="row wrap filters">
                <TextField label={t("audit.who")} value={who} onChange={(value) => setQuery({ who: value })} />
                <TextField label={t("audit.action")} value={action} onChange={(value) => setQuery({ action: value })} />
            </div>
            <Problem of={entries.error} again={() => void entries.refetch()} />
            {entries.isPending ? <Waiting /> : <List label={t("nav.audit")} rows={rows} columns={columns} id={(each) => String(each.n)} empty={t("audit.none")} />}
            {entries.hasNextPage ? <Button onPress={() => void entries.fetchNextPage()}>{t("more")}</Button> : null}
        </Page>
    );
}
