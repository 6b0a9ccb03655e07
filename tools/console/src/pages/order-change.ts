// SPDX-License-Identifier: Apache-2.0
// What the parts of an order's page share: the order, its timeline, and a change of it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, get, once, type Schemas } from "../api/client";

/** An order that somebody places, and corrects where need be. */
export type Placed = Schemas["PortOrder"] | Schemas["PurchaseOrder"];
export type Order = Placed | Schemas["ReleaseOrder"];

/** States from which a person corrects an order. */
export const correctable = ["draft", "exception", "needs_documents", "alternates_offered"];

const seen = (order: Order) => JSON.stringify([order.state, order.attempt, order.problem, order.request, order.settle, order.progress.rejections ?? []]);

export function useChange(order: Order, path: string) {
    const queries = useQueryClient();
    return useMutation({
        mutationFn: async ({ word, method = "POST", body, bound = true }: { word: string; method?: string; body?: unknown; bound?: boolean }) => {
            const send = (version: number) => once<Order>(`${word || "change"}.${order.id}`, method, word ? `${path}/${word}` : path, { body, ifMatch: bound ? version : undefined });
            let { version } = order;
            for (let attempt = 1; ; ++attempt) {
                try {
                    return await send(version);
                } catch (thrown) {
                    if (!(thrown instanceof ApiProblem) || thrown.kind !== "version" || attempt >= 5) throw thrown;
                    // Each look at the carrier makes a new version. What the person saw and decided on may be the same still.
                    const now = await get<Order>(path);
                    if (seen(now) !== seen(order)) throw thrown;
                    version = now.version;
                }
            }
        },
        onSuccess: (next) => {
            queries.setQueryData(["order", order.id], next);
            for (const key of ["timeline", "operations"]) void queries.invalidateQueries({ queryKey: [key, order.id] });
            for (const key of ["orders", "tasks", "due"]) void queries.invalidateQueries({ queryKey: [key] });
        },
        onError: (thrown) => {
            // Somebody else was quicker: what is shown is old.
            if (thrown instanceof ApiProblem && thrown.kind === "version") void queries.invalidateQueries({ queryKey: ["order", order.id] });
        },
    });
}

export const useTimeline = (order: Order, path: string) =>
    useQuery({ queryKey: ["timeline", order.id], queryFn: ({ signal }) => get<Schemas["Timeline"]>(`${path}/timeline`, undefined, signal) });
