// race.js FILE KEY NAME CODE NOW: signs in. The test starts several of these processes with the same code.
import { Users } from "./users.js";

const [file, key, name, code, now] = process.argv.slice(2);
const users = new Users(file, Buffer.from(key, "hex"));
try {
  users.verify(name, code, Number(now));
  console.log("in");
} catch (error) {
  console.log(error.code);
}
