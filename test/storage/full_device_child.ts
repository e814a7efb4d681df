// Writes a file by way of a device that is always full, and prints how that fails.
import { messageOf } from "../../src/errors.ts";
import { writeAtomically } from "../../src/storage/files.ts";
import { FaultyFiles } from "../storage/faulty_files.ts";

const files = new FaultyFiles("EIO");
files.open = () => {
  const file = Deno.openSync("/dev/full", { write: true });
  return {
    write: (bytes) => file.writeSync(bytes),
    sync: () => file.syncSync(),
    truncate() {},
    close: () => file.close(),
  };
};
try {
  writeAtomically(files, Deno.args[0], "new");
} catch (error) {
  console.log(messageOf(error));
}
