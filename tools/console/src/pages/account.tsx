// SPDX-License-Identifier: Apache-2.0
// One's own: who one is, one's password, and the second factor, which is set up here with an authenticator.
import { useMemo, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { encode } from "uqr";
import { ask, type Schemas } from "../api/client";
import { errorOf } from "../fields";
import { useText } from "../i18n";
import { phoneQuery, type OwnPhone } from "../phone";
import { useSession } from "../session";
import { Button, Notice, Page, Problem, Section, TextField } from "../ui";

export function Account() {
    const t = useText();
    const { session } = useSession();
    if (!session?.person)
        return (
            <Page title={t("account.title")}>
                <Notice>{t("account.token", { name: session?.token_name ?? "" })}</Notice>
            </Page>
        );
    return (
        <Page title={t("account.title")}>
            <dl className="facts">
                <div><dt>{t("people.name")}</dt><dd>{session.person.name}</dd></div>
                <div><dt>{t("people.login")}</dt><dd>{session.person.login}</dd></div>
                <div><dt>{t("people.account")}</dt><dd>{session.tenant?.name}</dd></div>
                <div><dt>{t("account.role")}</dt><dd>{t(`account.role.${session.role}`)}</dd></div>
            </dl>
            {session.acting_in ? <Notice>{t("account.inside")}</Notice> : (
                <>
                    <SecondFactor on={session.person.second_factor} />
                    <Password id={session.person.id} />
                    <OwnTelephone />
                </>
            )}
        </Page>
    );
}

function SecondFactor({ on }: { on: boolean }) {
    const t = useText();
    const { again, signOut } = useSession();
    const [password, setPassword] = useState("");
    const [code, setCode] = useState("");
    const begin = useMutation({ mutationFn: () => ask<Schemas["SecondFactor"]>("POST", "/v1/session/second-factor", { body: { password } }), onSuccess: () => setPassword("") });
    const confirm = useMutation({ mutationFn: () => ask<Schemas["RecoveryCodes"]>("POST", "/v1/session/second-factor/confirm", { body: { code: code.replace(/\s/g, "") } }), onSuccess: () => void again() });
    const remove = useMutation({ mutationFn: () => ask<unknown>("POST", "/v1/session/second-factor/remove", { body: { password } }), onSuccess: () => void signOut().catch(() => again()) });
    const own = (label: string, run: () => void, look: "main" | "danger", busy: boolean) => (
        <form className="form narrow" onSubmit={(event) => { event.preventDefault(); run(); }}>
            <TextField label={t("account.password.now")} type="password" name="password" autoComplete="current-password" value={password} onChange={setPassword} required />
            <div><Button type="submit" look={look} isDisabled={busy || !password}>{label}</Button></div>
        </form>
    );
    if (confirm.data)
        return (
            <Section title={t("account.factor")}>
                <Notice kind="good">{t("account.factor.done")}</Notice>
                <p>{t("account.recovery")}</p>
                <ul className="codes">{confirm.data.recovery.map((each) => <li key={each}><code>{each}</code></li>)}</ul>
            </Section>
        );
    if (on)
        return (
            <Section title={t("account.factor")}>
                <p>{t("account.factor.on")}</p>
                <Problem of={remove.error} />
                {own(t("account.factor.remove"), () => remove.mutate(), "danger", remove.isPending)}
            </Section>
        );
    return (
        <Section title={t("account.factor")}>
            {begin.data ? (
                <>
                    <p>{t("account.factor.scan")}</p>
                    <div className="row wrap">
                        <QrCode text={begin.data.uri} label={t("account.factor.qr")} />
                        <div className="stack">
                            <p>{t("account.factor.secret")} <code className="secret">{begin.data.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code></p>
                            <Problem of={confirm.error} />
                            <form className="form narrow" onSubmit={(event) => { event.preventDefault(); confirm.mutate(); }}>
                                <TextField label={t("sign-in.code")} value={code} onChange={setCode} name="code" autoComplete="one-time-code" inputMode="numeric" required />
                                <div><Button type="submit" look="main" isDisabled={confirm.isPending || !code.trim()}>{t("account.factor.confirm")}</Button></div>
                            </form>
                        </div>
                    </div>
                </>
            ) : (
                <>
                    <p>{t("account.factor.off")}</p>
                    <Problem of={begin.error} />
                    {own(t("account.factor.begin"), () => begin.mutate(), "main", begin.isPending)}
                </>
            )}
        </Section>
    );
}

function QrCode({ text, label }: { text: string; label: string }) {
    const { size, path } = useMemo(() => {
        const { data, size } = encode(text, { ecc: "M", border: 2 });
        return { size, path: data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("") };
    }, [text]);
    return (
        <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
            <path d={path} />
        </svg>
    );
}

function Password({ id }: { id: string }) {
    const t = useText();
    const [current, setCurrent] = useState("");
    const [password, setPassword] = useState("");
    const change = useMutation({
        mutationFn: () => ask<unknown>("POST", `/v1/users/${id}/password`, { body: { current, password } }),
        onSuccess: () => {
            setCurrent("");
            setPassword("");
        },
    });
    return (
        <Section title={t("account.password")}>
            {change.isSuccess ? <Notice kind="good">{t("account.password.done")}</Notice> : null}
            <Problem of={change.error} />
            <form className="form narrow" onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
                <TextField label={t("account.password.now")} type="password" autoComplete="current-password" value={current} onChange={setCurrent} error={errorOf(change.error, "/current")} required />
                <TextField label={t("account.password.next")} help={t("account.password.help")} type="password" autoComplete="new-password" value={password} onChange={setPassword} error={errorOf(change.error, "/password")} required />
                <div><Button type="submit" look="main" isDisabled={change.isPending || !current || !password}>{t("account.password.change")}</Button></div>
            </form>
        </Section>
    );
}

/** Where the account has a telephone system: one's extension there, and what rings first at a call-back. */
function OwnTelephone() {
    const { data } = useQuery(phoneQuery);
    if (!data?.phone) return null;
    return <TelephoneForm own={data} />;
}

function TelephoneForm({ own }: { own: OwnPhone }) {
    const t = useText();
    const queries = useQueryClient();
    const [user, setUser] = useState(own.sip_user);
    const [password, setPassword] = useState("");
    const [callBack, setCallBack] = useState(own.call_back);
    const change = useMutation({
        mutationFn: () =>
            ask<OwnPhone>("PATCH", "/v1/session/phone", {
                body: { sip_user: user.trim(), call_back: callBack.replace(/[\s()]/g, ""), ...(password ? { password } : {}) },
                atHome: true,
            }),
        onSuccess: (now) => {
            setPassword("");
            setCallBack(now.call_back);
            queries.setQueryData(phoneQuery.queryKey, now);
        },
    });
    return (
        <Section title={t("account.phone")}>
            <p>{t("account.phone.intro")}</p>
            {change.isSuccess ? <Notice kind="good">{t("account.phone.done")}</Notice> : null}
            <Problem of={change.error} />
            <form className="form narrow" onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
                <TextField label={t("account.phone.user")} name="extension" value={user} onChange={setUser} error={errorOf(change.error, "/sip_user")} />
                {own.soft_phone ? <TextField label={t("account.phone.password")} help={t(own.has_password && user.trim() === own.sip_user ? "account.phone.password.kept" : "account.phone.password.help")} type="password" autoComplete="new-password" value={password} onChange={setPassword} error={errorOf(change.error, "/password")} /> : null}
                {own.can_call_back ? <TextField label={t("account.phone.back")} help={t("account.phone.back.help")} type="tel" value={callBack} onChange={setCallBack} error={errorOf(change.error, "/call_back")} /> : null}
                <div><Button type="submit" look="main" isDisabled={change.isPending}>{t("account.phone.save")}</Button></div>
            </form>
        </Section>
    );
}
