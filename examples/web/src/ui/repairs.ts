import { call } from "../client.js";
import type { Mending, Repairs, Summary } from "../protocol.js";
import { dialog, refusal } from "./dialog.js";
import { button, count, h, number } from "./dom.js";
import { announce, working } from "./status.js";

/** Shows the repairs row by row, and applies those that the user chooses. */
export async function openRepairs({ repaired }: Summary, changed: (summary: Summary) => void) {
  const content = h("div", { class: "stack" });
  const { close } = dialog("Repairs", "", [content]);
  try {
    const all = await working("Checking the repairs", (progress) => call("repairs", [], { progress }));
    const { element, places, more, apply } = choice(all, repaired);
    const send = async () => {
      const none = places().length === 0 && !more();
      const chosen = { places: places(), more: more() };
      const summary = await working(none ? "Undoing the repairs" : "Applying the repairs", (progress) => call("repair", [chosen], { progress }));
      changed(summary);
      close();
      announce(`${none ? "The repairs are undone." : "The repairs are applied."} ${count(summary.tokens, "token", "tokens")}.`);
    };
    apply.addEventListener("click", () => void send());
    content.replaceChildren(
      h("p", {}, told(all, repaired)),
      element,
      h("div", { class: "actions" }, apply, button(repaired ? "Keep it as it is" : "Not now", close, { kind: "quiet" })),
    );
  } catch (error) {
    content.replaceChildren(h("p", { class: "outcome bad" }, refusal(error)));
  }
}

function told({ total, rescued, list, more, moreApplied }: Repairs, repaired: boolean): string {
  if (!repaired) {
    return `${count(total, "repair", "repairs")} would turn ${count(rescued, "failed row into a token", "failed rows into tokens")}. Doubtful values are not repaired. The file on disk stays unchanged: export the result.`;
  }
  const applied = list.filter((row) => row.applied).length + (moreApplied ? more : 0);
  return `${number(applied)} of ${count(list.length + more, "row", "rows")} ${applied === 1 ? "is" : "are"} repaired. The file on disk is unchanged.`;
}

/** The rows with a checkbox each, one for all, and the button that applies them. */
function choice({ list, more, moreApplied }: Repairs, repaired: boolean) {
  const boxes = list.map((row) => h("input", { type: "checkbox", "aria-label": `Repair ${row.place}`, checked: !repaired || row.applied }));
  const rest = h("input", { type: "checkbox", id: "repair-more", checked: !repaired || moreApplied });
  const each = more > 0 ? [...boxes, rest] : boxes;
  const all = h("input", { type: "checkbox", id: "repair-all" });
  const apply = h("button", { type: "button", class: "button primary" });
  const draw = () => {
    const chosen = each.filter((box) => box.checked).length;
    all.checked = chosen === each.length;
    all.indeterminate = chosen > 0 && chosen < each.length;
    const rows = boxes.filter((box) => box.checked).length + (more > 0 && rest.checked ? more : 0);
    apply.textContent = rows > 0 ? `Repair ${count(rows, "row", "rows")}` : "Undo the repairs";
    apply.disabled = rows === 0 && !repaired;
  };
  all.addEventListener("change", () => {
    for (const box of each) box.checked = all.checked;
    draw();
  });
  for (const box of each) box.addEventListener("change", draw);
  draw();
  const heads = ["Place", "Serial number", "What is wrong", "Repair"].map((head) => h("th", { scope: "col" }, head));
  const table = h(
    "table",
    { class: "list chosen" },
    h("thead", {}, h("tr", {}, h("td", {}), ...heads)),
    h("tbody", {}, ...list.map((row, index) => line(row, boxes[index]!))),
  );
  const after = h("div", { class: "check" }, rest, h("label", { for: "repair-more" }, `and ${count(more, "more row", "more rows")}`));
  const whole = h("div", { class: "check" }, all, h("label", { for: "repair-all" }, "Repair all rows"));
  const element = h("div", { class: "stack" }, whole, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Repairs, row by row" }, table), more > 0 && after);
  const places = () => list.filter((_, index) => boxes[index]!.checked).map(({ place }) => place);
  return { element, places, more: () => more > 0 && rest.checked, apply };
}

function line({ place, serial, changes }: Mending, box: HTMLInputElement) {
  const each = (texts: string[]) => texts.map((text) => h("p", {}, text));
  return h(
    "tr",
    {},
    h("td", {}, box),
    h("td", {}, place),
    h("td", {}, serial ?? ""),
    h("td", {}, each(changes.map(({ message }) => message))),
    h("td", { class: "repair" }, each(changes.map(({ repair }) => repair))),
  );
}
