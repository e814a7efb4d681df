import { assertEquals } from "@std/assert";
import { checks } from "../../../tasks/ok/checks.ts";

Deno.test("the gate without tests is the gate but for its last check", () => {
  const all = checks(true);
  assertEquals(checks(false), all.slice(0, -1));
  assertEquals(all.at(-1)?.command, ["deno", "task", "-q", "test"]);
});

Deno.test("every cargo build of the gate uses the profile and folder of the library's own", () => {
  const builds = checks(true).filter(({ command: [program, name] }) =>
    program === "cargo" && ["build", "check", "clippy", "test"].includes(name)
  );
  assertEquals(builds.length, 2);
  for (const { command } of builds) {
    assertEquals(command.slice(2, 6), [
      "--release",
      "--locked",
      "--manifest-path=native/Cargo.toml",
      "--target-dir=native/target",
    ]);
  }
});
