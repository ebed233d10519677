// Runs in the page before any of its own scripts: sees controls appear and answer, and collects the browser's timings.
// It is sent as text, so it may use nothing from outside itself.

/** `setting`: `control`, `level` (which of a scale's controls is touched), `before` (what is touched on the way). */
export function observe(setting) {
  if (window.top !== window) return;
  const seen = (window.__bench = { marks: {}, taps: [], events: [], long: [], shift: 0, memories: [], faults: [] });
  const note = (name, at) => {
    seen.marks[name] ??= performance.now();
    window.__note(name, at);
  };
  addEventListener("error", (event) => seen.faults.push(String(event.message)));

  // ---- finding what a finger would find
  const all = (selector, from = document, found = []) => {
    found.push(...from.querySelectorAll(selector));
    for (const element of from.querySelectorAll("*")) if (element.shadowRoot) all(selector, element.shadowRoot, found);
    return found;
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  // The element itself, else the label that stands for it.
  const touchable = (element) => {
    const box = element.getBoundingClientRect();
    const middle = box.x + box.width / 2;
    const shown = visible(element) && middle > 0 && middle < innerWidth;
    const hidden = element.tagName === "INPUT" && (getComputedStyle(element).opacity === "0" || box.width < 8);
    if (shown && !hidden) return element;
    const label =
      element.labels?.[0] ??
      element.closest("label") ??
      (element.id && element.getRootNode().querySelector(`label[for="${CSS.escape(element.id)}"]`));
    return label && visible(label) ? label : null;
  };
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const onScreen = (at) => at.y > 4 && at.y < innerHeight - 4;
  const topMost = (element) => {
    const at = middle(element);
    const root = element.getRootNode();
    const hit = (root.elementFromPoint ? root : document).elementFromPoint(at.x, at.y);
    if (!hit) return false;
    return element.contains(hit) || (hit.contains(element) && hit !== document.body && hit !== document.documentElement);
  };
  // Of a scale the level that is given everywhere, of anything else the first.
  const find = (selector) => {
    const found = [];
    for (const element of all(selector)) {
      const target = touchable(element);
      if (target) found.push([element, target]);
      if (selector !== setting.control || found.length > setting.level) break;
    }
    return found.at(-1);
  };
  const place = (selector) => {
    const found = find(selector);
    if (!found) return null;
    if (!onScreen(middle(found[1]))) found[1].scrollIntoView({ block: "center", behavior: "instant" });
    return middle(found[1]);
  };
  // Whatever tells a person that the touch was taken: the control's own state and its surroundings' classes.
  const state = (element) => {
    const parts = [element.isConnected && visible(touchable(element) ?? element), element.checked, element.className];
    for (const name of ["aria-checked", "aria-pressed", "data-state"]) parts.push(element.getAttribute(name));
    for (let up = element.parentElement, n = 0; up && n < 3; up = up.parentElement, n++) parts.push(up.className);
    return parts.map(String).join("|");
  };
  const chosen = (element) =>
    element.checked ||
    element.getAttribute("aria-checked") === "true" ||
    element.getAttribute("aria-pressed") === "true" ||
    element.__tapped === true;

  // ---- the moments: a control is there (the frame after it is laid out), and its state has changed after a touch
  const first = setting.before?.[0] ?? setting.control;
  const appear = (selector, name, then) => {
    const look = () => {
      const found = find(selector);
      const there = found && (!onScreen(middle(found[1])) || topMost(found[1]));
      if (!there) return requestAnimationFrame(look);
      requestAnimationFrame(() => {
        then?.();
        note(name, place(selector));
      });
    };
    requestAnimationFrame(look);
  };
  const answer = (selector, name) => {
    let before = null;
    const down = () => {
      if (before !== null) return;
      const control = find(selector)?.[0];
      before = control ? state(control) : "";
      seen.marks[`${name}Touched`] = performance.now();
      const look = () => {
        if (control && state(control) === before) return requestAnimationFrame(look);
        requestAnimationFrame(() => note(name));
      };
      requestAnimationFrame(look);
    };
    addEventListener("pointerdown", down, { capture: true });
  };
  appear(first, "visible", () => answer(first, "responded"));
  if (first !== setting.control) appear(setting.control, "ratingVisible", () => answer(setting.control, "rated"));

  // ---- the browser's own timings
  const watch = (type, take, more = {}) => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
    } catch {
      // An entry type that this browser does not know.
    }
  };
  watch("event", (e) => e.interactionId && seen.events.push([e.interactionId, e.startTime, e.duration]), { durationThreshold: 16 });
  watch("first-input", (e) => e.interactionId && seen.events.push([e.interactionId, e.startTime, e.duration]));
  watch("longtask", (e) => seen.long.push([e.startTime, e.duration]));
  watch("layout-shift", (e) => {
    if (!e.hadRecentInput) seen.shift += e.value;
  });
  addEventListener("pointerdown", (event) => event.isTrusted && seen.taps.push(event.timeStamp), { capture: true });

  // ---- WebAssembly's memories, to be measured later
  const keep = (instance) => {
    for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) seen.memories.push(value);
  };
  const { instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate.apply(WebAssembly, given);
    keep(made.instance ?? made);
    return made;
  };
  WebAssembly.instantiateStreaming = async (...given) => {
    const made = await instantiateStreaming.apply(WebAssembly, given);
    keep(made.instance);
    return made;
  };

  // ---- for the walk
  seen.place = place;
  seen.guarded = (selector) => Boolean(selector) && all(selector).length > 0;
  seen.finished = (selector) =>
    selector.startsWith("text:")
      ? all("p,div,span").some((e) => e.childElementCount === 0 && e.textContent.includes(selector.slice(5)) && visible(e))
      : all(selector).some(visible);
  /** What to touch next: an unanswered question's level, else the button; with a way to ask whether it was taken. */
  seen.choose = ({ option, next, before = [], level }) => {
    const groups = new Map();
    for (const element of all(option)) {
      const target = touchable(element);
      if (!target) continue;
      const group = element.name || element.closest("[role=radiogroup],fieldset,tr") || element.parentElement;
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push([element, target]);
    }
    for (const members of groups.values()) {
      if (members.some(([element]) => chosen(element))) continue;
      const [element, target] = members[Math.min(level, members.length - 1)];
      target.scrollIntoView({ block: "center", behavior: "instant" });
      if (!topMost(target)) continue;
      element.__tapped = true;
      seen.touched = { element, before: state(element) };
      return { kind: "option", ...middle(target) };
    }
    // On the way to the survey its own buttons come first; of several on a page the last is the one that leads on.
    const pressable = (selector) => all(selector).filter((element) => visible(element) && !element.disabled).reverse();
    const button = [...before, next].flatMap(pressable).find((element) => {
      element.scrollIntoView({ block: "center", behavior: "instant" });
      return topMost(element);
    });
    if (!button) return null;
    seen.touched = { element: button, before: `${state(button)}${all(option).length}${document.body.innerText.length}` };
    return { kind: "next", ...middle(button) };
  };
  seen.taken = (kind, option, gone) => {
    const { element, before } = seen.touched;
    if (kind === "next") return `${state(element)}${all(option).length}${document.body.innerText.length}` !== before;
    return gone ? !element.isConnected || !visible(touchable(element) ?? element) : state(element) !== before;
  };
}
