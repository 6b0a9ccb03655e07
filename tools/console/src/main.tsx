// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ApiProblem } from "./api/client";
import { App } from "./app";
import { LanguageProvider } from "./i18n";
import { SessionProvider } from "./session";
import "./styles.css";

const queries = new QueryClient({
    defaultOptions: {
        queries: {
            staleTime: 10_000,
            // A lost connection is tried again; what the API refused is not.
            retry: (count, problem) => problem instanceof ApiProblem && problem.passing && count < 3,
            refetchOnWindowFocus: true,
        },
        mutations: { retry: false },
    },
});

const root = document.getElementById("root");
if (root)
    createRoot(root).render(
        <StrictMode>
            <QueryClientProvider client={queries}>
                <LanguageProvider>
                    <SessionProvider>
                        <App />
                    </SessionProvider>
                </LanguageProvider>
            </QueryClientProvider>
        </StrictMode>,
    );
