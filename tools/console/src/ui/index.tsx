// SPDX-License-Identifier: Apache-2.0
// React Aria Components, with our classes and our order of label, field, help and error. Nothing else in the console makes
// a control of its own, so what a keyboard and a screen reader meet is the same on each page.
import { useEffect, useId, useRef, type ReactNode } from "react";
import * as Aria from "react-aria-components";
import { useText } from "../i18n";
import { ApiProblem } from "../api/client";
import { arrival, focusTitle } from "../router";

export { Checkbox as RawCheckbox } from "react-aria-components";

interface ButtonProps extends Omit<Aria.ButtonProps, "className" | "children"> {
    look?: "plain" | "main" | "danger" | "quiet";
    children: ReactNode;
}

export function Button({ look = "plain", children, ...rest }: ButtonProps) {
    return (
        <Aria.Button {...rest} className={`button ${look}`}>
            {children}
        </Aria.Button>
    );
}

interface FieldProps {
    label: string;
    help?: ReactNode;
    error?: string | undefined;
    required?: boolean;
    className?: string;
}

function Around({ label, help, error, required }: FieldProps) {
    return (
        <>
            <Aria.Label className={`label ${required ? "required" : ""}`}>{label}</Aria.Label>
            {help ? (
                <Aria.Text slot="description" className="help">
                    {help}
                </Aria.Text>
            ) : null}
            <Aria.FieldError className="field-error">{error}</Aria.FieldError>
        </>
    );
}

interface TextProps extends FieldProps {
    value: string;
    onChange: (value: string) => void;
    type?: "text" | "password" | "email" | "tel" | "date" | "time" | "number" | "search";
    name?: string;
    autoComplete?: string;
    rows?: number;
    placeholder?: string;
    autoFocus?: boolean;
    onEnter?: () => void;
    inputMode?: "text" | "tel" | "numeric" | "email";
}

export function TextField({ value, onChange, type = "text", name, autoComplete = "off", rows, placeholder, autoFocus, onEnter, inputMode, ...field }: TextProps) {
    return (
        <Aria.TextField
            className={`field ${field.className ?? ""}`}
            value={value}
            onChange={onChange}
            isInvalid={Boolean(field.error)}
            isRequired={field.required ?? false}
            type={type}
            {...(name ? { name } : {})}
            {...(inputMode ? { inputMode } : {})}
            {...(autoFocus ? { autoFocus } : {})}
            autoComplete={autoComplete}
            validationBehavior="aria"
            onKeyDown={(event) => {
                if (onEnter && event.key === "Enter") onEnter();
                else event.continuePropagation();
            }}
        >
            <Around {...field} />
            {rows ? (
                <Aria.TextArea className="input" rows={rows} placeholder={placeholder} />
            ) : (
                <Aria.Input className="input" placeholder={placeholder} />
            )}
        </Aria.TextField>
    );
}

export interface Choice {
    id: string;
    label: string;
    note?: string;
}

interface SelectProps extends FieldProps {
    value: string;
    onChange: (value: string) => void;
    choices: Choice[];
    placeholder?: string;
}

export function Select({ value, onChange, choices, placeholder, ...field }: SelectProps) {
    const t = useText();
    return (
        <Aria.Select
            className={`field ${field.className ?? ""}`}
            value={value || null}
            onChange={(key) => onChange(String(key ?? ""))}
            isInvalid={Boolean(field.error)}
            isRequired={field.required ?? false}
            // Without choices, as while they are fetched, a press would open nothing and say nothing.
            isDisabled={choices.length === 0}
            validationBehavior="aria"
            placeholder={placeholder ?? t("select.none")}
        >
            <Around {...field} />
            <Aria.Button className="input select">
                <Aria.SelectValue className="select-value">{({ selectedText, defaultChildren }) => selectedText || defaultChildren}</Aria.SelectValue>
                <span aria-hidden="true" className="chevron" />
            </Aria.Button>
            <Aria.Popover className="popover">
                <Aria.ListBox className="list-box" items={choices}>
                    {(choice) => (
                        <Aria.ListBoxItem id={choice.id} textValue={choice.label} className="list-item">
                            <Aria.Text slot="label">{choice.label}</Aria.Text>
                            {choice.note ? (
                                <Aria.Text slot="description" className="note">
                                    {choice.note}
                                </Aria.Text>
                            ) : null}
                        </Aria.ListBoxItem>
                    )}
                </Aria.ListBox>
            </Aria.Popover>
        </Aria.Select>
    );
}

interface CheckboxProps {
    children?: ReactNode;
    label?: string;
    value: boolean;
    mixed?: boolean;
    onChange: (value: boolean) => void;
    disabled?: boolean;
    tabIndex?: number;
}

export function Checkbox({ children, label, value, mixed, onChange, disabled, tabIndex }: CheckboxProps) {
    return (
        <Aria.Checkbox
            className="checkbox"
            isSelected={value}
            isIndeterminate={mixed ?? false}
            isDisabled={disabled ?? false}
            onChange={onChange}
            {...(label ? { "aria-label": label } : {})}
            {...(tabIndex === -1 ? { excludeFromTabOrder: true } : {})}
        >
            <span className="box" aria-hidden="true" />
            {children}
        </Aria.Checkbox>
    );
}

interface RadioProps {
    label: string;
    value: string;
    onChange: (value: string) => void;
    choices: Choice[];
    error?: string | undefined;
}

