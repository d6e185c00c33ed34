import { call } from "../client.js";
import { doubt } from "./chance.js";
import { dialog, refusal, result } from "./dialog.js";
import { count, form, h } from "./dom.js";
import { codeFields, owners } from "./token.js";
import { working } from "./status.js";

/** Finds the row of a token by the codes on its display. */
export function openWhose() {
  const { boxes, codes, first } = codeFields();
  first.setAttribute("autofocus", "");
  const out = result();
  const stop = new AbortController();
  const run = async () => {
    const typed = codes();
    out.show("plain", "Searching the file…");
    try {
      const { owners: found, chance } = await working("Searching the file", (progress) => call("whose", [typed], { progress, signal: stop.signal }));
      const radius = typed.length > 1 ? "a day" : "10 steps";
      if (found.length === 0) out.show("bad", h("strong", {}, `No token of this file shows ${typed.length > 1 ? "these codes" : "this code"} within ${radius} of now.`), h("p", {}, typed.length > 1 ? "Check the digits. The token may belong to another file." : "Type the next code too: the search then covers a day before and after now."));
      else out.show("good", h("strong", {}, `${count(found.length, "token shows", "tokens show")} ${typed.length > 1 ? "these codes" : "this code"}:`), owners(found), h("p", {}, doubt(chance, "token")));
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  dialog("Whose token is this?", "", [
    h("p", {}, "Type the code on the display. The page compares it with every token of the file."),
    form(
      run,
      boxes,
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Find the token")),
      out.element,
    ),
  ], () => stop.abort());
}
