// Prints QR codes. They stand in the document only while the browser prints.
import { call } from "../client.js";
import type { Card, SheetOf, Summary } from "../protocol.js";
import { dialog, refusal, result } from "./dialog.js";
import { button, choice, count, h, number } from "./dom.js";
import { groups } from "./export.js";
import { working } from "./status.js";

export async function openPrint({ name }: Summary) {
  const kind = choice("Codes", [["tokens", "One for each token"], ["batches", "One for up to ten tokens (otpauth-migration)"]], "tokens");
  const rows = choice("Tokens", [["all", "All tokens of the file"], ["shown", "Those that the table shows now"]], "all");
  const plan = h("div", { class: "stack", "aria-live": "polite" });
  const actions = h("div", { class: "actions" });
  const out = result();
  let wipe = () => {};
  const of = (): SheetOf => ({ batches: kind.input.value === "batches", shown: rows.input.value === "shown" });

  const print = async () => {
    try {
      const { cards, tooLong } = await working("Drawing the QR codes", () => call("sheet", [of()]));
      if (tooLong.length > 0) out.show("bad", h("strong", {}, `${count(tooLong.length, "token has", "tokens have")} a name that is too long for a QR code: `), tooLong.slice(0, 20).join(", "));
      else out.clear();
      // The dialog may have been closed meanwhile.
      if (!plan.isConnected) return;
      wipe();
      wipe = printed(name, cards, of().batches);
      window.print();
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  const draw = async () => {
    const { tokens, drawn, left, leftOut } = await call("sheetPlan", [of()]);
    const cut = tokens - leftOut - drawn;
    plan.replaceChildren(
      h("p", {}, h("strong", {}, `${number(drawn)} of ${count(tokens, "token", "tokens")} will be drawn.`), leftOut > 0 ? ` ${number(leftOut)} cannot be scanned by an app:` : ""),
      leftOut > 0 ? groups(left) : "",
      cut > 0 ? h("p", {}, `A sheet has at most ${number(drawn)} tokens. Narrow the table, and print those that it shows.`) : "",
      h("p", { class: "hint" }, of().batches
        ? "An authenticator app that reads exports of Google Authenticator scans them one after another."
        : "A user scans the code with an authenticator app. Some apps ignore another hash, number of digits or interval than SHA-1, 6 and 30 s."),
    );
    actions.replaceChildren(button("Print", () => void print(), { kind: "primary", symbol: "printer", disabled: drawn === 0 }));
  };
  for (const { input } of [kind, rows]) input.addEventListener("change", () => void draw());
  dialog("Print QR codes", "", [
    h("div", { class: "pair" }, kind.box, rows.box),
    plan,
    h("p", { class: "outcome" }, "A code is the secret: a photograph of it is a copy of the token. A printer may keep what it printed. Give each code to its user, and destroy the paper afterwards."),
    actions,
    out.element,
  ], () => wipe());
  await draw();
}

/** Puts the codes into the document, until the browser has printed or the returned function is called. */
function printed(name: string, cards: Card[], batches: boolean): () => void {
  const sheet = h(
    "section",
    { class: `print${batches ? " batches" : ""}`, "aria-label": "QR codes to print" },
    h("p", { class: "print-head" }, `QR codes of ${name}. Each contains a secret: destroy this paper after use.`),
    h("div", { class: "cards" }, ...cards.map(card)),
  );
  const wipe = () => {
    window.removeEventListener("afterprint", wipe);
    for (const path of sheet.querySelectorAll("path")) path.removeAttribute("d");
    sheet.replaceChildren();
    sheet.remove();
    for (const card of cards.splice(0)) card.svg = "";
  };
  // The browser sends this when its dialog is closed, also where nothing was printed.
  window.addEventListener("afterprint", wipe);
  document.body.append(sheet);
  return wipe;
}

function card({ svg, title, lines }: Card) {
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  drawing.setAttribute("aria-label", `QR code: ${title}`);
  return h("div", { class: "card" }, document.adoptNode(drawing), h("p", { class: "card-title" }, title), ...lines.map((line) => h("p", {}, line)));
}
