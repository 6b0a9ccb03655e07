// SPDX-License-Identifier: Apache-2.0
// Who is signed in, and inside which account. People have a session (a cookie that scripts cannot read); a token is kept
// for this tab alone and is gone with it.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { address, ApiProblem, ask, caller, get, read, write, type Schemas } from "./api/client";
import { base, canComeBack } from "./router";

export interface Tenant {
    id: string | number;
    kind: string;
    name: string;
}

export type Session = Schemas["Session"];

interface Hold {
    session: Session | null | undefined; // undefined: not known yet
    problem: unknown;
    signIn: (login: string, password: string, code?: string) => Promise<void>;
    /** The code of whoever a provider has signed in already. */
    giveCode: (code: string) => Promise<void>;
    /** Leaves this page for a provider's, and comes back to it. */
    goToProvider: (name: string) => void;
    useToken: (token: string) => Promise<void>;
    /** Throws where the session may still be there. */
    signOut: () => Promise<void>;
    /** Asks anew who one is. */
    again: () => Promise<void>;
    enter: (tenant: Tenant) => Promise<void>;
    leave: () => Promise<void>;
    /** For what is kept in the browser: one person never sees another's drafts. */
    owner: string;
    may: (right: Schemas["Right"]) => boolean;
}

const Context = createContext<Hold | null>(null);
const tokenAt = "porteur.token";
const actInAt = "porteur.act_in";

export function SessionProvider({ children }: { children: ReactNode }) {
    const queries = useQueryClient();
    const [session, setSession] = useState<Session | null | undefined>(undefined);
    const [problem, setProblem] = useState<unknown>(null);

    const take = useCallback((next: Session | null) => {
        caller.csrf = next?.csrf ?? "";
        setSession(next);
    }, []);

    const look = useCallback(async () => {
        try {
            take(await get<Session>("/v1/session"));
        } catch (thrown) {
            if (!(thrown instanceof ApiProblem)) throw thrown;
            if (thrown.status === 404 && caller.actIn) {
                // The account that was entered is gone, or no longer below ours.
                caller.actIn = "";
                sessionStorage.removeItem(actInAt);
                await look();
            } else if (thrown.status === 401) {
                take(null);
            } else {
                throw thrown;
            }
        }
    }, [take]);

    useEffect(() => {
        caller.token = read<string>(sessionStorage, tokenAt) ?? "";
        caller.actIn = read<string>(sessionStorage, actInAt) ?? "";
        look().catch((thrown: unknown) => {
            setProblem(thrown);
            setSession(null);
        });
    }, [look]);

    useEffect(() => {
        caller.signedOut = () => setSession((now) => (now === undefined ? now : null));
    }, []);

    const forget = useCallback(() => {
        caller.token = caller.csrf = caller.actIn = "";
        sessionStorage.removeItem(tokenAt);
        sessionStorage.removeItem(actInAt);
        queries.clear();
    }, [queries]);

    const hold = useMemo<Hold>(() => {
        const owner = String(session?.person?.id ?? session?.token_name ?? "");
        const actIn = async (tenant: Tenant | null) => {
            caller.actIn = tenant ? String(tenant.id) : "";
            if (tenant) write(sessionStorage, actInAt, caller.actIn);
            else sessionStorage.removeItem(actInAt);
            await look();
            // Not one's own telephone, which is as at home: a call goes on.
            await queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== "own-phone" });
        };
        return {
            session,
            problem,
            owner,
            signIn: async (login, password, code) => {
                forget();
                const body = { login, password, ...(code ? { code } : {}) };
                take(await ask<Session>("POST", "/v1/session", { body }));
                setProblem(null);
            },
            giveCode: async (code) => {
                forget();
                take(await ask<Session>("POST", "/v1/session/oidc", { body: { code } }));
                setProblem(null);
            },
            goToProvider: (name) => {
                forget();
                const here = location.pathname + location.search;
                location.assign(address(`/v1/session/oidc/${encodeURIComponent(name)}`, { to: canComeBack(here) ? here : `${base}/` }));
            },
            useToken: async (token) => {
                forget();
                caller.token = token;
                try {
                    take(await get<Session>("/v1/session"));
                } catch (thrown) {
                    caller.token = "";
                    throw thrown;
                }
                write(sessionStorage, tokenAt, token);
                setProblem(null);
            },
            signOut: async () => {
                // The account that was entered may be gone: a session ends wherever one stands.
                if (!caller.token)
                    await ask("DELETE", "/v1/session", { atHome: true }).catch((thrown: unknown) => {
                        if (!(thrown instanceof ApiProblem) || thrown.status !== 401) throw thrown;
                    });
                forget();
                take(null);
            },
            again: look,
            enter: (tenant) => actIn(tenant),
            leave: () => actIn(null),
            may: (right) => session?.rights.includes(right) ?? false,
        };
    }, [session, problem, look, take, forget, queries]);

    return <Context.Provider value={hold}>{children}</Context.Provider>;
}

export function useSession(): Hold {
    const hold = useContext(Context);
    if (!hold) throw new Error("no SessionProvider");
    return hold;
}
