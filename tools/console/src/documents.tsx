// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { once, send, type Schemas } from "./api/client";
import { useDates, useText, useWords } from "./i18n";
import { useSession } from "./session";
import { Button, FilePicker, Problem, Select, TextField } from "./ui";

export type Document = Schemas["DocumentRef"];

const accepted = [".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".csv", ".xlsx"];
const today = () => new Date().toISOString().slice(0, 10);

export function upload(file: File, about: { type: string; signed_on?: string; issued_on?: string }): Promise<Schemas["Document"]> {
    const type = file.type || (file.name.endsWith(".pdf") ? "application/pdf" : "application/octet-stream");
    return once<Schemas["Document"]>(`upload.${file.name}.${file.size}.${file.lastModified}`, "POST", "/v1/documents", {
        query: { name: file.name, ...about },
        file: { bytes: file, type },
    });
}

/** The bytes come with the caller's token, so a link alone would not do. */
export async function openDocument(id: string, name: string, inWindow: boolean): Promise<void> {
    const place = inWindow ? window.open("", "_blank") : null;
    const response = await send("GET", `/v1/documents/${id}/content`).catch((thrown: unknown) => {
        place?.close();
        throw thrown;
    });
    const url = URL.createObjectURL(await response.blob());
    if (place) place.location.href = url;
    else {
        const link = document.createElement("a");
        link.href = url;
        link.download = name;
        link.click();
    }
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function DocumentList({ documents, onRemove }: { documents: Document[]; onRemove?: (id: string) => void }) {
    const t = useText();
    const words = useWords();
    const dates = useDates();
    const { may } = useSession();
    const [problem, setProblem] = useState<unknown>(null);
    if (documents.length === 0) return <p className="empty">{t("documents.none")}</p>;
    return (
        <>
            <Problem of={problem} />
            <ul className="documents">
                {documents.map((each) => (
                    <li key={each.id} className="row wrap between">
                        <span>
                            <strong>{words.label("document", each.type ?? "other")}</strong> {each.name}
                            {each.signed_on ? <span className="note"> {t("documents.signed", { day: dates.day(each.signed_on) })}</span> : null}
                            {each.issued_on ? <span className="note"> {t("documents.issued", { day: dates.day(each.issued_on) })}</span> : null}
                        </span>
                        <span className="row">
                            {may("place_orders") ? <Button look="quiet" aria-label={t("documents.open.name", { name: each.name ?? each.id })} onPress={() => { openDocument(each.id, each.name ?? each.id, false).catch(setProblem); }}>
                                {t("documents.open")}
                            </Button> : null}
                            {onRemove ? (
                                <Button look="quiet" aria-label={t("documents.remove.name", { name: each.name ?? each.id })} onPress={() => onRemove(each.id)}>
                                    {t("documents.remove")}
                                </Button>
                            ) : null}
                        </span>
                    </li>
                ))}
            </ul>
        </>
    );
}

/** Uploads at once, so that what is kept of a draft is the document's id and not its bytes. */
export function DocumentsField({ documents, onChange, first = "loa", error }: { documents: Document[]; onChange: (documents: Document[]) => void; first?: string; error?: string | undefined }) {
    const t = useText();
    const words = useWords();
    const [type, setType] = useState(first);
    const [day, setDay] = useState(today());
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState<unknown>(null);
    const dated = type === "loa" ? "signed_on" : "issued_on";

    const take = async (files: File[]) => {
        setBusy(true);
        setProblem(null);
        try {
            let next = documents;
            for (const file of files) {
                const made = await upload(file, { type, ...(day ? { [dated]: day } : {}) });
                next = [...next, made];
                onChange(next);
            }
        } catch (thrown) {
            setProblem(thrown);
        } finally {
            setBusy(false);
        }
    };
    return (
        <div className="stack">
            {error ? <p className="field-error">{error}</p> : null}
            <DocumentList documents={documents} onRemove={(id) => onChange(documents.filter((each) => each.id !== id))} />
            <div className="row wrap end">
                <Select label={t("documents.type")} value={type} onChange={setType} choices={words.of("document").filter((each) => each.code !== "signature").map((each) => ({ id: each.code, label: each.label }))} />
                <TextField label={t(type === "loa" ? "documents.signed_on" : "documents.issued_on")} type="date" value={day} onChange={setDay} />
                <FilePicker accept={accepted} onFiles={(files) => void take(files)} disabled={busy}>
                    {t(busy ? "documents.uploading" : "documents.upload")}
                </FilePicker>
            </div>
            <Problem of={problem} />
        </div>
    );
}
