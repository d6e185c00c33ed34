import type { Fit } from "../protocol.js";
import { count } from "./dom.js";

/** `the clock is 3 steps (1 min 30 s) behind`, `the counter is 2 codes ahead`. */
export function drift({ drift, seconds }: Fit): string {
  const what = seconds === null ? "counter" : "clock";
  if (drift === 0) return `the ${what} is correct`;
  const steps = seconds === null ? count(Math.abs(drift), "code", "codes") : count(Math.abs(drift), "step", "steps");
  const time = span(Math.abs(seconds ?? 0));
  return `the ${what} is ${steps}${time === "" ? "" : ` (${time})`} ${drift > 0 ? "ahead" : "behind"}`;
}

function span(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  return parts.filter(([value]) => value > 0).slice(0, 2).map(([value, unit]) => `${value} ${unit}`).join(" ");
}
