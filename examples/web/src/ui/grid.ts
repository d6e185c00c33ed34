// The table. The page has elements for the visible rows only. All rows have the same height, so that the position of each row is
// known. The table keeps the focus and names its active row, because the element of that row is removed when it scrolls away.
import { call } from "../client.js";
import type { Row } from "../protocol.js";
import { HIDDEN, LiveCodes, code } from "./codes.js";
import { h, icon } from "./dom.js";

/** How many rows one message from the worker has. */
const PAGE = 100;
/** How many rows above and below the visible ones have elements. */
const BEYOND = 8;
const COLUMNS = ["", "Serial number", "User", "Model", "Code", "Findings"];

export class Grid {
  readonly element: HTMLElement;
  readonly #body = h("div", { role: "rowgroup", class: "rows" });
  readonly #open: (id: number) => void;
  readonly #live: LiveCodes;
  #drawn = new Map<number, HTMLElement>();
  #pages = new Map<number, Row[] | null>();
  /** Counts the refreshes. Rows that were requested before the last refresh are dropped. */
  #age = 0;
  #total = 0;
  #active = 0;

  constructor(open: (id: number) => void) {
    this.#open = open;
    this.#live = new LiveCodes(
      () => call("codes", [[...this.#drawn.keys()].flatMap((index) => (this.#row(index)?.token ? [this.#row(index)!.id] : []))]),
      (codes) => {
        const byId = new Map(codes.map((shown) => [shown.id, shown]));
        for (const [index, element] of this.#drawn) {
          const shown = byId.get(this.#row(index)?.id ?? -1);
          if (shown) element.querySelector(".code-cell")?.replaceChildren(code(shown));
        }
      },
    );
    const heads = COLUMNS.map((name, index) =>
      h("span", { role: "columnheader", "aria-colindex": index + 1, class: "cell" }, name === "" ? h("span", { class: "sr-only" }, "State") : name),
    );
    const head = h("div", { role: "rowgroup", class: "heads" }, h("div", { role: "row", "aria-rowindex": "1", class: "row head" }, ...heads));
    this.element = h(
      "div",
      { role: "grid", class: "grid", tabindex: "0", "aria-label": "Rows of the file", "aria-colcount": COLUMNS.length, onscroll: () => this.#draw(), onkeydown: (event) => this.#key(event) },
      head,
      this.#body,
    );
    this.element.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (!row) return;
      this.#activate(Number(row.dataset["index"]));
      this.#enter();
    });
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** Draws other rows, or the same rows after a change. */
  refresh(total: number, top: boolean) {
    this.#age += 1;
    this.#pages.clear();
    this.#total = total;
    this.#active = top ? 0 : Math.min(this.#active, Math.max(0, total - 1));
    if (top) this.element.scrollTop = 0;
    this.element.setAttribute("aria-rowcount", String(total + 1));
    this.#draw();
  }

  get showsCodes() {
    return this.#live.on;
  }

  showCodes(on: boolean) {
    if (on) this.#live.start();
    else this.#live.stop();
    for (const [index, element] of this.#drawn) this.#fill(element, index);
  }

  #height() {
    return Number.parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 44;
  }

  #row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  #draw() {
    const height = this.#height();
    this.#body.style.height = `${this.#total * height}px`;
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - BEYOND);
    const last = Math.min(this.#total, Math.ceil((this.element.scrollTop + this.element.clientHeight) / height) + BEYOND);
    for (const [index, element] of this.#drawn) {
      if (index >= first && index < last) continue;
      element.remove();
      this.#drawn.delete(index);
    }
    for (let index = first; index < last; index++) {
      let element = this.#drawn.get(index);
      if (!element) {
        element = h("div", { role: "row", class: "row", id: `row-${index}`, "data-index": index, "aria-rowindex": index + 2 });
        this.#drawn.set(index, element);
        // Screen readers read the elements in their order in the document.
        const next = [...this.#drawn.keys()].filter((other) => other > index);
        this.#body.insertBefore(element, next.length > 0 ? this.#drawn.get(Math.min(...next))! : null);
        this.#fill(element, index);
      }
      element.style.transform = `translateY(${index * height}px)`;
    }
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) void this.#load(page);
    this.#mark();
  }

  async #load(page: number) {
    if (this.#pages.has(page)) return;
    const age = this.#age;
    this.#pages.set(page, null);
    const rows = await call("rows", [page * PAGE, PAGE]).catch(() => null);
    if (age !== this.#age) return;
    this.#pages.set(page, rows);
    for (const [index, element] of this.#drawn) if (Math.floor(index / PAGE) === page) this.#fill(element, index);
    if (this.#live.on) void this.#live.ask();
  }

  #fill(element: HTMLElement, index: number) {
    const row = this.#row(index);
    // The old content stays until the row has arrived.
    if (!row) return;
    const { serial, upn, maker, token, severity, findings, message, place, account } = row;
    const state = severity ?? "fine";
    const spoken = severity === null ? "No findings" : token ? (severity === "note" ? "Token with a note" : "Token with a warning") : "Failed row";
    const texts: (Node | string)[] = [
      h("span", { class: `state ${state}` }, icon(state), h("span", { class: "sr-only" }, spoken)),
      serial ?? (account === null ? h("span", { class: "faint" }, place) : h("span", { class: "account" }, account)),
      upn ?? h("span", { class: "faint" }, token ? "no user" : "unknown"),
      maker,
      token ? (this.#live.on ? (element.querySelector(".code") ?? HIDDEN) : HIDDEN) : h("span", { class: "sr-only" }, "no code"),
      h("span", { class: "message" }, h("span", {}, findings === 0 ? "" : message), findings > 1 ? h("span", { class: "more" }, `+${findings - 1}`) : ""),
    ];
    const classes = ["state-cell", "serial", "user", "maker", "code-cell", "says"];
    const cells = texts.map((text, column) => h("span", { role: "gridcell", "aria-colindex": column + 1, class: `cell ${classes[column]}` }, text));
    element.classList.toggle("failed", !token);
    element.classList.toggle("unnumbered", serial === null && account !== null && upn === null);
    element.replaceChildren(...cells);
  }

  #mark() {
    for (const [index, element] of this.#drawn) element.classList.toggle("active", index === this.#active);
    const drawn = this.#drawn.has(this.#active) && this.#total > 0;
    if (drawn) this.element.setAttribute("aria-activedescendant", `row-${this.#active}`);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #activate(index: number) {
    this.#active = Math.max(0, Math.min(index, this.#total - 1));
    const height = this.#height();
    const top = this.#active * height;
    const head = this.element.querySelector<HTMLElement>(".heads")!.offsetHeight;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + height + head > scrollTop + clientHeight) this.element.scrollTop = top + height + head - clientHeight;
    this.#draw();
  }

  #enter() {
    const row = this.#row(this.#active);
    if (row) this.#open(row.id);
  }

  #key(event: KeyboardEvent) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#height()) - 2);
    const to: Record<string, number> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#total - 1,
    };
    if (event.key === "Enter" || event.key === " ") this.#enter();
    else if (event.key in to) this.#activate(to[event.key]!);
    else return;
    event.preventDefault();
  }
}
