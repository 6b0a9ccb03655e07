// SPDX-License-Identifier: Apache-2.0
// The fields of an order's request by their JSON pointers, as carriers and the API name them: one table for the wizards and
// for a correction on the spot.
import type { ReactNode } from "react";
import { ApiProblem } from "./api/client";
import { useText, useWords, type TextKey } from "./i18n";
import { Radios, Select, TextField } from "./ui";

type Json = unknown;
export type Request = Record<string, Json>;

type Form = "text" | "numbers" | "date" | "time" | "email" | "tel" | "lines" | "secret" | "country" | "count" | "kind" | "alternates" | "language" | "type";

export const forms: Record<string, Form> = {
    "/numbers": "numbers",
    "/remaining": "numbers",
    "/disconnect": "numbers",
    "/losing_carrier": "text",
    "/end_user/kind": "kind",
    "/end_user/name": "text",
    "/end_user/registration_number": "text",
    "/end_user/tax_id": "text",
    "/end_user/authorized_person/first_name": "text",
    "/end_user/authorized_person/last_name": "text",
    "/end_user/authorized_person/title": "text",
    "/end_user/authorized_person/email": "email",
    "/end_user/authorized_person/telephone": "tel",
    "/account_number": "text",
    "/pin": "secret",
    "/btn": "tel",
    "/new_btn": "tel",
    "/requested_date": "date",
    "/requested_time": "time",
    "/target/trunk": "text",
    "/target/offering": "text",
    "/target/parent": "text",
    "/contact_email": "email",
    "/comment": "lines",
    "/language": "language",
    "/country": "country",
    "/number_type": "type",
    "/quantity": "count",
    "/area": "text",
    "/alternates": "alternates",
};
const addressParts = ["house_number", "street", "street_type", "street_direction", "unit", "city", "region", "postal_code", "country"];
for (const of of ["service_address", "address", "emergency_address"])
    for (const part of addressParts) forms[`/${of}/${part}`] = part === "country" ? "country" : "text";

export const addressFields = (of: string) => addressParts.map((part) => `/${of}/${part}`);

export function useFieldLabel(): (pointer: string) => string {
    const t = useText();
    return (pointer) => {
        const whole = pointer.replace(/^\/request/, "").replace(/\/\d+(\/.*)?$/, "");
        const address = /^\/(service_address|address|emergency_address)\/(\w+)$/.exec(whole);
        if (address && addressParts.includes(address[2] ?? "")) return t(`field.address.${address[2]}` as TextKey);
        const key = `field.${whole.slice(1).replaceAll("/", ".")}`;
        const text = t(key as TextKey);
        if (text !== key) return text;
        return whole.split("/").at(-1)?.replaceAll("_", " ") || pointer;
    };
}

const steps = (pointer: string) => pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

export function valueAt(request: Json, pointer: string): Json {
    return steps(pointer).reduce<Json>((at, step) => (at && typeof at === "object" ? (at as Request)[step] : undefined), request);
}

export function withValue(request: Request, pointer: string, value: Json): Request {
    const [step = "", ...rest] = steps(pointer);
    if (rest.length === 0) return { ...request, [step]: value };
    const inner = request[step];
    return { ...request, [step]: withValue(inner && typeof inner === "object" ? (inner as Request) : {}, `/${rest.join("/")}`, value) };
}

/** A list of numbers as people paste it: by lines, commas or blanks between numbers that begin with +; else by lines and commas. */
export function numbersOf(text: string): string[] {
    return text
        .split(/[\n,;]+/)
        .map((each) => each.trim().replace(/[\s().-]/g, ""))
        .filter(Boolean)
        .map((each) => (/^\d{10}$/.test(each) ? `+1${each}` : /^1\d{10}$/.test(each) ? `+${each}` : each.replace(/^00/, "+")));
}

export function textAt(request: Json, pointer: string): string {
    const value = valueAt(request, pointer);
    if (Array.isArray(value)) return value.join("\n");
    return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

/** What the API says against a field, or something below it. */
export function errorOf(problem: unknown, pointer: string): string | undefined {
    if (!(problem instanceof ApiProblem)) return undefined;
    const found = problem.errors.find((each) => {
        const field = each.field.replace(/^\/request/, "");
        return field === pointer || field.startsWith(`${pointer}/`);
    });
    return found ? found.detail.replace(/^\/[\w/]+: /, "") : undefined;
}

interface Props {
    pointer: string;
    value: string;
    onChange: (value: string) => void;
    error?: string | undefined;
    help?: ReactNode;
    required?: boolean;
    label?: string;
}

export function RequestField({ pointer, value, onChange, label: given, ...rest }: Props) {
    const t = useText();
    const words = useWords();
    const label = useFieldLabel()(pointer);
    const form = forms[pointer] ?? "text";
    const props = { label: given || label, value, onChange, ...rest };
    switch (form) {
        case "numbers":
            return <TextField {...props} rows={4} help={rest.help ?? t("field.numbers.help")} inputMode="tel" />;
        case "lines":
            return <TextField {...props} rows={3} />;
        case "secret":
            return <TextField {...props} type="password" autoComplete="off" help={rest.help ?? t("field.pin.help")} />;
        case "date":
        case "time":
        case "email":
        case "tel":
            return <TextField {...props} type={form} />;
        case "count":
            return <TextField {...props} inputMode="numeric" />;
        case "kind":
            return <Radios {...props} choices={words.of("end_user_kind").map((each) => ({ id: each.code, label: each.label }))} />;
        case "alternates":
            return <Radios {...props} choices={(["choose_for_us", "contact_us"] as const).map((id) => ({ id, label: t(`alternates.${id}`) }))} />;
        case "language":
            return <Radios {...props} choices={[{ id: "en", label: "English" }, { id: "fr", label: "Français" }]} />;
        case "type":
            return <Select {...props} choices={words.of("number_type").map((each) => ({ id: each.code, label: each.label }))} />;
        case "country":
            return <TextField {...props} help={rest.help ?? t("field.country.help")} className="short" />;
        default:
            return <TextField {...props} />;
    }
}

/** What was typed as the API wants it. */
export function typedValue(pointer: string, text: string): Json {
    const form = forms[pointer] ?? "text";
    if (form === "numbers") return numbersOf(text);
    if (form === "count") return Number.parseInt(text, 10) || 0;
    if (form === "tel" && (pointer === "/btn" || pointer === "/new_btn")) return text.trim() ? (numbersOf(text)[0] ?? null) : null;
    if (form === "date") return text || null;
    if (form === "country") return text.trim().toUpperCase();
    return form === "secret" ? (text || null) : text.trim();
}
