// Enketo Core with its formhub theme, as Enketo delivers a form: the form's HTML in the page, the engine behind it. The
// form is transformed when the page is built, by Enketo's own transformer (in a browser: its build for Node needs a C++
// compiler). Its native radios answer a touch before the engine is there; Enketo alone would lose that answer.
import { bundle, load, modules, page, version, work, write } from "../lib/work.mjs";
import { xform } from "../lib/xform.mjs";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** `{ form, model }`: the form's HTML and the record as XML. */
async function transform(executable) {
  await bundle(
    "enketo/transform.js",
    `import { transform } from "enketo-transformer/web"; window.transform = transform;`,
    { platform: "browser", external: ["libxslt"] },
  );
  const script = fs.readFileSync(path.join(work, "site/enketo/transform.js"), "utf8");
  fs.rmSync(path.join(work, "site/enketo/transform.js"));
  const browser = await load("playwright-core").chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const blank = await browser.newPage();
    await blank.addScriptTag({ content: script });
    const made = await blank.evaluate((form) => window.transform({ xform: form, theme: "formhub" }), xform({ likert: "likert", pages: "pages" }));
    return { form: made.form, model: made.model };
  } finally {
    await browser.close();
  }
}

export default {
  name: "enketo",
  title: "Enketo Core",
  version: () => version("enketo-core"),
  control: "input[type=radio]",
  next: ".next-page, #send",
  done: "#done",
  async build({ executable }) {
    const { form, model } = await transform(executable);
    const theme = path.join(modules, "enketo-core/src/sass/formhub/formhub.scss");
    const css = load("sass").compile(theme, {
      style: "compressed",
      loadPaths: [modules],
      // The theme names its dependencies by where they lie in Enketo's own repository.
      importers: [
        {
          findFileUrl: (url) => {
            const own = url.replace(/^(file:\/\/)?\/packages\/enketo-core\/node_modules\//, "");
            return own === url ? null : pathToFileURL(path.join(modules, own));
          },
        },
      ],
      logger: load("sass").Logger.silent,
    }).css;
    write("enketo/app.css", css);
    await bundle(
      "enketo/app.js",
      `import { Form } from "enketo-core";
       const early = document.querySelector("form.or input:checked");
       const form = new Form(document.querySelector("form.or"), { modelStr: window.model }, {});
       form.init();
       // What was chosen before the engine came is unknown to it: handed over here, in its best case.
       if (early) { early.checked = true; early.dispatchEvent(new Event("change", { bubbles: true })); }
       document.getElementById("send").onclick = async () => {
         if (!(await form.validate())) return;
         fetch("submit", { method: "POST", body: form.getDataStr() });
         document.querySelector(".main").hidden = true;
         document.getElementById("done").hidden = false;
       };`,
    );
    // The buttons are those of Enketo's own page around a form; the last one shows on the last page only.
    const style = `.form-footer .disabled,.next-page:not(.disabled)~#send{display:none}.next-page,#send{display:block;width:200px;margin:auto}`;
    const head = `<link rel="stylesheet" href="app.css"><style>${style}</style><script>window.model=${JSON.stringify(model).replaceAll("<", "\\u003c")}</script>`;
    const body =
      `<div class="main"><article class="paper">${form}<section class="form-footer end">` +
      `<a href="#" class="btn btn-primary next-page">Tiếp</a><button id="send" type="button" class="btn btn-primary">Gửi</button></section></article></div>` +
      `<h1 id="done" hidden>Cảm ơn</h1><script src="app.js"></script>`;
    write("enketo/index.html", page(head, body));
  },
};
