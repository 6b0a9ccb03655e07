// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "react-aria-components";
import { askAgain } from "./api/again";
import { follow } from "./api/live";
import { caller, type Schemas } from "./api/client";
import { useSpeech, useText, type TextKey } from "./i18n";
import { PhoneProvider } from "./phone";
import { PhoneButton, PhonePanel } from "./phone/panel";
import { Account } from "./pages/account";
import { Audit } from "./pages/audit";
import { Carriers } from "./pages/carriers";
import { Comparison } from "./pages/comparison";
import { Due, Tasks } from "./pages/due";
import { Glance } from "./pages/glance";
import { Mails } from "./pages/mails";
import { Numbers } from "./pages/numbers";
import { OrderPage } from "./pages/order";
import { isKind, Orders } from "./pages/orders";
import { People } from "./pages/people";
import { PortWizard } from "./pages/port-wizard";
import { PurchaseWizard } from "./pages/purchase-wizard";
import { SignIn } from "./pages/sign-in";
import { focusTitle, Link, navigate, usePlace } from "./router";
import { useSession } from "./session";
import { Button, Menu, Notice, Page, Problem, Waiting } from "./ui";

interface Entry {
    to: string;
    text: TextKey;
    right?: Schemas["Right"];
}

const entries: Entry[] = [
    { to: "/numbers", text: "nav.numbers" },
    { to: "/orders", text: "nav.orders" },
    { to: "/due", text: "nav.due" },
    { to: "/tasks", text: "nav.tasks" },
    { to: "/glance", text: "nav.glance" },
    { to: "/carriers", text: "nav.carriers" },
    { to: "/mails", text: "nav.mails" },
    { to: "/people", text: "nav.people", right: "view_people" },
    { to: "/audit", text: "nav.audit", right: "view_audit" },
];

export function App() {
    const { session, problem } = useSession();
    const t = useText();
    if (session === undefined) return <Waiting />;
    if (session === null)
        return (
            <RouterProvider navigate={navigate}>
                {problem ? (
                    <main className="alone">
                        <Problem of={problem} again={() => location.reload()} />
                        <Button onPress={() => location.reload()}>{t("again")}</Button>
                    </main>
                ) : (
                    <SignIn />
                )}
            </RouterProvider>
        );
    return (
        <RouterProvider navigate={navigate}>
            <PhoneProvider>
                <Shell />
            </PhoneProvider>
        </RouterProvider>
    );
}

/** Whether the events come in; and each event makes the pages that show its order ask again. */
function useLive(): boolean {
    const queries = useQueryClient();
    const [live, setLive] = useState(false);
    const actIn = caller.actIn;
    useEffect(() => {
        let due: ReturnType<typeof setTimeout> | undefined;
        const stop = follow({
            onState: setLive,
            onEvent: (event) => {
                if (event.order) {
                    for (const each of ["order", "timeline", "operations"]) void askAgain(queries, [each, event.order]);
                }
                // A busy daemon says many things a second; lists need one look for all of them.
                due ??= setTimeout(() => {
                    due = undefined;
                    for (const list of ["orders", "due", "tasks", "mails"]) void askAgain(queries, [list]);
                }, 500);
            },
        });
        return () => {
            clearTimeout(due);
            stop();
        };
    }, [queries, actIn]);
    return live;
}

export type Theme = "system" | "light" | "dark";
function useTheme(): [Theme, (theme: Theme) => void] {
    const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem("porteur.theme") as Theme | null) ?? "system");
    useEffect(() => {
        if (theme === "system") delete document.documentElement.dataset["theme"];
        else document.documentElement.dataset["theme"] = theme;
        localStorage.setItem("porteur.theme", theme);
    }, [theme]);
    return [theme, setTheme];
}

