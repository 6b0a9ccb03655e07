// SPDX-License-Identifier: Apache-2.0
// A certified provider of OpenID Connect (oidc-provider) on a loopback port, for the tests of signing in. People are whatever
// one types: "ada" has the subject "ada" and the verified address ada@example.net; that of "unverified" is not verified.
//
//   node provider.mjs rs256 [SECRET]   signs with RS256; a client with a secret, shown as HTTP Basic
//   node provider.mjs es256            signs with ES256; a public client
//
// It says "listening on http://127.0.0.1:PORT"; its issuer is http://localhost:PORT, so that a browser sees another site than
// 127.0.0.1. POST /setup with {"redirect_uri": "..."} makes the client, once it is known where that listens.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [, , kind = "rs256", secret = ""] = process.argv;
const key = (type, options, more) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), use: "sig", ...more });
const jwks = {
    keys: [
        key("rsa", { modulusLength: 2048 }, { kid: "one", alg: "RS256" }),
        key("ec", { namedCurve: "P-256" }, { kid: "two", alg: "ES256" }),
    ],
};

let serve = (request, response) => response.writeHead(503).end();

function provider(issuer, redirectUri) {
    const made = new Provider(issuer, {
        jwks,
        clients: [
            {
                client_id: "porteur",
                ...(secret ? { client_secret: secret } : { token_endpoint_auth_method: "none" }),
                redirect_uris: [redirectUri],
                response_types: ["code"],
                grant_types: ["authorization_code"],
                id_token_signed_response_alg: kind.toUpperCase(),
                // Without TLS, which loopback alone may be.
                application_type: "native",
            },
        ],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
        // As the standard has it: what the scopes ask for is said by userinfo alone.
        conformIdTokenClaims: true,
        pkce: { required: () => true, methods: ["S256"] },
        cookies: { keys: ["of this test alone"] },
        findAccount: (_, id) => ({
            accountId: id,
            claims: () => ({ sub: id, email: `${id}@example.net`, email_verified: !id.startsWith("unverified"), name: id, preferred_username: id }),
        }),
    });
    made.on("server_error", (_, wrong) => console.error(wrong));
    return made.callback();
}

const server = createServer((request, response) => {
    if (request.method !== "POST" || request.url !== "/setup") return serve(request, response);
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
        serve = provider(`http://localhost:${server.address().port}`, JSON.parse(body).redirect_uri);
        response.writeHead(204).end();
    });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
