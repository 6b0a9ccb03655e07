// SPDX-License-Identifier: Apache-2.0
// An inventory of some thousand numbers, brought into the real daemon by its import: once for all tests of a run.
import { people, type People } from "./people";
import { expect } from "./fixtures";
import type { World } from "./world.mjs";

const uses = ["Reception", "Service desk", "Anna Roy", "Support group"];
const kinds = ["service", "service", "user", "group"];
export const held = { bakery: 2600, clinic: 1900, var: 900, system: 600 };
export const size = held.bakery + held.clinic + held.var + held.system;

export const numberAt = (index: number) => `+1514380${String(index).padStart(4, "0")}`;

/** Waits for a job of the inventory to end, and says how it did. */
export async function jobOf(world: World, begun: any, headers: Record<string, string> = {}): Promise<any> {
    let job = begun;
    await expect(async () => {
        job = await world.ask("GET", `/v1/number-jobs/${begun.id}`, undefined, headers);
        expect(job.state).not.toBe("running");
    }).toPass({ timeout: 25_000 });
    return job;
}

export const totalOf = async (world: World, words: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<{ count: number; exact: boolean }> =>
    (await world.ask("GET", `/v1/numbers?${new URLSearchParams({ limit: "1", ...words })}`, undefined, headers)).total;

let made: Promise<People> | undefined;
let madeIn: World | undefined;

/** A VAR with two companies, and numbers of each, of the VAR's pool and of the system's. */
export function inventory(world: World): Promise<People> {
    if (made && madeIn === world) return made;
    madeIn = world;
    made = fill(world);
    return made;
}

async function fill(world: World): Promise<People> {
    const all = await people(world);
    let index = 0;
    const rows = (count: number, company: string) =>
        Array.from({ length: count }, () => {
            const at = index++;
            const used = company !== "" && at % 3 !== 0;
            return [numberAt(at), at % 2 ? "thinktel" : "ringcentral", company, used ? `${uses[at % 4]} ${at}` : "", used ? kinds[at % 4] : "", at % 7 ? "" : "vip", at % 5 ? "" : "4", "1.50 CAD"].join(",");
        });
    const head = "Number,Provider,Company,Used by,Use type,Tags,Floor,Cost";
    const bring = async (lines: string[], headers: Record<string, string>) => {
        const begun = await world.ask("POST", "/v1/number-imports?region=CA", [head, ...lines].join("\r\n"), { "Content-Type": "text/csv", ...headers });
        expect(await jobOf(world, begun, headers)).toMatchObject({ state: "done", changed: lines.length, refused: 0 });
    };
    await bring([...rows(held.bakery, all.company.name), ...rows(held.clinic, all.other.name), ...rows(held.var, "")], { "Porteur-Act-In": String(all.var.id) });
    await bring(rows(held.system, ""), {});
    const calls = Array.from({ length: size / 4 }, (_, at) => ({ to: numberAt(at * 4), at: "2026-11-20T12:00:00Z" }));
    expect(await world.ask("POST", "/v1/calls", { calls })).toMatchObject({ first: calls.length });
    return all;
}
