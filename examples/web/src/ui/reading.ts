import type { Assumed } from "../protocol.js";
import { dialog, refusal, result } from "./dialog.js";
import { choice, field, form, h } from "./dom.js";

const UNSAID = ["", "As the file or its format says"] as const;

export interface Said {
  /** Empty: that of the format. */
  target: string;
  assumed: Assumed;
}

/**
 * Asks for which system the tokens are, and for what the file does not say about them. `why` is the error of a file that could
 * not be opened without it.
 */
export function openReading({ target, assumed }: Said, titles: ReadonlyMap<string, string>, read: (said: Said) => Promise<void>, why = "") {
  const system = choice("Tokens are for", [...(target === "" ? [["", "By the format"] as const] : []), ...titles], target);
  const type = choice("Type", [UNSAID, ["totp", "Time-based (TOTP)"], ["hotp", "Counter-based (HOTP)"]], assumed.type);
  const algorithm = choice("Hash", [UNSAID, ["SHA1", "SHA-1"], ["SHA256", "SHA-256"], ["SHA512", "SHA-512"]], assumed.algorithm);
  const digits = choice("Digits", [UNSAID, ["6", "6"], ["7", "7"], ["8", "8"]], String(assumed.digits ?? ""));
  const interval = field("Interval in seconds", { type: "number", min: "1", max: "86400", step: "1", value: assumed.interval ?? "" }, "The file wins where it says one of these.");
  const lenient = h("input", { type: "checkbox", id: "reading-lenient", checked: assumed.lenient === true });
  const draft = h("div", { class: "check" }, lenient, h("label", { for: "reading-lenient" }, "Read drafts of PSKC from before the standard, with warnings"));
  const out = result();
  const send = async () => {
    const said: Assumed = {
      ...(type.input.value === "" ? {} : { type: type.input.value as "totp" | "hotp" }),
      ...(algorithm.input.value === "" ? {} : { algorithm: algorithm.input.value as "SHA1" | "SHA256" | "SHA512" }),
      ...(digits.input.value === "" ? {} : { digits: Number(digits.input.value) as 6 | 7 | 8 }),
      ...(interval.input.value === "" ? {} : { interval: Number(interval.input.value) }),
      ...(lenient.checked ? { lenient: true } : {}),
    };
    try {
      await read({ target: system.input.value, assumed: said });
      close();
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  const { close } = dialog(why === "" ? "How the file is read" : "The file needs something from you", "", [
    form(
      send,
      why === "" ? null : h("p", {}, why),
      system.box,
      h("p", {}, "A file that leaves these out needs them from you. The vendor’s data sheet and the display of a token tell them."),
      h("div", { class: "pair" }, type.box, algorithm.box),
      h("div", { class: "pair" }, digits.box, interval.box),
      draft,
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, why === "" ? "Read the file again" : "Open the file")),
      out.element,
    ),
  ]);
}
