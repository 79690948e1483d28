// Serves the page's own files from a cache that is named after their contents, and nothing else.
// The build fills in the two names.

const CACHE = "ai-keys-" + "__VERSION__";
const FILES = "__FILES__".split(" ");

self.addEventListener("install", (event) => {
  const all = caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))));
  event.waitUntil(all.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("ai-keys-") && name !== CACHE);
  const clean = caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name))));
  event.waitUntil(clean.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  const found = caches.open(CACHE).then(async (cache) => {
    const page = request.mode === "navigate" ? await cache.match("./", { ignoreSearch: true }) : undefined;
    return page ?? (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
  });
  event.respondWith(found);
});
