// The view of an open file: its name and counts, the findings by cause, and the table of rows.
import { call } from "../client.js";
import type { Narrowing, Summary } from "../protocol.js";
import { button, count, h, icon, number } from "./dom.js";
import { causes } from "./findings.js";
import { Grid } from "./grid.js";
import { announce } from "./status.js";
import { openToken } from "./token.js";

const ONLY: [Narrowing["only"], string][] = [
  ["all", "All rows"],
  ["error", "With errors"],
  ["warning", "With warnings"],
  ["no-user", "Without a user"],
  ["fine", "Without findings"],
];

export class Workspace {
  readonly element: HTMLElement;
  readonly #facts = h("div", { class: "facts-bar" });
  readonly #causes = h("div", {});
  readonly #shown = h("p", { class: "shown" });
  readonly #chip = h("span", {});
  readonly #text = h("input", { type: "search", id: "search", placeholder: "Serial number, user, model", autocomplete: "off", spellcheck: "false" });
  readonly #only = h("select", { id: "only" }, ...ONLY.map(([value, name]) => h("option", { value }, name)));
  readonly #codes = button("Show codes", () => this.#toggle(), { symbol: "eye", "aria-pressed": "false" });
  readonly #grid: Grid;
  readonly #title: (target: string) => string;
  readonly #reading: (summary: Summary) => void;
  readonly #probe: () => void;
  #cause: string | null = null;
  #summary: Summary | null = null;

  constructor(changed: (summary: Summary) => void, title: (target: string) => string, reading: (summary: Summary) => void, probe: () => void) {
    this.#title = title;
    this.#reading = reading;
    this.#probe = probe;
    this.#grid = new Grid((id) => void openToken(id, changed));
    this.#text.addEventListener("input", () => void this.#narrow(true));
    this.#only.addEventListener("change", () => void this.#narrow(true));
    const tools = h(
      "div",
      { class: "tools", role: "search" },
      h("label", { for: "search", class: "sr-only" }, "Search"),
      this.#text,
      h("label", { for: "only", class: "sr-only" }, "Show"),
      this.#only,
      this.#codes,
      this.#chip,
      this.#shown,
    );
    this.element = h(
      "div",
      { class: "workspace" },
      this.#facts,
      h("section", { class: "by-cause", "aria-labelledby": "causes-title" }, h("h2", { id: "causes-title" }, "Findings by cause"), this.#causes),
      h("section", { class: "table", "aria-labelledby": "rows-title" }, h("h2", { id: "rows-title", class: "sr-only" }, "Rows"), tools, this.#grid.element),
    );
  }

  /** Shows another file. */
  begin(summary: Summary) {
    this.end();
    this.#text.value = "";
    this.#only.value = "all";
    this.#cause = null;
    this.#draw(summary);
    void this.#narrow(true);
  }

  /** Shows the same file after a change. */
  show(summary: Summary) {
    if (!summary.causes.some(({ code }) => code === this.#cause)) this.#cause = null;
    this.#draw(summary);
    void this.#narrow(false);
  }

  end() {
    if (this.#grid.showsCodes) this.#toggle();
  }

  #toggle() {
    this.#grid.showCodes(!this.#grid.showsCodes);
    const on = this.#grid.showsCodes;
    this.#codes.setAttribute("aria-pressed", String(on));
    this.#codes.lastChild!.textContent = on ? "Hide codes" : "Show codes";
  }

  #draw(summary: Summary) {
    this.#summary = summary;
    const { name, format, encoding, target, unsaid, tokens, failed, warnings, noUser, repaired } = summary;
    const figures: [number, string, string][] = [
      [tokens, tokens === 1 ? "token" : "tokens", "good"],
      [failed, failed === 1 ? "row failed" : "rows failed", failed > 0 ? "bad" : ""],
      [warnings, warnings === 1 ? "warning" : "warnings", warnings > 0 ? "warn" : ""],
      [noUser, "without a user", ""],
    ];
    this.#facts.replaceChildren(
      h(
        "div",
        { class: "name" },
        icon("file"),
        h("div", {}, h("h2", {}, name), h("p", { class: "faint" }, `${format}, ${encoding}, checked for ${this.#title(target)}${repaired ? ", repaired" : ""}`)),
        button("Reading", () => this.#reading(summary), { kind: unsaid ? "primary" : "quiet", "aria-haspopup": "dialog" }),
        button("Check a seed", this.#probe, { kind: "quiet", "aria-haspopup": "dialog" }),
      ),
      h("ul", { class: "figures" }, ...figures.map(([value, what, kind]) => h("li", { class: kind }, h("strong", {}, number(value)), ` ${what}`))),
    );
    this.#causes.replaceChildren(
      causes(summary.causes, this.#cause, (code) => {
        this.#cause = code;
        this.#draw(summary);
        // Drawing again has replaced the button that had the focus.
        this.#causes.querySelector<HTMLElement>(`[aria-pressed="true"]`)?.focus();
        void this.#narrow(true);
      }),
    );
    const cause = summary.causes.find(({ code }) => code === this.#cause);
    const heading = cause?.heading;
    const chip = heading && button(heading, () => {
      this.#cause = null;
      this.#draw(summary);
      void this.#narrow(true);
    }, { kind: "chip", symbol: "close", "aria-label": `Show all causes again, not only: ${heading}` });
    this.#chip.replaceChildren(...(chip ? [chip] : []));
  }

  async #narrow(top: boolean) {
    const only = this.#only.value as Narrowing["only"];
    const shown = await call("narrow", [{ text: this.#text.value, only, cause: this.#cause }]);
    const text = shown === this.#summary?.rows ? count(shown, "row", "rows") : `${number(shown)} of ${count(this.#summary?.rows ?? 0, "row", "rows")}`;
    this.#shown.textContent = text;
    if (top) announce(text);
    this.#grid.refresh(shown, top);
  }
}
