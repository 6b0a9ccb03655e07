// SPDX-License-Identifier: Apache-2.0
// The phone as people see it: a button above the page, and a small panel that stays while they go from page to page.
import { useEffect, useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api/client";
import { numberText, useText, type TextKey } from "../i18n";
import { Link } from "../router";
import { Button, Problem, TextField } from "../ui";
import { usePhone } from ".";
import type { Call } from "./soft-phone";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function PhoneButton() {
    const t = useText();
    const hold = usePhone();
    if (!hold) return null;
    const { state, open, setOpen, own } = hold;
    const now = t(state.call ? "phone.line.call" : own.soft_phone ? `phone.line.${state.line}` : "phone.line.back");
    return (
        <Button look="quiet" aria-expanded={open} aria-controls="phone" aria-label={t("phone.button", { now })} onPress={() => setOpen(!open)}>
            <span className={`phone-sign ${state.call ? "call" : state.line}`} aria-hidden="true">✆</span>
        </Button>
    );
}

/** Who it is by the inventory: numbers of ours have somebody who uses them. */
function useWho(call: Call | null): string {
    const number = call?.number ?? "";
    const { data } = useQuery({
        queryKey: ["caller", number],
        queryFn: ({ signal }) => get<Schemas["InventoryNumber"]>(`/v1/numbers/${encodeURIComponent(number)}`, undefined, signal),
        enabled: /^\+\d{7,15}$/.test(number),
        retry: false,
        staleTime: 60_000,
    });
    return [data?.used_by, data?.company?.name].filter(Boolean).join(", ") || call?.name || "";
}

function Clock({ since }: { since: number }) {
    const [now, setNow] = useState(() => Date.now());
    useEffect(() => {
        const timer = setInterval(() => setNow(Date.now()), 1000);
        return () => clearInterval(timer);
    }, []);
    const seconds = Math.max(0, Math.floor((now - since) / 1000));
    return <span className="note" aria-hidden="true">{Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}</span>;
}

export function PhonePanel() {
    const t = useText();
    const hold = usePhone();
    const state = hold?.state;
    const call = state?.call ?? null;
    const who = useWho(call);
    const [number, setNumber] = useState("");
    const [pad, setPad] = useState(false);
    const rings = call?.state === "ringing";
    const ended = state?.ended ?? 0;
    const [endedBefore, setEndedBefore] = useState(ended);
    useEffect(() => {
        if (call) setEndedBefore(ended);
        else setPad(false);
    }, [call, ended]);
    // A button that was pressed may be gone with what it did; whoever goes by keyboard stays in the panel.
    const title = useRef<HTMLHeadingElement>(null);
    const inside = useRef(false);
    const shows = `${call?.state} ${state?.line}`;
    useEffect(() => {
        if (inside.current && document.activeElement === document.body) title.current?.focus();
    }, [shows]);
    if (!hold || !state) return null;
    const { phone, own, open, setOpen } = hold;

    const sayWho = call ? (who ? t("phone.who", { who, number: numberText(call.number) }) : numberText(call.number)) : "";
    const said = call
        ? t(call.ofCallBack ? "phone.call.own" : call.state === "ringing" ? "phone.call.ringing" : call.state === "calling" ? "phone.call.calling" : call.muted ? "phone.call.muted" : "phone.call.connected", { who: sayWho })
        : ended > endedBefore ? t("phone.call.ended") : own.soft_phone ? t(`phone.line.${state.line}`) : "";
    const dial = () => {
        const text = number.replace(/[\s().-]/g, "");
        if (!text) return;
        setNumber("");
        phone.call(text);
    };
    const press = (key: string) => (call ? phone.tone(key) : setNumber((now) => now + key));

    return (
        <>
            <div className="sr" role="status" aria-live={rings ? "assertive" : "polite"}>{said}</div>
            {open ? (
                <section
                    id="phone"
                    className="phone card"
                    aria-label={t("phone.title")}
                    onFocus={() => (inside.current = true)}
                    onBlur={({ currentTarget, relatedTarget }) => {
                        if (relatedTarget && !currentTarget.contains(relatedTarget)) inside.current = false;
                    }}
                >
                    <div className="row between">
                        <h2 ref={title} tabIndex={-1}>{t("phone.title")}</h2>
                        <Button look="quiet" aria-label={t("phone.close")} onPress={() => setOpen(false)}>✕</Button>
                    </div>
                    {hold.callBackProblem ? <Problem of={hold.callBackProblem} /> : null}
                    {hold.callBack && !call && !hold.callBackProblem ? <p className="notice">{t("phone.back.rings", { from: numberText(hold.callBack.from), number: numberText(hold.callBack.number) })}</p> : null}
                    {state.trouble ? (
                        <div className="notice bad" role="alert">
                            <p>{state.problem && state.trouble === "failed" ? state.problem.message : t(`phone.trouble.${state.trouble}` as TextKey)}</p>
                            {state.trouble === "password" || state.trouble === "settings" ? <p><Link to="/account">{t("account.title")}</Link></p> : null}
                        </div>
                    ) : null}
                    {call ? (
                        <div className="stack">
                            <p className="phone-who"><strong>{who || numberText(call.number)}</strong>{who ? <span className="number">{numberText(call.number)}</span> : null}</p>
                            <p className="row between"><span>{t(call.ofCallBack ? "phone.state.own" : `phone.state.${call.state}`)}</span>{call.since ? <Clock since={call.since} /> : null}</p>
                            <div className="row wrap">
                                {rings ? <Button look="main" onPress={phone.answer}>{t("phone.answer")}</Button> : null}
                                {call.state === "connected" ? (
                                    <>
                                        <Button onPress={() => phone.mute(!call.muted)} aria-pressed={call.muted}>{t("phone.mute")}</Button>
                                        <Button onPress={() => setPad(!pad)} aria-expanded={pad}>{t("phone.pad")}</Button>
                                    </>
                                ) : null}
                                <Button look="danger" onPress={phone.hangUp}>{t(rings ? "phone.decline" : "phone.hang-up")}</Button>
                            </div>
                        </div>
                    ) : own.soft_phone ? (
                        <>
                            <div className="row between wrap">
                                <span className={`phone-line ${state.line}`}>{t(`phone.line.${state.line}`)}</span>
                                {state.line === "off" ? <Button look="main" onPress={hold.signIn}>{t("phone.sign-in")}</Button> : <Button onPress={hold.signOut}>{t("phone.sign-out")}</Button>}
                            </div>
                            {state.line === "on" ? (
                                <form className="row end" onSubmit={(event) => { event.preventDefault(); dial(); }}>
                                    <TextField label={t("phone.number")} type="tel" inputMode="tel" value={number} onChange={setNumber} />
                                    <Button type="submit" look="main" isDisabled={!number.trim()}>{t("phone.call")}</Button>
                                </form>
                            ) : null}
                        </>
                    ) : <p>{t("phone.back.only")}</p>}
                    {(call ? pad && call.state === "connected" : own.soft_phone && state.line === "on") ? (
                        <div className="keys" role="group" aria-label={t("phone.keys")}>
                            {keys.map((key) => <Button key={key} onPress={() => press(key)} aria-label={t("phone.key", { key: key === "*" ? t("phone.key.star") : key === "#" ? t("phone.key.hash") : key })}>{key}</Button>)}
                        </div>
                    ) : null}
                </section>
            ) : null}
        </>
    );
}
