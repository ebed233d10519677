// React 19: attributes, properties and events of custom elements as of any other.
import { createElement as make, useState } from "react";
import { createRoot } from "react-dom/client";
import "hai-long/define";

const { endpoint, site, dossier } = document.body.dataset;

const Page = () => {
  const [told, tell] = useState("");
  return make(
    "section",
    null,
    make("hai-long-survey", { endpoint, site, dossier, "onhl-saved": ({ detail }) => tell(`queued: ${detail.queued}`) }),
    make("output", null, told),
  );
};

createRoot(document.querySelector("main")).render(make(Page));
