// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Form, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { ApiProblem, get, type Schemas } from "../api/client";
import { useSpeech, useText, type TextKey } from "../i18n";
import { setQuery, usePlace } from "../router";
import { useSession } from "../session";
import { Button, Notice, Page, Problem, TextField } from "../ui";

/** Why a provider signed nobody in, by the word that porteurd writes behind the address. */
const refusals: Record<string, TextKey> = {
    again: "provider.again",
    denied: "provider.denied",
    unavailable: "provider.unavailable",
    "wrong-answer": "provider.wrong-answer",
    "unknown-person": "provider.unknown-person",
    unverified: "provider.unverified",
    "not-allowed": "provider.not-allowed",
    "no-second-factor": "provider.no-second-factor",
    "too-many": "provider.too-many",
};

/** What came back from a provider, taken out of the address: a reload does not say it again. */
function useReturn(): { word: string; provider: string } {
    const { query } = usePlace();
    const [came] = useState(() => ({ word: query.get("sign_in") ?? "", provider: query.get("provider") ?? "" }));
    useEffect(() => {
        if (came.word) setQuery({ sign_in: "", provider: "" });
    }, [came]);
    return came;
}

export function SignIn() {
    const t = useText();
    const { language, choose } = useSpeech();
    const { signIn, giveCode, goToProvider, useToken } = useSession();
    const came = useReturn();
    const { data, isPending } = useQuery({ queryKey: ["providers"], queryFn: () => get<Schemas["ProviderList"]>("/v1/session/providers"), staleTime: 60_000 });
    const providers = data?.providers ?? [];
    const refusal = !isPending && Object.hasOwn(refusals, came.word) ? refusals[came.word] : undefined;
    // Anybody may write an address, so a name that is no provider's is not shown.
    const titleOf = (name: string) => providers.find((each) => each.name === name)?.title ?? "OpenID Connect";
    const [login, setLogin] = useState("");
    const [password, setPassword] = useState("");
    const [code, setCode] = useState("");
    const [token, setToken] = useState("");
    const [wantsCode, setWantsCode] = useState(false);
    const [problem, setProblem] = useState<unknown>(null);
    const [busy, setBusy] = useState(false);

    const run = (work: () => Promise<void>) => {
        setBusy(true);
        setProblem(null);
        work()
            .catch((thrown: unknown) => {
                if (thrown instanceof ApiProblem && thrown.kind === "second-factor" && !wantsCode && came.word !== "code") setWantsCode(true);
                else setProblem(thrown);
            })
            .finally(() => setBusy(false));
    };

    return (
        <main className="alone" id="main">
            <Page title={t("sign-in.title")} actions={
                <Button look="quiet" onPress={() => choose(language === "en" ? "fr" : "en")}>
                    <span lang={language === "en" ? "fr" : "en"}>{language === "en" ? "Français" : "English"}</span>
                </Button>
            }>
                <Problem of={problem} />
                {refusal ? <Notice kind="bad">{t(refusal, { provider: titleOf(came.provider) })}</Notice> : null}
                {came.word === "code" ? (
                    <Form className="form" onSubmit={(event) => { event.preventDefault(); run(() => giveCode(code)); }}>
                        <Notice>{t("provider.code", { provider: titleOf(came.provider) })}</Notice>
                        <TextField label={t("sign-in.code")} help={t("sign-in.code.help")} value={code} onChange={setCode} name="code" autoComplete="one-time-code" inputMode="numeric" autoFocus required />
                        <Button type="submit" look="main" isDisabled={busy || !code}>{t("sign-in")}</Button>
                    </Form>
                ) : null}
                {providers.length > 0 ? (
                    <div className="form">
                        {providers.map((each) => (
                            <Button key={each.name} onPress={() => goToProvider(each.name)}>{t("provider.button", { provider: each.title })}</Button>
                        ))}
                    </div>
                ) : null}
                <Tabs className="tabs">
                    <TabList className="tab-list" aria-label={t("sign-in.way")}>
                        <Tab id="person" className="tab">{t("sign-in.person")}</Tab>
                        <Tab id="token" className="tab">{t("sign-in.token")}</Tab>
                    </TabList>
                    <TabPanel id="person" className="tab-panel">
                        <Form className="form" onSubmit={(event) => { event.preventDefault(); run(() => signIn(login, password, code)); }}>
                            <TextField label={t("sign-in.login")} value={login} onChange={setLogin} name="username" autoComplete="username" required />
                            <TextField label={t("sign-in.password")} value={password} onChange={setPassword} type="password" name="password" autoComplete="current-password" required />
                            {wantsCode && came.word !== "code" ? (
                                <TextField label={t("sign-in.code")} help={t("sign-in.code.help")} value={code} onChange={setCode} name="code" autoComplete="one-time-code" inputMode="numeric" autoFocus required />
                            ) : null}
                            <Button type="submit" look="main" isDisabled={busy || !login || !password}>{t("sign-in")}</Button>
                        </Form>
                    </TabPanel>
                    <TabPanel id="token" className="tab-panel">
                        <Form className="form" onSubmit={(event) => { event.preventDefault(); run(() => useToken(token.trim())); }}>
                            <TextField label={t("sign-in.token.field")} help={t("sign-in.token.help")} value={token} onChange={setToken} type="password" name="token" required />
                            <Button type="submit" look="main" isDisabled={busy || !token.trim()}>{t("sign-in")}</Button>
                        </Form>
                    </TabPanel>
                </Tabs>
            </Page>
        </main>
    );
}
