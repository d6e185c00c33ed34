// The sign-up demo: it shows the secret once, confirms it with a code, and refuses that code the second time.
import { call } from "../client.js";
import type { SignUp } from "../protocol.js";
import { LiveCodes, code } from "./codes.js";
import { dialog, refusal, result } from "./dialog.js";
import { button, field, form, h } from "./dom.js";

export function openSignUp() {
  const content = h("div", { class: "stack" });
  const phone = h("div", { class: "big-code" });
  const live = new LiveCodes(async () => [await call("phone", [])], ([now]) => now && phone.replaceChildren(code(now)));
  dialog("Sign-up demo", "", [content], () => {
    live.stop();
    void call("endSignUp", []);
  });
  begin(content, live, phone);
}

function begin(content: HTMLElement, live: LiveCodes, phone: HTMLElement) {
  const account = field("Account", { type: "text", value: "alice@contoso.com", required: true });
  const issuer = field("Organisation", { type: "text", value: "Contoso" });
  const out = result();
  const make = async () => {
    try {
      confirm(content, live, phone, await call("signUp", [account.input.value, issuer.input.value]));
    } catch (error) {
      out.show("bad", refusal(error));
    }
  };
  content.replaceChildren(
    h("p", {}, "This page makes a secret and shows it once as a QR code. You confirm it with a code. The secret is wiped when you close this dialog."),
    form(
      make,
      h("div", { class: "pair" }, account.box, issuer.box),
      h("div", { class: "actions" }, h("button", { class: "button primary", type: "submit" }, "Make a secret")),
      out.element,
    ),
  );
}

function confirm(content: HTMLElement, live: LiveCodes, phone: HTMLElement, { svg, secret, uri }: SignUp) {
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", "QR code of the secret, for an authenticator app");
  const typed = field("Code in the app", { type: "text", inputmode: "numeric", class: "digits", maxlength: "12", required: true });
  const out = result();
  let signedUp = false;
  const submit = h("button", { class: "button primary", type: "submit" }, "Confirm");
  const run = async () => {
    const answer = await call("signIn", [typed.input.value]);
    if (answer.accepted) {
      const said = signedUp ? "Signed in." : "Confirmed: the app has the secret.";
      signedUp = true;
      submit.textContent = "Sign in";
      out.show("good", h("strong", {}, said), h("p", {}, "The server stores: ", h("code", {}, answer.state)), h("p", {}, "Now enter the same code again."));
    } else if (answer.code === "replayed") {
      out.show("bad", h("strong", {}, `Refused: ${answer.message}.`), h("p", {}, "The code is correct, but it was used before. The user sees the same message as for a wrong code. The reason in the audit log is ", h("code", {}, answer.code), "."));
    } else out.show("bad", h("strong", {}, `Refused: ${answer.message}.`), h("p", {}, `What to do: ${answer.action}. The reason in the audit log is `, h("code", {}, answer.code), "."));
  };
  const toggle = button("Simulate the app", () => {
    if (live.on) live.stop();
    else live.start();
    phone.hidden = !live.on;
    toggle.setAttribute("aria-pressed", String(live.on));
  }, { symbol: "phone", "aria-pressed": "false" });
  phone.hidden = true;
  content.replaceChildren(
    h(
      "div",
      { class: "sign-up" },
      h("div", { class: "qr" }, document.importNode(drawing, true)),
      h(
        "div",
        { class: "stack" },
        h("h3", {}, "1. Scan the QR code with an authenticator app"),
        h("details", {}, h("summary", {}, "Or type the secret"), h("p", { class: "secret" }, secret.match(/.{1,4}/g)?.join(" ") ?? secret), h("p", { class: "secret faint" }, uri)),
        h("div", { class: "code-box" }, toggle, phone),
        h("h3", {}, "2. Confirm with the code that the app shows"),
        form(
          run,
          typed.box,
          h("div", { class: "actions" }, submit),
          out.element,
        ),
      ),
    ),
  );
}
