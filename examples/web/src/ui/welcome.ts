import { button, h, icon } from "./dom.js";

/** What is there before a file is. */
export class Welcome {
  readonly element: HTMLElement;
  readonly #out = h("div", { class: "result", role: "alert" });
  readonly #format = h("select", { id: "format" }, h("option", { value: "" }, "recognise it"));
  readonly #formats = h("p", { class: "faint formats" });

  constructor(open: (file: File, format: string | null) => Promise<void>, sample: () => Promise<void>) {
    const input = h("input", { type: "file", id: "file", class: "sr-only" });
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) void open(file, this.#format.value || null);
    });
    const choose = h("label", { for: "file", class: "button primary" }, icon("file"), "Choose a file");
    const points: [string, string][] = [
      ["It says what is wrong", "Every finding names the row, what was found and what to do, before an upload fails on it."],
      ["It puts right what is safe", "Repairs are shown first. What is doubtful is left to you."],
      ["It knows the tokens", "Type the code on a display: does it fit, how far is its clock off, whose token is it?"],
    ];
    this.element = h(
      "div",
      { class: "welcome" },
      h(
        "section",
        { class: "drop", "aria-labelledby": "drop-title" },
        h("div", { class: "drop-mark" }, icon("file")),
        h("h2", { id: "drop-title" }, "Drop a seed file here"),
        h("p", {}, "The vendor’s file of your OATH tokens, as Entra ID takes it. It is read on this machine, and stays there."),
        h("div", { class: "actions" }, input, choose, button("Try with a sample", () => void sample())),
        this.#out,
        h("div", { class: "as" }, h("label", { for: "format" }, "Format"), this.#format),
        this.#formats,
      ),
      h("ul", { class: "points" }, ...points.map(([head, text]) => h("li", {}, h("h3", {}, head), h("p", {}, text)))),
    );
  }

  ready(formats: string[]) {
    this.#format.append(...formats.map((name) => h("option", { value: name }, name)));
    this.#formats.textContent = `Read and written: ${formats.join(", ")}.`;
  }

  refuse(name: string, why: string) {
    this.#out.replaceChildren(h("div", { class: "outcome bad" }, h("strong", {}, `${name} could not be opened.`), h("p", {}, why)));
  }

  clear() {
    this.#out.replaceChildren();
  }
}
