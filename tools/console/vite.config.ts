// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import { defineConfig, type Plugin } from "vite";

/** Puts a compressed copy beside each file that gets smaller by it; porteurd sends that to browsers that take it. */
function packed(): Plugin {
    return {
        name: "porteur-packed",
        apply: "build",
        enforce: "post",
        // Of what was written: until then Vite still changes the code, as where a chunk fetches another one.
        writeBundle({ dir }, bundle) {
            for (const name of Object.keys(bundle)) {
                const file = join(dir ?? ".", name);
                const plain = readFileSync(file);
                const gzip = gzipSync(plain, { level: 9 });
                if (gzip.length < plain.length * 0.9) writeFileSync(`${file}.gz`, gzip);
            }
        },
    };
}

export default defineConfig({
    base: "/console/",
    root: fileURLToPath(new URL(".", import.meta.url)),
    plugins: [react(), { ...optimizeLocales.vite({ locales: ["en-US", "fr-FR"] }), enforce: "pre" }, packed()],
    build: {
        outDir: process.env.PORTEUR_CONSOLE_OUT ?? "dist",
        emptyOutDir: true,
        target: "es2022",
        assetsInlineLimit: 0, // the page's policy takes no style or script that is written into another file
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 2000,
    },
    server: {
        // For work on the console itself: porteurd serves the API beside it.
        proxy: { "/v1": process.env.PORTEUR_URL ?? "http://127.0.0.1:8480" },
    },
});
