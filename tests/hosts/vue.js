// Vue 3: the compiler is told which tags are no components.
import { createApp, ref } from "vue/dist/vue.esm-bundler.js";
import "hai-long/define";

const app = createApp({
  setup() {
    const told = ref("");
    return { ...document.body.dataset, told, tell: ({ detail }) => (told.value = `queued: ${detail.queued}`) };
  },
  template: `<section><hai-long-survey :endpoint :site :dossier @hl-saved="tell"></hai-long-survey><output>{{ told }}</output></section>`,
});
app.config.compilerOptions.isCustomElement = (tag) => tag === "hai-long-survey";
app.mount("main");
