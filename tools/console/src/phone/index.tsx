// SPDX-License-Identifier: Apache-2.0
// The telephone of whoever has signed in, for every page: what it can do, and what a number offers. It lives above the pages, so a
// call goes on from one to the next.
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Menu as AriaMenu, MenuItem, Popover } from "react-aria-components";
import { ask, newKey, read, write, type Schemas } from "../api/client";
import { numberText, useText } from "../i18n";
import { useSession } from "../session";
import { SoftPhone, type PhoneState } from "./soft-phone";

export type OwnPhone = Schemas["OwnPhone"];

export const phoneQuery = { queryKey: ["own-phone"], queryFn: ({ signal }: { signal: AbortSignal }) => ask<OwnPhone>("GET", "/v1/session/phone", { atHome: true, signal }), staleTime: 60_000 };

interface Hold {
    own: OwnPhone;
    phone: SoftPhone;
    state: PhoneState;
    open: boolean;
    setOpen: (open: boolean) => void;
    signIn: () => void;
    signOut: () => void;
    /** The call-back that was asked for last. */
    callBack: { number: string; from: string } | null;
    callBackProblem: unknown;
    /** Shows beside a number what can be done with it. */
    offer: (number: string, beside: HTMLElement) => void;
}
const Context = createContext<Hold | null>(null);

/** Null: the account has no telephone system, and numbers are links for whatever the machine has. */
export const usePhone = () => useContext(Context);

const none: OwnPhone = { phone: null, soft_phone: false, can_call_back: false, domain: "", sip_user: "", has_password: false, call_back: "" };

// Always the same tree: a call would end with the component that holds it, and the page below would begin anew.
export function PhoneProvider({ children }: { children: ReactNode }) {
    const { session, owner } = useSession();
    const { data } = useQuery({ ...phoneQuery, enabled: Boolean(session?.person) });
    const own = data ?? none;
    const [phone] = useState(() => new SoftPhone());
    const state = useSyncExternalStore(phone.subscribe, phone.now);
    const [open, setOpen] = useState(false);
    const [offered, setOffered] = useState<string | null>(null);
    const beside = useRef<HTMLElement | null>(null);
    const kept = `porteur.phone.${owner}`;

    const signIn = useCallback(() => {
        write(localStorage, kept, true);
        void phone.signIn();
    }, [phone, kept]);
    const signOut = useCallback(() => {
        localStorage.removeItem(kept);
        phone.signOut();
    }, [phone, kept]);

    // Whoever had it signed in has it again after a reload, so that calls come in.
    const ready = own.soft_phone && own.has_password;
    useEffect(() => {
        if (ready && read<boolean>(localStorage, kept)) void phone.signIn();
        return () => phone.signOut();
    }, [phone, kept, ready]);

    const inCall = state.call !== null;
    useEffect(() => {
        if (!inCall) return;
        setOpen(true);
        const warn = (event: BeforeUnloadEvent) => event.preventDefault();
        window.addEventListener("beforeunload", warn);
        return () => window.removeEventListener("beforeunload", warn);
    }, [inCall]);
    useEffect(() => {
        if (state.trouble) setOpen(true);
    }, [state.trouble]);

    const callBack = useMutation({
        networkMode: "always", // else one that was wanted offline would ring whenever the network is back
        mutationFn: async (number: string) => {
            // Sent once, and a click is a call-back of its own: what rings by itself, or not at all, is no telephone of anybody's.
            phone.expectCallBack(number);
            try {
                const made = await ask<Schemas["CallBack"]>("POST", "/v1/session/call-backs", { body: { number }, key: newKey(), atHome: true });
                return { number, from: made.from };
            } catch (thrown) {
                phone.expectNoCallBack(number);
                throw thrown;
            }
        },
        onMutate: () => setOpen(true),
    });
    const choose = (id: string) => {
        const number = offered;
        setOffered(null);
        if (!number) return;
        if (id === "soft") {
            write(localStorage, kept, true);
            setOpen(true);
            phone.call(number);
        } else if (id === "back") callBack.mutate(number);
        else location.href = `tel:${number}`;
    };
    const { data: called, error: callBackProblem } = callBack;
    const there = own.soft_phone || own.can_call_back;
    const hold = useMemo<Hold | null>(
        () => there ? ({
            own, phone, state, open, setOpen, signIn, signOut, callBackProblem,
            callBack: called ?? null,
            offer: (number, element) => {
                beside.current = element;
                setOffered(number);
            },
        }) : null,
        [there, own, phone, state, open, signIn, signOut, called, callBackProblem],
    );
    return (
        <Context.Provider value={hold}>
            {children}
            <Offer number={offered} beside={beside} own={own} busy={inCall} onChoose={choose} onClose={() => setOffered(null)} />
        </Context.Provider>
    );
}

interface OfferProps {
    number: string | null;
    beside: React.RefObject<HTMLElement | null>;
    own: OwnPhone;
    busy: boolean;
    onChoose: (id: string) => void;
    onClose: () => void;
}

function Offer({ number, beside, own, busy, onChoose, onClose }: OfferProps) {
    const t = useText();
    if (!number) return null;
    const items = [
        ...(own.soft_phone ? [{ id: "soft", label: t("phone.offer.soft") }] : []),
        ...(own.can_call_back ? [{ id: "back", label: t("phone.offer.back") }] : []),
        { id: "tel", label: t("phone.offer.tel") },
    ];
    return (
        <Popover className="popover" aria-label={t("dial", { number: numberText(number) })} triggerRef={beside} isOpen onOpenChange={(now) => now || onClose()} placement="bottom start">
            <AriaMenu className="list-box" aria-label={t("dial", { number: numberText(number) })} autoFocus="first" items={items} disabledKeys={busy ? ["soft", "back"] : []} onAction={(key) => onChoose(String(key))} onClose={onClose}>
                {(item) => <MenuItem id={item.id} className="list-item">{item.label}</MenuItem>}
            </AriaMenu>
        </Popover>
    );
}
