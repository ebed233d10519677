// SurveyJS, bundled as its documentation tells, with its rating as buttons (its own default on a phone is a drop-down).
import { bundle, page, version, write } from "../lib/work.mjs";
import { factors, first, scale } from "../lib/spec.mjs";

export default {
  name: "surveyjs",
  title: "SurveyJS",
  version: () => version("survey-core"),
  control: "input[type=radio]",
  next: ".sd-navigation__next-btn, .sd-navigation__complete-btn",
  done: "#done",
  async build() {
    const survey = {
      locale: "vi",
      showProgressBar: true,
      pages: [
        {
          name: "p0",
          elements: [
            {
              type: "rating",
              name: "q0",
              title: first,
              rateType: "smileys",
              displayMode: "buttons",
              rateCount: 5,
              rateMax: 5,
              minRateDescription: scale[0],
              maxRateDescription: scale[4],
            },
          ],
        },
        ...factors.map(([title, items], f) => ({
          name: `p${f + 1}`,
          elements: [
            {
              type: "matrix",
              name: `m${f}`,
              title,
              columns: scale.map((text, at) => ({ value: at + 1, text })),
              rows: items.map((text, i) => ({ value: `r${i}`, text })),
              alternateRows: true,
            },
          ],
        })),
      ],
      completedHtml: "<h3 id=done>Cảm ơn</h3>",
    };
    await bundle(
      "surveyjs/app.js",
      `import { Model } from "survey-core"; import "survey-core/i18n/vietnamese"; import { renderSurvey } from "survey-js-ui";
       import "survey-core/survey-core.fontless.css";
       const model = new Model(${JSON.stringify(survey)});
       model.onComplete.add((sender) => fetch("submit", { method: "POST", body: JSON.stringify(sender.data) }));
       renderSurvey(model, document.getElementById("survey"));`,
    );
    write(
      "surveyjs/index.html",
      page(`<link rel="stylesheet" href="app.css">`, `<div id="survey"></div><script src="app.js"></script>`),
    );
  },
};
