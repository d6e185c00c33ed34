// Finds how the text of a seed is to be read, by the codes that its token shows.
import { call } from "../client.js";
import type { ProbeReading } from "../protocol.js";
import { doubt } from "./chance.js";
import { dialog, refusal, result } from "./dialog.js";
import { count, field, form, h } from "./dom.js";
import { drift } from "./drift.js";
import { codeFields } from "./token.js";
import { working } from "./status.js";

export function openProbe() {
  const seed = field("Seed", { type: "password", required: true, autofocus: true }, "As the vendor wrote it, with its blanks and dashes.");
  const { boxes, times } = codeFields();
  const out = result();
  const run = async () => {
    const typed = times();
    out.show("plain", "Trying every reading…");
    try {
      const { readings, tried, chance } = await working("Trying every reading", () => call("probe", [seed.input.value, typed]));
      if (readings.length === 0) {
        out.show("bad", h("strong", {}, `None of ${count(tried, "reading", "readings")} gives ${typed.length > 1 ? "these codes" : "this code"}.`), h("p", {}, "Check the seed and the digits. The token may have another seed, or its clock may be more than a day wrong."));
      } else {
        out.show(
          "good",
          h("strong", {}, `${count(readings.length, "reading gives", "readings give")} ${typed.length > 1 ? "these codes" : "this code"}:`),
          h("ul", { class: "owners" }, ...readings.slice(0, 20).map((reading) => h("li", {}, h("strong", {}, told(reading)), `: ${drift(reading)}.`))),
          h("p", {}, doubt(chance, "reading")),
          h("p", {}, "To read a file of such tokens, open it, press Reading, and choose the hash, the interval and the digits."),
        );
      }
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  dialog("Check a seed", "", [
    h("p", {}, "Do the codes of a token fit its seed? The page reads the seed as Base32, hex, Base64 and text, with each hash, for 30 and 60 seconds and for counters, and compares the codes."),
    form(
      run,
      seed.box,
      boxes,
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Try every reading")),
      out.element,
    ),
  ], () => {
    seed.input.value = "";
  });
}

const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" } as const;

/** `hex, SHA-256, every 60 s, 6 digits`. */
function told({ text, stripped, algorithm, digits, step, counter }: ProbeReading): string {
  const read = `${text === "text" ? "the text itself" : text}${stripped ? " without blanks and dashes" : ""}`;
  const when = step === null ? `by counter, the next is ${counter ?? ""}` : `every ${step} s`;
  return `${read}, ${HASHES[algorithm]}, ${when}, ${digits} digits`;
}
