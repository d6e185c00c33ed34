// Tracks repairs and users that were not exported. The page asks before it discards them.
import { dialog } from "./ui/dialog.js";
import { button, h } from "./ui/dom.js";

let unsaved = false;

/** Makes the browser ask. Its question has a fixed text. */
function ask(event: BeforeUnloadEvent) {
  event.preventDefault();
}

/** Call this after a change that is not exported. */
export function worked() {
  unsaved = true;
  window.addEventListener("beforeunload", ask);
}

/** Call this after an export, and when the file is closed. */
export function settled() {
  unsaved = false;
  window.removeEventListener("beforeunload", ask);
}

/** Whether the file may be closed. Asks the user if there are changes that were not exported. */
export function mayGo(): Promise<boolean> {
  if (!unsaved) return Promise.resolve(true);
  return new Promise((answer) => {
    let yes = false;
    const { close } = dialog("Close without exporting?", "", [
      h("p", {}, "Repairs or users have not been exported yet. The file that you opened is unchanged."),
      h(
        "div",
        { class: "actions" },
        button("Keep it open", () => close(), { kind: "primary", autofocus: true }),
        button("Close it", () => {
          yes = true;
          close();
        }),
      ),
    ], () => answer(yes));
  });
}
