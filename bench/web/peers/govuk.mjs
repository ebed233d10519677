// The radios of GOV.UK Frontend with its own style sheet and script, as a service would serve them: no survey engine,
// but what a government page of the kind weighs. Changing pages is one line of script, in place of a round trip.
import { copy, page, version, write } from "../lib/work.mjs";
import { factors, first, scale } from "../lib/spec.mjs";

export default {
  name: "govuk-frontend",
  title: "GOV.UK Frontend (radios)",
  version: () => version("govuk-frontend"),
  control: "input[type=radio]",
  next: "#next",
  done: "#done",
  build() {
    const group = (name, legend, size) =>
      `<div class="govuk-form-group"><fieldset class="govuk-fieldset"><legend class="govuk-fieldset__legend govuk-fieldset__legend--${size}">${legend}</legend>` +
      `<div class="govuk-radios" data-module="govuk-radios">` +
      scale
        .map(
          (text, at) =>
            `<div class="govuk-radios__item"><input class="govuk-radios__input" id="${name}-${at}" name="${name}" type="radio" value="${at + 1}">` +
            `<label class="govuk-label govuk-radios__label" for="${name}-${at}">${text}</label></div>`,
        )
        .join("") +
      `</div></fieldset></div>`;
    const sections = [
      `<section>${group("q0", first, "l")}</section>`,
      ...factors.map(
        ([title, items], f) =>
          `<section hidden><h1 class="govuk-heading-l">${title}</h1>${items.map((item, i) => group(`q${f + 1}_${i}`, item, "m")).join("")}</section>`,
      ),
      `<section id="done" hidden><div class="govuk-panel govuk-panel--confirmation"><h1 class="govuk-panel__title">Cảm ơn</h1></div></section>`,
    ];
    copy("govuk-frontend/dist/govuk/govuk-frontend.min.css", "govuk-frontend/app.css");
    copy("govuk-frontend/dist/govuk/govuk-frontend.min.js", "govuk-frontend/app.js");
    const script =
      `import{initAll}from"./app.js";initAll();let i=0;const f=document.forms[0],s=f.querySelectorAll("section"),n=document.getElementById("next");` +
      `n.onclick=()=>{s[i].hidden=true;s[++i].hidden=false;if(i==s.length-1){n.remove();` +
      `fetch("submit",{method:"POST",body:JSON.stringify(Object.fromEntries(new FormData(f)))})}}`;
    write(
      "govuk-frontend/index.html",
      page(
        `<link rel="stylesheet" href="app.css"><link rel="modulepreload" href="app.js">`,
        `<div class="govuk-width-container"><main class="govuk-main-wrapper"><form>${sections.join("")}` +
          `<button id="next" type="button" class="govuk-button" data-module="govuk-button">Tiếp</button></form></main></div>` +
          `<script>document.body.className="js-enabled govuk-frontend-supported"</script><script type="module">${script}</script>`,
      ),
    );
  },
};
