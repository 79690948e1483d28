// moto: an AWS that nobody here wrote.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { env as environment } from "node:process";
import { setTimeout as wait } from "node:timers/promises";

/** Starts moto where it is installed; nothing where it is not. */
export async function startMoto() {
  const program = environment.AI_KEYS_MOTO_SERVER;
  if (!program) return undefined;
  const port = await freePort();
  const child = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const patience = Date.now() + 90_000;
  for (;;) {
    const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null || Date.now() > patience) throw new Error("moto does not start");
    await wait(100);
  }
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=0";
  return {
    url,
    keys: async () => (await (await fetch(`${url}/apikeys?includeValues=true`, { headers: { authorization } })).json()).item ?? [],
    close: () => new Promise((resolve) => (child.once("exit", resolve), child.kill())),
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
