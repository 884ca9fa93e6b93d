// Keeps the page at the door on the phone, so that it opens without a network. Names never pass
// through here: they are fetched with a POST, which a service worker leaves alone, and stored
// encrypted by the page itself.
//
// `self.kept` is set by the site (events/door_views.py): `page` and `files` are what to keep;
// `name` and `version` make the name of the cache. A new version waits until the page is closed,
// so that a page and its scripts are always of the same version.

const { page, files, name, version } = self.kept;
const CACHE = name + version;

async function keep() {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache, which may hold an older file of this name.
  const fresh = { cache: "no-cache", credentials: "omit" };
  await cache.addAll([page, ...files].map((address) => new Request(address, fresh)));
}

async function forgetOlder() {
  const names = await caches.keys();
  const older = names.filter((one) => one.startsWith(name) && one !== CACHE);
  await Promise.all(older.map((one) => caches.delete(one)));
}

async function keptOr(address, request) {
  const answer = await caches.match(address, { cacheName: CACHE });
  return answer ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(keptOr(page, request));
    return;
  }
  const { pathname, origin } = new URL(request.url);
  if (origin === location.origin && files.includes(pathname)) {
    event.respondWith(keptOr(pathname, request));
  }
});

// The network is back (Background Sync): the pages send, since only they have the key.
self.addEventListener("sync", (event) => {
  const wake = async () => {
    const pages = await self.clients.matchAll();
    for (const one of pages) one.postMessage("send");
  };
  event.waitUntil(wake());
});
