// SPDX-License-Identifier: Apache-2.0
// What a carrier lists, compared with what we hold: the last comparison of an account in a few words, and its change set
// with what a person may decide of it.
import { useMemo, useState } from "react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, once, type Schemas } from "../api/client";
import { useDates, useText, type TextKey } from "../i18n";
import { Link, setQuery, usePlace } from "../router";
import { useSession } from "../session";
import { Button, Checkbox, Dialog, Notice, Page, Problem, Select, Waiting } from "../ui";
import { Mark, NumberLink } from "../ui/marks";
import { List, type Columns } from "../ui/table";

type Sync = Schemas["NumberSync"];
type Row = Schemas["NumberSyncRows"]["rows"][number];
type What = Schemas["NumberSyncWhat"];
type Decision = Schemas["NumberSyncDecision"]["decision"];

const kinds: What[] = ["unknown", "vanished", "reappeared", "differing", "elsewhere"];
const causes = ["unknown", "ported_out", "released"] as const;
const decisions: Record<What, Decision[]> = {
    unknown: ["adopt", "ignore"],
    elsewhere: ["adopt", "ignore"],
    differing: ["adopt", "keep"],
    vanished: ["confirm_missing", "keep"],
    reappeared: [],
};

/** The newest comparison of an account; null: there is none that one is shown. */
function useLast(account: string) {
    return useQuery({
        queryKey: ["number-syncs", account, "last"],
        queryFn: async ({ signal }) => (await get<Schemas["NumberSyncList"]>("/v1/number-syncs", { account, limit: 1 }, signal)).syncs[0] ?? null,
        refetchInterval: (query) => (query.state.data?.state === "running" ? 500 : false),
        retry: false,
    });
}

function useCompare(account: string) {
    const queries = useQueryClient();
    return useMutation({
        mutationFn: () => once<Sync>(`sync.${account}`, "POST", "/v1/number-syncs", { body: { account } }),
        onSuccess: (begun) => queries.setQueryData(["number-syncs", account, "last"], begun),
    });
}

function Counts({ sync }: { sync: Sync }) {
    const t = useText();
    const parts = kinds.filter((each) => sync.counts[each] > 0).map((each) => t(`sync.count.${each}`, { count: sync.counts[each] }));
    if (sync.counts.same !== null) parts.unshift(t("sync.count.same", { count: sync.counts.same }));
    return <>{parts.length > 0 ? parts.join(" · ") : t("sync.nothing")}</>;
}

/** On the page of the carriers: when the list was last compared, and what was found. */
export function LastSync({ account }: { account: string }) {
    const t = useText();
    const dates = useDates();
    const { may } = useSession();
    const last = useLast(account);
    const compare = useCompare(account);
    const sync = last.data;
    const running = sync?.state === "running" || compare.isPending;
    if (last.isPending || last.isError) return null;
    return (
        <div className="stack">
            {sync ? (
                <p>
                    <Link to={`/carriers/${encodeURIComponent(account)}/list`}>{t("sync.last", { at: dates.moment(sync.began) })}</Link>{" "}
                    <Mark kind="sync_state" code={sync.state} text={t(`sync.state.${sync.state}`)} />{" "}
                    {sync.state === "done" || sync.state === "held" ? <span className="note"><Counts sync={sync} /></span> : null}
                </p>
            ) : may("add_numbers") ? <p className="note">{t("sync.never")}</p> : null}
            {sync?.problem ? <Notice kind="warn">{sync.problem}</Notice> : null}
            <Problem of={compare.error} />
            {may("add_numbers") && sync?.whole !== false ? (
                <div><Button isDisabled={running} onPress={() => compare.mutate()}>{t(running ? "sync.running" : "sync.compare")}</Button></div>
            ) : null}
        </div>
    );
}

