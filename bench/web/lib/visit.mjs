// One visit: opens the page, touches the first control as soon as it is there, answers everything, and measures.
import { observe } from "./observer.mjs";
import { calibrate, cpuSeconds, open } from "./browser.mjs";
import { percentile, tapDurations } from "./figures.mjs";

/** The level that is given to every question: "Hài lòng". */
const LEVEL = 3;
/** A touch that seems not to have been taken is repeated after this long, in ms. */
const AGAIN_MS = 600;
/** Looks for something to touch, a tenth of a second apart, before the survey is given up. */
const PATIENT_LOOKS = 150;
/** How long the answering of the whole survey may take, in ms. */
const WALK_MS = 120_000;
/** How long a visit waits for a first control, in ms; without a network it is there soon or never. */
const PATIENCE = { cold: 90_000, warm: 90_000, offline: 15_000 };

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Visits a page in the profile of this folder. `setting`: what page, where things are; `profile`: how slow; `mode`.
 * Gives the figures of the visit, or `{ works: false, why }`.
 */
export async function visit({ folder, setting, url, profile, mode, executable }) {
  const browser = await open(folder, { executable });
  const { context, page, cdp, line } = browser;
  const faults = [];
  page.on("pageerror", (fault) => faults.push(String(fault).slice(0, 200)));
  try {
    const figures = { calibrationBeforeMs: await calibrate(page) };
    const told = new Moments();
    await page.exposeBinding("__note", (_, name, at) => told.note(name, { at, bytes: line.bytes }));
    await page.addInitScript(observe, { ...setting, level: LEVEL });
    await line.slow(profile, mode === "offline");
    // Cuts it for what starts before its line can be set as above.
    if (mode === "offline") await context.setOffline(true);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: profile.cpu });

    const cpuBefore = cpuSeconds(browser.root);
    let refused = null;
    page.goto(url, { waitUntil: "commit", timeout: PATIENCE[mode] }).catch((fault) => {
      refused = fault.message.split("\n")[0].replace(/ at http:.*/, "");
      told.note("refused");
    });
    const walk = new Walk({ page, cdp, told, setting });
    if ((await told.first(["visible", "refused"], PATIENCE[mode])) !== "visible") {
      return { ...figures, works: false, why: refused ?? "the first control never appeared", faults };
    }
    await walk.touchUntil("responded", setting.before?.[0] ?? setting.control);
    if (!told.has("responded")) return { ...figures, works: false, why: "the first control never answered", faults };
    const finished = await walk.toTheEnd();
    // What is sent after the thanks belongs to the visit.
    await lineIsQuiet(line);
    const cpu = cpuSeconds(browser.root) - cpuBefore;
    const timings = await page.evaluate(() => {
      const { marks, taps, events, long, shift, faults, memories } = window.__bench;
      const wasm = memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
      const fcp = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null;
      return { marks, taps, events, long, shift, faults, wasm, fcp };
    });
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await line.slow(null);
    await cdp.send("HeapProfiler.collectGarbage");
    const heap = await cdp.send("Runtime.getHeapUsage");
    Object.assign(figures, summary(timings, told), {
      works: true,
      finished,
      touchesToRespond: walk.touchesToRespond,
      touches: walk.touches,
      bytesFinish: line.bytes,
      requests: line.requests,
      cpuSeconds: cpu,
      heapBytes: heap.usedSize,
      wasmBytes: timings.wasm,
      faults: [...new Set([...faults, ...timings.faults])].slice(0, 5),
    });
    if (mode !== "offline") await workerIsReady(page);
    figures.calibrationAfterMs = await calibrate(page);
    return figures;
  } finally {
    await browser.close();
  }
}

/** What the page tells of, with the state of the line at that moment. */
class Moments {
  #told = new Map();
  #waiting = [];

  note(name, state = {}) {
    if (!this.#told.has(name)) this.#told.set(name, state);
    this.#waiting.forEach((wake) => wake());
  }

  has(name) {
    return this.#told.has(name);
  }

  state(name) {
    return this.#told.get(name) ?? {};
  }

  /** The first of these that comes, null when none does within `ms`. */
  async first(names, ms) {
    const end = Date.now() + ms;
    for (;;) {
      const come = names.find((name) => this.has(name));
      if (come || Date.now() >= end) return come ?? null;
      await new Promise((wake) => {
        const timer = setTimeout(wake, end - Date.now());
        this.#waiting.push(() => (clearTimeout(timer), wake()));
      });
      this.#waiting.length = 0;
    }
  }
}

/** A finger on the page. */
class Walk {
  touches = 0;
  touchesToRespond = 0;

