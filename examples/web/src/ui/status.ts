// Shows work and its result: a progress bar, and a region that only screen readers read.
import { h } from "./dom.js";

const region = h("p", { class: "sr-only", role: "status", id: "announcer" });
const label = h("span", { id: "working-label" });
const bar = h("progress", { max: "1", "aria-labelledby": "working-label" });
const box = h("div", { class: "working", hidden: true }, label, bar);

export const status = [region, box];

export function announce(text: string) {
  region.textContent = text;
}

/** Shows the progress bar until the work is done. The bar has no value until the work reports its progress. */
export async function working<R>(what: string, work: (progress: (share: number) => void) => Promise<R>): Promise<R> {
  label.textContent = what;
  bar.removeAttribute("value");
  box.hidden = false;
  announce(what);
  try {
    return await work((share) => {
      bar.value = share;
      // Screen readers read every quarter.
      if (share > 0 && share < 1 && share % 0.25 === 0) announce(`${share * 100} percent`);
    });
  } finally {
    box.hidden = true;
  }
}
