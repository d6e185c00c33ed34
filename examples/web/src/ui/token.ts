// The details of a row: its data, its findings, its code, a test of the token, and its user.
import { call } from "../client.js";
import type { Finding } from "oath-totp/embed";
import type { Detail, Owner, Summary, Tested } from "../protocol.js";
import { HIDDEN, LiveCodes, code } from "./codes.js";
import { dialog, refusal, result } from "./dialog.js";
import { button, count, field, form, h, number } from "./dom.js";
import { drift } from "./drift.js";
import { list } from "./findings.js";

export async function openToken(id: number, changed: (summary: Summary) => void) {
  const content = h("div", { class: "stack" });
  const { element, title } = dialog("Row", "drawer", [content], () => live.stop());
  const shown = h("div", { class: "big-code" }, HIDDEN);
  const live = new LiveCodes(() => call("codes", [[id]]), ([now]) => now && shown.replaceChildren(code(now)));

  const draw = async (said: readonly Finding[] | null = null) => {
    const row = await call("detail", [id]);
    title(row.serial ?? row.account ?? row.place);
    content.replaceChildren(
      facts(row),
      row.all.length > 0 ? section("Findings", list(row.all)) : "",
      ...(row.token ? [section("Code", codes(shown, live)), section("Test this token", test(id, element)), section("User", user(row, said, changed, draw))] : []),
    );
    // Drawing again has replaced the form that had the focus.
    if (said) content.querySelector<HTMLElement>("[name=upn]")?.focus();
  };
  await draw();
}

function section(name: string, ...content: Node[]) {
  return h("section", {}, h("h3", {}, name), ...content);
}

const day = (seconds: number | null) => (seconds === null ? null : new Date(seconds * 1000).toISOString().slice(0, 10));

function facts({ place, serial, upn, shown }: Detail) {
  const pairs: [string, string | null][] = [["Place", place]];
  if (!shown) pairs.push(["User", upn]);
  else {
    const { manufacturer, model, issuer, account, digits, step, counter, algorithm } = shown;
    pairs.push(["Serial number", serial ?? "none"], ["Issuer", issuer], ["Account", account]);
    pairs.push(["Manufacturer", manufacturer || null], ["Model", model || null]);
    pairs.push(["Codes", `${digits} digits, ${step === null ? "by counter" : `every ${step} s`}, ${algorithm}`]);
    pairs.push(["Counter", counter === null ? null : String(counter)]);
    pairs.push(["Valid from", day(shown.start)], ["Valid until", day(shown.expiry)], ["Key identifier", shown.keyId]);
  }
  return h("dl", { class: "facts" }, ...pairs.filter(([, value]) => value !== null).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function codes(shown: HTMLElement, live: LiveCodes) {
  const toggle = button("Show the code", () => {
    if (live.on) {
      live.stop();
      shown.replaceChildren(HIDDEN);
    } else live.start();
    toggle.lastChild!.textContent = live.on ? "Hide the code" : "Show the code";
    toggle.setAttribute("aria-pressed", String(live.on));
  }, { symbol: "eye", "aria-pressed": "false" });
  return h("div", { class: "code-box" }, shown, toggle);
}

function user({ id, upn }: Detail, said: readonly Finding[] | null, changed: (summary: Summary) => void, draw: (said: readonly Finding[]) => Promise<void>) {
  const { box, input } = field("User principal name", { type: "text", name: "upn", value: upn ?? "", placeholder: "name@domain", inputmode: "email" });
  const out = result();
  if (said) out.show("good", upn === null ? "The token has no user now." : `The user of the token is ${upn} now.`, said.length > 0 ? list(said, false) : "");
  const give = async (to: string | null) => {
    try {
      const { said, summary } = await call("assign", [id, to]);
      changed(summary);
      await draw(said);
    } catch (error) {
      input.setAttribute("aria-invalid", "true");
      out.show("bad", refusal(error));
    }
  };
  const take = button("Remove the user", () => void give(null), { kind: "quiet" });
  return form(
    () => give(input.value),
    box,
    h("div", { class: "actions" }, h("button", { class: "button", type: "submit" }, "Assign the token"), upn === null ? null : take),
    out.element,
  );
}

/** The inputs for one or two codes. */
export function codeFields() {
  const first = field("Code on the display", { type: "text", inputmode: "numeric", class: "digits", maxlength: "12", required: true });
  const next = field("Next code, to be certain", { type: "text", inputmode: "numeric", class: "digits", maxlength: "12" });
  const codes = () => [first.input.value, next.input.value].map((text) => text.trim()).filter((text) => text !== "");
  // Codes that are typed a moment apart were shown a moment apart. A digit that is corrected later is of the same moment.
  const typedAt = [first, next].map(({ input }) => {
    const moment = { at: 0 };
    input.addEventListener("input", () => {
      if (input.value.trim() === "") moment.at = 0;
      else if (moment.at === 0) moment.at = Math.floor(Date.now() / 1000);
    });
    return moment;
  });
  const times = () => [first, next].map(({ input }, index) => ({ code: input.value.trim(), at: typedAt[index]!.at })).filter(({ code }) => code !== "");
  const hint = h("p", { class: "hint" }, "One code can match by chance. Wait until the display changes, and type the next code too.");
  return { boxes: h("div", { class: "stack" }, h("div", { class: "pair" }, first.box, next.box), hint), codes, times, first: first.input };
}

function test(id: number, element: HTMLElement) {
  const { boxes, codes } = codeFields();
  const out = result();
  const stop = new AbortController();
  element.addEventListener("close", () => stop.abort());
  const run = async () => {
    const typed = codes();
    out.show("plain", "Searching…");
    try {
      tell(out, await call("test", [id, typed], { signal: stop.signal }), typed.length > 1);
      out.element.scrollIntoView({ block: "nearest" });
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  return form(
    run,
    boxes,
    h("div", { class: "actions" }, h("button", { class: "button", type: "submit" }, "Test")),
    out.element,
  );
}

function tell(out: ReturnType<typeof result>, { fits, others, window, chance }: Tested, certain: boolean) {
  const [nearest, ...more] = fits;
  const matches = certain ? "The codes match" : "The code matches";
  if (nearest) {
    const again = more.length > 0 ? `${certain ? "They also match" : "It also matches"} ${count(more.length, "other step", "other steps")} of the ${number(window)}.` : "";
    const doubt = certain ? "" : ` One wrong code in ${number(Math.round(1 / chance))} matches some step. Type the next code to be certain.`;
    out.show("good", h("strong", {}, `${matches}: ${drift(nearest)}.`), h("p", {}, `${again}${doubt}`.trim()));
    return;
  }
  const none = `${matches} none of the ${number(window)} steps around now.`;
  if (others.length === 0) out.show("bad", h("strong", {}, none), h("p", {}, "No other token of this file matches either. Check the digits, and check that the token belongs to this file."));
  else out.show("bad", h("strong", {}, none), h("p", {}, `${matches} another token${certain ? "" : " within 10 steps"}:`), owners(others));
}

export function owners(found: Owner[]) {
  const items = found.slice(0, 20).map((owner) => h("li", {}, h("strong", {}, owner.name), ` ${owner.upn ?? "no user"}: ${drift(owner)}.`));
  return h("ul", { class: "owners" }, ...items, found.length > 20 && h("li", {}, `and ${found.length - 20} more`));
}
