import { call } from "../client.js";
import { dialog, refusal, result } from "./dialog.js";
import { button, count, h, number } from "./dom.js";
import { download } from "./download.js";
import { working } from "./status.js";
import { settled } from "../unsaved.js";

/** Exports the tokens. Shows first which tokens the chosen format cannot represent. */
export async function openExport() {
  const formats = await call("formats", []);
  const format = h("select", { id: "export-format" }, ...formats.map((name) => h("option", { value: name }, name)));
  const inventory = h("input", { type: "checkbox", id: "export-inventory" });
  const plan = h("div", { class: "stack", "aria-live": "polite" });
  const out = result();

  const save = async (what: "write" | "failures") => {
    try {
      const written = await working("Writing the file", () => (what === "write" ? call("write", [format.value, inventory.checked]) : call("failures", [])));
      out.show("good", `The browser saves ${written.name}.`, what === "write" ? " The file contains the secrets without encryption. Store it encrypted, and delete it as soon as you can." : "");
      download(written);
      if (what === "write") settled();
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  const draw = async () => {
    const { tokens, left, leftOut, failuresName } = await call("plan", [format.value, inventory.checked]);
    const kept = tokens - leftOut;
    const reasons = left.map(({ reason, count: many, serials }) =>
      h("li", {}, `${number(many)}: ${reason}. `, h("span", { class: "faint" }, `${serials.join(", ")}${many > serials.length ? ", …" : ""}`)),
    );
    plan.replaceChildren(
      h("p", {}, h("strong", {}, `${number(kept)} of ${count(tokens, "token", "tokens")} can be written.`), leftOut > 0 ? ` ${number(leftOut)} would be left out:` : ""),
      leftOut > 0 ? h("ul", { class: "owners" }, ...reasons) : "",
      h(
        "div",
        { class: "actions" },
        button("Download the tokens", () => void save("write"), { kind: "primary", symbol: "download", disabled: kept === 0 }),
        failuresName === null ? null : button("Download the failures file", () => void save("failures"), { symbol: "download" }),
      ),
      failuresName === null ? "" : h("p", { class: "hint" }, `${failuresName} lists the failed rows, each with the reason and what to do. It contains no secrets.`),
    );
  };
  format.addEventListener("change", () => void draw());
  inventory.addEventListener("change", () => void draw());
  dialog("Export", "", [
    h("div", { class: "field" }, h("label", { for: "export-format" }, "Format"), format),
    h("div", { class: "check" }, inventory, h("label", { for: "export-inventory" }, "Include tokens without a user, for an inventory (Entra ID refuses them)")),
    plan,
    out.element,
  ]);
  await draw();
}
