// SPDX-License-Identifier: Apache-2.0
export interface World {
    url: string;
    token: string;
    home: string;
    simulators: { ringcentral: string; thinktel: string; genesys: string };
    ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<any>;
    upload(type: string, name: string, dates?: Record<string, string>): Promise<{ id: string }>;
    script(simulator: string, wish: unknown): Promise<void>;
    run(...words: string[]): string;
    stop(): Promise<void>;
}
export function startWorld(build: string, options?: { log?: (text: string) => void; more?: string }): Promise<World>;
export function paper(title: string): Buffer;
