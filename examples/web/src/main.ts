import "./style/base.css";
import "./style/page.css";
import "./style/welcome.css";
import "./style/grid.css";
import "./style/dialog.css";
import "./style/print.css";
import { Refused, call } from "./client.js";
import type { Reading, Summary } from "./protocol.js";
import { forget } from "./secrets.js";
import { openExport } from "./ui/export.js";
import { refusal } from "./ui/dialog.js";
import { button, count, h, icon } from "./ui/dom.js";
import { openPrint } from "./ui/print.js";
import { openProbe } from "./ui/probe.js";
import { openReading } from "./ui/reading.js";
import type { Said } from "./ui/reading.js";
import { openRepairs } from "./ui/repairs.js";
import { openSignUp } from "./ui/sign-up.js";
import { announce, status, working } from "./ui/status.js";
import { openUnlock } from "./ui/unlock.js";
import { openUsers } from "./ui/users.js";
import { openWhose } from "./ui/whose.js";
import { Welcome } from "./ui/welcome.js";
import { Workspace } from "./ui/workspace.js";
import { mayGo, settled, worked } from "./unsaved.js";

const main = h("main", { id: "main" });
const actions = h("nav", { class: "actions", "aria-label": "Actions" });
const welcome = new Welcome(open, sample);
const titles = new Map<string, string>();
const workspace = new Workspace(changed, (target) => titles.get(target) ?? target, (summary) => openReading(summary, titles, reread), openProbe);

function changed(summary: Summary) {
  worked();
  workspace.show(summary);
  act(summary);
}

/** Reads the open file another way. */
async function reread({ target, assumed }: Said) {
  const summary = await working("Reading the file again", (progress) => call("reread", [target, assumed], { progress }));
  workspace.show(summary);
  act(summary);
}

/** Shows the buttons for the open file, or those without a file. */
function act(summary: Summary | null) {
  if (!summary) {
    const probe = button("Check a seed", openProbe, { kind: "quiet", symbol: "key" });
    return actions.replaceChildren(probe, button("Sign-up demo", openSignUp, { kind: "quiet", symbol: "phone" }));
  }
  const { repairs, repaired, tokens } = summary;
  const repair = button(repairs === 0 ? "Repaired" : `Repair ${repairs}`, () => void openRepairs(summary, changed), { kind: repairs === 0 ? "" : "primary", symbol: "wrench" });
  actions.replaceChildren(
    ...(repairs > 0 || repaired ? [repair] : []),
    button("Users", () => openUsers(changed), { symbol: "people", disabled: tokens === 0 }),
    button("Whose token?", openWhose, { symbol: "search", disabled: tokens === 0 }),
    button("QR codes", () => void openPrint(summary), { symbol: "printer", disabled: tokens === 0 }),
    button("Export", () => void openExport(), { symbol: "download" }),
    button("Close", async () => (await mayGo()) && (await close()), { kind: "quiet", symbol: "close", "aria-label": "Close the file" }),
  );
}

/** The refusals that a password, a key or a parameter settles. */
const ASKED = ["password-missing", "key-missing", "key-wrong", "parameter-unknown", "draft-format"];

/** Opens a file. `ask` is called with the reason if one of these refuses it. */
async function load(name: string, work: (progress: (share: number) => void) => Promise<Summary>, ask?: (code: string, why: string) => void) {
  welcome.clear();
  try {
    const summary = await working(`Reading ${name}`, work);
    settled();
    main.replaceChildren(workspace.element);
    workspace.begin(summary);
    act(summary);
    document.title = `${summary.name} – Token workbench`;
    announce(`${summary.name}: ${count(summary.tokens, "token", "tokens")}, ${count(summary.errors, "error", "errors")}.`);
  } catch (error) {
    await close();
    const asks = ask && error instanceof Refused && ASKED.includes(error.code);
    // What to do is then to fill in a dialog.
    const why = refusal(asks ? { message: error.message } : error);
    welcome.refuse(name, why);
    if (asks) ask(error.code, why);
  }
}

async function open(file: File, reading: Reading) {
  if (!(await mayGo())) return forget(reading);
  let asked = false;
  await load(
    file.name,
    async (progress) => call("open", [file.name, new Uint8Array(await file.arrayBuffer()), reading], { progress }),
    (code, why) => {
      if (code === "password-missing" || code.startsWith("key-")) {
        const { password, key, ...others } = reading;
        openUnlock(file.name, why, (unlocking) => void open(file, { ...others, ...unlocking }));
      } else {
        asked = true;
        askFor(file, reading, why);
      }
    },
  );
  // What is asked for next does not take the place of a password.
  if (!asked) forget(reading);
}

/** Asks for what the file does not say, and opens it. */
function askFor(file: File, { format, target, password, key, ...assumed }: Reading, why: string) {
  const locked = { ...(password === undefined ? {} : { password }), ...(key === undefined ? {} : { key }) };
  const read = async (said: Said) => void open(file, { format, target: said.target || null, ...locked, ...said.assumed });
  openReading({ target: target ?? "", assumed }, titles, read, why);
}

async function sample() {
  await load("the sample", (progress) => call("sample", [], { progress }));
}

async function close() {
  settled();
  await call("close", []);
  workspace.end();
  main.replaceChildren(welcome.element);
  act(null);
  document.title = "Token workbench";
}

/** Opens a file that is dropped anywhere on the page. */
function dropping() {
  const over = (on: boolean) => document.body.classList.toggle("over", on);
  // An open dialog covers the page, so a drop is ignored then.
  const closed = () => document.querySelector("dialog[open]") === null;
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    over(closed());
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const file = event.dataTransfer?.files[0];
    if (file && closed()) void open(file, welcome.reading);
  });
}

const brand = h("h1", {}, icon("shield"), "Token workbench");
const promise = h("p", { class: "promise" }, icon("fine"), "Makes no connections");
document.body.append(h("a", { class: "skip", href: "#main" }, "Skip to the content"), h("header", { class: "top" }, brand, promise, actions), main, ...status);
main.append(welcome.element);
act(null);
dropping();
call("formats", []).then(
  ({ formats, targets }) => {
    for (const { name, title } of targets) titles.set(name, title);
    welcome.ready(formats, targets);
    document.body.dataset["ready"] = "";
  },
  (error: unknown) => welcome.refuse("The page", refusal(error)),
);
