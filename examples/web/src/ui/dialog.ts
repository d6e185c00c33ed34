import { button, h } from "./dom.js";

let made = 0;

/** Opens a dialog. The browser closes it with Escape, and returns the focus to the element that had it. */
export function dialog(title: string, kind: "" | "drawer", content: Node[], closed: () => void = () => {}) {
  const id = `dialog-${(made += 1)}`;
  const heading = h("h2", { id, tabindex: "-1" }, title);
  const element = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": id, onclose: () => {
    element.remove();
    closed();
  } });
  // The element itself is the target of a click beside the sheet.
  element.addEventListener("pointerdown", (event) => {
    if (event.target === element) element.close();
  });
  const close = button("", () => element.close(), { kind: "quiet square", symbol: "close", "aria-label": "Close" });
  element.append(h("div", { class: "sheet" }, h("header", {}, heading, close), h("div", { class: "body" }, ...content)));
  document.body.append(element);
  element.showModal();
  if (!element.querySelector("[autofocus]")) heading.focus();
  return { element, close: () => element.close(), title: (text: string) => void (heading.textContent = text) };
}

/** An area for the result of a form. Screen readers read it when it changes. */
export function result(): { element: HTMLElement; show(kind: "good" | "bad" | "plain", ...content: (Node | string)[]): void; clear(): void } {
  const element = h("div", { class: "result", role: "status" });
  return {
    element,
    show(kind, ...content) {
      element.replaceChildren(h("div", { class: `outcome ${kind}` }, ...content));
    },
    clear: () => element.replaceChildren(),
  };
}

/** The text of an error for the user: what is wrong, and what to do. */
export function refusal(error: unknown): string {
  const { message, action } = error as { message: string; action?: string };
  const sentence = (text: string) => (text === "" ? "" : `${text[0]!.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`);
  return `${sentence(message)} ${sentence(action ?? "")}`.trim();
}
