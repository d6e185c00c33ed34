import { call } from "../client.js";
import type { Summary } from "../protocol.js";
import { dialog, refusal, result } from "./dialog.js";
import { count, field, h, number } from "./dom.js";
import { list } from "./findings.js";
import { working } from "./status.js";

/** Assigns the tokens to the users of a second file. */
export function openUsers(changed: (summary: Summary) => void) {
  const { box, input } = field("File of users", { type: "file", accept: ".csv,.txt,.tsv,text/csv" });
  const out = result();
  const fill = async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { done, summary } = await working("Assigning users", (progress) => call("fillIn", [bytes], { progress }));
      changed(summary);
      const { filled, changed: others, unchanged, findings } = done;
      const errors = findings.filter(({ severity }) => severity === "error").length;
      out.show(
        errors > 0 ? "bad" : "good",
        h("strong", {}, `Assigned ${count(filled, "token", "tokens")}. Changed: ${number(others)}. Unchanged: ${number(unchanged)}.`),
        h("p", {}, errors > 0 ? `${count(errors, "row has an error and was", "rows have errors and were")} not used:` : ""),
        list(findings.slice(0, 100)),
      );
    } catch (error) {
      out.show("bad", refusal(error));
    }
    input.value = "";
  };
  input.addEventListener("change", () => void fill());
  dialog("Users from a file", "", [
    h("p", {}, "Choose a CSV file with the columns ", h("code", {}, "serial number"), " and ", h("code", {}, "upn"), " (or ", h("code", {}, "userPrincipalName"), "), in any order. Other columns are ignored."),
    h("p", { class: "hint" }, "A user can have five tokens, and a guest none. Tokens beyond that are among the findings. To assign one token, open its row."),
    box,
    out.element,
  ]);
}
