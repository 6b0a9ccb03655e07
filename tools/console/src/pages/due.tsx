// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useText, useWords } from "../i18n";
import { Link, setQuery, usePlace } from "../router";
import { Checkbox, Page, Problem, Select, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { List, type Columns } from "../ui/table";

type Item = Schemas["DueItem"];
type Task = Schemas["Task"];

export function Due() {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { query } = usePlace();
    const what = query.get("what") ?? "";
    const overdue = query.get("overdue") === "true";
    const due = useQuery({
        queryKey: ["due", what, overdue],
        queryFn: ({ signal }) => get<Schemas["DueList"]>("/v1/due", { what, overdue: overdue ? "true" : "", limit: 500 }, signal),
    });
    const columns = useMemo<Columns<Item>>(
        () => [
            { header: t("due.when"), id: "when", cell: ({ row: { original: each } }) => <>{each.day ? dates.day(each.day) : dates.moment(each.at)} {each.overdue ? <span className="mark bad">{t("due.overdue")}</span> : null}</> },
            { header: t("due.what"), id: "what", cell: ({ row: { original: each } }) => <Mark kind="due" code={each.what} /> },
            { header: t("order.reference"), id: "order", cell: ({ row: { original: each } }) => <Link to={`/orders/${each.kind}/${each.order}`}>{each.reference}</Link> },
            { header: t("order.account"), id: "account", cell: ({ row: { original: each } }) => each.account },
            { header: t("due.who"), id: "who", cell: ({ row: { original: each } }) => words.label("who", each.who) },
            { header: t("due.text"), id: "text", cell: ({ row: { original: each } }) => each.text },
        ],
        [t, words, dates],
    );
    return (
        <Page title={t("nav.due")} intro={t("due.intro")}>
            <div className="row wrap filters end">
                <Select label={t("due.what")} value={what || "any"} onChange={(value) => setQuery({ what: value === "any" ? "" : value })} choices={[{ id: "any", label: t("any") }, ...words.of("due").map((each) => ({ id: each.code, label: each.label }))]} />
                <Checkbox value={overdue} onChange={(value) => setQuery({ overdue: value ? "true" : "" })}>{t("due.overdue.only")}</Checkbox>
            </div>
            <Problem of={due.error} again={() => void due.refetch()} />
            {due.isPending ? <Waiting /> : <List label={t("nav.due")} rows={due.data?.items ?? []} columns={columns} id={(each) => `${each.order}.${each.what}.${each.about}`} empty={t("due.none")} />}
        </Page>
    );
}

export function Tasks() {
    const t = useText();
    const dates = useDates();
    const tasks = useQuery({ queryKey: ["tasks"], queryFn: ({ signal }) => get<Schemas["TaskList"]>("/v1/tasks", { limit: 200 }, signal) });
    const columns = useMemo<Columns<Task>>(
        () => [
            { header: t("task.title"), id: "title", cell: ({ row: { original: each } }) => <Link to={`/orders/${each.kind}/${each.order}`}>{each.title}</Link> },
            { header: t("task.text"), id: "text", cell: ({ row: { original: each } }) => <span className="pre">{each.text}</span> },
            { header: t("order.reference"), id: "order", cell: ({ row: { original: each } }) => each.reference },
            { header: t("order.account"), id: "account", cell: ({ row: { original: each } }) => each.account },
            { header: t("task.since"), id: "since", cell: ({ row: { original: each } }) => dates.moment(each.since) },
        ],
        [t, dates],
    );
    return (
        <Page title={t("nav.tasks")} intro={t("task.intro")}>
            <Problem of={tasks.error} again={() => void tasks.refetch()} />
            {tasks.isPending ? <Waiting /> : <List label={t("nav.tasks")} rows={tasks.data?.items ?? []} columns={columns} id={(each) => `${each.order}.${each.step}.${each.since}`} empty={t("task.none")} />}
        </Page>
    );
}
