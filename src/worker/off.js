// The kill switch. Served in place of `/sw.js`, it ends the service worker on every device within an hour: the page then
// loads from the network like any other. Ratings that wait are not touched: they lie in IndexedDB, not in these caches.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(off()));
async function off() {
  for (const name of await caches.keys()) if (name.startsWith("hai-long-")) await caches.delete(name);
  await self.registration.unregister();
}
