// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { numberText, useDates, useText, useWords } from "../i18n";
import { Link, navigate, setQuery, usePlace } from "../router";
import { useSession } from "../session";
import { Button, Page, Problem, Select, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { List, type Columns } from "../ui/table";

export type Kind = "port" | "purchase" | "release";
export const kinds: Kind[] = ["port", "purchase", "release"];
export const isKind = (word: string | undefined): word is Kind => kinds.some((each) => each === word);
type Row = Schemas["PortOrderInList"] | Schemas["PurchaseOrderInList"] | Schemas["ReleaseOrderInList"];
interface Orders {
    items: Row[];
    next_cursor: string | null;
}

export function Orders({ kind }: { kind: Kind }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { query } = usePlace();
    const { may } = useSession();
    const state = query.get("state") ?? "";
    const delivery = query.get("delivery") ?? "";
    const code = kind === "release" ? "" : (query.get("code") ?? ""); // what a carrier keeps is no refusal that is counted
    const orders = useInfiniteQuery({
        queryKey: ["orders", kind, state, delivery, code],
        initialPageParam: "",
        queryFn: ({ pageParam, signal }) => get<Orders>(`/v1/${kind}-orders`, { state, delivery, code, cursor: pageParam, limit: 50 }, signal),
        getNextPageParam: (page) => page.next_cursor,
        placeholderData: keepPreviousData,
    });
    const rows = useMemo(() => orders.data?.pages.flatMap((page) => page.items) ?? [], [orders.data]);
    const columns = useMemo<Columns<Row>>(
        () => [
            {
                header: t("order.reference"),
                id: "reference",
                cell: ({ row: { original: each } }) => <Link to={`/orders/${kind}/${each.id}`} className="whole">{each.reference || each.id}</Link>,
            },
            {
                header: t("order.numbers"),
                id: "numbers",
                cell: ({ row: { original: each } }) => (
                    <span className="number">
                        {each.numbers[0] ? numberText(each.numbers[0].number) : "–"}
                        {each.numbers.length > 1 ? ` ${t("order.numbers.more", { count: each.numbers.length - 1 })}` : ""}
                    </span>
                ),
            },
            { header: t("order.state"), id: "state", cell: ({ row: { original: each } }) => <Mark kind="state" code={each.state} /> },
            {
                header: t("order.delivery"),
                id: "delivery",
                cell: ({ row: { original: each } }) => (each.delivery === "idle" ? null : <Mark kind="delivery" code={each.delivery} />),
            },
            {
                header: kind === "port" ? t("order.accounts") : t("order.account"),
                id: "account",
                cell: ({ row: { original: each } }) => (
                    <span className="whole">{"losing_account" in each ? `${each.losing_account || t("order.other-carrier")} → ${each.account}` : each.account}</span>
                ),
            },
            { header: t("order.updated"), id: "updated", cell: ({ row: { original: each } }) => <span className="whole">{dates.moment(each.updated)}</span> },
            { header: t("order.problem"), id: "problem", cell: ({ row: { original: each } }) => (each.problem ? <span className="problem">{each.problem}</span> : null) },
        ],
        [t, kind, dates],
    );
    const any = { id: "any", label: t("any") };
    const choices = (of: string) => [any, ...words.of(of).map((word) => ({ id: word.code, label: word.label }))];
    return (
        <Page
            title={t("nav.orders")}
            actions={
                kind !== "release" && may("place_orders") ? (
                    <Button look="main" onPress={() => navigate(`/orders/${kind}/new`)}>
                        {t(kind === "port" ? "port.new" : "purchase.new")}
                    </Button>
                ) : null
            }
        >
            <nav className="tab-list" aria-label={t("orders.kinds")}>
                {kinds.map((each) => (
                    <Link key={each} to={`/orders/${each}`} className="tab" aria-current={each === kind ? "page" : undefined}>
                        {t(`orders.${each}`)}
                    </Link>
                ))}
            </nav>
            <div className="row wrap filters">
                <Select label={t("order.state")} value={state || "any"} choices={choices("state")} onChange={(value) => setQuery({ state: value === "any" ? "" : value })} />
                <Select label={t("order.delivery")} value={delivery || "any"} choices={choices("delivery")} onChange={(value) => setQuery({ delivery: value === "any" ? "" : value })} />
                {kind === "release" ? null : <Select label={t("orders.code")} value={code || "any"} choices={choices("reason")} onChange={(value) => setQuery({ code: value === "any" ? "" : value })} />}
            </div>
            {kind === "release" ? <p className="help">{t("orders.release.help")}</p> : null}
            <Problem of={orders.error} again={() => void orders.refetch()} />
            {orders.isPending ? <Waiting /> : <List label={t("nav.orders")} rows={rows} columns={columns} id={(row) => row.id} empty={t("orders.none")} />}
            {orders.hasNextPage ? (
                <Button onPress={() => void orders.fetchNextPage()} isDisabled={orders.isFetchingNextPage}>
                    {t("more")}
                </Button>
            ) : null}
        </Page>
    );
}
