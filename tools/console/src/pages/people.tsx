// SPDX-License-Identifier: Apache-2.0
// Accounts below one's own, the people who sign in, the members that numbers are used by, and tokens for programs.
import { useMemo, useState, type ReactNode } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, ask, once, type Schemas } from "../api/client";
import { errorOf } from "../fields";
import { useDates, useText, type TextKey } from "../i18n";
import { navigate } from "../router";
import { useSession } from "../session";
import { Button, Dialog, Notice, Page, Problem, Radios, Section, Select, TextField, Waiting } from "../ui";
import { List, type Columns } from "../ui/table";

type Account = Schemas["Tenant"];
type User = Schemas["User"];
type Member = Schemas["Member"];
type Token = Schemas["Token"];

export function People() {
    const t = useText();
    const { session, may } = useSession();
    const tenants = useQuery({ queryKey: ["tenants", "all"], queryFn: ({ signal }) => get<Schemas["TenantList"]>("/v1/tenants", { limit: 500 }, signal), retry: false });
    const names = useMemo(() => new Map((tenants.data?.tenants ?? []).map((each) => [each.id, each.name])), [tenants.data]);
    const accounts = tenants.data?.tenants ?? [];
    const own = Number((session?.acting_in ?? session?.tenant)?.id ?? 0);
    return (
        <Page title={t("nav.people")}>
            <Problem of={tenants.error} again={() => void tenants.refetch()} />
            {tenants.isPending ? <Waiting /> : <Accounts accounts={accounts} own={own} canAdd={may("manage_tenants")} />}
            <Users accounts={accounts} names={names} own={own} canChange={may("manage_people")} />
            <Members accounts={accounts} names={names} own={own} canChange={may("manage_people")} />
            <Tokens accounts={accounts} names={names} own={own} canChange={may("manage_people")} />
        </Page>
    );
}

interface PartProps { accounts: Account[]; names: Map<number, string>; own: number; canChange: boolean }

/** A dialog with fields and a button, which closes when it was carried out. */
function Add({ title, path, name, body, ready, children, queryKey, onDone }: { title: string; path: string; name: string; body: () => Record<string, unknown>; ready: boolean; children: (problem: unknown) => ReactNode; queryKey: string; onDone?: (made: unknown) => void }) {
    const t = useText();
    const queries = useQueryClient();
    const [open, setOpen] = useState(false);
    const add = useMutation({
        mutationFn: () => once<unknown>(name, "POST", path, { body: body() }),
        onSuccess: (made) => {
            setOpen(false);
            void queries.invalidateQueries({ queryKey: [queryKey] });
            onDone?.(made);
        },
    });
    return (
        <>
            <Button onPress={() => { add.reset(); setOpen(true); }}>{title}</Button>
            <Dialog title={title} open={open} onClose={() => setOpen(false)}>
                <div className="stack">
                    {children(add.error)}
                    <Problem of={add.error} />
                    <div className="row end">
                        <Button onPress={() => setOpen(false)}>{t("cancel")}</Button>
                        <Button look="main" isDisabled={!ready || add.isPending} onPress={() => add.mutate()}>{title}</Button>
                    </div>
                </div>
            </Dialog>
        </>
    );
}

function InAccount({ accounts, value, onChange, label }: { accounts: Account[]; value: string; onChange: (id: string) => void; label: string }) {
    return accounts.length > 1 ? <Select label={label} value={value} onChange={onChange} choices={accounts.map((each) => ({ id: String(each.id), label: each.name }))} required /> : null;
}

function useRemoval(queryKey: string) {
    const queries = useQueryClient();
    return useMutation({
        mutationFn: (wish: { method: "DELETE" | "PATCH"; path: string; body?: unknown; version?: number }) => ask<unknown>(wish.method, wish.path, { body: wish.body, ifMatch: wish.version }),
        onSettled: () => void queries.invalidateQueries({ queryKey: [queryKey] }),
    });
}

