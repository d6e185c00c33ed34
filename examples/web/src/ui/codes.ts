// Shows codes. They are hidden until the user asks for them, and then updated every second.
import type { ShownCode } from "../protocol.js";
import { grouped, h } from "./dom.js";

export const HIDDEN = "••• •••";

/** Requests the codes once a second while it is on. */
export class LiveCodes {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #codes: () => Promise<ShownCode[]>;
  readonly #show: (codes: ShownCode[]) => void;

  constructor(codes: () => Promise<ShownCode[]>, show: (codes: ShownCode[]) => void) {
    this.#codes = codes;
    this.#show = show;
  }

  get on() {
    return this.#timer !== undefined;
  }

  start() {
    clearTimeout(this.#timer);
    // A code can change at the beginning of a second.
    this.#timer = setTimeout(() => this.start(), 1000 - (Date.now() % 1000));
    void this.ask();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async ask() {
    const codes = await this.#codes().catch(() => []);
    if (this.on) this.#show(codes);
  }
}

/** A code and the seconds until it changes. */
export function code({ code, remaining, step }: ShownCode): HTMLElement {
  const left = remaining === null || step === null ? null : h("span", { class: "left" }, `${remaining} s`);
  const element = h("span", { class: "code" }, h("span", { class: "digits" }, grouped(code)), left);
  if (remaining !== null && step !== null) {
    element.style.setProperty("--left", String(remaining / step));
    element.classList.toggle("ending", remaining <= 5);
  }
  return element;
}
