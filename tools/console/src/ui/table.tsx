// SPDX-License-Identifier: Apache-2.0
// Lists of some hundred rows. On a narrow screen each row becomes a card, whose lines say their column.
import { flexRender, getCoreRowModel, useReactTable, type ColumnDef } from "@tanstack/react-table";
import { useText } from "../i18n";

export type Columns<T> = ColumnDef<T, string>[];

export function List<T>({ label, rows, columns, empty, id }: { label: string; rows: T[]; columns: Columns<T>; empty: string; id: (row: T) => string }) {
    const t = useText();
    const table = useReactTable({ data: rows, columns, getCoreRowModel: getCoreRowModel(), getRowId: id });
    if (rows.length === 0) return <p className="empty">{empty}</p>;
    return (
        <div className="table-around" role="group" aria-label={label} tabIndex={0}>
            <table className="list">
                <caption className="sr">{t("list.caption", { label, count: rows.length })}</caption>
                <thead>
                    {table.getHeaderGroups().map((group) => (
                        <tr key={group.id}>
                            {group.headers.map((header) => (
                                <th key={header.id} scope="col">
                                    {flexRender(header.column.columnDef.header, header.getContext())}
                                </th>
                            ))}
                        </tr>
                    ))}
                </thead>
                <tbody>
                    {table.getRowModel().rows.map((row) => (
                        <tr key={row.id}>
                            {row.getVisibleCells().map((cell) => (
                                <td key={cell.id} data-label={String(cell.column.columnDef.header)}>
                                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                                </td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