export function Comparison({ account }: { account: string }) {
    const t = useText();
    const dates = useDates();
    const queries = useQueryClient();
    const { may } = useSession();
    const { query } = usePlace();
    const what = query.get("what") ?? "";
    const open = query.get("open") !== "no";
    const last = useLast(account);
    const compare = useCompare(account);
    const sync = last.data;
    const [chosen, setChosen] = useState<Record<string, boolean>>({});
    const [asked, setAsked] = useState<Decision | null>(null);
    const rows = useInfiniteQuery({
        queryKey: ["number-syncs", account, sync?.id, sync?.state, what, open],
        enabled: sync?.state === "done" || sync?.state === "held" || sync?.state === "replaced",
        initialPageParam: "",
        queryFn: ({ pageParam, signal }) => get<Schemas["NumberSyncRows"]>(`/v1/number-syncs/${sync?.id}/rows`, { what, open: open ? true : undefined, cursor: pageParam, limit: 100 }, signal),
        getNextPageParam: (page) => page.next_cursor,
    });
    const all = useMemo(() => rows.data?.pages.flatMap((page) => page.rows) ?? [], [rows.data]);
    const marked = all.filter((each) => chosen[each.number] && !each.decision);
    const decides = may("add_numbers") && sync?.state === "done";
    const again = () => {
        setChosen({});
        void queries.invalidateQueries({ queryKey: ["number-syncs", account] });
        void queries.invalidateQueries({ queryKey: ["numbers"] });
    };
    const apply = useMutation({ mutationFn: () => once<Sync>(`sync.apply.${sync?.id}`, "POST", `/v1/number-syncs/${sync?.id}/apply`), onSuccess: again });
    const columns = useMemo<Columns<Row>>(() => {
        const state = (code: string | undefined) => (code ? t(`numbers.state.${code}` as TextKey) : "");
        return [
            ...(decides ? [{ header: t("sync.choose"), id: "choose", cell: ({ row: { original: each } }: { row: { original: Row } }) => (each.decision === null ? <Checkbox label={t("sync.choose.one", { number: each.number })} value={chosen[each.number] ?? false} onChange={(on) => setChosen((now) => ({ ...now, [each.number]: on }))} /> : "") }] : []),
            { header: t("numbers.number"), id: "number", cell: ({ row: { original: each } }) => <NumberLink number={each.number} /> },
            { header: t("sync.what"), id: "what", cell: ({ row: { original: each } }) => <Mark kind="sync_what" code={each.what} text={t(`sync.what.${each.what}`)} /> },
            { header: t("sync.held"), id: "held", cell: ({ row: { original: each } }) => <>{[each.what === "unknown" ? "" : each.holder.name, state(each.before?.["state"]), each.what === "elsewhere" ? each.before?.["provider"] : ""].filter(Boolean).join(" · ") || "–"}</> },
            { header: t("sync.listed"), id: "listed", cell: ({ row: { original: each } }) => <>{[each.after?.["word"], each.after?.["label"], each.what === "differing" ? each.after?.["type"] : ""].filter(Boolean).join(" · ") || "–"}</> },
            { header: t("sync.decision"), id: "decision", cell: ({ row: { original: each } }) => <span>{each.decision ? <>{t(`sync.decision.${each.decision}`)} <span className="note">{each.by} {dates.moment(each.at)}</span></> : each.cause && each.cause !== "unknown" ? <span className="note">{t("sync.likely", { cause: t(`sync.cause.${each.cause}`) })}</span> : "–"}</span> },
        ];
    }, [t, dates, chosen, decides]);
    const possible = (["adopt", "ignore", "confirm_missing", "keep"] as const).filter((each) => marked.length > 0 && marked.every((row) => decisions[row.what].includes(each)));
    return (
        <Page
            title={t("sync.title", { account })}
            intro={t("sync.intro")}
            actions={may("add_numbers") && sync?.whole !== false ? <Button isDisabled={sync?.state === "running" || compare.isPending} onPress={() => compare.mutate()}>{t(sync?.state === "running" ? "sync.running" : "sync.compare")}</Button> : null}
        >
            <p><Link to="/carriers">{t("nav.carriers")}</Link></p>
            <Problem of={last.error ?? compare.error ?? rows.error ?? apply.error} />
            {last.isPending ? <Waiting /> : null}
            {sync === null ? <p className="empty">{t("sync.never")}</p> : null}
            {sync ? (
                <>
                    <p>
                        {t("sync.last", { at: dates.moment(sync.began) })} <Mark kind="sync_state" code={sync.state} text={t(`sync.state.${sync.state}`)} /> <span className="note"><Counts sync={sync} /></span>
                    </p>
                    {sync.problem ? <Notice kind="warn">{sync.problem}</Notice> : null}
                    {sync.state === "held" && may("add_numbers") && sync.whole ? <div><Button look="danger" isDisabled={apply.isPending} onPress={() => apply.mutate()}>{t("sync.apply")}</Button></div> : null}
                    <div className="row wrap filters">
                        <Select label={t("sync.what")} value={what || "any"} onChange={(next) => { setChosen({}); setQuery({ what: next === "any" ? "" : next }); }} choices={[{ id: "any", label: t("any") }, ...kinds.map((id) => ({ id, label: t(`sync.what.${id}`) }))]} />
                        <Checkbox value={open} onChange={(on) => { setChosen({}); setQuery({ open: on ? "" : "no" }); }}>{t("sync.open")}</Checkbox>
                    </div>
                    {decides ? (
                        <div className="row wrap">
                            <Button isDisabled={all.every((each) => each.decision !== null)} onPress={() => setChosen(Object.fromEntries(all.filter((each) => each.decision === null).map((each) => [each.number, true])))}>{t("sync.choose.all")}</Button>
                            {(["adopt", "ignore", "confirm_missing", "keep"] as const).map((each) => (
                                <Button key={each} look={each === "adopt" || each === "confirm_missing" ? "main" : "plain"} isDisabled={!possible.includes(each)} onPress={() => setAsked(each)}>{t(`sync.do.${each}`)}</Button>
                            ))}
                            <span className="note" role="status">{t("sync.chosen", { count: marked.length })}</span>
                        </div>
                    ) : null}
                    {rows.isLoading ? <Waiting /> : rows.data ? <List label={t("sync.title", { account })} rows={all} columns={columns} id={(each) => each.number} empty={t("sync.nothing")} /> : null}
                    {rows.hasNextPage ? <Button onPress={() => void rows.fetchNextPage()}>{t("more")}</Button> : null}
                    {asked ? <Decide sync={sync} decision={asked} rows={marked} onClose={() => setAsked(null)} onDone={again} /> : null}
                </>
            ) : null}
        </Page>
    );
}

