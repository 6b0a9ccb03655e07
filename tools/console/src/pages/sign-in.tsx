// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { Form, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { ApiProblem } from "../api/client";
import { useSpeech, useText } from "../i18n";
import { useSession } from "../session";
import { Button, Page, Problem, TextField } from "../ui";

export function SignIn() {
    const t = useText();
    const { language, choose } = useSpeech();
    const { signIn, useToken } = useSession();
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
                if (thrown instanceof ApiProblem && thrown.kind === "second-factor" && !wantsCode) setWantsCode(true);
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
                <Tabs className="tabs">
                    <TabList className="tab-list" aria-label={t("sign-in.way")}>
                        <Tab id="person" className="tab">{t("sign-in.person")}</Tab>
                        <Tab id="token" className="tab">{t("sign-in.token")}</Tab>
                    </TabList>
                    <TabPanel id="person" className="tab-panel">
                        <Form className="form" onSubmit={(event) => { event.preventDefault(); run(() => signIn(login, password, code)); }}>
                            <TextField label={t("sign-in.login")} value={login} onChange={setLogin} name="username" autoComplete="username" required />
                            <TextField label={t("sign-in.password")} value={password} onChange={setPassword} type="password" name="password" autoComplete="current-password" required />
                            {wantsCode ? (
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
