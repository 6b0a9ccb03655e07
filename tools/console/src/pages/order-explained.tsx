// SPDX-License-Identifier: Apache-2.0
// Why an order is where it is, what happened last, what comes, and what a person can do: as `porteur explain` says it, with
// a button where this page has the action.
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useText } from "../i18n";
import { Button, Problem, Section } from "../ui";
import type { Order } from "./order-change";

type Way = Schemas["Explanation"]["ways"][number];

/** The parts of the page that actions are in; each is there only while it can be used. */
export const places = { answer: "order-answer", settle: "order-settle", amend: "order-correction" } as const;

/** Goes to a part of the page, and opens what it is folded into. */
function goTo(place: string) {
    const part = document.getElementById(place);
    if (!part) return;
    const folded = part.closest("details");
    if (folded) folded.open = true;
    part.scrollIntoView({ block: "start" });
    (part.querySelector<HTMLElement>("input:not([disabled]), select, textarea, button") ?? part).focus();
}

export function Explained({ order, path, acts }: { order: Order; path: string; acts: { submit?: () => void; cancel?: () => void; places: readonly (keyof typeof places)[] } }) {
    const t = useText();
    const dates = useDates();
    const explanation = useQuery({ queryKey: ["explanation", order.id, order.version], queryFn: ({ signal }) => get<Schemas["Explanation"]>(`${path}/explanation`, undefined, signal), placeholderData: (before) => before });
    const found = explanation.data;
    const act = (way: Way): (() => void) | undefined => {
        if (way.what === "submit") return acts.submit;
        if (way.what === "cancel") return acts.cancel;
        const place = acts.places.find((each) => each === way.what);
        return place ? () => goTo(places[place]) : undefined;
    };
    if (explanation.error) return <Section title={t("explained")}><Problem of={explanation.error} again={() => void explanation.refetch()} /></Section>;
    if (!found) return null;
    // One button for each action, whatever may be said with it; where this page has none, the command stands.
    const ways = found.ways.filter((each, index) => !act(each) || found.ways.findIndex((other) => other.what === each.what) === index);
    return (
        <Section title={t("explained")}>
            <ul className="explained">
                {found.why.map((each) => <li key={each.text}>{each.text}</li>)}
            </ul>
            <dl className="lines">
                {found.last ? (
                    <div>
                        <dt>{t("explained.last")}</dt>
                        <dd>{found.last.text} <span className="note">{dates.moment(found.last.at)} · {found.last.source}</span></dd>
                    </div>
                ) : null}
                {found.next.map((each, index) => (
                    <div key={`${each.at}${each.text}`}>
                        <dt>{index === 0 ? t("explained.next") : null}</dt>
                        <dd>{each.text} <span className="note">{[each.at && dates.moment(each.at), t(`explained.who.${each.who}`)].filter(Boolean).join(" · ")}</span></dd>
                    </div>
                ))}
            </dl>
            {ways.length > 0 ? (
                <>
                    <h3>{t("explained.ways")}</h3>
                    <ul className="ways">
                        {ways.map((each) => {
                            const does = act(each);
                            const whole = found.ways.filter((other) => other.what === each.what);
                            return (
                                <li key={each.command}>
                                    <span>{does ? whole.map((other) => other.text).join("; ") : each.text}</span>
                                    {does ? <Button look="quiet" onPress={does}>{t(`explained.do.${each.what}`)}</Button> : <code className="break">{each.command}</code>}
                                </li>
                            );
                        })}
                    </ul>
                </>
            ) : <p className="note">{t("explained.ways.none")}</p>}
        </Section>
    );
}