  constructor({ page, cdp, told, setting }) {
    Object.assign(this, { page, cdp, told, setting, option: setting.option ?? "input[type=radio],[role=radio]" });
  }

  async touch({ x, y }) {
    this.touches += 1;
    await this.cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    await this.cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }

  /** Touches again and again, as people do, until the page answers; counts how often it took. */
  async touchUntil(name, selector) {
    // The page tells where the control is together with the news that it is there: the first touch follows at once.
    let at = this.told.state("visible").at;
    for (let n = 0; n < 40 && !this.told.has(name); n++) {
      if (at) await this.touch(at);
      if (at) this.touchesToRespond += 1;
      await this.told.first([name], AGAIN_MS);
      if (!this.told.has(name)) at = (await this.page.evaluate((s) => window.__bench.place(s), selector)) ?? at;
    }
  }

  /** Answers everything; true when the end of the survey is on the screen. */
  async toTheEnd() {
    const { setting, option, page } = this;
    const choice = { option, next: setting.next, before: setting.before, level: LEVEL };
    const end = Date.now() + WALK_MS;
    for (let idle = 0, refused = 0; Date.now() < end && idle < PATIENT_LOOKS && refused < 6; ) {
      const now = await page.evaluate(
        ([done, guard, choice]) => {
          if (window.__bench.finished(done)) return { kind: "done" };
          if (window.__bench.guarded(guard)) return null;
          return window.__bench.choose(choice);
        },
        [setting.done, setting.guard ?? "", choice],
      );
      if (now?.kind === "done") return true;
      if (!now) {
        idle += 1;
        await sleep(100);
        continue;
      }
      idle = 0;
      await this.touch(now);
      const gone = now.kind === "option" && Boolean(setting.advances);
      const taken = await page
        .waitForFunction(([kind, option, gone]) => window.__bench.taken(kind, option, gone), [now.kind, option, gone], {
          polling: "raf",
          timeout: now.kind === "next" || gone ? 4000 : 1000,
        })
        .then(() => true)
        .catch(() => false); // the next round touches again
      refused = taken ? 0 : refused + 1;
      // A person looks before touching again; without this the next touch would wait in the queue of the one before.
      await sleep(120);
    }
    return false;
  }
}

/** Waits until nothing has come over the line for half a second, 10 s at most. */
async function lineIsQuiet(line) {
  for (let n = 0, before = -1; n < 20 && before !== line.bytes; n++) {
    before = line.bytes;
    await sleep(500);
  }
}

/** Where the page has a service worker, waits until it has taken over, so that a second visit finds it. */
async function workerIsReady(page) {
  await page
    .waitForFunction(
      async () => {
        const worker = await navigator.serviceWorker?.getRegistration();
        return !worker || Boolean(worker.active && !worker.installing && !worker.waiting);
      },
      null,
      { polling: 200, timeout: 30_000 },
    )
    .catch(() => {}); // told by the visit that follows
}

/** Figures of what the page has seen. Times are in ms from the start of the navigation. */
function summary({ marks, taps, events, long, shift, fcp }, told) {
  const tapped = tapDurations(taps, events);
  const later = tapped.slice(1);
  const blocking = long.filter(([start]) => start < marks.responded).reduce((sum, [, ms]) => sum + Math.max(0, ms - 50), 0);
  return {
    fcpMs: fcp,
    visibleMs: marks.visible,
    respondedMs: marks.responded,
    ratedMs: marks.rated ?? marks.responded,
    touchDelayMs: marks.respondedTouched - marks.visible,
    touchToStateMs: marks.responded - marks.respondedTouched,
    firstTapMs: tapped[0] ?? null,
    laterTapP50Ms: percentile(later, 0.5),
    laterTapP95Ms: percentile(later, 0.95),
    blockingMs: blocking,
    layoutShift: shift,
    bytesFirst: told.state("responded").bytes,
  };
}
