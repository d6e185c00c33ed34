// Makes elements. Every string becomes a text node; no string is parsed as HTML.

type Child = Node | string | null | false | Child[];
type Handlers = { [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K]) => void };
export type Props = Handlers & { [attribute: string]: unknown };

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: Child[]) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child !== null && child !== false) element.append(child);
  }
}

/** The paths of the icons, drawn as lines. */
const ICONS = {
  error: "M8 1.5 15 14.5H1Z M8 6v4 M8 12v.6",
  warning: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13 M8 4.5v4.5 M8 11v.6",
  note: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13 M8 7.2v4.3 M8 4.4v.6",
  fine: "M2.5 8.5 6.3 12.3 13.5 4",
  close: "M3.5 3.5l9 9 M12.5 3.5l-9 9",
  file: "M3.5 1.5h6l3 3v10h-9Z M9.5 1.5v3h3",
  shield: "M8 1.5 13.5 3.5v4c0 3.5-2.3 5.8-5.5 7c-3.2-1.2-5.5-3.5-5.5-7v-4Z M5.5 8l1.8 1.8L10.5 6.5",
  people: "M6 7.5a2.5 2.5 0 1 0 0-5a2.5 2.5 0 1 0 0 5 M1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4 M11 3a2.2 2.2 0 0 1 0 4.3 M12 9.8c1.6.4 2.5 1.8 2.5 3.7",
  wrench: "M13.6 4.2 11 6.8 9.2 5l2.6-2.6a3.6 3.6 0 0 0-4.7 4.7L2 12.2 3.8 14l5.1-5.1a3.6 3.6 0 0 0 4.7-4.7Z",
  search: "M7 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10 M10.7 10.7 14.3 14.3",
  download: "M8 1.5v9 M4.5 7.5 8 11l3.5-3.5 M2.5 14h11",
  eye: "M1 8c1.8-3 4.2-4.5 7-4.5S13.2 5 15 8c-1.8 3-4.2 4.5-7 4.5S2.8 11 1 8Z M8 6a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
  key: "M10.5 1.5a4 4 0 1 0 0 8a4 4 0 1 0 0-8 M7.5 8.5 1.5 14.5 M3.5 12.5l2 2 M5.5 10.5l1.5 1.5",
  printer: "M4.5 6V1.5h7V6 M4.5 11.5h-3V6h13v5.5h-3 M4.5 9.5h7v5h-7Z",
  phone: "M4.5 1.5h7v13h-7Z M7.3 12.5h1.4",
} as const;
export type Icon = keyof typeof ICONS;

export function icon(name: Icon): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function button(label: string, act: () => void, { kind = "", symbol, ...props }: Props & { kind?: string; symbol?: Icon } = {}) {
  return h("button", { type: "button", class: `button ${kind}`.trim(), onclick: act, ...props }, symbol ? icon(symbol) : null, label);
}

/** A form that calls `send` in place of loading a page. */
export function form(send: () => unknown, ...children: Child[]): HTMLFormElement {
  const onsubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void send();
  };
  return h("form", { class: "stack", onsubmit }, ...children);
}

let fields = 0;

/** An input with a label, and a hint below it. */
export function field(label: string, props: Props, hint = ""): { box: HTMLElement; input: HTMLInputElement } {
  const id = `field-${(fields += 1)}`;
  const input = h("input", { id, autocomplete: "off", spellcheck: "false", ...props, ...(hint ? { "aria-describedby": `${id}-hint` } : {}) });
  const box = h("div", { class: "field" }, h("label", { for: id }, label), input, hint !== "" && h("p", { class: "hint", id: `${id}-hint` }, hint));
  return { box, input };
}

/** A list with a label. */
export function choice(label: string, options: readonly (readonly [value: string, name: string])[], value = ""): { box: HTMLElement; input: HTMLSelectElement } {
  const id = `field-${(fields += 1)}`;
  const input = h("select", { id }, ...options.map(([value, name]) => h("option", { value }, name)));
  input.value = value;
  return { box: h("div", { class: "field" }, h("label", { for: id }, label), input), input };
}

const numbers = new Intl.NumberFormat("en");
export const number = (value: number) => numbers.format(value);
export const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;

/** A code with a space in the middle. A code of seven digits has none. */
export function grouped(code: string): string {
  const half = code.length / 2;
  return code.length % 2 === 0 ? `${code.slice(0, half)} ${code.slice(half)}` : code;
}
