// Work that no file has yet: repairs and users that were not exported. It is not thrown away without being asked about.
import { dialog } from "./ui/dialog.js";
import { button, h } from "./ui/dom.js";

let unsaved = false;

/** The browser's own question: it takes no text from a page. */
function ask(event: BeforeUnloadEvent) {
  event.preventDefault();
}

export function worked() {
  unsaved = true;
  window.addEventListener("beforeunload", ask);
}

/** It has been exported, or is gone. */
export function settled() {
  unsaved = false;
  window.removeEventListener("beforeunload", ask);
}

/** Whether it may go: at once where there is none, else when somebody says so. */
export function mayGo(): Promise<boolean> {
  if (!unsaved) return Promise.resolve(true);
  return new Promise((answer) => {
    let yes = false;
    const { close } = dialog("Close without exporting?", "", [
      h("p", {}, "Repairs were applied or users filled in, and no file has them yet. The file that you opened is unchanged."),
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
