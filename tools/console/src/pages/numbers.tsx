// SPDX-License-Identifier: Apache-2.0
// The page that an operator looks at all day: every number that the account sees, searched in the row under the headings,
// filtered, sorted, selected, exported and changed in bulk. Rows come in pieces as they are scrolled to.
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getCoreRowModel, useReactTable, type ColumnDef } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { exportNumbers, listNumbers, numberFacets, type NumberRow, type Selection } from "../api/numbers";
import { useText, useWords, type TextKey } from "../i18n";
import { navigate, setQuery, usePlace } from "../router";
import { useSession } from "../session";
import { Button, Checkbox, Dialog, Menu, Page, Problem, Select, TextField, Waiting } from "../ui";
import { Mark, NumberLink } from "../ui/marks";
import { useCarriers } from "./carriers";
import { AddDialog, BulkDialog, ImportDialog, type Action } from "./numbers-bulk";
import { NumberDetails } from "./number-details";
import { actions, columnsOf, labelOf, type Column } from "./numbers-columns";
import { ExportDialog } from "./numbers-export";

const filters = ["all", "used", "available"] as const;
const rowHeight = 44;

/** The list's words from the address, as the API takes them. */
function queryOf(place: URLSearchParams): Record<string, string> {
    const out: Record<string, string> = {};
    for (const name of ["filter", "number", "used_by", "company", "var", "use_type", "provider", "status", "state", "tag", "country", "type", "tenant", "sort"]) {
        const value = place.get(name);
        if (value) out[name] = value;
    }
    if (out["filter"] === "all") delete out["filter"];
    return out;
}

