// A hand-written page without a framework: what the line and the browser allow at best.
import { page, write } from "../lib/work.mjs";
import { factors, first, scale } from "../lib/spec.mjs";

export default {
  name: "floor",
  title: "Hand-written HTML",
  version: () => "–",
  control: "input[type=radio]",
  next: "#next",
  done: "#done",
  build() {
    const tiles = (name) =>
      `<div class=r>` +
      scale.map((text, at) => `<label><input type=radio name=${name} value=${at + 1}><span>${text}</span></label>`).join("") +
      `</div>`;
    const sections = [
      `<section><h1>${first}</h1>${tiles("q0")}</section>`,
      ...factors.map(
        ([title, items], f) =>
          `<section hidden><h1>${title}</h1>` +
          items.map((item, i) => `<fieldset><legend>${item}</legend>${tiles(`q${f + 1}_${i}`)}</fieldset>`).join("") +
          `</section>`,
      ),
      `<section id=done hidden><h1>Cảm ơn</h1></section>`,
    ];
    const style =
      `body{font:18px/1.4 system-ui;margin:16px}.r{display:grid;grid-template-columns:repeat(5,1fr);gap:6px}` +
      `label{border:1px solid #888;border-radius:8px;min-height:64px;display:grid;place-items:center;text-align:center;font-size:13px}` +
      `input{position:absolute;opacity:0}label:has(:checked){background:#0b5;color:#fff}` +
      `button{font:inherit;padding:14px 24px;margin-top:16px}`;
    const script =
      `var i=0,f=document.forms[0],s=f.querySelectorAll("section"),n=document.getElementById("next");` +
      `n.onclick=function(){s[i].hidden=true;s[++i].hidden=false;if(i==s.length-1){n.remove();` +
      `fetch("submit",{method:"POST",body:JSON.stringify(Object.fromEntries(new FormData(f)))})}}`;
    write(
      "floor/index.html",
      page(
        `<style>${style}</style>`,
        `<form>${sections.join("")}<button id=next type=button>Tiếp</button></form><script>${script}</script>`,
      ),
    );
  },
};
