import { assertEquals } from "@std/assert";
import { importMap, stdSpecifiers } from "../../../tasks/setup/import_map.ts";
import { declared } from "./project.ts";

const imports = {
  "@std/assert": "jsr:@std/assert@^1.0.19",
  "@std/cli/parse-args": "jsr:@std/cli@^1.0.32/parse-args",
  "deno-std": "npm:deno-std@1.4.0",
  "zod": "npm:zod@^4",
};

Deno.test("importMap() leaves every name as declared where JSR is reached", () => {
  assertEquals(importMap(imports, "jsr"), { imports });
});

Deno.test("importMap() takes only @std from its npm copy where JSR is out of reach", () => {
  assertEquals(importMap(imports, "npm"), {
    imports: {
      "@std/assert": "npm:deno-std@1.4.0/assert/mod.js",
      "@std/cli/parse-args": "npm:deno-std@1.4.0/cli/parse_args.js",
      "deno-std": "npm:deno-std@1.4.0",
      "zod": "npm:zod@^4",
    },
  });
});

Deno.test("the npm copy has every @std module that deno.json declares", async () => {
  const specifiers = stdSpecifiers(importMap(declared().imports, "npm"));
  assertEquals(specifiers.length > 0, true);
  for (const specifier of specifiers) await Deno.stat(new URL(import.meta.resolve(specifier)));
});