export function Numbers() {
    const t = useText();
    const words = useWords();
    const { query: place } = usePlace();
    const { session, enter, may } = useSession();
    const kind = (session?.acting_in ?? session?.tenant)?.kind ?? "system";
    const possible = (Object.keys(actions) as Action[]).filter((each) => may(actions[each as keyof typeof actions]));
    const columns = useMemo(() => columnsOf(kind), [kind]);
    const query = useMemo(() => queryOf(place), [place]);
    const key = JSON.stringify(query);

    const pages = useInfiniteQuery({
        queryKey: ["numbers", key],
        initialPageParam: "",
        queryFn: ({ pageParam, signal }) => listNumbers({ filter: "all", ...query, cursor: pageParam, limit: 200 }, signal),
        getNextPageParam: (page) => page.next_cursor,
        placeholderData: keepPreviousData,
        maxPages: 0,
    });
    const carriers = useCarriers();
    const facets = useQuery({ queryKey: ["numbers", "facets"], queryFn: ({ signal }) => numberFacets(signal), retry: false, staleTime: 60_000 });
    const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.numbers) ?? [], [pages.data]);
    const total = pages.data?.pages[0]?.total;

    const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
    const [everything, setEverything] = useState(false);
    useEffect(() => {
        setPicked(new Set());
        setEverything(false);
    }, [key]);
    const count = everything ? (total?.count ?? rows.length) : picked.size;
    const toggle = useCallback((id: string, on: boolean) => {
        setPicked((now) => {
            const next = new Set(everything ? rows.map((row) => row.id) : now);
            if (on) next.add(id);
            else next.delete(id);
            return next;
        });
        setEverything(false);
    }, [everything, rows]);
    // Which numbers are meant is no question of their order.
    const { sort: _, ...which } = query;
    const selection: Selection = everything ? { query: which } : { numbers: [...picked] };

    const [exporting, setExporting] = useState(false);
    const [bulk, setBulk] = useState<Action | null>(null);
    const [importing, setImporting] = useState(false);
    const [adding, setAdding] = useState(false);
    const [problem, setProblem] = useState<unknown>(null);
    const shown = place.get("id") ?? "";
    const names = columns.map((each) => each.id);
    const ids = everything || picked.size === 0 ? null : [...picked];

    const choices = (column: Column) => {
        const known = Object.keys(facets.data?.[column.id] ?? {});
        const fixed: Record<string, string[]> = {
            use_type: ["user", "service", "group", "none"],
            status: ["active", "pending"],
            state: ["available", "reserved", "assigned", "in_service", "port_in_pending", "port_out_pending", "missing"],
            provider: carriers.data?.items.map((each) => each.account) ?? [],
        };
        const codes = [...new Set([...(fixed[column.id] ?? []), ...known])].filter(Boolean);
        return [{ id: "any", label: t("any") }, ...codes.map((id) => ({ id, label: labelOf(column, id, t, words.label) }))];
    };

    return (
        <Page
            title={t("nav.numbers")}
            actions={
                <>
                    <Button onPress={() => setExporting(true)} isDisabled={rows.length === 0}>CSV</Button>
                    <Button isDisabled={rows.length === 0} onPress={() => { setProblem(null); exportNumbers("pdf", query, ids, names, "PhoneNumbers.pdf").catch(setProblem); }}>
                        PDF<span className="sr"> {t("new-window")}</span>
                    </Button>
                    {possible.length > 0 ? (
                        <Menu label={t("numbers.actions")} disabled={count === 0} items={possible.map((id) => ({ id, label: t(`bulk.${id}`) }))} onChoose={(id) => setBulk(id as Action)} />
                    ) : null}
                    {may("add_numbers") ? (
                        <Menu label={t("numbers.add")} items={[{ id: "type", label: t("numbers.add.typed") }, { id: "file", label: t("numbers.import") }]} onChoose={(id) => (id === "file" ? setImporting(true) : setAdding(true))} />
                    ) : null}
                </>
            }
        >
            {session?.role === "system_administrator" ? <p className="intro">{t("numbers.system")}</p> : null}
            <Problem of={problem} />
            <Problem of={pages.error} again={() => void pages.refetch()} />
            <div className="row wrap filters end">
                <Select label={t("numbers.filter")} value={query["filter"] ?? "all"} onChange={(value) => setQuery({ filter: value === "all" ? "" : value })} choices={filters.map((id) => ({ id, label: t(`numbers.filter.${id}`) }))} />
                <p role="status" className="count">
                    {total ? t(total.exact ? "numbers.total" : "numbers.total.about", { count: total.count }) : ""}
                    {count > 0 ? ` · ${t("numbers.selected", { count })}` : ""}
                </p>
                {picked.size > 0 && !everything && picked.size >= rows.length && (pages.hasNextPage || (total?.count ?? 0) > rows.length) ? (
                    <Button look="quiet" onPress={() => setEverything(true)}>{t("numbers.select.all", { count: total?.count ?? 0 })}</Button>
                ) : null}
                {Object.keys(query).some((name) => name !== "sort") ? (
                    <Button look="quiet" onPress={() => navigate("/numbers")}>{t("numbers.reset")}</Button>
                ) : null}
            </div>
            <Table
                columns={columns}
                rows={rows}
                total={total?.count ?? -1}
                loading={pages.isPending}
                more={pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : null}
                query={query}
                choices={choices}
                picked={picked}
                everything={everything}
                onToggle={toggle}
                onAll={(on) => {
                    setEverything(on);
                    setPicked(on ? new Set(rows.map((row) => row.id)) : new Set());
                }}
                onEnter={(tenant) => {
                    setProblem(null);
                    enter(tenant).then(() => navigate("/numbers"), setProblem);
                }}
                stamp={key}
            />
            <ExportDialog open={exporting} onClose={() => setExporting(false)} columns={columns} count={ids ? ids.length : (total?.count ?? rows.length)} run={(name, chosen, bom) => exportNumbers("csv", query, ids, chosen, name, bom ? { bom } : {})} />
            {bulk ? <BulkDialog action={bulk} selection={selection} count={count} onClose={() => setBulk(null)} /> : null}
            {adding ? <AddDialog onClose={() => setAdding(false)} /> : null}
            {importing ? <ImportDialog onClose={() => setImporting(false)} /> : null}
            <Dialog title={t("numbers.details")} open={shown !== ""} onClose={() => setQuery({ id: "" })} wide>
                {shown ? <NumberDetails id={shown} /> : null}
            </Dialog>
        </Page>
    );
}

interface TableProps {
    columns: Column[];
    rows: NumberRow[];
    total: number;
    loading: boolean;
    more: (() => void) | null;
    query: Record<string, string>;
    choices: (column: Column) => { id: string; label: string }[];
    picked: ReadonlySet<string>;
    everything: boolean;
    onToggle: (id: string, on: boolean) => void;
    onAll: (on: boolean) => void;
    onEnter: (tenant: { id: string | number; kind: string; name: string }) => void;
    stamp: string;
}

