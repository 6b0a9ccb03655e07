// SPDX-License-Identifier: Apache-2.0
import type { Text, TextKey } from "../i18n";

export type Find = "text" | "choice" | "none";
export interface Column {
    id: string; // the API's word
    text: TextKey;
    find: Find;
    width: string;
    sort: boolean;
    words?: string; // the kind of its words in GET /v1/words
}

const all: Column[] = [
    { id: "number", text: "numbers.number", find: "text", width: "minmax(11rem, 1.2fr)", sort: true },
    { id: "used_by", text: "numbers.used_by", find: "text", width: "minmax(10rem, 1.6fr)", sort: true },
    { id: "company", text: "numbers.company", find: "text", width: "minmax(9rem, 1.2fr)", sort: true },
    { id: "var", text: "numbers.var", find: "text", width: "minmax(8rem, 1fr)", sort: true },
    { id: "use_type", text: "numbers.use_type", find: "choice", width: "minmax(7rem, .7fr)", sort: true },
    { id: "provider", text: "numbers.provider", find: "choice", width: "minmax(8rem, .9fr)", sort: true },
    { id: "status", text: "numbers.status", find: "choice", width: "minmax(8rem, .7fr)", sort: true },
    { id: "state", text: "numbers.state", find: "choice", width: "minmax(8rem, .8fr)", sort: true, words: "number_state" },
];
/** Above a VAR there are VARs to tell apart, above a company companies; a company sees its own numbers alone. */
export const columnsOf = (kind: string) => all.filter((each) => (each.id === "var" ? kind === "system" : each.id === "company" ? kind === "system" || kind === "var" : true));
/** What a file may have beside the columns of the page. */
export const moreColumns: { id: string; text: TextKey }[] = [
    { id: "country", text: "field.country" },
    { id: "type", text: "field.number_type" },
    { id: "features", text: "numbers.features" },
    { id: "tags", text: "numbers.tags" },
    { id: "cost", text: "numbers.cost" },
    { id: "currency", text: "numbers.currency" },
    { id: "order", text: "mail.order" },
    { id: "first_call", text: "numbers.first_call" },
];
/** What each of the bulk actions needs. */
export const actions = { assign: "assign_numbers", unassign: "assign_numbers", reserve: "add_numbers", unreserve: "add_numbers", release: "release_numbers", tag: "set_options", untag: "set_options" } as const;

export function labelOf(column: { id: string; words?: string }, code: string, t: Text, label: (kind: string, code: string) => string): string {
    if (column.id === "status") return t(`numbers.status.${code}` as TextKey);
    if (column.id === "use_type") return code ? t(`numbers.use.${code}` as TextKey) : "";
    if (column.id === "state" && code) return t(`numbers.state.${code}` as TextKey);
    return column.words ? label(column.words, code) : code;
}
