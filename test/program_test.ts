import { assertEquals } from "@std/assert";
import { denoCommand } from "../src/program.ts";

Deno.test("commands are printed as Deno was called: by its name, or by npx where npx brought it", () => {
  const cached = "/home/a/.npm/_npx/7a40be787520bede/node_modules/deno/deno";
  assertEquals(denoCommand(cached, "2.9.6"), "npx -y deno@2.9.6");
  assertEquals(denoCommand("C:\\npm-cache\\_npx\\7a\\deno.exe", "2.9.7"), "npx -y deno@2.9.7");
  for (const path of ["/usr/bin/deno", "/home/a/.deno/bin/deno", "/x_npx/deno"]) {
    assertEquals(denoCommand(path, "2.9.6"), "deno");
  }
});
