// The test of vitest.
import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import { expect, test } from "vitest";
import kit from "./kit.js";
import { run } from "./testkit.js";

test("the test kit", () => expect(run(kit, codes, seeds)).toBe(Object.values(kit).flat().length));