function Accounts({ accounts, own, canAdd }: { accounts: Account[]; own: number; canAdd: boolean }) {
    const t = useText();
    const { enter } = useSession();
    const [problem, setProblem] = useState<unknown>(null);
    const [kind, setKind] = useState("company");
    const [name, setName] = useState("");
    const [parent, setParent] = useState("");
    const change = useRemoval("tenants");
    const names = useMemo(() => new Map(accounts.map((each) => [each.id, each.name])), [accounts]);
    const below = useMemo(() => accounts.filter((each) => each.id !== own), [accounts, own]);
    const mine = accounts.find((each) => each.id === own);
    const columns = useMemo<Columns<Account>>(
        () => [
            { header: t("people.name"), id: "name", cell: ({ row: { original: each } }) => <strong>{each.name}</strong> },
            { header: t("people.kind"), id: "kind", cell: ({ row: { original: each } }) => t(`people.kind.${each.kind}` as TextKey) },
            { header: t("people.parent"), id: "parent", cell: ({ row: { original: each } }) => (each.parent ? (names.get(each.parent) ?? "") : "") },
            {
                header: t("people.enter"),
                id: "enter",
                cell: ({ row: { original: each } }) => (
                    <span className="row wrap">
                        <Button look="quiet" aria-label={t("people.enter.name", { name: each.name })} onPress={() => { enter(each).then(() => navigate("/numbers"), setProblem); }}>{t("people.enter")}</Button>
                        {each.disabled ? <span className="mark warn">{t("people.disabled")}</span> : null}
                        {canAdd ? (
                            <Button look="quiet" onPress={() => change.mutate({ method: "PATCH", path: `/v1/tenants/${each.id}`, body: { disabled: !each.disabled }, version: each.version })}>
                                {t(each.disabled ? "people.enable" : "people.disable")}<span className="sr"> {each.name}</span>
                            </Button>
                        ) : null}
                    </span>
                ),
            },
        ],
        [t, names, enter, canAdd, change],
    );
    const kinds = mine?.kind === "system" ? ["var", "company", "professional"] : ["company", "professional"];
    return (
        <Section title={t("people.accounts")} aside={canAdd ? (
            <Add title={t("people.add.account")} path="/v1/tenants" name="tenant.add" queryKey="tenants" ready={name.trim() !== ""} body={() => ({ kind, name: name.trim(), ...(parent && kind !== "var" ? { parent: Number(parent) } : {}) })} onDone={() => setName("")}>
                {(wrong) => (
                    <>
                        <Radios label={t("people.kind")} value={kind} onChange={setKind} choices={kinds.map((id) => ({ id, label: t(`people.kind.${id}` as TextKey) }))} />
                        <TextField label={t("people.name")} value={name} onChange={setName} error={errorOf(wrong, "/name")} required />
                        {kind === "var" ? null : <InAccount label={t("people.parent")} accounts={accounts.filter((each) => each.kind === "system" || each.kind === "var")} value={parent || String(own)} onChange={setParent} />}
                    </>
                )}
            </Add>
        ) : null}>
            <Problem of={problem ?? change.error} />
            <List label={t("people.accounts")} rows={below} columns={columns} id={(each) => String(each.id)} empty={t("people.accounts.none")} />
        </Section>
    );
}

