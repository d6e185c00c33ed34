import { call } from "../client.js";
import type { Assumed, Summary } from "../protocol.js";
import { dialog, refusal, result } from "./dialog.js";
import { choice, field, form, h } from "./dom.js";
import { working } from "./status.js";

const UNSAID = ["", "As the file or its format says"] as const;

/** Asks for which system the tokens are, and for what the file does not say about them. */
export function openReading({ target, assumed }: Summary, titles: ReadonlyMap<string, string>, reread: (summary: Summary) => void) {
  const system = choice("Tokens are for", [...titles], target);
  const type = choice("Type", [UNSAID, ["totp", "Time-based (TOTP)"], ["hotp", "Counter-based (HOTP)"]], assumed.type);
  const algorithm = choice("Hash", [UNSAID, ["SHA1", "SHA-1"], ["SHA256", "SHA-256"], ["SHA512", "SHA-512"]], assumed.algorithm);
  const digits = choice("Digits", [UNSAID, ["6", "6"], ["7", "7"], ["8", "8"]], String(assumed.digits ?? ""));
  const interval = field("Interval in seconds", { type: "number", min: "1", max: "86400", step: "1", value: assumed.interval ?? "" }, "The file wins where it says one of these.");
  const out = result();
  const send = async () => {
    const said: Assumed = {
      ...(type.input.value === "" ? {} : { type: type.input.value as "totp" | "hotp" }),
      ...(algorithm.input.value === "" ? {} : { algorithm: algorithm.input.value as "SHA1" | "SHA256" | "SHA512" }),
      ...(digits.input.value === "" ? {} : { digits: Number(digits.input.value) as 6 | 7 | 8 }),
      ...(interval.input.value === "" ? {} : { interval: Number(interval.input.value) }),
    };
    try {
      const summary = await working("Reading the file again", (progress) => call("reread", [system.input.value, said], { progress }));
      close();
      reread(summary);
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  const { close } = dialog("How the file is read", "", [
    form(
      send,
      system.box,
      h("p", {}, "A file that leaves these out needs them from you. The vendor’s data sheet and the display of a token tell them."),
      h("div", { class: "pair" }, type.box, algorithm.box),
      h("div", { class: "pair" }, digits.box, interval.box),
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Read the file again")),
      out.element,
    ),
  ]);
}
