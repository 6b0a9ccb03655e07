// SPDX-License-Identifier: Apache-2.0
// The inventory's routes, as the console uses them.
import { address, ask, caller, get, once, send, type Query, type Schemas } from "./client";

export type NumberRow = Schemas["InventoryNumber"];
export type NumberPage = Schemas["NumberPage"];
export type Facets = Schemas["NumberFacets"];

// The jobs and exports below are as their contract has them.
export interface Job {
    id: string;
    kind: string;
    state: "running" | "done" | "failed" | "cancelled" | "undone";
    done: number;
    total: number;
    ok: number;
    failed: number;
    dry_run: boolean;
    can_undo: boolean;
    began: string;
    ended: string | null;
}

export interface JobResult {
    row?: number;
    column?: string;
    number: string;
    outcome: "changed" | "same" | "added" | "refused";
    problem?: string | { detail?: string; title?: string } | null;
}

export type Selection = { ids: string[] } | { query: Record<string, string> };

export interface NumberChange {
    action: "assign" | "unassign" | "release" | "reserve" | "tag" | "untag";
    selection: Selection;
    to?: { tenant?: string | number; use_type?: string; used_by?: string };
    tags?: string[];
    dry_run: boolean;
}

export const listNumbers = (query: Query, signal?: AbortSignal) => get<NumberPage>("/v1/numbers", query, signal);
export const numberFacets = (signal?: AbortSignal) => get<Facets>("/v1/number-facets", undefined, signal);
/** A number's address: its digits, as "+" would be a blank there. */
const at = (number: string) => `/v1/numbers/${number.replace(/\D/g, "")}`;
export const showNumber = (number: string, signal?: AbortSignal) => get<NumberRow>(at(number), undefined, signal);
export const numberHistory = (number: string, signal?: AbortSignal) => get<Schemas["NumberHistory"]>(`${at(number)}/history`, undefined, signal);
export const changeNumbers = (change: NumberChange) => once<Job>(`numbers.${change.action}`, "POST", "/v1/number-changes", { body: change });
export const addNumbers = (numbers: { number: string; provider: string }[]) => once<Job>("numbers.add", "POST", "/v1/numbers", { body: { numbers } });
export const showJob = (id: string, signal?: AbortSignal) => get<Job>(`/v1/jobs/${id}`, undefined, signal);
export const jobResults = (id: string, signal?: AbortSignal) => get<{ results: JobResult[]; next_cursor: string | null }>(`/v1/jobs/${id}/results`, { only: "failed", limit: 100 }, signal);
export const undoJob = (id: string) => once<Job>(`job.undo.${id}`, "POST", `/v1/jobs/${id}/undo`);
export const cancelJob = (id: string) => ask<Job>("POST", `/v1/jobs/${id}/cancel`, { key: `console-cancel-${id}` });
export const importNumbers = (file: File, query: Query) => once<Job>(`import.${file.name}.${file.size}.${file.lastModified}`, "POST", "/v1/numbers/import", { query, file: { bytes: file, type: "text/csv" } });

const ids_max = 50; // more do not fit an address of 4 KiB

/** The file for a selection, or for the whole list. A session's browser fetches it itself, so a large one is never in memory. */
export async function exportNumbers(form: "csv" | "pdf", query: Record<string, string>, ids: string[] | null, columns: string[], name: string): Promise<void> {
    const path = `/v1/numbers/${form}`;
    const words: Query = { ...query, columns: columns.join(",") };
    const fits = !ids || ids.length <= ids_max;
    if (ids && fits) words["ids"] = ids.join(",");
    // A plain address carries the browser's own languages, and no token.
    const plain = !caller.token && navigator.language.toLowerCase().startsWith(caller.language);
    if (plain && fits) {
        const url = address(path, { ...words, act_in: caller.actIn });
        if (form === "pdf") window.open(url, "_blank", "noopener");
        else save(url, name);
        return;
    }
    // A window that is opened after an answer came would be taken for an advertisement.
    const place = form === "pdf" ? window.open("", "_blank") : null;
    try {
        const response = fits ? await send("GET", path, { query: words }) : await send("POST", path, { body: { query, ids, columns } });
        const url = URL.createObjectURL(await response.blob());
        if (place) place.location.href = url;
        else save(url, name);
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (thrown) {
        place?.close();
        throw thrown;
    }
}

function save(url: string, name: string): void {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
}
