import type { Check } from "./run_checks.ts";

const manifest = "--manifest-path=native/Cargo.toml";
const importMap = "--import-map=.wick/import_map.json";

/** Release, as the library is built, so that candle is compiled for one profile only. */
const cargo = (command: string, ...more: string[]) => [
  "cargo",
  command,
  "--release",
  "--locked",
  manifest,
  "--target-dir=native/target",
  ...more,
];

/** The checks of the gate in the order in which they run, quick ones first. */
export function checks(withTests: boolean): Check[] {
  return [
    { name: "format of TypeScript", command: ["deno", "fmt", "--check"] },
    { name: "format of Rust", command: ["cargo", "fmt", manifest, "--all", "--check"] },
    { name: "lint of TypeScript", command: ["deno", "lint", "-q"] },
    { name: "types", command: ["deno", "task", "-q", "check"] },
    { name: "bindings", command: ["deno", "task", "-q", "bindings", "--check"] },
    {
      name: "examples in documentation",
      command: ["deno", "test", "-q", "-P=test", importMap, "--doc", "src", "README.md"],
    },
    {
      name: "documentation of the package",
      command: ["deno", "doc", "-q", "--lint", importMap, "src/mod.ts"],
    },
    {
      name: "the package could be published",
      command: ["deno", "publish", "-q", "--dry-run", "--allow-dirty", importMap],
    },
    {
      name: "lint of Rust",
      command: cargo("clippy", "--workspace", "--all-targets", "--", "-D", "warnings"),
    },
    { name: "tests of Rust", command: cargo("test", "--workspace") },
    {
      name: "CUDA form of the library",
      command: ["deno", "task", "-q", "test:cuda"],
      impossible: Deno.build.os === "linux" ? undefined : "its stand-ins are written for Linux",
    },
    {
      name: "licences and sources of crates",
      command: ["cargo", "deny", manifest, "check", "bans", "licenses", "sources"],
      needs: "cargo-deny",
    },
    ...withTests ? [{ name: "tests", command: ["deno", "task", "-q", "test"] }] : [],
  ];
}
