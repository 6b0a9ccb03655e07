// SPDX-License-Identifier: Apache-2.0
// Mails that came in. Those that fit no order wait for a person, who says which order one belongs to, or that none does.
import { useMemo, useState } from "react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, once, type Schemas } from "../api/client";
import { useDates, useText, useWords } from "../i18n";
import { Link, setQuery, usePlace } from "../router";
import { useSession } from "../session";
import { Button, Checkbox, Dialog, Notice, Page, Problem, Radios, Select, TextField, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { List, type Columns } from "../ui/table";

type Mail = Schemas["Mail"];

export function Mails() {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { query } = usePlace();
    const { may } = useSession();
    const state = query.get("state") ?? "waiting";
    const shown = query.get("mail") ?? "";
    const mails = useInfiniteQuery({
        queryKey: ["mails", state],
        initialPageParam: "",
        queryFn: ({ pageParam, signal }) => get<Schemas["MailList"]>("/v1/mails", { state: state === "any" ? "" : state, cursor: pageParam, limit: 50 }, signal),
        getNextPageParam: (page) => page.next_cursor,
    });
    const rows = useMemo(() => mails.data?.pages.flatMap((page) => page.items) ?? [], [mails.data]);
    const columns = useMemo<Columns<Mail>>(
        () => [
            { header: t("mail.received"), id: "received", cell: ({ row: { original: each } }) => dates.moment(each.received) },
            { header: t("mail.from"), id: "from", cell: ({ row: { original: each } }) => each.from },
            { header: t("mail.subject"), id: "subject", cell: ({ row: { original: each } }) => (may("place_orders") ? <Button look="quiet" onPress={() => setQuery({ mail: each.id }, false)}>{each.subject || t("mail.no-subject")}</Button> : each.subject) },
            { header: t("order.state"), id: "state", cell: ({ row: { original: each } }) => <Mark kind="mail_state" code={each.state} /> },
            { header: t("mail.reason"), id: "reason", cell: ({ row: { original: each } }) => each.reason },
        ],
        [t, dates, may],
    );
    return (
        <Page title={t("nav.mails")} intro={t("mail.intro")}>
            <div className="row wrap filters">
                <Select label={t("order.state")} value={state} onChange={(value) => setQuery({ state: value })} choices={[{ id: "any", label: t("any") }, ...words.of("mail_state").map((each) => ({ id: each.code, label: each.label }))]} />
            </div>
            <Problem of={mails.error} again={() => void mails.refetch()} />
            {mails.isPending ? <Waiting /> : <List label={t("nav.mails")} rows={rows} columns={columns} id={(each) => each.id} empty={t("mail.none")} />}
            {mails.hasNextPage ? <Button onPress={() => void mails.fetchNextPage()}>{t("more")}</Button> : null}
            <Dialog title={t("mail.title")} open={shown !== ""} onClose={() => setQuery({ mail: "" })} wide>
                {shown ? <Shown id={shown} /> : null}
            </Dialog>
        </Page>
    );
}

function Shown({ id }: { id: string }) {
    const t = useText();
    const words = useWords();
    const queries = useQueryClient();
    const mail = useQuery({ queryKey: ["mail", id], queryFn: ({ signal }) => get<Schemas["MailShown"]>(`/v1/mails/${id}`, undefined, signal) });
    const [order, setOrder] = useState("");
    const [takeWord, setTakeWord] = useState(false);
    const change = useMutation({
        mutationFn: (word: "assign" | "dismiss") => once<Mail>(`mail.${word}.${id}`, "POST", `/v1/mails/${id}/${word}`, word === "assign" ? { body: { order: order.trim(), take_word: takeWord } } : {}),
        onSuccess: () => {
            void queries.invalidateQueries({ queryKey: ["mails"] });
            setQuery({ mail: "" });
        },
    });
    if (mail.isPending) return <Waiting />;
    if (!mail.data) return <Problem of={mail.error} />;
    const { data } = mail;
    return (
        <div className="stack">
            <p><strong>{data.subject}</strong><br /><span className="note">{data.from} · {data.reason}</span></p>
            {data.left_at_server ? <Notice kind="warn">{t("mail.too-large")}</Notice> : null}
            <p className="pre letter">{data.text}</p>
            {data.files.length > 0 ? <ul>{data.files.map((each) => <li key={each.name}>{each.name} <span className="note">{each.content_type}</span></li>)}</ul> : null}
            {data.state === "waiting" ? (
                <>
                    <Radios label={t("mail.order")} value={order} onChange={setOrder} choices={data.candidates.map((each) => ({ id: each.id, label: `${each.reference} (${each.account}, ${words.label("state", each.state)})` }))} />
                    <TextField label={t("mail.order.id")} value={order} onChange={setOrder} />
                    <Checkbox value={takeWord} onChange={setTakeWord}>{t("mail.take-word")}</Checkbox>
                    <Problem of={change.error} />
                    <div className="row wrap">
                        <Button look="main" isDisabled={!order.trim() || change.isPending} onPress={() => change.mutate("assign")}>{t("mail.assign")}</Button>
                        <Button isDisabled={change.isPending} onPress={() => change.mutate("dismiss")}>{t("mail.dismiss")}</Button>
                    </div>
                </>
            ) : data.order ? (
                <p>{data.candidates.filter((each) => each.id === data.order).map((each) => <Link key={each.id} to={`/orders/${each.kind}/${each.id}`}>{each.reference}</Link>)}</p>
            ) : null}
        </div>
    );
}
