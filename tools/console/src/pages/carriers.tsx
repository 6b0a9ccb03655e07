// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { useDates, useSpeech, useText, useWords } from "../i18n";
import { Button, Notice, Page, Problem, Section, Waiting } from "../ui";
import { Mark } from "../ui/marks";
import { Standing } from "./carrier-standing";
import { LastSync } from "./comparison";

type Carrier = Schemas["Carrier"];

export const useCarriers = (live = false) =>
    useQuery({
        queryKey: ["carriers"],
        queryFn: ({ signal }) => get<Schemas["CarrierList"]>("/v1/carriers", undefined, signal),
        staleTime: live ? 0 : 30_000,
        refetchInterval: live ? 5_000 : false,
    });
export const can = (carrier: Carrier, operation: string) => carrier.operations.some((each) => each.name === operation);

export function Carriers() {
    const t = useText();
    const carriers = useCarriers(true);
    return (
        <Page title={t("nav.carriers")}>
            <Problem of={carriers.error} again={() => void carriers.refetch()} />
            {carriers.isPending ? <Waiting /> : null}
            {carriers.data?.items.map((each) => <Account key={each.account} carrier={each} />)}
            {carriers.data?.items.length === 0 ? <p className="empty">{t("carriers.none")}</p> : null}
            {carriers.data?.refused.map((each) => (
                <Notice key={each.file} kind="bad">{t("carriers.refused", { file: each.file, reason: each.reason })}</Notice>
            ))}
        </Page>
    );
}

function Account({ carrier }: { carrier: Carrier }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { language } = useSpeech();
    const [asked, setAsked] = useState(false);
    const check = useQuery({
        queryKey: ["account-check", carrier.account],
        enabled: asked,
        retry: false,
        queryFn: ({ signal }) => get<Schemas["AccountCheck"]>("/v1/account-check", { account: carrier.account }, signal),
    });
    const { health } = carrier;
    return (
        <Section title={carrier.account} aside={<Mark kind="health" code={health.state} />}>
            <p className="note">{carrier.name} · {t("carriers.plugin", { plugin: carrier.plugin, version: carrier.version })}{carrier.countries.length ? ` · ${carrier.countries.join(", ")}` : ""}</p>
            {health.last_error ? <Notice kind="warn">{t("carriers.last-error", { at: dates.moment(health.last_error_at), text: health.last_error })}</Notice> : null}
            {health.process_ended ? (
                <Notice kind="warn">{t("carriers.process-ended", { at: dates.moment(health.process_ended.at), reason: health.process_ended.reason, count: health.process_ended.count })}</Notice>
            ) : null}
            <Standing carrier={carrier} />
            <details>
                <summary>{t("carriers.can", { count: carrier.operations.length })}</summary>
                <ul className="words">
                    {carrier.operations.map((each) => <li key={each.name}>{words.label("operation", each.name)} <span className="note">{each.transport}</span></li>)}
                </ul>
            </details>
            {carrier.limitations.length > 0 ? (
                <details>
                    <summary>{t("carriers.cannot", { count: carrier.limitations.length })}</summary>
                    <ul>
                        {carrier.limitations.map((each) => <li key={each.text}>{(language === "fr" && each.text_fr) || each.text}</li>)}
                    </ul>
                </details>
            ) : null}
            {can(carrier, "list_numbers") ? <LastSync account={carrier.account} /> : null}
            {can(carrier, "check_account") ? (
                <div className="stack">
                    <div>
                        <Button isDisabled={check.isFetching} onPress={() => (asked ? void check.refetch() : setAsked(true))}>{t(check.isFetching ? "carriers.checking" : "carriers.check")}</Button>
                    </div>
                    <Problem of={check.error} />
                    {check.data ? (
                        <Notice kind={check.data.problems.some((each) => each.blocking) ? "bad" : check.data.problems.length ? "warn" : "good"}>
                            {t("carriers.identity", { identity: check.data.identity })}
                            {check.data.problems.map((each) => <p key={each.message}>{each.message}</p>)}
                        </Notice>
                    ) : null}
                </div>
            ) : null}
        </Section>
    );
}
