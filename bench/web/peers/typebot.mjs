// Typebot: its custom element. The server sends one question at a time; here it answers at once.
import { bundle, page, version, write } from "../lib/work.mjs";
import { questions, scale } from "../lib/spec.mjs";

const sessions = new Map();

function message(at) {
  const text = at < questions.length ? questions[at] : "Cảm ơn";
  const richText = [{ type: "p", children: [{ text }] }];
  const messages = [{ id: `m${at}`, type: "text", content: { type: "richText", richText } }];
  if (at >= questions.length) return { messages };
  const labels = { left: scale[0], right: scale[4], button: "Gửi" };
  const options = { buttonType: "Numbers", length: 5, startsAt: 1, isOneClickSubmitEnabled: true, labels };
  return { messages, input: { id: `i${at}`, type: "rating input", options } };
}

export default {
  name: "typebot",
  title: "Typebot",
  version: () => version("@typebot.io/js"),
  control: "input[type=radio]",
  option: "input[type=radio]",
  next: "#none",
  done: "text:Cảm ơn",
  advances: true,
  async build() {
    await bundle(
      "typebot/app.js",
      `import Typebot from "@typebot.io/js/web";
       Typebot.initStandard({ typebot: "sat", apiHost: location.origin + "/typebot", wsHost: location.host });`,
      { format: "esm" },
    );
    write(
      "typebot/index.html",
      page("", `<typebot-standard style="display:block;width:100%;height:600px"></typebot-standard><script type="module" src="app.js"></script>`),
    );
  },
  answer(_request, path) {
    if (path.endsWith("startChat")) {
      const sessionId = `s${sessions.size}`;
      sessions.set(sessionId, 0);
      const settings = {
        general: { isBrandingEnabled: false },
        typingEmulation: { enabled: false, isDisabledOnFirstMessage: true },
      };
      const typebot = { id: "t1", version: "6", theme: {}, settings };
      return { body: JSON.stringify({ sessionId, resultId: "r1", typebot, ...message(0) }) };
    }
    const going = path.match(/sessions\/([^/]+)\/continueChat$/);
    if (!going) return null;
    const at = (sessions.get(going[1]) ?? 0) + 1;
    sessions.set(going[1], at);
    return { body: JSON.stringify(message(at)) };
  },
};
