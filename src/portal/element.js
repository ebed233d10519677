// The class of <hai-long-survey>, which only JavaScript can declare. The build puts in what stands in capitals: the sheet,
// the first question, the form, the glue of the module and its file; and writes it as a module and as a script.
const OBSERVED = ["endpoint", "site", "form", "dossier", "invite", "touchpoint", "channel", "locale", "scale-order"];
const USUAL = "one-stop-quick";
const SHEET = "THE-SHEET";
const CARRIED = "THE-QUESTION";
const INTEGRITY = "THE-INTEGRITY";
const PLAIN = /^[\w.-]+$/;
const PATIENCE_MS = 3000;
const SVG = "http://www.w3.org/2000/svg";

const sleep = (ms) => new Promise((go) => setTimeout(go, ms));
const made = ([tag, attributes, ...children], ns = tag === "svg" ? SVG : null) => {
  const element = ns ? document.createElementNS(ns, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) element.append(typeof child === "string" ? child : made(child, ns ?? undefined));
  return element;
};

// A policy that forbids WASM forbids even the empty module.
const wasmAllowed = () => {
  try {
    return !!new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return false;
  }
};

let module;
const loaded = () =>
  (module ??= (async () => {
    for (let last = false; ; last = true) {
      try {
        const answer = await fetch(FILE, { integrity: INTEGRITY, credentials: "omit" });
        if (!answer.ok) throw new Error(`${FILE} answered ${answer.status}`);
        await glue.start({ module_or_path: answer });
        return glue;
      } catch (fault) {
        if (last) {
          module = undefined;
          throw fault;
        }
        await sleep(500);
      }
    }
  })());

let sheet;
const dress = (root) => {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(SHEET);
    }
    root.adoptedStyleSheets = [sheet];
  } catch {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = STYLE;
    root.prepend(link);
  }
};

let numbers = 0;

