// Stands in the page before anything is shown, so that no tap comes too early. A choice needs nothing: the radio button
// keeps it. This keeps which button was pressed, and tells the widget when no finger is on the screen: a tap that begins
// on the static screen and ends on the live one would be lost. Taken over by `src/first.rs`.
(() => {
  const off = new AbortController();
  const waiting = [];
  let down = false;
  let timer;
  const listen = (event, hear) => addEventListener(event, hear, { capture: true, signal: off.signal });
  const rest = () => {
    clearTimeout(timer);
    down = false;
    if (waiting.length) off.abort(); // the widget takes over now
    waiting.splice(0).forEach((go) => go());
  };
  const first = {
    tap: null,
    calm: () =>
      new Promise((go) => {
        waiting.push(go);
        if (!down) rest();
      }),
  };
  window.hlFirst = first;
  listen("pointerdown", () => {
    clearTimeout(timer);
    down = true;
  });
  listen("pointercancel", rest);
  // The click follows the finger, on some devices after a third of a second; a swipe brings none.
  listen("pointerup", () => (timer = setTimeout(rest, 400)));
  listen("change", () => (first.tap = null));
  listen("click", ({ target }) => {
    const control = target.closest("[data-action],[data-lang]");
    if (control) {
      const { action, lang } = control.dataset;
      // How the screen is shown is a mark on the page, which the widget finds there.
      if (control.closest(".hl-wishes")) return document.documentElement.toggleAttribute(`data-${action}`);
      first.tap = action ? `[data-action="${action}"]` : `[data-lang="${lang}"]`;
      if (action === "restart") for (const radio of document.querySelectorAll("input:checked")) radio.checked = false;
      else control.setAttribute("aria-busy", "true");
    }
    setTimeout(rest);
  });
})();
