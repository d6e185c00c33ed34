import type { Finding } from "oath-totp/embed";
import type { Cause } from "../protocol.js";
import { h, icon, number } from "./dom.js";

const NAMES = { error: "Error", warning: "Warning", note: "Note" } as const;

const badge = (severity: keyof typeof NAMES) => h("span", { class: `badge ${severity}` }, icon(severity), NAMES[severity]);

/** A list of findings: the place, what is wrong, what to do. */
export function list(findings: readonly Finding[], where = true): HTMLElement {
  const items = findings.map(({ severity, heading, place, column, field, message, action, repair, repaired }) => {
    const at = [place, column !== null && `column ${column}`, field].filter(Boolean).join(", ");
    return h(
      "li",
      { class: `finding ${severity}` },
      h("p", { class: "what" }, badge(severity), h("strong", {}, heading), where && at !== "" && h("span", { class: "place" }, at)),
      h("p", {}, message),
      h("p", { class: "todo" }, action),
      repair !== null && h("p", { class: "repair" }, repaired ? `Repaired: ${repair}.` : `A repair is offered: ${repair}.`),
    );
  });
  return h("ul", { class: "findings" }, ...items);
}

/** The findings of a file by cause, errors first. A click on a cause filters the table to its rows. */
export function causes(all: Cause[], chosen: string | null, choose: (code: string | null) => void): HTMLElement {
  if (all.length === 0) return h("p", { class: "nothing" }, icon("fine"), "No findings: the file has no problems.");
  const items = all.map(({ severity, code, heading, count, message, action, rows }) => {
    const pressed = chosen === code;
    const head = [badge(severity), h("strong", {}, heading), h("span", { class: "count" }, number(count))];
    const text = h("p", { class: "action" }, count > 1 || rows ? action : `${message} ${action}`);
    const line = rows
      ? h("button", { type: "button", class: "cause-head", "aria-pressed": String(pressed), onclick: () => choose(pressed ? null : code) }, ...head)
      : h("div", { class: "cause-head" }, ...head);
    return h("li", { class: `cause ${severity}` }, line, text);
  });
  return h("ul", { class: "causes" }, ...items);
}