function Users({ accounts, names, own, canChange }: PartProps) {
    const t = useText();
    const dates = useDates();
    const users = useQuery({ queryKey: ["users"], queryFn: ({ signal }) => get<Schemas["UserList"]>("/v1/users", { limit: 500 }, signal), retry: false });
    const change = useRemoval("users");
    const empty = { tenant: "", login: "", name: "", password: "", language: "en" };
    const [wish, setWish] = useState(empty);
    const columns = useMemo<Columns<User>>(
        () => [
            { header: t("people.name"), id: "name", cell: ({ row: { original: each } }) => <strong>{each.name}</strong> },
            { header: t("people.login"), id: "login", cell: ({ row: { original: each } }) => each.login },
            { header: t("people.account"), id: "account", cell: ({ row: { original: each } }) => names.get(each.tenant) ?? String(each.tenant) },
            { header: t("people.second-factor"), id: "factor", cell: ({ row: { original: each } }) => (each.second_factor ? t("people.yes") : "") },
            { header: t("people.seen"), id: "seen", cell: ({ row: { original: each } }) => dates.moment(each.seen) },
            {
                header: t("order.state"),
                id: "state",
                cell: ({ row: { original: each } }) => (
                    <span className="row wrap">
                        {each.disabled ? <span className="mark warn">{t("people.disabled")}</span> : null}
                        {canChange ? <Button look="quiet" onPress={() => change.mutate({ method: "PATCH", path: `/v1/users/${each.id}`, body: { disabled: !each.disabled }, version: each.version })}>{t(each.disabled ? "people.enable" : "people.disable")}<span className="sr"> {each.name}</span></Button> : null}
                    </span>
                ),
            },
        ],
        [t, dates, names, canChange, change],
    );
    const set = (changes: Partial<typeof empty>) => setWish((now) => ({ ...now, ...changes }));
    return (
        <Section title={t("people.users")} aside={canChange ? (
            <Add title={t("people.add.user")} path="/v1/users" name="user.add" queryKey="users" ready={wish.login.trim() !== "" && wish.name.trim() !== ""} body={() => ({ tenant: Number(wish.tenant || own), login: wish.login.trim(), name: wish.name.trim(), language: wish.language, ...(wish.password ? { password: wish.password } : {}) })} onDone={() => setWish(empty)}>
                {(wrong) => (
                    <>
                        <InAccount label={t("people.account")} accounts={accounts} value={wish.tenant || String(own)} onChange={(tenant) => set({ tenant })} />
                        <TextField label={t("people.name")} value={wish.name} onChange={(name) => set({ name })} error={errorOf(wrong, "/name")} required />
                        <TextField label={t("people.login")} value={wish.login} onChange={(login) => set({ login })} error={errorOf(wrong, "/login")} required />
                        <TextField label={t("people.password")} help={t("people.password.help")} type="password" autoComplete="new-password" value={wish.password} onChange={(password) => set({ password })} error={errorOf(wrong, "/password")} />
                        <Radios label={t("people.language")} value={wish.language} onChange={(language) => set({ language })} choices={[{ id: "en", label: "English" }, { id: "fr", label: "Français" }]} />
                    </>
                )}
            </Add>
        ) : null}>
            <Problem of={users.error ?? change.error} />
            <List label={t("people.users")} rows={users.data?.users ?? []} columns={columns} id={(each) => each.id} empty={t("people.none")} />
        </Section>
    );
}

function Members({ accounts, names, own, canChange }: PartProps) {
    const t = useText();
    const members = useQuery({ queryKey: ["members"], queryFn: ({ signal }) => get<Schemas["MemberList"]>("/v1/members", { limit: 500 }, signal), retry: false });
    const remove = useRemoval("members");
    const empty = { tenant: "", kind: "user", name: "", extension: "" };
    const [wish, setWish] = useState(empty);
    const set = (changes: Partial<typeof empty>) => setWish((now) => ({ ...now, ...changes }));
    const columns = useMemo<Columns<Member>>(
        () => [
            { header: t("people.name"), id: "name", cell: ({ row: { original: each } }) => <strong>{each.name}</strong> },
            { header: t("people.kind"), id: "kind", cell: ({ row: { original: each } }) => t(`people.kind.${each.kind}` as TextKey) },
            { header: t("people.extension"), id: "extension", cell: ({ row: { original: each } }) => each.extension },
            { header: t("people.account"), id: "account", cell: ({ row: { original: each } }) => names.get(each.tenant) ?? String(each.tenant) },
            { header: t("people.remove"), id: "remove", cell: ({ row: { original: each } }) => (canChange ? <Button look="quiet" aria-label={t("people.remove.name", { name: each.name })} onPress={() => remove.mutate({ method: "DELETE", path: `/v1/members/${each.id}` })}>{t("people.remove")}</Button> : null) },
        ],
        [t, names, canChange, remove],
    );
    return (
        <Section title={t("people.members")} aside={canChange ? (
            <Add title={t("people.add.member")} path="/v1/members" name="member.add" queryKey="members" ready={wish.name.trim() !== ""} body={() => ({ tenant: Number(wish.tenant || own), kind: wish.kind, name: wish.name.trim(), extension: wish.extension.trim() })} onDone={() => setWish(empty)}>
                {(wrong) => (
                    <>
                        <InAccount label={t("people.account")} accounts={accounts} value={wish.tenant || String(own)} onChange={(tenant) => set({ tenant })} />
                        <Radios label={t("people.kind")} value={wish.kind} onChange={(kind) => set({ kind })} choices={(["user", "service", "group"] as const).map((id) => ({ id, label: t(`people.kind.${id}`) }))} />
                        <TextField label={t("people.name")} value={wish.name} onChange={(name) => set({ name })} error={errorOf(wrong, "/name")} required />
                        <TextField label={t("people.extension")} value={wish.extension} onChange={(extension) => set({ extension })} error={errorOf(wrong, "/extension")} />
                    </>
                )}
            </Add>
        ) : null}>
            <Problem of={members.error ?? remove.error} />
            <List label={t("people.members")} rows={members.data?.members ?? []} columns={columns} id={(each) => each.id} empty={t("people.members.none")} />
        </Section>
    );
}

