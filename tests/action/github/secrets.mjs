// The Actions secrets of our GitHub: of repositories, environments and organisations, with the rules that
// its OpenAPI description does not tell. Nobody can read a value here either: the boxes are kept shut.

/** As GitHub writes moments: whole seconds. */
const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

/**
 * Serves the secrets of these holders, such as `repos/acme/chat`, `repos/acme/chat/environments/prod` and
 * `orgs/acme`. `pairs` gives each holder the key that its values are sealed with: `{ key_id, key }`.
 */
export function serveSecrets(github, pairs) {
  const secrets = new Map(Object.keys(pairs).map((holder) => [holder, new Map()]));
  const at = (rest) => new RegExp(`^/(?<route>(?:repos/[^/]+/[^/]+|orgs/[^/]+)(?:/environments/[^/]+)?(?:/actions)?)/secrets${rest}$`);
  const NAME = "/(?<name>[^/]+)";

  /** Finds the holder of a route: an environment's secrets are not below `/actions`, the others' are. */
  const within = (handle) => ({ route, ...groups }, query, body) => {
    const holder = route.replace(/\/actions$/, "");
    const isEnvironment = holder.includes("/environments/");
    const held = secrets.get(holder);
    if (!held || isEnvironment === route.endsWith("/actions")) return failed(404, "Not Found");
    return handle({ ...groups, holder, held }, query, body);
  };

  const shown = ({ name, created_at, updated_at, visibility }, holder) => ({
    name,
    created_at,
    updated_at,
    ...(visibility ? { visibility } : {}),
    ...(visibility === "selected"
      ? { selected_repositories_url: `https://api.github.com/${holder}/actions/secrets/${name}/repositories` }
      : {}),
  });

  const list = ({ holder, held }, query) => {
    const size = Math.min(Number(query.get("per_page") ?? 30), 100);
    const from = (Number(query.get("page") ?? 1) - 1) * size;
    const all = [...held.values()].map((secret) => shown(secret, holder));
    return { status: 200, body: { total_count: all.length, secrets: all.slice(from, from + size) } };
  };

  const read = ({ holder, held, name }) => {
    const found = held.get(name.toUpperCase());
    return found ? { status: 200, body: shown(found, holder) } : failed(404, "Not Found");
  };

  const put = ({ holder, held, name }, _query, { encrypted_value: box, key_id: key, visibility, selected_repository_ids: repositories }) => {
    if (key !== pairs[holder].key_id) return failed(422, "Bad request - key_id is not the current key");
    if (!/^[A-Z_][A-Z0-9_]*$/i.test(name) || /^GITHUB_/i.test(name)) return failed(422, "Secret names can only contain alphanumeric characters");
    const isOfOrganization = holder.startsWith("orgs/");
    if (isOfOrganization !== (visibility !== undefined)) return failed(422, "Validation Failed");
    if ((visibility === "selected") !== (repositories !== undefined)) return failed(422, "Validation Failed");
    const old = held.get(name.toUpperCase());
    const time = now();
    held.set(name.toUpperCase(), {
      name: name.toUpperCase(), box, visibility, repositories, created_at: old?.created_at ?? time, updated_at: time,
    });
    return old ? { status: 204 } : { status: 201, body: {} };
  };

  const selected = ({ held, name }) => {
    const found = held.get(name.toUpperCase());
    if (!found) return failed(404, "Not Found");
    if (found.visibility !== "selected") return failed(409, "Conflict");
    const repositories = found.repositories.map((id) => github.shapes.repository(id));
    return { status: 200, body: { total_count: repositories.length, repositories } };
  };

  github.moreRoutes = [
    ["GET", at(""), "secrets", within(list)],
    ["GET", at("/public-key"), "secrets", within(({ holder }) => ({ status: 200, body: pairs[holder] }))],
    ["GET", at(NAME), "secrets", within(read)],
    ["PUT", at(NAME), "secrets", within(put)],
    ["GET", at(`${NAME}/repositories`), "secrets", within(selected)],
  ];
  return secrets;
}

function failed(status, message) {
  return { status, body: { message, documentation_url: "https://docs.github.com/rest", status: String(status) } };
}
