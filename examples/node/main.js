// OATH_KEY=… PORT=3000 node main.js: starts the server. Its users are in users.db.
import { randomBytes } from "node:crypto";
import { server } from "./server.js";
import { Users } from "./users.js";

const key = Buffer.from(process.env.OATH_KEY ?? "", "hex");
if (key.length !== 32) {
  console.error(`OATH_KEY must be 64 hexadecimal digits, for example: OATH_KEY=${randomBytes(32).toString("hex")}`);
  process.exit(2);
}
const { PORT: port = 3000 } = process.env;
server(new Users("users.db", key)).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