function Tokens({ accounts, names, own, canChange }: PartProps) {
    const t = useText();
    const dates = useDates();
    const tokens = useQuery({ queryKey: ["tokens"], queryFn: ({ signal }) => get<Schemas["TokenList"]>("/v1/tokens", { limit: 500 }, signal), retry: false });
    const revoke = useRemoval("tokens");
    const empty = { tenant: "", name: "", scope: "read", expires: "" };
    const [wish, setWish] = useState(empty);
    const [made, setMade] = useState("");
    const set = (changes: Partial<typeof empty>) => setWish((now) => ({ ...now, ...changes }));
    const columns = useMemo<Columns<Token>>(
        () => [
            { header: t("people.name"), id: "name", cell: ({ row: { original: each } }) => <strong>{each.name}</strong> },
            { header: t("people.scope"), id: "scope", cell: ({ row: { original: each } }) => t(each.scope === "operator" ? "people.scope.operator" : "people.scope.read") },
            { header: t("people.account"), id: "account", cell: ({ row: { original: each } }) => names.get(each.tenant) ?? String(each.tenant) },
            { header: t("people.expires"), id: "expires", cell: ({ row: { original: each } }) => dates.moment(each.expires) },
            { header: t("people.revoke"), id: "revoke", cell: ({ row: { original: each } }) => (each.revoked ? <span className="mark calm">{t("people.revoked")}</span> : canChange ? <Button look="quiet" aria-label={t("people.revoke.name", { name: each.name })} onPress={() => revoke.mutate({ method: "DELETE", path: `/v1/tokens/${each.id}` })}>{t("people.revoke")}</Button> : null) },
        ],
        [t, dates, names, canChange, revoke],
    );
    return (
        <Section title={t("people.tokens")} aside={canChange ? (
            <Add title={t("people.add.token")} path="/v1/tokens" name="token.add" queryKey="tokens" ready={wish.name.trim() !== ""} body={() => ({ tenant: Number(wish.tenant || own), name: wish.name.trim(), scope: wish.scope, ...(wish.expires ? { expires: `${wish.expires}T00:00:00Z` } : {}) })} onDone={(token) => { setWish(empty); setMade((token as Schemas["TokenWithSecret"]).token); }}>
                {(wrong) => (
                    <>
                        <InAccount label={t("people.account")} accounts={accounts} value={wish.tenant || String(own)} onChange={(tenant) => set({ tenant })} />
                        <TextField label={t("people.name")} value={wish.name} onChange={(name) => set({ name })} error={errorOf(wrong, "/name")} required />
                        <Radios label={t("people.scope")} value={wish.scope} onChange={(scope) => set({ scope })} choices={(["read", "operator"] as const).map((id) => ({ id, label: t(`people.scope.${id}`) }))} />
                        <TextField label={t("people.expires")} help={t("people.expires.help")} type="date" value={wish.expires} onChange={(expires) => set({ expires })} error={errorOf(wrong, "/expires")} />
                    </>
                )}
            </Add>
        ) : null}>
            {made ? <Notice kind="good">{t("people.token.shown", { token: made })}</Notice> : null}
            <Problem of={tokens.error ?? revoke.error} />
            <List label={t("people.tokens")} rows={tokens.data?.tokens ?? []} columns={columns} id={(each) => each.id} empty={t("people.tokens.none")} />
        </Section>
    );
}
