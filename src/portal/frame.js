// In the frame: the element with what the page around wishes, and how high it is.
const wish = new URLSearchParams(location.hash.slice(1));
const survey = document.createElement("hai-long-survey");
const site = new URLSearchParams(location.search).get("site");
if (site) survey.setAttribute("site", site);
for (const name of ["form", "dossier", "invite", "touchpoint", "channel"]) if (wish.has(name)) survey.setAttribute(name, wish.get(name));
if (wish.has("scale_order")) survey.setAttribute("scale-order", wish.get("scale_order"));
survey.setAttribute("locale", wish.get("lang") ?? "vi");
survey.setAttribute("no-frame", "");
// The browser lets only pages frame this one that the site lists; a name of theirs is known where the browser tells it.
const around = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
const tell = (message) => parent !== window && around && parent.postMessage(message, around);
for (const type of ["hl-ready", "hl-change", "hl-step", "hl-saved", "hl-error"]) {
  survey.addEventListener(type, ({ detail }) => tell({ type, detail }));
}
document.body.append(survey);
new ResizeObserver(() => tell({ type: "hl-size", height: document.documentElement.getBoundingClientRect().height })).observe(document.documentElement);
