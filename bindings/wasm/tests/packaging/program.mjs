// Runs the test kit, and prints how many vectors passed.
import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import kit from "./kit.js";
import { run } from "./testkit.js";

console.log(`passed ${run(kit, codes, seeds)}`);
