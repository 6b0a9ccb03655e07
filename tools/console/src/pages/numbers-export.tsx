// SPDX-License-Identifier: Apache-2.0
// The window in which a list is exported: under which name, and which columns.
import { useEffect, useState } from "react";
import { useText } from "../i18n";
import { Button, Checkbox, Dialog, Problem, TextField } from "../ui";
import { moreColumns, type Column } from "./numbers-columns";

export function ExportDialog({ open, onClose, columns, count, run }: { open: boolean; onClose: () => void; columns: Column[]; count: number; run: (name: string, columns: string[], bom: boolean) => Promise<void> }) {
    const t = useText();
    const [name, setName] = useState("PhoneNumbers.csv");
    const [chosen, setChosen] = useState<string[]>([]);
    const [bom, setBom] = useState(false);
    const [problem, setProblem] = useState<unknown>(null);
    const all = [...columns, ...moreColumns];
    useEffect(() => setChosen(columns.map((each) => each.id)), [columns]);
    return (
        <Dialog title={t("export.title")} open={open} onClose={onClose}>
            <div className="stack">
                <p>{t("export.count", { count })}</p>
                <TextField label={t("export.name")} value={name} onChange={setName} error={/\.csv$/i.test(name) ? undefined : t("export.name.csv")} />
                <fieldset className="choices">
                    <legend>{t("export.columns")}</legend>
                    {all.map((each) => (
                        <Checkbox key={each.id} value={chosen.includes(each.id)} onChange={(on) => setChosen(all.map((one) => one.id).filter((id) => (id === each.id ? on : chosen.includes(id))))}>
                            {t(each.text)}
                        </Checkbox>
                    ))}
                </fieldset>
                <Checkbox value={bom} onChange={setBom}>{t("export.bom")}</Checkbox>
                <Problem of={problem} />
                <div className="row end">
                    <Button onPress={onClose}>{t("cancel")}</Button>
                    <Button look="main" isDisabled={chosen.length === 0 || !/\.csv$/i.test(name)} onPress={() => { setProblem(null); run(name, chosen, bom).then(onClose, setProblem); }}>{t("export.save")}</Button>
                </div>
            </div>
        </Dialog>
    );
}
