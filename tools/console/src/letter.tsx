// SPDX-License-Identifier: Apache-2.0
// The letter of authorization of a port: looked at first, then signed with a finger, a pen or a mouse. Whoever can draw
// with none of them has it made with a line to sign by hand, or uploads a picture of the signature.
import { useRef, useState, type PointerEvent } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { once, type Schemas } from "./api/client";
import { openDocument, upload } from "./documents";
import { useText } from "./i18n";
import { Button, FilePicker, Notice, Problem, Radios } from "./ui";

type Order = Schemas["PortOrder"];
type Stroke = [number, number][];

const pathOf = (strokes: Stroke[]) =>
    strokes.map((stroke) => stroke.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(" ")).join(" ");

function Pad({ strokes, onChange }: { strokes: Stroke[]; onChange: (strokes: Stroke[]) => void }) {
    const t = useText();
    const pad = useRef<SVGSVGElement>(null);
    const drawing = useRef(false);
    const at = (event: PointerEvent): [number, number] => {
        const box = pad.current?.getBoundingClientRect();
        if (!box) return [0, 0];
        return [((event.clientX - box.left) / box.width) * 600, ((event.clientY - box.top) / box.height) * 180];
    };
    return (
        <svg
            ref={pad}
            className="pad"
            viewBox="0 0 600 180"
            role="img"
            aria-label={t("letter.pad")}
            onPointerDown={(event) => {
                drawing.current = true;
                pad.current?.setPointerCapture(event.pointerId);
                const [x, y] = at(event);
                onChange([...strokes, [[x, y], [x + 0.5, y + 0.5]]]);
            }}
            onPointerMove={(event) => {
                if (!drawing.current) return;
                const last = strokes.at(-1) ?? [];
                onChange([...strokes.slice(0, -1), [...last, at(event)]]);
            }}
            onPointerUp={() => (drawing.current = false)}
            onPointerCancel={() => (drawing.current = false)}
        >
            <line x1="30" y1="140" x2="570" y2="140" className="pad-line" />
            <path d={pathOf(strokes)} className="pad-ink" />
        </svg>
    );
}

export function Letter({ order, onMade }: { order: Order; onMade?: (order: Order) => void }) {
    const t = useText();
    const queries = useQueryClient();
    const [strokes, setStrokes] = useState<Stroke[]>([]);
    const [language, setLanguage] = useState<string>(order.request.language || "en");
    const [done, setDone] = useState(false);
    const path = `/v1/port-orders/${order.id}/loa`;

    const make = useMutation({
        mutationFn: async (wish: { signature?: Record<string, unknown>; file?: File; preview?: boolean }) => {
            const document = wish.file ? await upload(wish.file, { type: "signature" }) : undefined;
            const signature = document ? { document: document.id } : wish.signature;
            const body = { language, ...(signature ? { signature } : {}) };
            return once<Schemas["LetterMade"]>(`letter.${order.id}`, "POST", path, { body });
        },
        onSuccess: (made, wish) => {
            void queries.invalidateQueries({ queryKey: ["order", order.id] });
            if (wish.preview) void openDocument(made.document.id, made.document.name, true);
            else setDone(true);
            if (made.attached) onMade?.(made.order);
        },
    });
    return (
        <div className="stack">
            <Radios label={t("letter.language")} value={language} onChange={setLanguage} choices={[{ id: "en", label: "English" }, { id: "fr", label: "Français" }]} />
            <div className="row wrap">
                <Button onPress={() => make.mutate({ preview: true })} isDisabled={make.isPending}>
                    {t("letter.preview")}
                </Button>
                <FilePicker accept={[".png", ".jpg", ".jpeg"]} onFiles={(files) => files[0] && make.mutate({ file: files[0] })} disabled={make.isPending}>
                    {t("letter.picture")}
                </FilePicker>
            </div>
            <p className="help">{t("letter.draw")}</p>
            <Pad strokes={strokes} onChange={setStrokes} />
            <div className="row wrap">
                <Button onPress={() => setStrokes([])} isDisabled={strokes.length === 0}>
                    {t("letter.clear")}
                </Button>
                <Button look="main" isDisabled={strokes.length === 0 || make.isPending} onPress={() => make.mutate({ signature: { path: pathOf(strokes) } })}>
                    {t("letter.sign")}
                </Button>
            </div>
            <Problem of={make.error} />
            {done ? <Notice kind="good">{t("letter.done")}</Notice> : null}
        </div>
    );
}