/** A grid as WAI-ARIA has it: one stop of the Tab key, arrows between cells, Enter for what is in a cell, Space selects. */
function Table({ columns, rows, total, loading, more, query, choices, picked, everything, onToggle, onAll, onEnter, stamp }: TableProps) {
    const t = useText();
    const words = useWords();
    const around = useRef<HTMLDivElement>(null);
    const [at, setAt] = useState<[number, number]>([0, 1]);
    const moving = useRef(false);
    const table = useReactTable({
        data: rows,
        columns: useMemo<ColumnDef<NumberRow>[]>(() => columns.map((each) => ({ id: each.id, accessorKey: each.id })), [columns]),
        getCoreRowModel: getCoreRowModel(),
        getRowId: (row) => row.id,
        manualSorting: true,
        manualFiltering: true,
    });
    const list = table.getRowModel().rows;
    const virtual = useVirtualizer({ count: list.length, getScrollElement: () => around.current, estimateSize: () => rowHeight, overscan: 12 });
    const items = virtual.getVirtualItems();
    const last = items.at(-1)?.index ?? 0;
    useEffect(() => {
        if (more && last >= list.length - 60) more();
    }, [last, list.length, more]);
    useEffect(() => {
        around.current?.scrollTo({ top: 0 });
        setAt([0, 1]);
    }, [stamp]);
    useEffect(() => {
        if (!moving.current) return;
        // A row far away is made only once the table has been scrolled there.
        const cell = around.current?.querySelector<HTMLElement>(`[data-cell="${at[0]}.${at[1]}"]`);
        if (!cell) return;
        moving.current = false;
        cell.focus({ preventScroll: true });
    });

    const template = { gridTemplateColumns: `2.75rem ${columns.map((each) => each.width).join(" ")} 3rem` };
    const width = columns.length + 1; // index of the last cell, "details"
    const sort = query["sort"] ?? "";
    const keys = (event: KeyboardEvent<HTMLDivElement>) => {
        const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-cell]");
        if (!cell) return;
        const page = Math.max(1, Math.floor((around.current?.clientHeight ?? 400) / rowHeight) - 3);
        const [row, column] = at;
        const steps: Record<string, [number, number]> = {
            ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
            PageDown: [row + page, column], PageUp: [row - page, column],
            Home: event.ctrlKey ? [0, 0] : [row, 0], End: event.ctrlKey ? [list.length - 1, width] : [row, width],
        };
        const step = steps[event.key];
        if (step) {
            event.preventDefault();
            const next: [number, number] = [Math.min(Math.max(step[0], 0), list.length - 1), Math.min(Math.max(step[1], 0), width)];
            moving.current = true;
            setAt(next);
            virtual.scrollToIndex(next[0]);
            return;
        }
        const row_id = list[row]?.id;
        if (event.key === " " && row_id && event.target === cell) {
            event.preventDefault();
            onToggle(row_id, !(everything || picked.has(row_id)));
        }
        if (event.key === "Enter" && event.target === cell) cell.querySelector<HTMLElement>("a, button")?.click();
    };
    const cell = (row: number, column: number) => ({
        role: "gridcell",
        "data-cell": `${row}.${column}`,
        "aria-colindex": column + 1,
        tabIndex: at[0] === row && at[1] === column ? 0 : -1,
        onFocus: () => (at[0] === row && at[1] === column) || setAt([row, column]),
    });

    return (
        <div className="numbers" ref={around}>
            <div role="grid" aria-label={t("nav.numbers")} aria-rowcount={total < 0 ? -1 : total + 2} aria-colcount={width + 1} aria-multiselectable="true" className="numbers-grid" onKeyDown={keys}>
                <div role="rowgroup" className="numbers-head">
                    <div role="row" aria-rowindex={1} className="numbers-row" style={template}>
                        <div role="columnheader" aria-colindex={1}>
                            <Checkbox label={t("numbers.select.page")} value={everything || (rows.length > 0 && picked.size >= rows.length)} mixed={!everything && picked.size > 0 && picked.size < rows.length} onChange={onAll} />
                        </div>
                        {columns.map((each, index) => {
                            const down = sort === `-${each.id}`;
                            const up = sort === each.id;
                            return (
                                <div key={each.id} role="columnheader" aria-colindex={index + 2} aria-sort={up ? "ascending" : down ? "descending" : "none"}>
                                    <Button look="quiet" onPress={() => setQuery({ sort: up ? `-${each.id}` : down ? "" : each.id })}>
                                        {t(each.text)} <span aria-hidden="true">{up ? "▲" : down ? "▼" : ""}</span>
                                    </Button>
                                </div>
                            );
                        })}
                        <div role="columnheader" aria-colindex={width + 1}><span className="sr">{t("numbers.details")}</span></div>
                    </div>
                    <div role="row" aria-rowindex={2} className="numbers-row find" style={template}>
                        <div role="gridcell" aria-colindex={1} />
                        {columns.map((each, index) => (
                            <div key={each.id} role="gridcell" aria-colindex={index + 2}>
                                {each.find === "text" ? <Search column={each} value={query[each.id] ?? ""} /> : (
                                    <Select className="bare" label={t("numbers.search.in", { column: t(each.text) })} value={query[each.id] || "any"} onChange={(value) => setQuery({ [each.id]: value === "any" ? "" : value })} choices={choices(each)} />
                                )}
                            </div>
                        ))}
                        <div role="gridcell" aria-colindex={width + 1} />
                    </div>
                </div>
                <div role="rowgroup" className="numbers-body" style={{ height: virtual.getTotalSize() }}>
                    {items.map((item) => {
                        const row = list[item.index]?.original;
                        if (!row) return null;
                        const on = everything || picked.has(row.id);
                        return (
                            <div key={row.id} role="row" aria-rowindex={item.index + 3} aria-selected={on} className={`numbers-row ${on ? "on" : ""}`} style={{ ...template, transform: `translateY(${item.start}px)`, height: rowHeight }}>
                                <div {...cell(item.index, 0)}>
                                    <Checkbox label={t("numbers.select.one", { number: row.number })} value={on} onChange={(now) => onToggle(row.id, now)} tabIndex={-1} />
                                </div>
                                {columns.map((each, index) => (
                                    <div key={each.id} {...cell(item.index, index + 1)}>
                                        <Cell row={row} column={each} onEnter={onEnter} label={words.label} manyCompanies={columns.some((one) => one.id === "company")} />
                                    </div>
                                ))}
                                <div {...cell(item.index, width)}>
                                    <button type="button" className="button quiet" tabIndex={-1} aria-label={t("numbers.details.of", { number: row.number })} onClick={() => setQuery({ id: row.id }, false)}>⋯</button>
                                </div>
                            </div>
                        );
                    })}
                </div>
            </div>
            {loading ? <Waiting /> : rows.length === 0 ? <p className="empty">{t("numbers.none")}</p> : null}
        </div>
    );
}

