// In a portal's page, before everything else: what the page could notice of an element that is put into it.
(() => {
  const host = { events: [], errors: [], keys: [], own: new Set(Object.getOwnPropertyNames(window)) };
  Object.defineProperty(window, "hlHost", { value: host, enumerable: false });
  host.own.add("hlHost").add("addEventListener");
  for (const name of ["hl-ready", "hl-change", "hl-step", "hl-submit", "hl-saved", "hl-error", "hl-resize"]) {
    addEventListener(name, ({ type, detail }) => host.events.push([type, detail, Math.round(performance.now())]));
  }
  addEventListener("error", ({ message }) => host.errors.push(message));
  addEventListener("unhandledrejection", ({ reason }) => host.errors.push(String(reason)));
  const told = console.error;
  console.error = (...all) => {
    host.errors.push(all.join(" "));
    told.apply(console, all);
  };
  // Handlers of keys and of focus on what everything in the page passes.
  for (const target of [window, document]) {
    const add = target.addEventListener;
    target.addEventListener = function (type, ...rest) {
      if (/^(key|focus|blur|pointer|mouse|touch|click|wheel)/.test(type)) host.keys.push(type);
      return add.call(this, type, ...rest);
    };
  }
  // Drivers leave names of their own, which are not the element's.
  // Everything about the page that must be the same afterwards.
  host.look = () => {
    const styles = [...document.querySelectorAll("[data-host]")].map((element) => {
      const style = getComputedStyle(element);
      return [...style].map((name) => `${name}:${style.getPropertyValue(name)}`).join(";") + JSON.stringify(element.getBoundingClientRect());
    });
    return JSON.stringify({
      styles,
      count: styles.length,
      focus: document.activeElement?.id ?? "",
      selection: String(getSelection()),
      scroll: [scrollX, scrollY],
      globals: Object.getOwnPropertyNames(window).filter((name) => !host.own.has(name) && !/^(\d+$|ret_nodes|se_|cdc_)/.test(name)),
      storage: [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie],
      title: document.title,
      history: [history.length, location.href],
    });
  };
  host.hosts = () => [...new Set(performance.getEntriesByType("resource").map(({ name }) => new URL(name).origin))];
})();
