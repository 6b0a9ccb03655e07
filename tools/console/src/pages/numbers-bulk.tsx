// SPDX-License-Identifier: Apache-2.0
// Many numbers changed at once: first a dry run, which says what would happen, then the change itself as a job with its
// progress, its refusals by number, and an undo where there is one.
import { useEffect, useState } from "react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { addNumbers, cancelJob, changeNumbers, importNumbers, jobResults, showJob, undoJob, type Job, type NumberChange, type Selection } from "../api/numbers";
import { get, type Schemas } from "../api/client";
import { useDraft } from "../draft";
import { errorOf, numbersOf } from "../fields";
import { numberText, useText, type TextKey } from "../i18n";
import { useCarriers } from "./carriers";
import { useSession } from "../session";
import { Button, Checkbox, Dialog, FilePicker, Notice, Problem, Progress, Select, TextField } from "../ui";

export type Action = "assign" | "unassign" | "reserve" | "unreserve" | "tag" | "untag" | "release";

interface Wish {
    tenant: string;
    useType: "user" | "service" | "group";
    usedBy: string;
    tags: string;
    note: string;
}

function changeOf(action: Action, selection: Selection, wish: Wish, dry_run: boolean): NumberChange {
    const tags = wish.tags.split(/[,\s]+/).filter(Boolean);
    switch (action) {
        case "assign":
            return { action, selection, dry_run, to: { ...(wish.tenant ? { tenant: Number(wish.tenant) } : {}), ...(wish.usedBy.trim() ? { use_type: wish.useType, used_by: wish.usedBy.trim() } : {}) } };
        case "reserve":
            return { action, selection, dry_run, ...(wish.note.trim() ? { note: wish.note.trim() } : {}) };
        case "tag":
            return { action: "options", selection, dry_run, tags };
        case "untag":
            return { action: "options", selection, dry_run, tags_removed: tags };
        default:
            return { action, selection, dry_run };
    }
}

export function BulkDialog({ action, selection, count, onClose }: { action: Action; selection: Selection; count: number; onClose: () => void }) {
    const t = useText();
    const { session } = useSession();
    const [wish, setWish] = useState<Wish>({ tenant: "", useType: "user", usedBy: "", tags: "", note: "" });
    const [tried, setTried] = useState<Job | null>(null);
    const [job, setJob] = useState<Job | null>(null);
    const [sure, setSure] = useState(false);
    const set = (changes: Partial<Wish>) => {
        setWish((now) => ({ ...now, ...changes }));
        setTried(null);
    };
    const tenants = useQuery({
        queryKey: ["tenants", "all"],
        enabled: action === "assign",
        retry: false,
        queryFn: ({ signal }) => get<Schemas["TenantList"]>("/v1/tenants", { limit: 500 }, signal),
    });
    const account = session?.acting_in ?? session?.tenant;
    const below = (tenants.data?.tenants ?? []).filter((each) => each.id !== account?.id && (each.kind === "company" || each.kind === "professional"));
    const has_users = account?.kind === "company" || account?.kind === "professional";
    const run = useMutation({
        mutationFn: (dry: boolean) => changeNumbers(changeOf(action, selection, wish, dry)),
        onSuccess: (made, dry) => (dry ? setTried(made) : setJob(made)),
    });
    const ready = action === "assign" ? Boolean(wish.tenant || wish.usedBy.trim()) : action === "tag" || action === "untag" ? wish.tags.trim() !== "" : action === "release" ? sure : true;
    return (
        <Dialog title={t(`bulk.${action}`)} open onClose={onClose} wide>
            <div className="stack">
                <p>{t("bulk.count", { count })}</p>
                {job ? (
                    <>
                        <JobView first={job} />
                        <div className="row end"><Button onPress={onClose}>{t("close")}</Button></div>
                    </>
                ) : (
                    <>
                        {action === "assign" && !has_users ? <Select label={t("bulk.tenant")} value={wish.tenant} onChange={(tenant) => set({ tenant })} choices={below.map((each) => ({ id: String(each.id), label: each.name }))} required /> : null}
                        {action === "assign" && has_users ? (
                            <div className="grid">
                                <Select label={t("numbers.use_type")} value={wish.useType} onChange={(useType) => set({ useType: useType as Wish["useType"] })} choices={(["user", "service", "group"] as const).map((id) => ({ id, label: t(`numbers.use.${id}`) }))} />
                                <TextField label={t("numbers.used_by")} value={wish.usedBy} onChange={(usedBy) => set({ usedBy })} error={errorOf(run.error, "/to/used_by")} required />
                            </div>
                        ) : null}
                        {action === "reserve" ? <TextField label={t("bulk.note")} help={t("bulk.note.help")} value={wish.note} onChange={(note) => set({ note })} error={errorOf(run.error, "/note")} /> : null}
                        {action === "tag" || action === "untag" ? <TextField label={t("bulk.tags")} help={t("bulk.tags.help")} value={wish.tags} onChange={(tags) => set({ tags })} error={errorOf(run.error, "/tags")} required /> : null}
                        {action === "release" ? (
                            <>
                                <Notice kind="warn">{t("bulk.release.warning")}</Notice>
                                <Checkbox value={sure} onChange={setSure}>{t("bulk.release.sure")}</Checkbox>
                            </>
                        ) : null}
                        <Problem of={run.error} />
                        {tried ? <JobView key={tried.id} first={tried} /> : null}
                        <div className="row wrap end">
                            <Button isDisabled={!(ready || action === "release") || run.isPending} onPress={() => run.mutate(true)}>{t("bulk.dry")}</Button>
                            <Button look={action === "release" ? "danger" : "main"} isDisabled={!ready || run.isPending} onPress={() => run.mutate(false)}>{t("bulk.do")}</Button>
                        </div>
                    </>
                )}
            </div>
        </Dialog>
    );
}