export function Radios({ label, value, onChange, choices, error }: RadioProps) {
    return (
        <Aria.RadioGroup className="field radios" value={value || null} onChange={onChange} isInvalid={Boolean(error)} validationBehavior="aria">
            <Around label={label} error={error} />
            <div className="row wrap">
                {choices.map((choice) => (
                    <Aria.Radio key={choice.id} value={choice.id} className="radio">
                        <span className="dot" aria-hidden="true" />
                        {choice.label}
                    </Aria.Radio>
                ))}
            </div>
        </Aria.RadioGroup>
    );
}

interface DialogProps {
    title: string;
    open: boolean;
    onClose: () => void;
    children: ReactNode;
    wide?: boolean;
}

export function Dialog({ title, open, onClose, children, wide }: DialogProps) {
    const t = useText();
    return (
        <Aria.ModalOverlay className="overlay" isOpen={open} onOpenChange={(now) => now || onClose()} isDismissable>
            <Aria.Modal className={`modal ${wide ? "wide" : ""}`}>
                <Aria.Dialog className="dialog">
                    <div className="row between">
                        <Aria.Heading slot="title" level={2}>
                            {title}
                        </Aria.Heading>
                        <Button look="quiet" onPress={onClose} aria-label={t("close")}>
                            ✕
                        </Button>
                    </div>
                    {children}
                </Aria.Dialog>
            </Aria.Modal>
        </Aria.ModalOverlay>
    );
}

export function Progress({ label, value, max }: { label: string; value: number; max: number }) {
    return (
        <Aria.ProgressBar className="progress" value={value} maxValue={max || 1}>
            {({ percentage, valueText }) => (
                <>
                    <div className="row between">
                        <Aria.Label>{label}</Aria.Label>
                        <span>{valueText}</span>
                    </div>
                    <svg className="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect width="100" height="4" className="bar-back" />
                        <rect width={percentage ?? 0} height="4" className="bar-fill" />
                    </svg>
                </>
            )}
        </Aria.ProgressBar>
    );
}

interface MenuProps {
    label: ReactNode;
    name?: string;
    items: Choice[];
    onChoose: (id: string) => void;
    disabled?: boolean;
    look?: "plain" | "quiet";
}

export function Menu({ label, name, items, onChoose, disabled, look = "plain" }: MenuProps) {
    return (
        <Aria.MenuTrigger>
            <Aria.Button className={`button ${look}`} isDisabled={disabled ?? false} {...(name ? { "aria-label": name } : {})}>
                {label} <span aria-hidden="true" className="chevron" />
            </Aria.Button>
            <Aria.Popover className="popover" placement="bottom end">
                <Aria.Menu className="list-box" onAction={(key) => onChoose(String(key))} items={items}>
                    {(item) => (
                        <Aria.MenuItem id={item.id} className="list-item">
                            {item.label}
                        </Aria.MenuItem>
                    )}
                </Aria.Menu>
            </Aria.Popover>
        </Aria.MenuTrigger>
    );
}

export function FilePicker({ onFiles, accept, children, disabled }: { onFiles: (files: File[]) => void; accept: string[]; children: ReactNode; disabled?: boolean }) {
    return (
        <Aria.FileTrigger acceptedFileTypes={accept} onSelect={(list) => list && onFiles([...list])}>
            <Aria.Button className="button plain" isDisabled={disabled ?? false}>
                {children}
            </Aria.Button>
        </Aria.FileTrigger>
    );
}

/** What went wrong, and what to do about it. It takes the focus, so that nobody has to look for it. */
export function Problem({ of, again }: { of: unknown; again?: () => void }) {
    const t = useText();
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => {
        box.current?.focus();
    }, [of]);
    if (!of) return null;
    const problem = of instanceof ApiProblem ? of : undefined;
    const title = problem?.kind === "connection" ? t("problem.connection") : problem?.title || t("problem.unexpected");
    const detail = problem?.kind === "connection" ? t("problem.connection.do") : problem ? problem.message : String(of);
    const fields = problem?.errors ?? [];
    return (
        <div className="notice bad" role="alert" ref={box} tabIndex={-1}>
            <strong>{title}</strong>
            <p>{detail}</p>
            {fields.length > 1 ? (
                <ul>
                    {fields.map((each) => (
                        <li key={each.field + each.detail}>{each.detail}</li>
                    ))}
                </ul>
            ) : null}
            {again && (problem?.passing ?? true) ? <Button onPress={again}>{t("again")}</Button> : null}
        </div>
    );
}

export function Notice({ kind = "info", children }: { kind?: "info" | "good" | "warn" | "bad"; children: ReactNode }) {
    return (
        <div className={`notice ${kind}`} role="status">
            {children}
        </div>
    );
}

export function Waiting() {
    const t = useText();
    return (
        <p className="waiting" role="status">
            {t("loading")}
        </p>
    );
}

export function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
    const id = useId();
    return (
        <section className="card" aria-labelledby={id}>
            <div className="row between">
                <h2 id={id}>{title}</h2>
                {aside}
            </div>
            {children}
        </section>
    );
}

export function Page({ title, children, actions, intro }: { title: string; children: ReactNode; actions?: ReactNode; intro?: string }) {
    useEffect(() => {
        document.title = `${title} · Porteur`;
    }, [title]);
    useEffect(() => {
        if (!arrival.pending) return;
        arrival.pending = false;
        focusTitle();
    }, []);
    return (
        <div className="page">
            <div className="row between wrap page-head">
                <h1 tabIndex={-1} id="page-title">
                    {title}
                </h1>
                {actions ? <div className="row wrap">{actions}</div> : null}
            </div>
            {intro ? <p className="intro">{intro}</p> : null}
            {children}
        </div>
    );
}
