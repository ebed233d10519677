// The service worker of the kiosk and phone pages: a page starts without a network and without a collector, and a new version
// waits until nobody is served. Responses are not its business: they lie in the outbox, and no request but a GET is ever
// touched here.
//
// The build fills in the two constants below and writes this file to `/sw.js`. Chrome and Edge 109, Firefox 102.
"use strict";

// One name for everything that this build consists of.
const BUILD = "BUILD";
// `[address, integrity]` of each file that a door needs. Words have no integrity: they may be mended on the collector.
const SHELL = { SHELL: [["", ""]] };

// The kiosk registers `/sw.js` for `/kiosk`, the phone page `/sw.js?door=phone` for `/r/`: two workers, two shells.
const DOOR = new URL(self.location.href).searchParams.get("door") === "phone" ? "phone" : "kiosk";
// A page of the phone is made for each link and is asked of the collector; this one, made for none, stands in for it.
const PAGE = { kiosk: "/kiosk", phone: "/phone.html" }[DOOR];
const LINKS = "/r/";
// How long the collector may take to answer a link before the page that is kept stands in, in milliseconds.
const PATIENCE = 6000;
// How long after a start the collector is asked for what may have changed since, in milliseconds.
const LATER = 3000;
const MANIFEST = "/manifest.webmanifest";
const WORDS = "/assets/words/";
const AUDIO = "/assets/audio/";
const FORMS_ADDRESS = "/api/v1/forms/";
const FORMS = "hai-long-forms";
// Prompts of the kiosk, once somebody has had the screen read: kept when they are first asked for.
const SOUNDS = "hai-long-audio";
const SHELLS = { kiosk: "hai-long-shell-", phone: "hai-long-phone-" }[DOOR];
const MINE = SHELLS + BUILD;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", answer);
self.addEventListener("message", (event) => {
  // Said by the page when nobody is served; until then the version before serves on.
  if (event.data && event.data.type === "activate") self.skipWaiting();
});

// All or nothing: one file that is missing, cut off or of another build, and this version is not installed.
async function install() {
  await caches.delete(MINE); // left over from a try that was cut short, or from a version that is come back to
  const shell = await caches.open(MINE);
  try {
    await shell.addAll(
      SHELL[DOOR].map(([address, integrity]) => new Request(address, { integrity, cache: "no-cache", redirect: "error" })),
    );
  } catch (fault) {
    await caches.delete(MINE);
    throw fault;
  }
}

// Keeps the shell of the version before, too: a page of it that is still open finds its files.
async function activate() {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELLS)); // oldest first
  const old = shells.slice(0, Math.max(0, shells.indexOf(MINE) - 1));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

function answer(event) {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  const path = address.pathname;
  if (request.mode === "navigate") {
    // Never written to from the network: a page that names files of another build would not start offline. The browser
    // asks for `/sw.js` after each navigation, and a new build comes whole or not at all.
    if (path === PAGE) event.respondWith(kept(MINE, PAGE, request));
    else if (DOOR === "phone" && path.startsWith(LINKS)) event.respondWith(askedOrKept(request));
  } else if (path === MANIFEST) {
    event.respondWith(kept(MINE, MANIFEST, request)); // asked for by the browser at every start
  } else if (path.startsWith(WORDS)) {
    event.respondWith(keptThenAskedAgain(event, MINE));
  } else if (path.startsWith(FORMS_ADDRESS)) {
    event.respondWith(keptThenAskedAgain(event, FORMS));
  } else if (path.startsWith(AUDIO)) {
    event.respondWith(keptOnceAsked(event, SOUNDS));
  } else if (path.startsWith("/assets/")) {
    event.respondWith(keptAnywhere(request));
  }
}

async function kept(cache, address, request) {
  return (await found(() => caches.open(cache).then((open) => open.match(address)))) || fetch(request);
}

// The collector's page says what the link opens. Without a network the page that is kept asks for it, and sends what waits.
async function askedOrKept(request) {
  const asked = fetch(request);
  const late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  try {
    return await Promise.race([asked, late]);
  } catch {
    return (await found(() => caches.match(PAGE))) || asked;
  }
}

// A name with a hash means the same content in every build.
async function keptAnywhere(request) {
  return (await found(() => caches.match(request))) || fetch(request);
}

// Their names have a hash, too; there are too many of them to fetch them for nobody.
async function keptOnceAsked(event, name) {
  const request = event.request;
  const kept = await found(() => caches.open(name).then((cache) => cache.match(request)));
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.status === 200) {
    const copy = fresh.clone();
    event.waitUntil(found(() => caches.open(name).then((cache) => cache.put(request, copy))));
  }
  return fresh;
}

// Answers at once with what is kept, and asks the collector for the next time: a while later, so that a slow line is free for
// the first touch.
async function keptThenAskedAgain(event, name) {
  const request = event.request;
  const ask = async () => {
    const fresh = await fetch(request, { cache: "no-cache" });
    if (fresh.status === 200) {
      const copy = fresh.clone();
      event.waitUntil(found(() => caches.open(name).then((cache) => cache.put(request, copy))));
    }
    return fresh;
  };
  const kept = await found(() => caches.open(name).then((cache) => cache.match(request)));
  if (!kept) return ask();
  const later = new Promise((go) => setTimeout(go, LATER));
  event.waitUntil(later.then(ask).catch(() => undefined)); // no network: the next start asks again
  return kept;
}

// Storage that is full or broken is the same as nothing kept: the network is asked.
async function found(look) {
  try {
    return await look();
  } catch {
    return undefined;
  }
}
