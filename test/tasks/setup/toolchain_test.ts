import { assertEquals, assertStringIncludes } from "@std/assert";
import { Project } from "./project.ts";

const setUp = ["run", "-q", "-A", "tasks/setup.ts"];
const ignore = Deno.build.os === "windows";

/** The one line that begins with `error:`, and nothing after it. */
const sentence = (stderr: string) => {
  const lines = stderr.trim().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("error:")), lines.slice(-1), stderr);
  return lines.at(-1) ?? "";
};

Deno.test({
  name: "set-up without cargo says what to install and exits with 1 (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = new Project();
    const { code, stderr } = await project.deno(setUp, { path: "" });
    assertEquals(code, 1);
    assertStringIncludes(sentence(stderr), "Cargo was not found");
    assertStringIncludes(sentence(stderr), "https://rustup.rs");
  },
});

Deno.test({
  name: "set-up with an old cargo says how to update it and exits with 1 (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = new Project();
    project.cargo({ version: "1.88.0" });
    const { code, stderr } = await project.deno(setUp, { path: "/bin" });
    assertEquals(code, 1);
    assertStringIncludes(sentence(stderr), '"cargo 1.88.0 (0000000 2026-01-01)" is too old');
    assertStringIncludes(sentence(stderr), "rustup update stable");
    assertEquals(project.builds, []);
  },
});

Deno.test({
  name: "set-up with a cargo that has no toolchain says so and exits with 1 (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = new Project();
    project.program("cargo", "echo rustup could not choose a version >&2; exit 1");
    const { code, stderr } = await project.deno(setUp, { path: "/bin" });
    assertEquals(code, 1);
    assertStringIncludes(sentence(stderr), "rustup default stable");
  },
});

Deno.test({
  name: "set-up without a C linker says how to install one and exits with 1 (needs a Unix shell)",
  ignore,
  fn: async () => {
    using project = new Project();
    project.cargo();
    const { code, stderr } = await project.deno(setUp, { path: "" });
    assertEquals(code, 1);
    assertStringIncludes(sentence(stderr), 'A C linker ("cc") was not found');
    assertEquals(project.builds, []);
  },
});
