import { call } from "../client.js";
import type { Summary } from "../protocol.js";
import { dialog, refusal, result } from "./dialog.js";
import { count, field, h } from "./dom.js";
import { list } from "./findings.js";
import { working } from "./status.js";

/** Gives the tokens to the users of a second file. */
export function openUsers(changed: (summary: Summary) => void) {
  const { box, input } = field("File of users", { type: "file", accept: ".csv,.txt,.tsv,text/csv" });
  const out = result();
  const fill = async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { done, summary } = await working("Filling the users in", (progress) => call("fillIn", [bytes], { progress }));
      changed(summary);
      const { filled, changed: others, unchanged, findings } = done;
      const errors = findings.filter(({ severity }) => severity === "error").length;
      out.show(
        errors > 0 ? "bad" : "good",
        h("strong", {}, `${count(filled, "token has", "tokens have")} a user now; ${others} changed, ${unchanged} as before.`),
        h("p", {}, errors > 0 ? `${count(errors, "row", "rows")} changed nothing:` : ""),
        list(findings.slice(0, 100)),
      );
    } catch (error) {
      out.show("bad", refusal(error));
    }
    input.value = "";
  };
  input.addEventListener("change", () => void fill());
  dialog("Users from a file", "", [
    h("p", {}, "A CSV file with two columns, in any order, beside others: ", h("code", {}, "serial number"), " and ", h("code", {}, "upn"), " or ", h("code", {}, "userPrincipalName"), "."),
    h("p", { class: "hint" }, "A user can have five tokens and no guest can have one: whatever goes beyond is among the findings. Single users are typed in the row of the token."),
    box,
    out.element,
  ]);
}
