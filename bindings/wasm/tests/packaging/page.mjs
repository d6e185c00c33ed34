// A page that loads the modules as files. Its title says how many vectors passed.
import * as codes from "oath-totp/web";
import * as seeds from "oath-totp/web-seeds";
import kit from "./kit.js";
import { run } from "./testkit.js";

try {
  document.title = `passed ${run(kit, codes, seeds)}`;
} catch (error) {
  document.title = `failed: ${error.message}`;
}
