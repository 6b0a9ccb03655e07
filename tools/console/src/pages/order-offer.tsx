// SPDX-License-Identifier: Apache-2.0
// Numbers that the seller offers in place of those asked for: chosen here, and ordered with one press.
import { useState } from "react";
import { numberText, useText } from "../i18n";
import { Button, Checkbox, Problem, Section } from "../ui";
import { useChange, type Placed } from "./order-change";

export function Offer({ order, path }: { order: Placed; path: string }) {
    const t = useText();
    const change = useChange(order, path);
    const offered = "alternates" in order.progress ? (order.progress.alternates ?? []) : [];
    const [chosen, setChosen] = useState<string[]>(() => offered.slice(0, order.request.numbers.length));
    if (order.state !== "alternates_offered" || offered.length === 0) return null;
    return (
        <Section title={t("offer.title")}>
            <p>{t("offer.help", { count: order.request.numbers.length })}</p>
            <fieldset className="choices">
                <legend>{t("offer.numbers")}</legend>
                {offered.map((each) => (
                    <Checkbox key={each} value={chosen.includes(each)} onChange={(on) => setChosen(offered.filter((one) => (one === each ? on : chosen.includes(one))))}>
                        <span className="number">{numberText(each)}</span>
                    </Checkbox>
                ))}
            </fieldset>
            <Problem of={change.error} />
            <div>
                <Button look="main" isDisabled={chosen.length === 0 || change.isPending} onPress={() => change.mutate({ word: "", method: "PATCH", body: { request: { numbers: chosen }, submit: true } })}>
                    {t("offer.do", { count: chosen.length })}
                </Button>
            </div>
        </Section>
    );
}
