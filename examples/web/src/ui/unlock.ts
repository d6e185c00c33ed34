import type { Reading } from "../protocol.js";
import { dialog } from "./dialog.js";
import { field, form, h } from "./dom.js";

/** Asks for the password or the key of an encrypted file. */
export function openUnlock(name: string, why: string, unlock: (reading: Pick<Reading, "password" | "key">) => void) {
  const password = field("Password", { type: "password", autofocus: true });
  const key = field("Or the key", { type: "password" }, "In hex, as the vendor sent it.");
  const send = () => {
    close();
    const typed = key.input.value.trim();
    unlock({ ...(password.input.value === "" ? {} : { password: password.input.value }), ...(typed === "" ? {} : { key: typed }) });
  };
  const { close } = dialog(`${name} is encrypted`, "", [
    h("p", {}, why),
    form(send, password.box, key.box, h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Open the file"))),
  ]);
}
