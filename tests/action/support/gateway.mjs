// What stands before the AWS of a test: trust policies and permissions of roles, which the sandbox does not have, and
// an eye on every key value that crosses the line.

import { createServer, request as ask } from "node:http";

/** The roles of the examples, and whose token may assume them: as `ai-keys init --iam` sets them up. */
export const ROLES = {
  plan: { arn: "arn:aws:iam::123456789012:role/ai-keys-plan", trusts: /^repo:acme\/keys:(pull_request|ref:refs\/heads\/(main|gh-readonly-queue\/main\/.*))$/, mayWrite: false },
  apply: { arn: "arn:aws:iam::123456789012:role/ai-keys-apply", trusts: /^repo:acme\/keys:ref:refs\/heads\/main$/, mayWrite: true },
};

/** Starts a gateway before an AWS. */
export async function startGateway(aws) {
  /** Every key value that was sent or asked for, and every secret of a role that was lent. */
  const values = new Set();
  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const refused = refusal(incoming, body.toString("utf8"));
    if (refused) return void outgoing.writeHead(refused.status, { "content-type": refused.type }).end(refused.body);
    note(values, body);
    const passed = ask(`${aws}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const whole = Buffer.concat(parts);
        note(values, whole);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(whole);
      });
      answer.on("error", () => outgoing.destroy());
    });
    passed.on("error", () => outgoing.destroy());
    // Whoever was killed while it waited leaves nobody to answer to.
    outgoing.on("close", () => passed.destroy());
    passed.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    values,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns why a request is refused, as AWS words it; nothing if it may pass. */
function refusal({ method, headers }, body) {
  const form = new URLSearchParams(body);
  if (form.get("Action") === "AssumeRoleWithWebIdentity") {
    const role = roleOf(form.get("RoleArn") ?? "");
    const claims = JSON.parse(Buffer.from((form.get("WebIdentityToken") ?? "").split(".")[1] ?? "", "base64url").toString() || "{}");
    if (role?.trusts.test(claims.sub)) return undefined;
    const said = "<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>";
    return { status: 403, type: "text/xml", body: `<ErrorResponse><Error><Type>Sender</Type>${said}</Error></ErrorResponse>` };
  }
  // The sandbox's session tokens end in the role's name.
  const role = roleOf(`/${String(headers["x-amz-security-token"] ?? "").split("/").at(-1)}`);
  if (role === undefined || role.mayWrite || isRead(method ?? "", headers)) return undefined;
  const message = `${role.arn} is not authorized to write`;
  return { status: 403, type: "application/json", body: JSON.stringify({ __type: "AccessDeniedException", message }) };
}

const roleOf = (arn) => Object.values(ROLES).find((role) => role.arn.split("/").at(-1) === arn.split("/").at(-1));

/** API Gateway's reads are `GET`; the others are named by what they do, and STS is asked who we are. */
function isRead(method, headers) {
  const operation = String(headers["x-amz-target"] ?? "").split(".").at(-1) ?? "";
  return method === "GET" || /^(Get|List|Describe)/.test(operation) || /\/sts\//.test(headers.authorization ?? "");
}

/** Notes each key value of a body (JSON of one key or of a list, or a file of an import), and the secrets of a role. */
function note(values, body) {
  const text = body.toString("utf8");
  for (const [, value] of text.matchAll(/"value":\s*"([A-Za-z0-9]{20,128})"/g)) values.add(value);
  for (const [, secret] of text.matchAll(/<SecretAccessKey>([^<]{20,})</g)) values.add(secret);
  const [head = "", ...rows] = text.split("\n");
  const column = head.toLowerCase().split(",").indexOf("key");
  if (column < 0 || !head.toLowerCase().includes("name")) return;
  for (const row of rows) if (row.split(",")[column]) values.add(row.split(",")[column]);
}
