import type { Check } from "../ok/run_checks.ts";

const cargoTest = (folder: string, ...more: string[]) => [
  "cargo",
  "test",
  "--release",
  "--locked",
  "--lib",
  "--manifest-path=native/Cargo.toml",
  `--target-dir=${folder}`,
  ...more,
  "--",
  "--show-output",
];

/** What rustc calls this system, where AddressSanitizer is known to work. */
const targets: Readonly<Record<string, string>> = {
  "linux x86_64": "x86_64-unknown-linux-gnu",
  "linux aarch64": "aarch64-unknown-linux-gnu",
  "darwin x86_64": "x86_64-apple-darwin",
  "darwin aarch64": "aarch64-apple-darwin",
};

/**
 * The native tests under tools that see what a test alone does not; `inputs` is how many hostile
 * sequences of calls the library is given.
 */
export function sanitizeChecks(
  inputs: number,
  system = `${Deno.build.os} ${Deno.build.arch}`,
): Check[] {
  const target = targets[system];
  return [
    {
      name: "thread pool under loom",
      command: cargoTest("native/target", "--features=loom", "pool::model"),
    },
    {
      name: "native tests under AddressSanitizer, with overflow checks",
      command: cargoTest(
        "native/target/sanitize",
        `--target=${target}`,
        // Whole numbers wrap around, as in PyTorch.
        "--config=profile.release.package.candle-core.overflow-checks=false",
      ),
      env: {
        // Lets the stable toolchain take a flag of the nightly one.
        RUSTC_BOOTSTRAP: "1",
        RUSTFLAGS: "-Zsanitizer=address --cfg exact_blocks",
        CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: "true",
        CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS: "true",
        WICK_FUZZ_INPUTS: String(inputs),
      },
      impossible: target ? undefined : `Rust has no AddressSanitizer for ${system}`,
    },
  ];
}
