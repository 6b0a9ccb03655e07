// SPDX-License-Identifier: Apache-2.0
// The inventory's routes, as the console uses them.
import { address, ask, caller, get, once, send, type Query, type Schemas } from "./client";

export type NumberRow = Schemas["InventoryNumber"];
export type NumberPage = Schemas["NumberPage"];
export type Facets = Schemas["NumberFacets"];
export type Job = Schemas["NumberJob"];
export type JobResults = Schemas["NumberJobResults"];
export type NumberChange = Schemas["NumberChange"];
/** Numbers one by one, or all that a list would show. */
export type Selection = { numbers: string[] } | { query: Record<string, string> };

export const listNumbers = (query: Query, signal?: AbortSignal) => get<NumberPage>("/v1/numbers", query, signal);
export const numberFacets = (signal?: AbortSignal) => get<Facets>("/v1/number-facets", undefined, signal);
/** A number's address: its digits, as "+" would be a blank there. */
const at = (number: string) => `/v1/numbers/${number.replace(/\D/g, "")}`;
export const showNumber = (number: string, signal?: AbortSignal) => get<NumberRow>(at(number), undefined, signal);
export const numberHistory = (number: string, signal?: AbortSignal) => get<Schemas["NumberHistory"]>(`${at(number)}/history`, undefined, signal);
export const changeNumbers = (change: NumberChange) => once<Job>(`numbers.${change.action}`, "POST", "/v1/number-changes", { body: change });
export const addNumbers = (numbers: { number: string; provider: string }[]) => once<Job>("numbers.add", "POST", "/v1/numbers", { body: { numbers } });
export const showJob = (id: string, signal?: AbortSignal) => get<Job>(`/v1/number-jobs/${id}`, undefined, signal);
export const jobResults = (id: string, cursor: string, signal?: AbortSignal) => get<JobResults>(`/v1/number-jobs/${id}/results`, { limit: 100, cursor }, signal);
export const undoJob = (id: string) => once<Job>(`job.undo.${id}`, "POST", `/v1/number-jobs/${id}/undo`);
export const cancelJob = (id: string) => ask<Job>("POST", `/v1/number-jobs/${id}/cancel`);
export const importNumbers = (file: File, query: Query) => once<Job>(`import.${file.name}.${file.size}.${file.lastModified}`, "POST", "/v1/number-imports", { query, file: { bytes: file, type: "text/csv" } });

const ids_max = 100; // more do not fit an address of 4 KiB

/** The file for a selection, or for the whole list. A session's browser fetches it itself, so a large one is never in memory. */
export async function exportNumbers(form: "csv" | "pdf", query: Record<string, string>, ids: string[] | null, columns: string[], name: string, more: Query = {}): Promise<void> {
    const path = `/v1/numbers/${form}`;
    const words: Query = { ...query, columns: columns.join(","), filename: name, ...more };
    const fits = !ids || ids.length <= ids_max;
    if (ids && fits) words["ids"] = ids.join(",");
    // A plain address carries no token.
    if (!caller.token && fits) {
        const url = address(path, { ...words, language: caller.language, act_in: caller.actIn });
        if (form === "pdf") window.open(url, "_blank", "noopener");
        else save(url, name);
        return;
    }
    // A window that is opened after an answer came would be taken for an advertisement.
    const place = form === "pdf" ? window.open("", "_blank") : null;
    try {
        const response = fits ? await send("GET", path, { query: words }) : await send("POST", path, { body: { query, ids, columns, filename: name, ...more } });
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
