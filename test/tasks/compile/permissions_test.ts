import { assert, assertEquals } from "@std/assert";
import { permissionFlags, union } from "../../../tasks/compile/permissions.ts";

Deno.test("a permission is allowed for what any of the sets allows it", () => {
  assertEquals(
    union([{ read: true, env: ["A"] }, { read: ["data"], env: ["A", "B"], net: false }]),
    ["--allow-read", "--allow-env=A,B"],
  );
  assertEquals(union([]), []);
});

Deno.test("the self-contained program may run nothing, and load its own library only", () => {
  const flags = permissionFlags("--allow-ffi=here/libwick.so");
  assertEquals(flags.filter((flag) => /-(run|ffi|all)\b/.test(flag)), [
    "--allow-ffi=here/libwick.so",
  ]);
  assert(flags.some((flag) => /^--allow-env=.*\bFASHION_MNIST_DIR\b/.test(flag)));
});
