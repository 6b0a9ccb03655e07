// SPDX-License-Identifier: Apache-2.0
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
        generateBundle(_, bundle) {
            for (const [name, item] of Object.entries(bundle)) {
                const source = item.type === "chunk" ? item.code : item.source;
                const plain = typeof source === "string" ? Buffer.from(source) : Buffer.from(source);
                const gzip = gzipSync(plain, { level: 9 });
                if (gzip.length < plain.length * 0.9) this.emitFile({ type: "asset", fileName: `${name}.gz`, source: gzip });
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
