// SPDX-License-Identifier: Apache-2.0
// Every text of the console, in English and French. Labels of states, reasons and the like come from porteurd
// (GET /v1/words), so that console, command line and API say the same.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { I18nProvider } from "react-aria-components";
import en from "./en.json";
import fr from "./fr.json";
import { caller, get, type Schemas } from "../api/client";

export type Language = "en" | "fr";
export type TextKey = keyof typeof en;
type Values = Record<string, string | number>;
export type Text = (key: TextKey, values?: Values) => string;

const catalogues: Record<Language, Record<string, string>> = { en, fr };
const locales: Record<Language, string> = { en: "en-CA", fr: "fr-CA" };

/** The text with its values; `count` chooses between KEY and KEY.one where the catalogue has both. */
export function textOf(language: Language, key: string, values: Values = {}): string {
    const catalogue = catalogues[language];
    const { count } = values;
    const one = typeof count === "number" && new Intl.PluralRules(locales[language]).select(count) === "one";
    const text = (one ? catalogue[`${key}.one`] : undefined) ?? catalogue[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name];
        return typeof value === "number" ? value.toLocaleString(locales[language]) : (value ?? "");
    });
}

interface Speech {
    language: Language;
    locale: string;
    choose: (language: Language) => void;
}
const Context = createContext<Speech>({ language: "en", locale: "en-CA", choose: () => {} });

function firstLanguage(): Language {
    const kept = localStorage.getItem("porteur.language");
    if (kept === "en" || kept === "fr") return kept;
    return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
    const [language, setLanguage] = useState<Language>(firstLanguage);
    caller.language = language;
    useEffect(() => {
        document.documentElement.lang = language;
    }, [language]);
    const choose = useCallback((next: Language) => {
        localStorage.setItem("porteur.language", next);
        setLanguage(next);
    }, []);
    const speech = useMemo(() => ({ language, locale: locales[language], choose }), [language, choose]);
    return (
        <Context.Provider value={speech}>
            <I18nProvider locale={speech.locale}>{children}</I18nProvider>
        </Context.Provider>
    );
}

export const useSpeech = () => useContext(Context);

export function useText(): Text {
    const { language } = useSpeech();
    return useCallback((key, values) => textOf(language, key, values), [language]);
}

/** Dates and times as the language has them. */
export function useDates() {
    const { locale } = useSpeech();
    return useMemo(() => {
        const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
        const second = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
        const whole = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "medium" });
        const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
        return {
            moment: (at: string | null | undefined) => (at ? moment.format(new Date(at)) : ""),
            whole: (at: string | null | undefined) => (at ? whole.format(new Date(at)) : ""),
            second: (at: string | null | undefined) => (at ? second.format(new Date(at)) : ""),
            day: (at: string | null | undefined) => (at ? day.format(new Date(`${at.slice(0, 10)}T00:00:00Z`)) : ""),
        };
    }, [locale]);
}

export interface Words {
    label: (kind: string, code: string) => string;
    explain: (kind: string, code: string) => string;
    of: (kind: string) => { code: string; label: string }[];
}

/** The labels that porteurd has for the words of its answers; a word without one is shown as it is. */
export function useWords(): Words {
    const { language } = useSpeech();
    const { data } = useQuery({
        queryKey: ["words", language],
        queryFn: ({ signal }) => get<Schemas["WordList"]>("/v1/words", undefined, signal),
        staleTime: Infinity,
    });
    return useMemo(() => {
        const known = new Map((data?.items ?? []).map((each) => [`${each.kind}/${each.code}`, each]));
        const plain = (code: string) => code.replaceAll("_", " ");
        return {
            label: (kind, code) => known.get(`${kind}/${code}`)?.label ?? plain(code),
            explain: (kind, code) => known.get(`${kind}/${code}`)?.explanation ?? "",
            of: (kind) => (data?.items ?? []).filter((each) => each.kind === kind),
        };
    }, [data]);
}

/** A telephone number as people read it: +1 514 555-0100; others in groups. The number itself stays as it is. */
export function numberText(number: string): string {
    const north = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
    if (north) return `+1 ${north[1]} ${north[2]}-${north[3]}`;
    const french = /^\+33(\d)(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(number);
    if (french) return `+33 ${french.slice(1).join(" ")}`;
    return number;
}