function Decide({ sync, decision, rows, onClose, onDone }: { sync: Sync; decision: Decision; rows: Row[]; onClose: () => void; onDone: () => void }) {
    const t = useText();
    const [tenant, setTenant] = useState("");
    const likely = rows[0]?.cause ?? "unknown";
    const [cause, setCause] = useState<string>(rows.every((each) => each.cause === likely) ? likely : "");
    const tenants = useQuery({
        queryKey: ["tenants"],
        enabled: decision === "adopt",
        retry: false,
        queryFn: ({ signal }) => get<Schemas["TenantList"]>("/v1/tenants", { limit: 200 }, signal),
    });
    const change = useMutation({
        mutationFn: () =>
            once<Schemas["NumberSyncDecided"]>(`sync.decide.${sync.id}`, "POST", `/v1/number-syncs/${sync.id}/decisions`, {
                body: {
                    decision,
                    numbers: rows.map((each) => each.number),
                    ...(decision === "adopt" && tenant ? { tenant: Number(tenant) } : {}),
                    ...(decision === "confirm_missing" && cause ? { cause } : {}),
                },
            }),
        onSuccess: (done) => {
            onDone();
            if (done.refused === 0) onClose();
        },
    });
    const to_pool = decision === "adopt" && rows.some((each) => each.what === "unknown");
    return (
        <Dialog title={t(`sync.do.${decision}`)} open onClose={onClose}>
            <div className="stack">
                <p>{t(`sync.about.${decision}`)}</p>
                {change.data ? null : <p>{t("sync.chosen", { count: rows.length })}</p>}
                {to_pool ? <Select label={t("sync.tenant")} help={t("sync.tenant.help")} value={tenant} onChange={setTenant} choices={(tenants.data?.tenants ?? []).map((each) => ({ id: String(each.id), label: each.name }))} /> : null}
                {decision === "confirm_missing" ? <Select label={t("sync.cause")} value={cause} onChange={setCause} choices={causes.map((id) => ({ id, label: t(`sync.cause.${id}`) }))} /> : null}
                <Problem of={change.error} />
                {change.data ? (
                    <>
                        <Notice kind="warn">{t("sync.refused", { count: change.data.refused })}</Notice>
                        <ul className="refusals">{change.data.problems.map((each) => <li key={each.number}><span className="number">{each.number}</span> {each.problem}</li>)}</ul>
                    </>
                ) : null}
                <div className="row wrap end">
                    <Button onPress={onClose}>{t("close")}</Button>
                    {change.data ? null : <Button look="main" isDisabled={change.isPending || rows.length === 0} onPress={() => change.mutate()}>{t(`sync.do.${decision}`)}</Button>}
                </div>
            </div>
        </Dialog>
    );
}
