import { call } from "../client.js";
import type { Summary } from "../protocol.js";
import { dialog, refusal } from "./dialog.js";
import { button, count, h, number } from "./dom.js";
import { announce, working } from "./status.js";

/** Shows the repairs row by row, then applies or undoes them. */
export async function openRepairs({ repaired }: Summary, changed: (summary: Summary) => void) {
  const content = h("div", { class: "stack" });
  const { close } = dialog("Repairs", "", [content]);
  const apply = async (on: boolean) => {
    const summary = await working(on ? "Applying the repairs" : "Undoing the repairs", (progress) => call("repair", [on], { progress }));
    changed(summary);
    close();
    announce(`${on ? "The repairs are applied." : "The repairs are undone."} ${count(summary.tokens, "token", "tokens")}.`);
  };
  try {
    const { list, total, rescued } = await working("Checking the repairs", (progress) => call("repairs", [], { progress }));
    const rows = list.map(({ place, serial, message, repair }) =>
      h("tr", {}, h("td", {}, place), h("td", {}, serial ?? ""), h("td", {}, message), h("td", { class: "repair" }, repair)),
    );
    const heads = ["Place", "Serial number", "What is wrong", "Repair"].map((head) => h("th", { scope: "col" }, head));
    content.replaceChildren(
      h(
        "p",
        {},
        repaired
          ? `${count(total, "repair is", "repairs are")} applied. The file on disk is unchanged.`
          : `${count(total, "repair", "repairs")} would turn ${count(rescued, "failed row into a token", "failed rows into tokens")}. Doubtful values are not repaired. The file on disk stays unchanged: export the result.`,
      ),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Repairs, row by row" }, h("table", { class: "list" }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows))),
      total > list.length ? h("p", { class: "faint" }, `and ${number(total - list.length)} more`) : "",
      h(
        "div",
        { class: "actions" },
        repaired ? button("Undo the repairs", () => void apply(false)) : button("Apply the repairs", () => void apply(true), { kind: "primary" }),
        button(repaired ? "Keep the repairs" : "Not now", close, { kind: "quiet" }),
      ),
    );
  } catch (error) {
    content.replaceChildren(h("p", { class: "outcome bad" }, refusal(error)));
  }
}
