// The survey as an XForm, for the two engines that read those.
import { factors, first, scale } from "./spec.mjs";

/** The form; `likert` is the appearance under which the engine shows five levels as a row, `pages` the body's class. */
export function xform({ likert, pages }) {
  const items = scale.map((text, at) => `<item><label>${text}</label><value>${at + 1}</value></item>`).join("");
  const names = factors.map((_, f) => [0, 1, 2, 3].map((i) => `/data/p${f + 1}/q${i}`));
  const instance =
    `<data id="sat" version="1"><q0/>` +
    factors.map((_, f) => `<p${f + 1}><q0/><q1/><q2/><q3/></p${f + 1}>`).join("") +
    `<meta><instanceID/></meta></data>`;
  const binds =
    `<bind nodeset="/data/q0" type="select1" required="true()"/>` +
    names.flat().map((name) => `<bind nodeset="${name}" type="select1"/>`).join("") +
    `<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/>`;
  const ask = (name, text) => `<select1 appearance="${likert}" ref="${name}"><label>${text}</label>${items}</select1>`;
  const body =
    ask("/data/q0", first) +
    factors
      .map(
        ([title, texts], f) =>
          `<group appearance="field-list" ref="/data/p${f + 1}"><label>${title}</label>` +
          texts.map((text, i) => ask(names[f][i], text)).join("") +
          `</group>`,
      )
      .join("");
  return (
    `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" ` +
    `xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms">` +
    `<h:head><h:title>Khảo sát</h:title><model odk:xforms-version="1.0.0"><instance>${instance}</instance>${binds}</model></h:head>` +
    `<h:body class="${pages}">${body}</h:body></h:html>`
  );
}
