// The program of workerd.
import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import kit from "./kit.js";
import { run } from "./testkit.js";

export default {
  test() {
    console.log(`passed ${run(kit, codes, seeds)}`);
  },
};