function Shell() {
    const t = useText();
    const { language, choose } = useSpeech();
    const { session, signOut, leave } = useSession();
    const [theme, setTheme] = useTheme();
    const live = useLive();
    const place = usePlace();
    const [open, setOpen] = useState(false);
    const [stays, setStays] = useState<unknown>(null); // why signing out failed
    const first = useRef(true);
    const leaveAll = () => {
        setStays(null);
        signOut().catch(setStays);
    };

    useEffect(() => {
        setOpen(false);
        if (first.current) {
            first.current = false;
            return;
        }
        window.scrollTo(0, 0);
        focusTitle();
    }, [place.path]);

    const who = session?.person?.name || session?.token_name || t("session.token");
    return (
        <>
            <a className="skip" href="#main">
                {t("skip")}
            </a>
            {session?.acting_in ? (
                <div className="acting" role="region" aria-label={t("acting.region")}>
                    <span>{t("acting", { name: session.acting_in.name })}</span>
                    <Button onPress={() => void leave()}>{t("acting.leave")}</Button>
                </div>
            ) : null}
            <header className="top">
                <Link to="/numbers" className="brand">
                    Porteur
                </Link>
                <Button look="quiet" aria-expanded={open} aria-controls="nav" onPress={() => setOpen(!open)}>
                    <span className="menu-button">☰ {t("menu")}</span>
                </Button>
                <nav id="nav" aria-label={t("nav")} className={open ? "open" : ""}>
                    <ul>
                        {entries
                            .filter((each) => !each.right || (session?.rights?.includes(each.right) ?? false))
                            .map((each) => (
                                <li key={each.to}>
                                    <Link to={each.to} aria-current={place.path.startsWith(each.to) ? "page" : undefined}>
                                        {t(each.text)}
                                    </Link>
                                </li>
                            ))}
                    </ul>
                </nav>
                <div className="row tools">
                    <span className={`live ${live ? "on" : ""}`} title={t(live ? "live.on" : "live.off")}>
                        <span className="sr">{t(live ? "live.on" : "live.off")}</span>
                    </span>
                    <PhoneButton />
                    <Menu
                        look="quiet"
                        label={<span aria-hidden="true">{theme === "light" ? "☀" : theme === "dark" ? "☾" : "◐"}</span>}
                        name={t("theme", { now: t(`theme.${theme}`) })}
                        items={(["system", "light", "dark"] as const).map((id) => ({ id, label: t(`theme.${id}`) }))}
                        onChoose={(id) => setTheme(id as Theme)}
                    />
                    <Button look="quiet" onPress={() => choose(language === "en" ? "fr" : "en")}>
                        <span lang={language === "en" ? "fr" : "en"}>{language === "en" ? "Français" : "English"}</span>
                    </Button>
                    <Menu
                        look="quiet"
                        label={who}
                        name={t("session.menu", { who })}
                        items={[{ id: "account", label: t("account.title") }, { id: "out", label: t("sign-out") }]}
                        onChoose={(id) => (id === "out" ? leaveAll() : navigate("/account"))}
                    />
                </div>
            </header>
            <main id="main" tabIndex={-1}>
                {stays ? (
                    <>
                        <Notice kind="bad">{t("sign-out.failed")}</Notice>
                        <Problem of={stays} again={leaveAll} />
                    </>
                ) : null}
                <Pages key={caller.actIn} />
            </main>
            <PhonePanel />
        </>
    );
}

function Pages() {
    const t = useText();
    const { parts, path } = usePlace();
    const [first, second, third] = parts;
    useEffect(() => {
        if (path === "/") navigate("/numbers", true);
        if (path === "/orders") navigate("/orders/port", true);
    }, [path]);
    if (path === "/" || path === "/orders") return <Waiting />;
    if (first === "numbers") return <Numbers />;
    if (first === "orders" && isKind(second)) {
        if (third === "new" && second !== "release") return second === "port" ? <PortWizard /> : <PurchaseWizard />;
        if (third) return <OrderPage key={third} kind={second} id={third} />;
        return <Orders key={second} kind={second} />;
    }
    if (first === "due") return <Due />;
    if (first === "tasks") return <Tasks />;
    if (first === "glance") return <Glance />;
    if (first === "carriers") return second && third === "list" ? <Comparison key={second} account={second} /> : <Carriers />;
    if (first === "mails") return <Mails />;
    if (first === "people") return <People />;
    if (first === "audit") return <Audit />;
    if (first === "account") return <Account />;
    return (
        <Page title={t("nothing-here")}>
            <Notice kind="warn">{t("nothing-here.do")}</Notice>
        </Page>
    );
}
