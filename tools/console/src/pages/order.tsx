// SPDX-License-Identifier: Apache-2.0
// One order: where it stands, what only a person can do now, what happened, and what was asked for.
import { useMemo, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { DocumentList } from "../documents";
import { useDraft } from "../draft";
import { errorOf, textAt, useFieldLabel, valueAt, type Request } from "../fields";
import { numberText, useDates, useText, useWords } from "../i18n";
import { Letter } from "../letter";
import { Link } from "../router";
import { useSession } from "../session";
import { Button, Checkbox, Dialog, Notice, Page, Problem, Radios, Section, TextField, Waiting } from "../ui";
import { Mark, NumberLink } from "../ui/marks";
import { List, type Columns } from "../ui/table";
import { correctable, useChange, useTimeline, type Order, type Placed } from "./order-change";
import { Correction } from "./order-correction";
import { Explained, places as parts } from "./order-explained";
import { Offer } from "./order-offer";
import { Operations } from "./order-operations";
import { OrderTrace } from "./order-trace";
import type { Kind } from "./orders";

type Entry = Schemas["TimelineEntry"];
type Line = Schemas["NumberLine"];

const ended = ["completed", "partial", "cancelled", "rejected", "expired"];

export function OrderPage({ kind, id }: { kind: Kind; id: string }) {
    const t = useText();
    const path = `/v1/${kind}-orders/${id}`;
    const order = useQuery({ queryKey: ["order", id], queryFn: ({ signal }) => get<Order>(path, undefined, signal) });
    if (order.isPending) return <Waiting />;
    if (!order.data)
        return (
            <Page title={t("order.title", { reference: id })}>
                <Problem of={order.error} again={() => void order.refetch()} />
            </Page>
        );
    return <Shown order={order.data} kind={kind} path={path} />;
}

function Shown({ order, kind, path }: { order: Order; kind: Kind; path: string }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { may } = useSession();
    const placed = order.kind === "release" ? undefined : order;
    const settles = may(placed ? "place_orders" : "release_numbers");
    const places = placed && settles;
    const change = useChange(order, path);
    const [signing, setSigning] = useState(false);
    const [cancelling, setCancelling] = useState(false);
    const port = order.kind === "port" ? order : undefined;
    const isDraft = placed && order.state === "draft" && order.delivery !== "sending";
    // Where a correction mends it, a verdict is the way round, and not the first thing to see.
    const folded = placed && correctable.includes(order.state) && order.delivery !== "in_doubt";
    const title = order.reference || order.id;
    const facts: [string, React.ReactNode][] = [
        [t("order.state"), <Mark key="s" kind="state" code={order.state} />],
        [t("order.delivery"), <Mark key="d" kind="delivery" code={order.delivery} />],
        [port ? t("order.accounts") : t("order.account"), port ? `${port.losing_account || port.request.losing_carrier || t("order.other-carrier")} → ${order.account}` : order.account],
        [t("order.foc"), order.progress.foc ? dates.day(order.progress.foc) : ""],
        [t("order.carrier-id"), order.carrier_id],
        [t("order.attempt"), order.attempt > 1 ? String(order.attempt) : ""],
        [t("order.submitted"), dates.moment(order.submitted)],
        [t("order.looked-at"), ended.includes(order.state) ? "" : dates.moment(order.due)],
        [t("order.created"), dates.moment(order.created)],
    ];
    return (
        <Page
            title={t("order.title", { reference: title })}
            actions={
                !settles ? null : <>
                    {isDraft ? (
                        <Button look="main" onPress={() => change.mutate({ word: "submit" })} isDisabled={change.isPending}>
                            {t("order.submit")}
                        </Button>
                    ) : null}
                    {port && !ended.includes(order.state) ? <Button onPress={() => setSigning(true)}>{t("letter.title")}</Button> : null}
                    {ended.includes(order.state) || (!placed && order.state !== "draft") ? null : (
                        <Button look="danger" onPress={() => setCancelling(true)} isDisabled={change.isPending}>
                            {t("order.cancel")}
                        </Button>
                    )}
                </>
            }
        >
            <p className="crumb">
                <Link to={`/orders/${kind}`}>{t(`orders.${kind}`)}</Link> <span className="note">{order.id}</span>
                {order.parent ? <> · <Link to={`/orders/${kind}/${order.parent}`}>{t("order.parent")}</Link></> : null}
            </p>
            {order.problem ? <Notice kind={order.state === "exception" || order.delivery === "in_doubt" ? "bad" : "warn"}>{order.problem}</Notice> : null}
            <Problem of={change.error} again={() => change.variables && change.mutate(change.variables)} />
            <dl className="facts">
                {facts.filter(([, value]) => value).map(([name, value]) => (
                    <div key={name}>
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
            </dl>
            <Explained
                order={order}
                path={path}
                acts={{
                    submit: isDraft && settles ? () => change.mutate({ word: "submit" }) : undefined,
                    cancel: settles && (placed || order.state === "draft") ? () => setCancelling(true) : undefined,
                    places: !settles ? [] : [
                        ...(order.settle.length > 0 ? (["settle"] as const) : []),
                        ...(places && order.waiting_operation !== null ? (["answer"] as const) : []),
                        ...(places && correctable.includes(order.state) ? (["amend"] as const) : []),
                    ],
                }}
            />
            {settles && !folded ? <div id={parts.settle} className="part"><Settle order={order} path={path} /></div> : null}
            {places ? <div id={parts.answer} className="part"><Answer order={placed} path={path} /></div> : null}
            {places ? <Offer order={placed} path={path} /> : null}
            {places ? <div id={parts.amend} className="part"><Correction order={placed} path={path} kind={kind} /></div> : null}
            {places && folded && order.settle.length > 0 ? (
                <details>
                    <summary>{t("settle.instead")}</summary>
                    <div id={parts.settle} className="part"><Settle order={order} path={path} /></div>
                </details>
            ) : null}
            <div className="columns">
                <div className="stack">
                    <Numbers lines={order.numbers} />
                    {port?.parts?.length ? (
                        <Section title={t("order.parts")}>
                            <ul>
                                {port.parts.map((part) => (
                                    <li key={part.id}>
                                        <Link to={`/orders/port/${part.id}`}>{part.reference}</Link> <Mark kind="state" code={part.state} />
                                    </li>
                                ))}
                            </ul>
                        </Section>
                    ) : null}
                    <Timeline order={order} path={path} />
                    <OrderTrace order={order} path={path} />
                    <Operations order={order} path={path} />
                </div>
                <div className="stack">
                    {places ? <Comment order={placed} path={path} /> : null}
                    {placed ? (
                        <Section title={t("documents")}>
                            <DocumentList documents={placed.request.documents} />
                        </Section>
                    ) : null}
                    {port && places ? <Packet order={port} path={path} /> : null}
                    <Wanted request={order.request as unknown as Request} />
                </div>
            </div>
            {port ? (
                <Dialog title={t("letter.title")} open={signing} onClose={() => setSigning(false)} wide>
                    <Letter order={port} />
                </Dialog>
            ) : null}
            <Dialog title={t("order.cancel")} open={cancelling} onClose={() => setCancelling(false)}>
                <p>{t("order.cancel.sure", { reference: title, state: words.label("state", order.state) })}</p>
                <div className="row end">
                    <Button onPress={() => setCancelling(false)}>{t("order.cancel.no")}</Button>
                    <Button look="danger" onPress={() => { setCancelling(false); change.mutate({ word: "cancel" }); }}>
                        {t("order.cancel.yes")}
                    </Button>
                </div>
            </Dialog>
        </Page>
    );
}

function Settle({ order, path }: { order: Order; path: string }) {
    const t = useText();
    const change = useChange(order, path);
    const [verdict, setVerdict] = useState("");
    const [carrierId, setCarrierId] = useState("");
    if (order.settle.length === 0) return null;
    return (
        <Section title={t("settle.title")}>
            <div className="stack">
                <p>{t("settle.help")}</p>
                <Radios label={t("settle.verdict")} value={verdict} onChange={setVerdict} choices={order.settle.map((id) => ({ id, label: t(order.kind === "release" ? (`settle.release.${id}` as const) : (`settle.${id}` as const)) }))} error={errorOf(change.error, "/verdict")} />
                {verdict === "found_at_carrier" ? <TextField label={t("order.carrier-id")} value={carrierId} onChange={setCarrierId} error={errorOf(change.error, "/carrier_id")} required /> : null}
                {verdict === "not_carried_out" ? <Notice kind="warn">{t(order.kind === "release" ? "settle.release.not_carried_out.warning" : "settle.not_carried_out.warning")}</Notice> : null}
                <Problem of={change.error} />
                <div>
                    <Button look="main" isDisabled={!verdict || change.isPending || (verdict === "found_at_carrier" && !carrierId)} onPress={() => change.mutate({ word: "settle", body: { verdict, ...(carrierId ? { carrier_id: carrierId } : {}) } })}>
                        {t("settle.do")}
                    </Button>
                </div>
            </div>
        </Section>
    );
}

export function Answer({ order, path }: { order: Placed; path: string }) {
    const t = useText();
    const change = useChange(order, path);
    const tasks = useQuery({
        queryKey: ["tasks", "of", order.id, order.version],
        enabled: order.waiting_operation !== null,
        queryFn: ({ signal }) => get<Schemas["TaskList"]>("/v1/tasks", { limit: 200 }, signal),
    });
    const task = tasks.data?.items.find((each) => each.order === order.id);
    const [choice, setChoice] = useState("");
    const { value, change: type, drop } = useDraft(`answer.${order.id}`, { text: "" });
    if (!task || order.waiting_operation === null) return null;
    return (
        <Section title={task.title}>
            <div className="stack">
                <p className="pre">{task.text}</p>
                {task.choices.length > 0 ? (
                    <Radios label={t("answer.choice")} value={choice} onChange={setChoice} choices={task.choices.map((id) => ({ id, label: id.replaceAll("_", " ") }))} />
                ) : (
                    <TextField label={t("answer.choice")} value={choice} onChange={setChoice} />
                )}
                <TextField label={t("answer.text")} rows={2} value={value.text} onChange={(text) => type({ text })} required={task.text_required} error={errorOf(change.error, "/text")} />
                <Problem of={change.error} />
                <div>
                    <Button look="main" isDisabled={!choice || change.isPending || (task.text_required && !value.text.trim())} onPress={() => change.mutate({ word: "answer", body: { choice, ...(value.text ? { text: value.text } : {}) } }, { onSuccess: drop })}>
                        {t("answer.do")}
                    </Button>
                </div>
            </div>
        </Section>
    );
}

function Numbers({ lines }: { lines: Line[] }) {
    const t = useText();
    const words = useWords();
    const columns = useMemo<Columns<Line>>(
        () => [
            { header: t("number.number"), id: "number", cell: ({ row: { original: each } }) => <NumberLink number={each.number} /> },
            { header: t("order.state"), id: "state", cell: ({ row: { original: each } }) => <Mark kind="state" code={each.state} /> },
            { header: t("order.said"), id: "said", cell: ({ row: { original: each } }) => [each.reason && words.label("reason", each.reason), each.carrier_word].filter(Boolean).join(": ") },
        ],
        [t, words],
    );
    return (
        <Section title={t("order.numbers")}>
            <List label={t("order.numbers")} rows={lines} columns={columns} id={(line) => line.number} empty={t("order.numbers.none")} />
        </Section>
    );
}

function Timeline({ order, path }: { order: Order; path: string }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const timeline = useTimeline(order, path);
    const entries: Entry[] = [...(timeline.data?.items ?? [])].reverse();
    return (
        <Section title={t("timeline")}>
            <Problem of={timeline.error} again={() => void timeline.refetch()} />
            <ol className="timeline">
                {entries.map((each) => {
                    const data = each.data as { to?: string; private?: boolean };
                    return (
                        <li key={each.id}>
                            <div className="row wrap">
                                <time dateTime={each.at} title={dates.whole(each.at)}>{dates.moment(each.at)}</time>
                                <span className="note">{each.source}</span>
                                {data.to ? <Mark kind="state" code={data.to} /> : <span className="note">{words.label("entry", each.kind.split(".").at(-1) ?? each.kind)}</span>}
                                {data.private ? <span className="mark calm">{t("comment.private.mark")}</span> : null}
                            </div>
                            <p className="pre">{each.text}</p>
                        </li>
                    );
                })}
            </ol>
        </Section>
    );
}

function Comment({ order, path }: { order: Placed; path: string }) {
    const t = useText();
    const change = useChange(order, path);
    const { value, change: type, drop } = useDraft(`comment.${order.id}`, { text: "", hidden: true });
    return (
        <Section title={t("comment.title")}>
            <div className="stack">
                <TextField label={t("comment.text")} rows={3} value={value.text} onChange={(text) => type({ text })} error={errorOf(change.error, "/text")} />
                <Checkbox value={value.hidden} onChange={(hidden) => type({ hidden })}>{t("comment.private")}</Checkbox>
                <Problem of={change.error} />
                <div>
                    <Button isDisabled={!value.text.trim() || change.isPending} onPress={() => change.mutate({ word: "comments", body: { text: value.text, private: value.hidden }, bound: false }, { onSuccess: drop })}>
                        {t("comment.do")}
                    </Button>
                </div>
            </div>
        </Section>
    );
}

function Packet({ order, path }: { order: Schemas["PortOrder"]; path: string }) {
    const t = useText();
    const [wanted, setWanted] = useState(false);
    const packet = useQuery({ queryKey: ["packet", order.id, order.version], enabled: wanted, queryFn: ({ signal }) => get<Schemas["ReleasePacket"]>(`${path}/packet`, undefined, signal), retry: false });
    if (!order.losing_account) return null;
    return (
        <Section title={t("packet.title")} aside={wanted ? null : <Button look="quiet" onPress={() => setWanted(true)}>{t("packet.show")}</Button>}>
            {wanted && packet.isPending ? <Waiting /> : null}
            <Problem of={packet.error} />
            {packet.data ? (
                <div className="stack">
                    {packet.data.problems.map((each) => (
                        <Notice key={each.message} kind={each.blocking ? "bad" : "warn"}>{each.message}</Notice>
                    ))}
                    <p><strong>{packet.data.subject}</strong></p>
                    <p className="pre letter">{packet.data.cover_letter}</p>
                    <DocumentList documents={packet.data.documents} />
                </div>
            ) : null}
        </Section>
    );
}

/** Everything that was asked for, by field. */
export function Wanted({ request }: { request: Request }) {
    const t = useText();
    const label = useFieldLabel();
    const dates = useDates();
    const groups: [string, string[]][] = [
        ["", ["/losing_carrier", "/account_number", "/btn", "/new_btn", "/country", "/number_type", "/quantity", "/area", "/requested_date", "/requested_time", "/target/trunk", "/target/offering", "/target/parent", "/alternates", "/contact_email", "/comment"]],
        [t("field.end_user"), ["/end_user/name", "/end_user/registration_number", "/end_user/tax_id", "/end_user/authorized_person/first_name", "/end_user/authorized_person/last_name", "/end_user/authorized_person/title", "/end_user/authorized_person/email", "/end_user/authorized_person/telephone"]],
        ...(["service_address", "address", "emergency_address"] as const).map((of): [string, string[]] => [t(`field.${of}`), ["house_number", "street", "street_type", "street_direction", "unit", "city", "region", "postal_code", "country"].map((part) => `/${of}/${part}`)]),
    ];
    const pin = valueAt(request, "/pin") as { given?: boolean } | undefined;
    return (
        <Section title={t("order.wanted")}>
            {groups.map(([name, pointers]) => {
                const lines = pointers.map((pointer) => [pointer, pointer === "/requested_date" ? dates.day(textAt(request, pointer)) : textAt(request, pointer)] as const).filter(([, text]) => text && text !== "0");
                if (lines.length === 0) return null;
                return (
                    <div key={name || "order"}>
                        {name ? <h3>{name}</h3> : null}
                        <dl className="lines">
                            {lines.map(([pointer, text]) => (
                                <div key={pointer}>
                                    <dt>{label(pointer)}</dt>
                                    <dd>{pointer.endsWith("btn") ? numberText(text) : text}</dd>
                                </div>
                            ))}
                            {!name && pin?.given ? <div><dt>{label("/pin")}</dt><dd>{t("field.pin.hidden")}</dd></div> : null}
                        </dl>
                    </div>
                );
            })}
        </Section>
    );
}
