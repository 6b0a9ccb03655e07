// SPDX-License-Identifier: Apache-2.0
// Many numbers changed at once: first a dry run, which says what would happen, then the change itself as a job with its
// progress, its refusals by number, and an undo where there is one.
import { useEffect, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { addNumbers, cancelJob, changeNumbers, importNumbers, jobResults, showJob, undoJob, type Job, type NumberChange, type Selection } from "../api/numbers";
import { get } from "../api/client";
import { useDraft } from "../draft";
import { errorOf, numbersOf } from "../fields";
import { numberText, useText } from "../i18n";
import { useCarriers } from "./carriers";
import { useSession } from "../session";
import { Button, Dialog, FilePicker, Notice, Problem, Progress, Select, TextField } from "../ui";

export type Action = NumberChange["action"];

export function BulkDialog({ action, selection, count, onClose }: { action: Action; selection: Selection; count: number; onClose: () => void }) {
    const t = useText();
    const { session } = useSession();
    const [tenant, setTenant] = useState("");
    const [useType, setUseType] = useState("user");
    const [usedBy, setUsedBy] = useState("");
    const [tags, setTags] = useState("");
    const [tried, setTried] = useState<Job | null>(null);
    const [job, setJob] = useState<Job | null>(null);
    const tenants = useQuery({
        queryKey: ["tenants"],
        enabled: action === "assign",
        retry: false,
        queryFn: ({ signal }) => get<{ tenants: { id: string | number; kind: string; name: string }[] }>("/v1/tenants", { limit: 200 }, signal),
    });
    const below = (tenants.data?.tenants ?? []).filter((each) => each.kind === "company" || each.kind === "professional");
    const change = (dry_run: boolean): NumberChange => ({
        action,
        selection,
        dry_run,
        ...(action === "assign" ? { to: { ...(tenant ? { tenant } : {}), ...(usedBy ? { use_type: useType, used_by: usedBy } : {}) } } : {}),
        ...(action === "tag" || action === "untag" ? { tags: tags.split(",").map((each) => each.trim()).filter(Boolean) } : {}),
    });
    const run = useMutation({
        mutationFn: (dry: boolean) => changeNumbers(change(dry)),
        onSuccess: (made, dry) => (dry ? setTried(made) : setJob(made)),
    });
    const ready = action === "assign" ? Boolean(tenant || usedBy) : action === "tag" || action === "untag" ? tags.trim() !== "" : true;
    return (
        <Dialog title={t(`bulk.${action}`)} open onClose={onClose} wide>
            <div className="stack">
                <p>{t("bulk.count", { count })}</p>
                {job ? null : (
                    <>
                        {action === "assign" ? (
                            <>
                                {below.length > 0 ? <Select label={t("bulk.tenant")} value={tenant} onChange={(next) => { setTenant(next); setTried(null); }} choices={below.map((each) => ({ id: String(each.id), label: each.name }))} /> : null}
                                {session?.role === "var_administrator" && !session.acting_in ? null : (
                                    <div className="grid">
                                        <Select label={t("numbers.use_type")} value={useType} onChange={setUseType} choices={(["user", "service", "group"] as const).map((id) => ({ id, label: t(`numbers.use.${id}`) }))} />
                                        <TextField label={t("numbers.used_by")} value={usedBy} onChange={(next) => { setUsedBy(next); setTried(null); }} />
                                    </div>
                                )}
                            </>
                        ) : null}
                        {action === "tag" || action === "untag" ? <TextField label={t("bulk.tags")} help={t("bulk.tags.help")} value={tags} onChange={(next) => { setTags(next); setTried(null); }} /> : null}
                        {action === "release" ? <Notice kind="warn">{t("bulk.release.warning")}</Notice> : null}
                        <Problem of={run.error} />
                        {tried ? <JobView first={tried} /> : null}
                        <div className="row wrap end">
                            <Button isDisabled={!ready || run.isPending} onPress={() => run.mutate(true)}>{t("bulk.dry")}</Button>
                            <Button look={action === "release" ? "danger" : "main"} isDisabled={!ready || run.isPending} onPress={() => run.mutate(false)}>{t("bulk.do")}</Button>
                        </div>
                    </>
                )}
                {job ? (
                    <>
                        <JobView first={job} />
                        <div className="row end"><Button onPress={onClose}>{t("close")}</Button></div>
                    </>
                ) : null}
            </div>
        </Dialog>
    );
}

export function JobView({ first }: { first: Job }) {
    const t = useText();
    const queries = useQueryClient();
    const job = useQuery({
        queryKey: ["job", first.id],
        queryFn: ({ signal }) => showJob(first.id, signal),
        initialData: first,
        refetchInterval: (query) => (query.state.data?.state === "running" ? 500 : false),
    });
    const now = job.data;
    const over = now.state !== "running";
    const results = useQuery({ queryKey: ["job", first.id, "results", now.state], enabled: over && now.failed > 0, queryFn: ({ signal }) => jobResults(first.id, signal) });
    const undo = useMutation({ mutationFn: () => undoJob(first.id), onSuccess: (next) => queries.setQueryData(["job", first.id], next.id === first.id ? next : { ...now, state: "undone" }) });
    const cancel = useMutation({ mutationFn: () => cancelJob(first.id), onSettled: () => void job.refetch() });
    useEffect(() => {
        if (over && !now.dry_run) void queries.invalidateQueries({ queryKey: ["numbers"] });
    }, [over, now.dry_run, now.state, queries]);
    const text = (problem: unknown) => (typeof problem === "string" ? problem : ((problem as { detail?: string } | null)?.detail ?? ""));
    return (
        <div className="stack" aria-live="polite">
            <Progress label={t(now.dry_run ? "job.dry" : "job.running")} value={now.done} max={now.total} />
            {over ? (
                <Notice kind={now.failed > 0 ? "warn" : "good"}>
                    {t(now.state === "undone" ? "job.undone" : now.state === "cancelled" ? "job.cancelled" : now.dry_run ? "job.would" : "job.done", { ok: now.ok, failed: now.failed })}
                </Notice>
            ) : (
                <div><Button onPress={() => cancel.mutate()}>{t("job.cancel")}</Button></div>
            )}
            {results.data && results.data.results.length > 0 ? (
                <ul className="refusals">
                    {results.data.results.map((each, index) => (
                        <li key={`${each.number}.${index}`}>
                            {each.row ? <span className="note">{t("job.row", { row: each.row, column: each.column ?? "" })} </span> : null}
                            <span className="number">{numberText(each.number)}</span> {text(each.problem)}
                        </li>
                    ))}
                </ul>
            ) : null}
            <Problem of={undo.error ?? cancel.error ?? results.error} />
            {over && !now.dry_run && now.can_undo && now.state !== "undone" ? <div><Button onPress={() => undo.mutate()} isDisabled={undo.isPending}>{t("job.undo")}</Button></div> : null}
        </div>
    );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
    const t = useText();
    const [file, setFile] = useState<File | null>(null);
    const [region, setRegion] = useState("CA");
    const [provider, setProvider] = useState("");
    const [job, setJob] = useState<Job | null>(null);
    const run = useMutation({
        mutationFn: (dry: boolean) => importNumbers(file ?? new File([], ""), { dry_run: dry, region, provider }),
        onSuccess: setJob,
    });
    return (
        <Dialog title={t("numbers.import")} open onClose={onClose} wide>
            <div className="stack">
                <p>{t("import.help")}</p>
                <div className="row wrap end">
                    <FilePicker accept={[".csv", "text/csv"]} onFiles={(files) => { setFile(files[0] ?? null); setJob(null); }}>{t("import.choose")}</FilePicker>
                    <span>{file?.name ?? t("import.none")}</span>
                </div>
                <div className="grid">
                    <TextField label={t("import.region")} help={t("import.region.help")} value={region} onChange={(text) => setRegion(text.toUpperCase())} />
                    <TextField label={t("import.provider")} help={t("import.provider.help")} value={provider} onChange={setProvider} />
                </div>
                <Problem of={run.error} />
                {job ? <JobView key={job.id} first={job} /> : null}
                <div className="row wrap end">
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