function Cell({ row, column, onEnter, label, manyCompanies }: { manyCompanies: boolean; row: NumberRow; column: Column; onEnter: TableProps["onEnter"]; label: (kind: string, code: string) => string }) {
    const t = useText();
    switch (column.id) {
        case "number":
            return <NumberLink number={row.number} tabIndex={-1} />;
        case "used_by":
            return <>{row.used_by || (row.company && manyCompanies ? null : <span className="note">{t("numbers.available")}</span>)}</>;
        case "company":
        case "var": {
            const tenant = column.id === "var" ? (row.var ? { ...row.var, kind: "var" } : null) : row.company;
            if (!tenant) return null;
            return (
                <button type="button" className="link" tabIndex={-1} title={t("numbers.enter", { name: tenant.name })} onClick={() => onEnter(tenant)}>
                    {tenant.name}
                </button>
            );
        }
        case "status":
            return <Mark kind="number_status" code={row.status} text={t(`numbers.status.${row.status}`)} />;
        case "state":
            return <Mark kind="number_state" code={row.state} text={t(`numbers.state.${row.state}` as TextKey)} />;
        default:
            return <>{labelOf(column, String(row[column.id as keyof NumberRow] ?? ""), t, label)}</>;
    }
}

/** A field of the search row. Enter searches at once; so does a moment without typing. */
function Search({ column, value }: { column: Column; value: string }) {
    const t = useText();
    const [text, setText] = useState(value);
    const said = useRef(value);
    useEffect(() => {
        if (value !== said.current) {
            said.current = value;
            setText(value);
        }
    }, [value]);
    const find = useCallback(() => {
        if (text === said.current) return;
        said.current = text;
        // Numbers are pasted in any form; the inventory knows digits, and a + where they begin.
        setQuery({ [column.id]: column.id === "number" ? text.replace(/[^\d+]/g, "") : text.trim() });
    }, [text, column.id]);
    useEffect(() => {
        const later = setTimeout(find, 450);
        return () => clearTimeout(later);
    }, [find]);
    return <TextField className="bare" type="search" label={t("numbers.search.in", { column: t(column.text) })} value={text} onChange={setText} onEnter={find} />;
}
