// ODK Web Forms: the one peer that brings WebAssembly. It is a Vue component; this is the least application around it.
import fs from "node:fs";
import path from "node:path";
import { bundle, page, site, version, write } from "../lib/work.mjs";
import { xform } from "../lib/xform.mjs";

export default {
  name: "odk-web-forms",
  title: "ODK Web Forms",
  version: () => version("@getodk/web-forms"),
  control: "input[type=radio]",
  next: "button",
  done: "#done",
  async build() {
    await bundle(
      "odk-web-forms/app.js",
      `import { createApp, h } from "vue"; import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";
       const app = createApp({ render: () => h(OdkWebForm, {
         formXml: ${JSON.stringify(xform({ likert: "likert", pages: "pages" }))},
         fetchFormAttachment: async () => { throw new Error("none"); }, missingResourceBehavior: "BLANK",
         onSubmit: async () => { fetch("submit", { method: "POST", body: "x" }); document.getElementById("done").hidden = false; },
       }) });
       app.use(webFormsPlugin); app.mount("#app");`,
      {
        format: "esm",
        define: {
          "process.env.NODE_ENV": '"production"',
          __VUE_OPTIONS_API__: "true",
          __VUE_PROD_DEVTOOLS__: "false",
          __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
        },
      },
    );
    // What the entry imports at once is asked for at once, as a production build's page does.
    const chunks = fs.readdirSync(path.join(site, "odk-web-forms")).filter((file) => /^chunk-.*\.js$/.test(file));
    write(
      "odk-web-forms/index.html",
      page(chunks.map((file) => `<link rel="modulepreload" href="${file}">`).join(""), `<div id="app"></div><div id="done" hidden>Cảm ơn</div><script type="module" src="app.js"></script>`),
    );
  },
};
