// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { numberHistory, showNumber } from "../api/numbers";
import { useDates, useText, useWords, type Text, type TextKey } from "../i18n";
import { Link } from "../router";
import { Problem, Waiting } from "../ui";
import { Mark, NumberLink } from "../ui/marks";

export function NumberDetails({ id }: { id: string }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const number = useQuery({ queryKey: ["number", id], queryFn: ({ signal }) => showNumber(id, signal) });
    const history = useQuery({ queryKey: ["number", id, "history"], queryFn: ({ signal }) => numberHistory(id, signal), retry: false });
    if (number.isPending) return <Waiting />;
    if (!number.data) return <Problem of={number.error} />;
    const { data } = number;
    const lines: [TextKey, React.ReactNode][] = [
        ["numbers.used_by", data.used_by],
        ["numbers.use_type", data.use_type ? t(`numbers.use.${data.use_type}`) : ""],
        ["numbers.company", data.company?.name],
        ["numbers.var", data.var?.name],
        ["numbers.provider", data.provider],
        ["numbers.status", <Mark key="s" kind="number_status" code={data.status} text={t(`numbers.status.${data.status}`)} />],
        ["numbers.state", t(`numbers.state.${data.state}` as TextKey)],
        ["numbers.note", data.note],
        ["field.country", data.country],
        ["field.number_type", data.type === "unknown" ? "" : words.label("number_type", data.type)],
        ["numbers.features", data.features.join(", ")],
        ["numbers.tags", data.tags.join(", ")],
        ["numbers.cost", data.cost ? `${data.cost.amount} ${data.cost.currency}` : ""],
        ["numbers.first_call", dates.moment(data.first_call)],
        ["order.updated", dates.moment(data.updated)],
    ];
    const past = history.data?.events ?? [];
    return (
        <div className="stack">
            <p className="big"><NumberLink number={data.number} /></p>
            <dl className="facts">
                {lines.filter(([, value]) => value).map(([key, value]) => <div key={key}><dt>{t(key)}</dt><dd>{value}</dd></div>)}
                {data.order ? <div><dt>{t("mail.order")}</dt><dd><Link to={`/orders/${data.source === "port" ? "port" : "purchase"}/${data.order}`}>{data.order}</Link></dd></div> : null}
                {Object.entries(data.custom).map(([key, value]) => <div key={key}><dt>{key}</dt><dd>{value}</dd></div>)}
            </dl>
            {past.length > 0 ? (
                <>
                    <h3>{t("numbers.history")}</h3>
                    <ol className="timeline">
                        {past.map((each, index) => <li key={index}><time dateTime={each.at}>{dates.moment(each.at)}</time> <span className="note">{each.by}</span><p>{said(t, each.what)}</p><Changes of={each.data} /></li>)}
                    </ol>
                </>
            ) : null}
        </div>
    );
}

/** What happened, in the page's language; a word without one is shown as it is. */
function said(t: Text, what: string): string {
    const key = `history.${what.replaceAll(" ", "_")}`;
    const text = t(key as TextKey);
    return text === key ? what.replaceAll("_", " ") : text;
}

/** What changed, from what to what. */
function Changes({ of }: { of: Record<string, unknown> }) {
    const text = (value: unknown) => (value === null || value === "" ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value));
    const entries = Object.entries(of);
    if (entries.length === 0) return null;
    return <p className="note">{entries.map(([name, value]) => `${name}: ${Array.isArray(value) && value.length === 2 ? `${text(value[0])} → ${text(value[1])}` : text(value)}`).join(" · ")}</p>;
}
