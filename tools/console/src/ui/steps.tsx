// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";
import { useText } from "../i18n";
import { Button } from ".";

export interface Step {
    title: string;
    ready: boolean; // what it asks for is there, so the next may be looked at
    body: ReactNode;
    wrong?: boolean; // the API speaks against something in it
}

/** One step of a wizard at a time; those that were reached can be gone back to. */
export function Steps({ steps, at, onGo, last }: { steps: Step[]; at: number; onGo: (step: number) => void; last: ReactNode }) {
    const t = useText();
    const reach = steps.findIndex((step) => !step.ready);
    const limit = reach < 0 ? steps.length - 1 : reach;
    const step = steps[at];
    const go = (to: number) => {
        onGo(to);
        document.getElementById("page-title")?.focus();
    };
    return (
        <>
            <nav aria-label={t("steps")}>
                <ol className="steps">
                    {steps.map((each, index) => (
                        <li key={each.title} aria-current={index === at ? "step" : undefined} className={each.wrong ? "wrong" : ""}>
                            <Button look="quiet" isDisabled={index > limit} onPress={() => go(index)}>
                                <span className="step-number" aria-hidden="true">{index + 1}</span> {each.title}
                                {each.wrong ? <span className="sr"> {t("steps.wrong")}</span> : null}
                            </Button>
                        </li>
                    ))}
                </ol>
            </nav>
            <div className="stack">{step?.body}</div>
            <div className="row wrap wizard-foot">
                {at > 0 ? <Button onPress={() => go(at - 1)}>{t("steps.back")}</Button> : null}
                {at < steps.length - 1 ? (
                    <Button look="main" isDisabled={!step?.ready} onPress={() => go(at + 1)}>{t("steps.next")}</Button>
                ) : last}
            </div>
        </>
    );
}
