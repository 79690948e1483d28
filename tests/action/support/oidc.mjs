// A token issuer as GitHub's runner offers it to a job with `id-token: write`.

import { createServer } from "node:http";

/** Starts an issuer; each token names its audience. */
export async function startIssuer() {
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://issuer");
    const audience = url.searchParams.get("audience");
    asked.push({ audience, authorization: request.headers.authorization });
    if (request.headers.authorization !== "Bearer request-token-of-the-job") {
      response.writeHead(401).end();
      return;
    }
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { aud: audience, sub: "repo:acme/keys:pull_request", iss: "https://token.actions.githubusercontent.com", exp: 4_102_444_800 };
    const value = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.${Buffer.from("no signature").toString("base64url")}`;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ value }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    variables: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.address().port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token-of-the-job",
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
