import { fromHex, taken } from "../secrets.js";
import type { Unlocking } from "../secrets.js";
import { dialog, result } from "./dialog.js";
import { field, form, h } from "./dom.js";

/** Asks for the password or the key of an encrypted file. */
export function openUnlock(name: string, why: string, unlock: (unlocking: Unlocking) => void) {
  const password = field("Password", { type: "password", autofocus: true });
  const key = field("Or the key", { type: "password" }, "In hex, as the vendor sent it.");
  const out = result();
  const send = () => {
    key.input.removeAttribute("aria-invalid");
    const bytes = fromHex(key.input.value);
    if (key.input.value.trim() !== "" && bytes === null) {
      key.input.setAttribute("aria-invalid", "true");
      out.show("bad", "The key is not in hex: expected an even number of digits, 0 to 9 and A to F.");
      key.input.focus();
      return;
    }
    const given = password.input.value !== "";
    const typed = taken(password.input);
    key.input.value = "";
    close();
    unlock({ ...(given ? { password: typed } : {}), ...(bytes === null ? {} : { key: bytes }) });
  };
  const { close } = dialog(
    `${name} is encrypted`,
    "",
    [
      h("p", {}, why),
      form(send, password.box, key.box, h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Open the file")), out.element),
    ],
    () => {
      for (const { input } of [password, key]) input.value = "";
    },
  );
}
