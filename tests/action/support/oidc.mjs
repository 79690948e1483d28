// A token issuer as GitHub's runner offers it to a job with `id-token: write`.

import { createServer } from "node:http";

/** Starts an issuer. Each token names its audience, and `subject`, which is to follow the event. */
export async function startIssuer() {
  const asked = [];
  const issuer = { asked, subject: "" };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://issuer");
    const audience = url.searchParams.get("audience");
    asked.push({ audience, authorization: request.headers.authorization, subject: issuer.subject });
    if (request.headers.authorization !== "Bearer request-token-of-the-job") {
      response.writeHead(401).end();
      return;
    }
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { aud: audience, sub: issuer.subject, iss: "https://token.actions.githubusercontent.com", exp: 4_102_444_800 };
    const value = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.${Buffer.from("no signature").toString("base64url")}`;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ value }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(issuer, {
    variables: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.address().port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token-of-the-job",
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}

/**
 * Returns whom GitHub says that a job is, where it names no environment.
 *
 * Source: "OpenID Connect reference", checked 2026-11-26.
 * https://docs.github.com/actions/reference/security/oidc#example-subject-claims
 */
export function subjectOf(event, payload) {
  if (event === "pull_request") return "repo:acme/keys:pull_request";
  return `repo:acme/keys:ref:${event === "merge_group" ? payload.merge_group.head_ref : "refs/heads/main"}`;
}
