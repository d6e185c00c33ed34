import { call } from "../client.js";
import { dialog, refusal, result } from "./dialog.js";
import { form, h } from "./dom.js";
import { codeFields, owners } from "./token.js";
import { working } from "./status.js";

/** Somebody found a token: which row of the file shows its codes? */
export function openWhose() {
  const { boxes, codes, first } = codeFields();
  first.setAttribute("autofocus", "");
  const out = result();
  const stop = new AbortController();
  const run = async () => {
    const typed = codes();
    out.show("plain", "Looking through the file…");
    try {
      const found = await working("Looking through the file", (progress) => call("whose", [typed], { progress, signal: stop.signal }));
      const radius = typed.length > 1 ? "a day" : "10 steps";
      if (found.length === 0) out.show("bad", h("strong", {}, `No token of this file shows ${typed.length > 1 ? "these codes" : "this code"} within ${radius} of now.`), h("p", {}, typed.length > 1 ? "Check the digits; it may be the token of another file." : "With the next code as well, a whole day either way is searched."));
      else out.show("good", h("strong", {}, found.length === 1 ? "It is this one:" : `${found.length} tokens show ${typed.length > 1 ? "these codes" : "this code"}:`), owners(found), typed.length === 1 ? h("p", {}, "One code alone may fit by chance: the next one makes it certain.") : "");
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  dialog("Whose token is this?", "", [
    h("p", {}, "Type what the display shows. Every token of the file is tried."),
    form(
      run,
      boxes,
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Find it")),
      out.element,
    ),
  ], () => stop.abort());
}
