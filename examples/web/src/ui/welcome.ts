import type { FormatInfo, TargetInfo } from "oath-totp/embed";
import type { Reading } from "../protocol.js";
import { button, h, icon } from "./dom.js";

/** The start page, shown while no file is open. */
export class Welcome {
  readonly element: HTMLElement;
  readonly #out = h("div", { class: "result", role: "alert" });
  readonly #format = h("select", { id: "format" }, h("option", { value: "" }, "Recognise automatically"));
  readonly #target = h("select", { id: "target" }, h("option", { value: "" }, "By the format"));
  readonly #formats = h("p", { class: "faint formats" });

  constructor(open: (file: File, reading: Reading) => Promise<void>, sample: () => Promise<void>) {
    const input = h("input", { type: "file", id: "file", class: "sr-only" });
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) void open(file, this.reading);
    });
    const choose = h("label", { for: "file", class: "button primary" }, icon("file"), "Choose a file");
    const points: [string, string][] = [
      ["Finds errors before an upload", "Every finding names the row, what was found, and what to do."],
      ["Repairs what is safe", "Repairs are shown before they are applied. Doubtful values are left to you."],
      ["Tests tokens", "Type the code on a display to see whether it matches, how wrong the clock is, and whose token it is."],
    ];
    this.element = h(
      "div",
      { class: "welcome" },
      h(
        "section",
        { class: "drop", "aria-labelledby": "drop-title" },
        h("div", { class: "drop-mark" }, icon("file")),
        h("h2", { id: "drop-title" }, "Drop a seed file here"),
        h("p", {}, "The vendor’s file of your OATH tokens, or the export of an authenticator. The file is read on this computer and is not sent anywhere."),
        h("div", { class: "actions" }, input, choose, button("Try with a sample", () => void sample())),
        this.#out,
        h("div", { class: "as" }, h("label", { for: "format" }, "Format"), this.#format, h("label", { for: "target" }, "Tokens are for"), this.#target),
        this.#formats,
      ),
      h("ul", { class: "points" }, ...points.map(([head, text]) => h("li", {}, h("h3", {}, head), h("p", {}, text)))),
    );
  }

  /** How the next file is read. */
  get reading(): Reading {
    return { format: this.#format.value || null, target: this.#target.value || null };
  }

  ready(formats: FormatInfo[], targets: TargetInfo[]) {
    this.#format.append(...formats.map(({ name, title }) => h("option", { value: name, title }, name)));
    this.#target.append(...targets.map(({ name, title }) => h("option", { value: name }, title)));
    this.#formats.textContent = `Formats: ${formats.map(({ name }) => name).join(", ")}.`;
  }

  refuse(name: string, why: string) {
    this.#out.replaceChildren(h("div", { class: "outcome bad" }, h("strong", {}, `${name} could not be opened.`), h("p", {}, why)));
  }

  clear() {
    this.#out.replaceChildren();
  }
}
