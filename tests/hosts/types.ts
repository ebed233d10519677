// What the package's types promise, as the compiler holds them against it.
import { define, HaiLongSurvey, type HaiLongSurveyAttributes } from "hai-long";
import "hai-long/define";

define();
const survey: HaiLongSurvey = document.createElement("hai-long-survey");
survey.scaleOrder = "descending";
survey.addEventListener("hl-saved", ({ detail }) => {
  const queued: boolean = detail.queued;
  console.log(queued, detail.id);
});
document.querySelector("hai-long-survey")?.submit();
const attributes: HaiLongSurveyAttributes = { site: "key", touchpoint: "result" };
// @ts-expect-error There is no such moment.
attributes.touchpoint = "tomorrow";
// @ts-expect-error There is no such event detail.
survey.addEventListener("hl-step", ({ detail }) => detail.queued);
