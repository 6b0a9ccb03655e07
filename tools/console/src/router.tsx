// SPDX-License-Identifier: Apache-2.0
// Pages by address below /console/. Ten pages need no library for it.
import { useEffect, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from "react";

export const base = "/console";
const moved = "porteur:moved";

export function navigate(to: string, replace = false): void {
    const target = to.startsWith(base) ? to : base + to;
    if (target === location.pathname + location.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", target);
    window.dispatchEvent(new Event(moved));
}

/** Whether porteurd sends a browser back to this address after a sign-in elsewhere (is_console_page). */
export function canComeBack(address: string): boolean {
    const path = address.split("?")[0] ?? "";
    return address.startsWith(`${base}/`) && address.length <= 1000 && /^[!-~]+$/.test(address) && !/[\\#]/.test(address) && !/\/\/|\/\.|%2e/i.test(path);
}

/** An address that somebody typed may have a "%" that begins nothing. */
function decoded(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

function subscribe(changed: () => void): () => void {
    window.addEventListener("popstate", changed);
    window.addEventListener(moved, changed);
    return () => {
        window.removeEventListener("popstate", changed);
        window.removeEventListener(moved, changed);
    };
}

/** A new page begins at its title, for screen readers too; one that is still loading gets the focus when its title appears. */
export const arrival = { pending: false };
export function focusTitle(): void {
    const title = document.getElementById("page-title");
    if (title) title.focus({ preventScroll: true });
    else arrival.pending = true;
}

export interface Place {
    path: string; // below /console, without a slash at its end: "/orders/port/01JD9Y4V8K3ZQ"
    parts: string[];
    query: URLSearchParams;
}

export function usePlace(): Place {
    const text = useSyncExternalStore(subscribe, () => location.pathname + location.search);
    const [whole = "", search = ""] = text.split("?");
    const path = whole.replace(/^\/console/, "").replace(/\/+$/, "") || "/";
    return { path, parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(search) };
}

/** Changes words of the address and leaves the others; an empty text takes one away. */
export function setQuery(changes: Record<string, string>, replace = true): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
        if (value) query.set(name, value);
        else query.delete(name);
    }
    const text = query.toString();
    navigate(location.pathname + (text ? `?${text}` : ""), replace);
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
    to: string;
    children: ReactNode;
}

export function Link({ to, children, ...rest }: LinkProps) {
    const open = (event: MouseEvent) => {
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
    };
    return (
        <a href={base + to} onClick={open} {...rest}>
            {children}
        </a>
    );
}

/**
 * The step of a wizard, from 0. It is in the address, so that the browser's Back goes one step back.
 *
 * @param kept  as the draft has it: where somebody who comes again goes on
 */
export function useStep(kept: number): [number, (step: number, replace?: boolean) => void] {
    const { query } = usePlace();
    const step = Number.parseInt(query.get("step") ?? "", 10);
    const known = !Number.isNaN(step);
    const go = (to: number, replace = false) => setQuery({ step: String(to + 1) }, replace);
    useEffect(() => {
        if (!known) setQuery({ step: String(kept + 1) });
    }, [known, kept]);
    return [known ? Math.max(step - 1, 0) : kept, go];
}
