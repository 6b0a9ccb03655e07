// SPDX-License-Identifier: Apache-2.0
import type { QueryClient, QueryKey } from "@tanstack/react-query";

/**
 * Has what the pages show asked for again, because something has happened. A first answer that is still on its way may
 * have been read before that, and asking again alone would let it stand: it is called off.
 */
export async function askAgain(queries: QueryClient, queryKey: QueryKey): Promise<void> {
    await queries.cancelQueries({ queryKey, predicate: (each) => each.state.data === undefined });
    await queries.invalidateQueries({ queryKey });
}