function outcomeOf(job: Job): TextKey {
    if (job.state === "failed") return "job.failed";
    if (job.state === "cancelled") return "job.cancelled";
    if (job.kind === "undo") return "job.undone";
    return job.dry_run ? "job.would" : "job.done";
}

export function JobView({ first }: { first: Job }) {
    const t = useText();
    const queries = useQueryClient();
    const job = useQuery({
        queryKey: ["job", first.id],
        queryFn: ({ signal }) => showJob(first.id, signal),
        initialData: first,
        refetchInterval: (query) => (query.state.data?.state === "running" ? 400 : false),
    });
    const now = job.data;
    const over = now.state !== "running";
    const rows = useInfiniteQuery({
        queryKey: ["job", first.id, "results"],
        enabled: over && now.refused + now.same > 0,
        initialPageParam: "",
        queryFn: ({ pageParam, signal }) => jobResults(first.id, pageParam, signal),
        getNextPageParam: (page) => page.next_cursor,
    });
    const [undoing, setUndoing] = useState<Job | null>(null);
    const undo = useMutation({ mutationFn: () => undoJob(first.id), onSuccess: setUndoing });
    const cancel = useMutation({ mutationFn: () => cancelJob(first.id), onSettled: () => void job.refetch() });
    useEffect(() => {
        if (over && !now.dry_run) {
            void queries.invalidateQueries({ queryKey: ["numbers"] });
            void queries.invalidateQueries({ queryKey: ["number"] });
        }
    }, [over, now.dry_run, queries]);
    const named = rows.data?.pages.flatMap((page) => page.results) ?? [];
    if (undoing) return <JobView first={undoing} />;
    return (
        <div className="stack" aria-live="polite">
            <Progress label={t(now.dry_run ? "job.dry" : "job.running")} value={now.done} max={over ? now.done : now.total} />
            {over ? (
                <Notice kind={now.state === "failed" ? "bad" : now.refused > 0 ? "warn" : "good"}>{t(outcomeOf(now), { changed: now.changed, same: now.same, refused: now.refused, problem: now.problem })}</Notice>
            ) : (
                <div><Button onPress={() => cancel.mutate()}>{t("job.cancel")}</Button></div>
            )}
            {named.length > 0 ? (
                <ul className="refusals" tabIndex={0} aria-label={t("job.rows")}>
                    {named.map((each, index) => (
                        <li key={index}>
                            {each.row ? <span className="note">{t("job.row", { row: each.row, column: each.column })} </span> : null}
                            <span className="number">{numberText(each.number)}</span> {each.problem}
                        </li>
                    ))}
                </ul>
            ) : null}
            {rows.hasNextPage ? <div><Button look="quiet" isDisabled={rows.isFetchingNextPage} onPress={() => void rows.fetchNextPage()}>{t("job.more")}</Button></div> : null}
            <Problem of={undo.error ?? cancel.error ?? rows.error ?? job.error} />
            {over && !now.dry_run && now.can_undo ? <div><Button onPress={() => undo.mutate()} isDisabled={undo.isPending}>{t("job.undo")}</Button></div> : null}
        </div>
    );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
    const t = useText();
    const carriers = useCarriers();
    const [file, setFile] = useState<File | null>(null);
    const [region, setRegion] = useState("CA");
    const [provider, setProvider] = useState("");
    const [columns, setColumns] = useState("");
    const [job, setJob] = useState<Job | null>(null);
    const run = useMutation({
        mutationFn: (dry: boolean) => importNumbers(file ?? new File([], ""), { dry_run: dry, region, provider, columns }),
        onSuccess: setJob,
    });
    const change = <T,>(set: (value: T) => void) => (value: T) => {
        set(value);
        setJob(null);
    };
    return (
        <Dialog title={t("numbers.import")} open onClose={onClose} wide>
            <div className="stack">
                <p>{t("import.help")}</p>
                <div className="row wrap end">
                    <FilePicker accept={[".csv", "text/csv"]} onFiles={(files) => change(setFile)(files[0] ?? null)}>{t("import.choose")}</FilePicker>
                    <span>{file?.name ?? t("import.none")}</span>
                </div>
                <div className="grid">
                    <TextField label={t("import.region")} help={t("import.region.help")} value={region} onChange={(text) => change(setRegion)(text.toUpperCase())} error={errorOf(run.error, "region")} />
                    <Select label={t("import.provider")} help={t("import.provider.help")} value={provider || "none"} onChange={(id) => change(setProvider)(id === "none" ? "" : id)} choices={[{ id: "none", label: t("select.none") }, ...(carriers.data?.items ?? []).map((each) => ({ id: each.account, label: each.account, note: each.name }))]} />
                    <TextField label={t("import.columns")} help={t("import.columns.help")} value={columns} onChange={change(setColumns)} error={errorOf(run.error, "columns")} />
                </div>
                <Problem of={run.error} />
                {job ? <JobView key={job.id} first={job} /> : null}
                <div className="row wrap end">
                    <Button onPress={onClose}>{t("close")}</Button>
                    <Button isDisabled={!file || run.isPending} onPress={() => run.mutate(true)}>{t("bulk.dry")}</Button>
                    <Button look="main" isDisabled={!file || run.isPending} onPress={() => run.mutate(false)}>{t("import.do")}</Button>
                </div>
            </div>
        </Dialog>
    );
}

