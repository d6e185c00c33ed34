import { call } from "../client.js";
import type { Summary } from "../protocol.js";
import { dialog, refusal } from "./dialog.js";
import { button, count, h, number } from "./dom.js";
import { announce, working } from "./status.js";

/** What would be repaired, row by row, and then does it, or takes it back. */
export async function openRepairs({ repaired }: Summary, changed: (summary: Summary) => void) {
  const content = h("div", { class: "stack" });
  const { close } = dialog("Repairs", "", [content]);
  const apply = async (on: boolean) => {
    const summary = await working(on ? "Applying the repairs" : "Taking the repairs back", (progress) => call("repair", [on], { progress }));
    changed(summary);
    close();
    announce(`${on ? "Repaired." : "The repairs were taken back."} ${count(summary.tokens, "token", "tokens")}.`);
  };
  try {
    const { list, total, rescued } = await working("Trying the repairs", (progress) => call("repairs", [], { progress }));
    const rows = list.map(({ line, serial, message, repair }) =>
      h("tr", {}, h("td", {}, line === null ? "" : number(line)), h("td", {}, serial ?? ""), h("td", {}, message), h("td", { class: "repair" }, repair)),
    );
    const heads = ["Line", "Serial number", "What is wrong", "The repair"].map((head) => h("th", { scope: "col" }, head));
    content.replaceChildren(
      h(
        "p",
        {},
        repaired
          ? `${count(total, "repair is", "repairs are")} in place. The file itself has not been changed.`
          : `${count(total, "repair", "repairs")} would make ${count(rescued, "token", "tokens")} more of the rows that failed. What is doubtful is not repaired. The file itself is not changed: export the result.`,
      ),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Repairs, row by row" }, h("table", { class: "list" }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows))),
      total > list.length ? h("p", { class: "faint" }, `and ${number(total - list.length)} more`) : "",
      h(
        "div",
        { class: "actions" },
        repaired ? button("Take the repairs back", () => void apply(false)) : button("Apply the repairs", () => void apply(true), { kind: "primary" }),
        button(repaired ? "Keep them" : "Not now", close, { kind: "quiet" }),
      ),
    );
  } catch (error) {
    content.replaceChildren(h("p", { class: "outcome bad" }, refusal(error)));
  }
}
