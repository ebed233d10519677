// The peers that can be had from npm, each with its own client and the survey of lib/spec.mjs.
//
// A peer says how its page is built, how its API answers (`answer(request, path)`, at once, from memory), and where a
// finger finds things: `control` a level of the first question, `option` any level (radios when absent), `next` the
// button to the next page, `done` the end ("text:…" looks for a text), `advances` when a choice turns the page itself.
// Selectors look through open shadow roots.
import enketo from "./enketo.mjs";
import floor from "./floor.mjs";
import govuk from "./govuk.mjs";
import odk from "./odk.mjs";
import posthog from "./posthog.mjs";
import surveyjs from "./surveyjs.mjs";
import typebot from "./typebot.mjs";

export const peers = [floor, govuk, enketo, posthog, typebot, surveyjs, odk];

/** Products that were asked for and are not measured here, and why. */
export const leftOut = [
  { name: "GSA Touchpoints", why: "its widget is rendered by its own Rails server; there is no npm package" },
  { name: "Formbricks", why: "the survey module on npm is years behind the one that the product serves" },
  { name: "JDMA, LimeSurvey, HeyForm, OpnForm, Typeform, Qualtrics, Medallia", why: "their forms cannot be had from npm" },
];
