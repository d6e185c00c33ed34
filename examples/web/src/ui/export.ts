import { call } from "../client.js";
import type { Group, Writing } from "../protocol.js";
import { forget } from "../secrets.js";
import { dialog, refusal, result } from "./dialog.js";
import { button, count, field, h, number } from "./dom.js";
import { download } from "./download.js";
import { working } from "./status.js";
import { settled } from "../unsaved.js";

/** The format whose secrets can be encrypted. */
const ENCRYPTED = "pskc";

/** Tokens by what they have in common, with the names of the first. */
export const groups = (all: Group[]) =>
  h("ul", { class: "owners" }, ...all.map(({ reason, count: many, names }) =>
    h("li", {}, `${number(many)}: ${reason}. `, h("span", { class: "faint" }, `${names.join(", ")}${many > names.length ? ", …" : ""}`))));

/** Exports the tokens. Shows first which tokens the chosen format cannot represent, and which lose something. */
export async function openExport() {
  const formats = (await call("formats", [])).formats.filter(({ written }) => written);
  const format = h("select", { id: "export-format" }, ...formats.map(({ name, title }) => h("option", { value: name, title }, name)));
  const about = h("p", { class: "hint" });
  const inventory = h("input", { type: "checkbox", id: "export-inventory" });
  const withoutUser = h("div", { class: "check" }, inventory, h("label", { for: "export-inventory" }, "Include tokens without a user, for an inventory (Entra ID refuses them)"));
  const loss = h("input", { type: "checkbox", id: "export-loss" });
  const losses = h("div", { class: "stack" });
  const encrypt = h("input", { type: "checkbox", id: "export-encrypt" });
  const password = field("Password", { type: "password", autocomplete: "new-password" }, "Send it to the reader by another way than the file. There is no way to open the file without it.");
  const again = field("The same password again", { type: "password", autocomplete: "new-password" });
  const passwords = h("div", { class: "pair" }, password.box, again.box);
  const encryption = h("div", { class: "stack" }, h("div", { class: "check" }, encrypt, h("label", { for: "export-encrypt" }, "Encrypt the secrets with a password")), passwords);
  const plan = h("div", { class: "stack", "aria-live": "polite" });
  const actions = h("div", { class: "stack" });
  const out = result();

  const encrypts = () => format.value === ENCRYPTED && encrypt.checked;
  const writing = (): Writing => ({
    format: format.value,
    inventory: format.value === "entra-csv" && inventory.checked,
    acceptLoss: loss.checked,
  });
  /** Says what is wrong with the passwords. */
  const mistyped = () => {
    if (!encrypts()) return "";
    if (password.input.value === "") return "Type a password, or write the file without encryption.";
    return password.input.value === again.input.value ? "" : "The two passwords differ. Type them again.";
  };
  /** Writes the file. The password stays in its fields, for another file, until the dialog is closed. */
  const write = async () => {
    const secret = encrypts() ? { password: new TextEncoder().encode(password.input.value) } : {};
    try {
      return await call("write", [{ ...writing(), ...secret }]);
    } finally {
      forget(secret);
    }
  };
  const save = async (what: "write" | "failures") => {
    const wrong = what === "write" ? mistyped() : "";
    for (const { input } of [password, again]) input.removeAttribute("aria-invalid");
    if (wrong !== "") {
      const { input } = password.input.value === "" ? password : again;
      input.setAttribute("aria-invalid", "true");
      out.show("bad", wrong);
      input.focus();
      return;
    }
    try {
      const doing = what === "write" && encrypts() ? "Encrypting and writing the file" : "Writing the file";
      const written = await working(doing, () => (what === "write" ? write() : call("failures", [])));
      const warning = encrypts() ? " Its secrets are encrypted; serial numbers and users are not." : " The file contains the secrets without encryption. Store it encrypted, and delete it as soon as you can.";
      out.show("good", `The browser saves ${written.name}.`, what === "write" ? warning : "");
      download(written);
      if (what === "write") settled();
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  const draw = async () => {
    about.textContent = `${formats.find(({ name }) => name === format.value)?.title ?? ""}.`;
    withoutUser.hidden = format.value !== "entra-csv";
    encryption.hidden = format.value !== ENCRYPTED;
    passwords.hidden = !encrypt.checked;
    const { tokens, left, leftOut, lost, losing, failuresName } = await call("plan", [writing()]);
    const kept = tokens - leftOut - (loss.checked ? 0 : losing);
    plan.replaceChildren(
      h("p", {}, h("strong", {}, `${number(kept)} of ${count(tokens, "token", "tokens")} can be written.`), leftOut > 0 ? ` ${number(leftOut)} would be left out:` : ""),
      leftOut > 0 ? groups(left) : "",
    );
    // The checkbox stays the same element, so that it keeps the focus.
    losses.hidden = losing === 0;
    lostFields.replaceChildren(groups(lost.map((group) => ({ ...group, reason: `${group.reason} has no place in the format` }))));
    lossLabel.textContent = `Write ${count(losing, "token", "tokens")} without these values`;
    actions.replaceChildren(
      h(
        "div",
        { class: "actions" },
        button("Download the tokens", () => void save("write"), { kind: "primary", symbol: "download", disabled: kept === 0 }),
        failuresName === null ? null : button("Download the failures file", () => void save("failures"), { symbol: "download" }),
      ),
      failuresName === null ? "" : h("p", { class: "hint" }, `${failuresName} lists the failed rows, each with the reason and what to do. It contains no secrets.`),
    );
  };
  const lostFields = h("div", {});
  const lossLabel = h("label", { for: "export-loss" });
  losses.append(h("p", {}, h("strong", {}, "These values would be lost:")), lostFields, h("div", { class: "check" }, loss, lossLabel));
  format.addEventListener("change", () => {
    loss.checked = false;
    void draw();
  });
  for (const box of [inventory, loss, encrypt]) box.addEventListener("change", () => void draw());
  dialog("Export", "", [
    h("div", { class: "field" }, h("label", { for: "export-format" }, "Format"), format, about),
    withoutUser,
    encryption,
    plan,
    losses,
    actions,
    out.element,
  ], () => {
    for (const { input } of [password, again]) input.value = "";
  });
  await draw();
}
