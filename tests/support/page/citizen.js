// A citizen inside the page, for tests that need more visits, or closer moments, than a driver outside can bring about.
// Looks at the page once a frame and does what the screen asks for. Activates controls as a screen reader does, which
// the half second without taps after each screen change does not hold up.
//
// Told before it runs, in `hlTest`: `witness`, the address of a server that the test keeps, or null. The witness hears of
// each record before it is written and of each thank-you as soon as it stands in the page; the page goes on only when
// the witness has heard, so that nothing that was seen is forgotten with the page.
(() => {
  const find = (selector) => document.querySelector(selector);
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const click = (selector) => find(selector)?.click();
  const screen = () => find("[data-screen]")?.dataset.screen ?? null;

  function tell(what, body) {
    if (!hlTest.witness) return;
    const request = new XMLHttpRequest();
    request.open("POST", hlTest.witness + what, false);
    request.send(body);
  }

  let last = null; // the record that was written last
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, ...key) {
    if (this.name === "responses") {
      last = JSON.parse(value.body);
      tell("/record", value.body);
    }
    return put.call(this, value, ...key);
  };
  let thanked = null;
  new MutationObserver(() => {
    if (last && last.id !== thanked && find("[data-screen=thanks]")) {
      thanked = last.id;
      tell("/thanks", JSON.stringify(last));
    }
  }).observe(document, { childList: true, subtree: true, attributes: true });

  // One visit without a dossier, from the first screen back to it; `levels` are the answers in the order of the
  // questions, after which the person ends it. Gives the id of the response and the screen that it ended with.
  async function visit(levels) {
    const answered = new Set();
    let end = null;
    for (;;) {
      await frame();
      const item = find("[data-screen=question] [data-item]")?.dataset.item;
      switch (screen()) {
        case "attract":
          if (end) return { id: last?.id ?? null, end };
          click("[data-action=start]");
          break;
        case "dossier":
          click("[data-action=no-dossier]");
          break;
        case "question":
          if (answered.size === levels.length) {
            click("[data-action=end]");
          } else if (!answered.has(item)) {
            find(`[data-item="${item}"] input[value="${levels[answered.size]}"]`).click();
            answered.add(item);
            if (answered.size < levels.length) click("[data-action=next]");
          }
          break;
        case "reasons":
          click("[data-action=next]");
          break;
        case "thanks":
          end = "thanks";
          click("[data-action=end]");
          break;
        case "error":
          if (!find("[data-action=end]")) return { id: last?.id ?? null, end: find("[data-error]").dataset.error };
          end = find("[data-error]").dataset.error;
          click("[data-action=end]");
          break;
      }
    }
  }

  // A visit that is broken off: gives the id of the response as soon as its first answer is on its way to the disk.
  async function begin(level) {
    last = null;
    while (!last) {
      await frame();
      if (screen() === "attract") click("[data-action=start]");
      else if (screen() === "dossier") click("[data-action=no-dossier]");
      else click(`[data-screen=question] input[value="${level}"]`);
    }
    return last.id;
  }

  window.hlCitizen = { visit, begin };
})();