export function AddDialog({ onClose }: { onClose: () => void }) {
    const t = useText();
    const carriers = useCarriers();
    const { value, change, drop } = useDraft("numbers.add", { text: "", provider: "" });
    const numbers = numbersOf(value.text);
    const run = useMutation({ mutationFn: () => addNumbers(numbers.map((number) => ({ number, provider: value.provider }))), onSuccess: drop });
    return (
        <Dialog title={t("numbers.add.typed")} open onClose={onClose} wide>
            <div className="stack">
                {run.data ? <JobView first={run.data} /> : (
                    <>
                        <TextField label={t("field.numbers")} help={t("field.numbers.help")} rows={5} value={value.text} onChange={(text) => change({ text })} error={errorOf(run.error, "/numbers")} required />
                        <Select label={t("numbers.provider")} value={value.provider} onChange={(provider) => change({ provider })} choices={(carriers.data?.items ?? []).map((each) => ({ id: each.account, label: each.account, note: each.name }))} required />
                        <Problem of={run.error} />
                    </>
                )}
                <div className="row end">
                    <Button onPress={onClose}>{t("close")}</Button>
                    {run.data ? null : <Button look="main" isDisabled={numbers.length === 0 || !value.provider || run.isPending} onPress={() => run.mutate()}>{t("numbers.add.do", { count: numbers.length })}</Button>}
                </div>
            </div>
        </Dialog>
    );
}
