// PostHog surveys: the official loader and its survey module as they are served; its API is answered at once.
import { copy, page, version, write } from "../lib/work.mjs";
import { questions, scale } from "../lib/spec.mjs";

const CONFIG = {
  surveys: true,
  supportedCompression: ["gzip-js"],
  hasFeatureFlags: false,
  sessionRecording: false,
  capturePerformance: false,
  autocapture_opt_out: true,
  heatmaps: false,
  analytics: { endpoint: "/e/" },
  siteApps: [],
  elementsChainAsString: true,
  captureDeadClicks: false,
  errorTracking: { autocaptureExceptions: false },
  defaultIdentifiedOnly: true,
  toolbarParams: {},
  isAuthenticated: false,
  productTours: false,
  conversations: false,
  logs: { captureConsoleLogs: false },
};

const SURVEY = {
  id: "s1",
  name: "s",
  type: "popover",
  description: "",
  schedule: "always",
  questions: questions.map((question, at) => ({
    id: `q${at}`,
    type: "rating",
    question,
    display: "emoji",
    scale: 5,
    lowerBoundLabel: scale[0],
    upperBoundLabel: scale[4],
    buttonText: "Tiếp",
  })),
  appearance: {
    displayThankYouMessage: true,
    thankYouMessageHeader: "Cảm ơn",
    whiteLabel: true,
    widgetType: "button",
    backgroundColor: "#fff",
    submitButtonColor: "#000",
    ratingButtonColor: "#fff",
    ratingButtonActiveColor: "#0a7",
    borderColor: "#ccc",
    position: "center",
  },
  conditions: null,
  start_date: "2026-01-01T00:00:00Z",
  end_date: null,
  feature_flag_keys: [],
  linked_flag_key: null,
  targeting_flag_key: null,
  internal_targeting_flag_key: null,
  current_iteration: null,
  enable_partial_responses: false,
};

export default {
  name: "posthog",
  title: "PostHog surveys",
  version: () => version("posthog-js"),
  control: ".ratings-emoji, .rating-options-emoji button",
  option: ".ratings-emoji, .rating-options-emoji button",
  next: "button.form-submit",
  done: ".thank-you-message, .thank-you-message-container",
  build() {
    copy("posthog-js/dist/array.js", "posthog/static/array.js");
    copy("posthog-js/dist/surveys.js", "posthog/static/surveys.js");
    copy("posthog-js/dist/surveys.js", `posthog/static/${version("posthog-js")}/surveys.js`);
    const options =
      `{api_host:location.origin+"/posthog",ui_host:location.origin+"/posthog",autocapture:false,capture_pageview:false,` +
      `capture_pageleave:false,disable_session_recording:true,advanced_disable_feature_flags:true,persistence:"localStorage",disable_compression:true}`;
    write(
      "posthog/index.html",
      page(
        "",
        `<h1>Portal</h1><script>window.posthog=[];posthog.__SV=1;posthog._i=[["phc_x",${options},"posthog"]]</script><script src="static/array.js"></script>`,
      ),
    );
  },
  answer(request, path) {
    if (/^\/array\/phc_x\/config\.js/.test(path)) {
      const config = JSON.stringify({ config: CONFIG, siteApps: [] });
      return {
        type: "text/javascript",
        body: `(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};window._POSTHOG_REMOTE_CONFIG.phc_x=${config}})();`,
      };
    }
    if (/^\/array\/phc_x\/config/.test(path)) return { body: JSON.stringify(CONFIG) };
    if (path.startsWith("/flags")) return { body: JSON.stringify({ ...CONFIG, featureFlags: {}, flags: {} }) };
    if (path.startsWith("/api/surveys")) return { body: JSON.stringify({ surveys: [SURVEY] }) };
    if (request.method === "POST") return { body: '{"status":1}' };
    return null;
  },
};
