// SPDX-License-Identifier: Apache-2.0
// What is typed survives a reload, a lost connection and a closed window: it is written into the browser's own store as it
// is typed, for this person alone, until it was sent. Secrets go with the tab.
import { useCallback, useEffect, useRef, useState } from "react";
import { read, write } from "./api/client";
import { useSession } from "./session";

export function useDraft<T extends object>(name: string, initial: T, secrets: (keyof T & string)[] = []) {
    const { owner } = useSession();
    const place = `porteur.draft.${owner}.${name}`;
    const [value, setValue] = useState<T>(() => ({
        ...initial,
        ...read<Partial<T>>(localStorage, place),
        ...read<Partial<T>>(sessionStorage, place),
    }));
    const [kept] = useState(() => localStorage.getItem(place) !== null);
    const dropped = useRef(false);
    const first = useRef(true);

    useEffect(() => {
        if (first.current || dropped.current) {
            first.current = false;
            return;
        }
        const lasting: Record<string, unknown> = { ...(value as Record<string, unknown>) };
        const passing: Record<string, unknown> = {};
        for (const secret of secrets) {
            passing[secret] = lasting[secret];
            delete lasting[secret];
        }
        write(localStorage, place, lasting);
        if (secrets.length > 0) write(sessionStorage, place, passing);
        // eslint-disable-next-line react-hooks/exhaustive-deps -- the list of secrets is written where it is called
    }, [value, place]);

    const change = useCallback((changes: Partial<T>) => {
        dropped.current = false;
        setValue((now) => ({ ...now, ...changes }));
    }, []);
    const drop = useCallback(() => {
        dropped.current = true;
        localStorage.removeItem(place);
        sessionStorage.removeItem(place);
        setValue(initial);
        // eslint-disable-next-line react-hooks/exhaustive-deps -- what it begins with is written where it is called
    }, [place]);
    return { value, change, drop, kept };
}