// On a server, where pages are drawn ahead, there are no elements.
class HaiLongSurvey extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = OBSERVED;
  #root = this.attachShadow({ mode: "open" });
  #host = made(["div", { class: "hl-host" }]);
  #stage = null;
  #slot = made(["slot", {}]);
  #frame = null;
  #number = 0;
  #state = "idle";
  #turn = 0;
  #down = false;
  #waiting = [];
  #observer = null;
  #height = 0;
  #hear = null;

  constructor() {
    super();
    dress(this.#root);
    this.#host.append(this.#slot);
    this.#root.append(this.#host);
    const rest = () => {
      this.#down = false;
      this.#waiting.splice(0).forEach((go) => go());
    };
    const hear = (event, act) => this.#root.addEventListener(event, act, { capture: true, passive: true });
    const acted = () => this.#stage?.removeAttribute("data-quiet");
    hear("keydown", acted);
    hear("pointerdown", () => {
      acted();
      this.#down = true;
    });
    hear("pointerup", () => setTimeout(rest, 400));
    hear("pointercancel", rest);
    hear("pointerleave", rest);
    hear("click", (event) => {
      acted();
      this.#kept(event.target);
      setTimeout(rest);
    });
    hear("change", () => this.#stage?.removeAttribute("data-tap"));
  }

  connectedCallback() {
    // What was set on the element before it was this class.
    for (const name of OBSERVED.map((name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase()))) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.#soon();
  }

  disconnectedCallback() {
    // One that is only moved is connected again at once.
    queueMicrotask(() => this.isConnected || this.#release());
  }

  attributeChangedCallback(_, before, after) {
    if (before !== after && this.#state !== "idle") {
      this.#release();
      this.#soon();
    }
  }

  start() {
    if (this.#state === "idle" || this.#state === "over") this.reset();
  }

  reset() {
    this.#release();
    if (this.isConnected) this.#soon();
  }

  submit() {
    if (this.#number && glue.submit(this.#number)) return;
    this.#root.querySelector("[data-action=end]")?.click();
  }

  focus(options) {
    (this.#frame ?? this.#root.querySelector("input, button"))?.focus(options);
  }

  // What a script does to the element comes before it starts.
  #soon() {
    if (this.#state !== "idle") return;
    this.#state = "starting";
    const turn = ++this.#turn;
    queueMicrotask(() => {
      if (turn !== this.#turn) return;
      if (!this.isConnected) this.#state = "idle";
      else this.#start(turn).catch((fault) => this.#otherwise(turn, "not-loaded", `${fault.message}`));
    });
  }

  get #endpoint() {
    try {
      return new URL(this.getAttribute("endpoint") || HOME, document.baseURI).origin;
    } catch {
      return "";
    }
  }

  #lang() {
    let lang = this.getAttribute("locale");
    for (let node = this; !lang && node; node = node.parentElement ?? node.getRootNode().host) lang = node.getAttribute("lang");
    return (lang || "vi").toLowerCase().split("-")[0].replace(/[^a-z]/g, "");
  }

  #wish() {
    const given = (name) => this.getAttribute(name)?.trim() || undefined;
    const plain = (name) => (PLAIN.test(given(name) ?? "") ? given(name) : undefined);
    const form = plain("form") ?? USUAL;
    return {
      endpoint: this.#endpoint,
      site: plain("site"),
      form,
      carried: form === CARRIED.form.id ? CARRIED.form : undefined,
      dossier: given("dossier"),
      invite: plain("invite"),
      touchpoint: plain("touchpoint"),
      channel: plain("channel"),
      lang: this.#lang(),
      words: `${this.#endpoint}/assets/words/`,
      scale_order: plain("scale-order"),
    };
  }

  async #start(turn) {
    const wish = this.#wish();
    const ours = () => turn === this.#turn;
    this.#rem();
    if (!wish.endpoint) return this.#link("no-endpoint", 'the attribute endpoint="https://…" is missing');
    if (!wasmAllowed()) return this.#otherwise(turn, "csp-wasm", "the page's policy lacks script-src 'wasm-unsafe-eval'");
    // What an invite opens may be another form, and other languages and orders are drawn by the code.
    const drawn = wish.carried && wish.lang === "vi" && !wish.scale_order && (!wish.invite || this.hasAttribute("form"));
    this.#stage = made(["div", drawn ? { "data-quiet": "" } : { "data-quiet": "", hidden: "" }]);
    this.#host.prepend(this.#stage);
    if (drawn) {
      this.#stage.append(made(CARRIED.tree));
      this.#slot.hidden = true;
    }
    this.#watch();
    let broken;
    const listen = (event) => (broken = event.effectiveDirective);
    document.addEventListener("securitypolicyviolation", listen);
    try {
      // A collector that does not answer this page would leave ratings lying.
      const [, answer] = await Promise.all([
        loaded(),
        fetch(`${wish.endpoint}/api/v1/${wish.site ? `sites/${wish.site}` : `forms/${wish.form}`}`, { credentials: "omit" }),
      ]);
      const said = await answer.json().catch(() => ({}));
      if (!ours()) return;
      // A frame would be refused as well.
      if (answer.status === 403) return this.#link("site-refused", said.detail);
      if (wish.site && answer.ok) this.#chosen(wish, said);
    } catch (fault) {
      // What broke a policy is told a little later than that it was broken, and much later where there is much to do.
      for (let looks = 0; !broken && looks < 20; looks++) await sleep(50);
      if (!ours()) return;
      const silent = `${wish.endpoint} did not answer this page (${fault.message}): is it running, and does the site list ${location.origin}? hai-long site set NAME --add-origins ${location.origin}`;
      const hint = broken ? `the page's policy lacks ${broken} ${wish.endpoint}` : silent;
      // Without a line the outbox keeps what is given, and there is no other way either.
      if (broken || navigator.onLine) return this.#otherwise(turn, broken ? "csp" : "unreachable", hint);
      return this.#link("offline", hint);
    } finally {
      document.removeEventListener("securitypolicyviolation", listen);
    }
    if (this.#down) await new Promise((go) => this.#waiting.push(go));
    if (!ours()) return;
    this.#number = ++numbers;
    glue.mount(this.#number, this.#stage, JSON.stringify(wish), (event, detail) => this.#told(turn, event, JSON.parse(detail)));
  }

  // What the authority has chosen for the site, where the page does not say otherwise.
  #chosen(wish, { form, scale_order }) {
    wish.scale_order ??= scale_order ?? undefined;
    if (this.hasAttribute("form") || !form || form === wish.form) return;
    wish.form = form;
    wish.carried = undefined;
  }

  // Texts grow with the reader's own size, whatever the page around has made of rem.
  #rem() {
    const probe = made(["div", {}]);
    probe.style.cssText = "position:absolute;visibility:hidden;font-size:medium;width:1em";
    this.#host.append(probe);
    this.#host.style.setProperty("--hl-rem", getComputedStyle(probe).fontSize);
    probe.remove();
  }

  // Which button was pressed before the code was there.
  #kept(target) {
    if (this.#number || !this.#stage || !(target instanceof Element)) return;
    const control = target.closest("[data-action]");
    if (!control) return;
    const { action } = control.dataset;
    this.#stage.dataset.tap = `[data-action="${action}"]`;
    if (action === "restart") for (const radio of this.#stage.querySelectorAll("input:checked")) radio.checked = false;
    else control.setAttribute("aria-busy", "true");
  }

  #told(turn, event, detail) {
    if (turn !== this.#turn) return true;
    if (event === "hl-error" && this.#state === "starting") {
      queueMicrotask(() => this.#otherwise(turn, detail.code, "the collector cannot be asked from this page"));
      return false;
    }
    if (event === "hl-ready") {
      this.#state = "asking";
      this.#stage.hidden = false;
      this.#stage.removeAttribute("data-tap");
      this.#slot.hidden = true;
    }
    return this.#say(event, detail);
  }

  #say(event, detail) {
    if (event === "hl-step" && detail?.step === "done") this.#state = "over";
    const options = { bubbles: true, composed: true, cancelable: event === "hl-submit", detail: detail ?? {} };
    return this.dispatchEvent(new CustomEvent(event, options));
  }

  #watch() {
    this.#observer?.disconnect();
    this.#observer = new ResizeObserver(() => {
      const height = Math.round(this.#host.getBoundingClientRect().height);
      if (height === this.#height) return;
      this.#height = height;
      this.#say("hl-resize", { height });
    });
    this.#observer.observe(this.#host);
  }

  #complain(code, hint) {
    console.warn(`hai-long-survey: ${code}: ${hint}`);
    this.#say("hl-error", { code, hint });
  }

  // The same survey in a frame, with the collector's own policy.
  #otherwise(turn, code, hint) {
    if (turn !== this.#turn) return;
    if (this.hasAttribute("no-frame") || !this.#endpoint) return this.#link(code, hint);
    this.#clear();
    this.#slot.hidden = false;
    this.#complain(code, hint);
    this.#state = "framed";
    const { endpoint, site, words, carried, ...wish } = this.#wish();
    const rest = Object.entries(wish).filter(([, value]) => value);
    const frame = made(["iframe", { class: "hl-frame", title: "Đánh giá việc phục vụ", allow: "" }]);
    frame.src = `${endpoint}/frame${site ? `?site=${site}` : ""}#${new URLSearchParams(rest)}`;
    this.#frame = frame;
    let over = false;
    let broken = "";
    // What the element tried before may be told as late as this.
    const listen = ({ effectiveDirective }) => effectiveDirective === "frame-src" && (broken = effectiveDirective);
    document.addEventListener("securitypolicyviolation", listen);
    const end = () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("securitypolicyviolation", listen);
    };
    const silent = () => {
      if (over) return;
      end();
      if (turn !== this.#turn) return;
      const why = broken
        ? `the page's policy lacks ${broken} ${endpoint}`
        : `${endpoint} does not show the frame here: does the site list ${location.origin}? hai-long site set NAME --add-origins ${location.origin}`;
      this.#link("no-frame", why);
    };
    const timer = setTimeout(silent, PATIENCE_MS);
    // What a policy has blocked is loaded at once, and says nothing.
    frame.addEventListener("load", () => setTimeout(silent, PATIENCE_MS / 3), { once: true });
    this.#hear = ({ source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== endpoint || typeof data?.type !== "string") return;
      if (data.type === "hl-size" && Number.isFinite(data.height)) {
        end();
        this.#slot.hidden = true;
        const height = Math.min(Math.max(Math.ceil(data.height), 100), 20000);
        if (height !== this.#height) frame.style.height = `${(this.#height = height)}px`;
      } else if (/^hl-(ready|change|step|saved|error)$/.test(data.type)) this.#say(data.type, data.detail);
    };
    addEventListener("message", this.#hear);
    this.#host.prepend(frame);
  }

  // The last way: the link that stands in the page already.
  #link(code, hint) {
    this.#clear();
    this.#state = "linked";
    this.#slot.hidden = false;
    this.#complain(code, hint);
  }

  #clear() {
    if (this.#number) glue.unmount(this.#number);
    this.#number = 0;
    this.#observer?.disconnect();
    if (this.#hear) removeEventListener("message", this.#hear);
    this.#hear = null;
    this.#stage?.remove();
    this.#frame?.remove();
    this.#stage = this.#frame = this.#observer = null;
    this.#height = 0;
    this.#waiting.splice(0);
  }

  #release() {
    this.#turn += 1;
    this.#clear();
    this.#slot.hidden = false;
    this.#state = "idle";
  }
}

for (const name of OBSERVED) {
  const property = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  Object.defineProperty(HaiLongSurvey.prototype, property, {
    configurable: true,
    enumerable: true,
    get() {
      return this.getAttribute(name);
    },
    set(value) {
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
}

// Scripts of a page may be run again.
const define = (name = "hai-long-survey") => {
  if (globalThis.customElements && !customElements.get(name)) customElements.define(name, HaiLongSurvey);
};
