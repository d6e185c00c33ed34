// Rendered on the server while it is built.
import * as codes from "oath-totp";
import * as seeds from "oath-totp/seeds";
import kit from "../kit.js";
import { run } from "../testkit.js";
import Client from "./client.jsx";

export default function Page() {
  return (
    <main>
      passed {run(kit, codes, seeds)}
      <Client />
    </main>
  );
}
