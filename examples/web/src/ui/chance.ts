import { number } from "./dom.js";

/** How often a search gives a wrong result by chance; nothing where that is rare. `chance` counts the wrong results of one search. */
export function doubt(chance: number, what: string): string {
  if (chance < 0.01) return "";
  const often = chance >= 1 ? `About ${number(Math.round(chance))} wrong ${what}s match` : `One in ${number(Math.round(1 / chance))} such searches matches a wrong ${what}`;
  return `${often} by chance. Type the next code too to be certain.`;
}
