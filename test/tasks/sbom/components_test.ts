import { assertEquals } from "@std/assert";
import { cargoComponents, denoComponents } from "../../../tasks/sbom/components.ts";

Deno.test("denoComponents() names each package once, with its hash in hexadecimal digits", () => {
  const components = denoComponents({
    jsr: { "@std/assert@1.0.19": { integrity: "ea".repeat(32) } },
    npm: { "@scope/name@2.1.0_zod@4.6.7": { integrity: "sha512-AP8=" } },
  });
  assertEquals(components, [
    {
      type: "library",
      name: "@std/assert",
      version: "1.0.19",
      purl: "pkg:jsr/%40std/assert@1.0.19",
      hashes: [{ alg: "SHA-256", content: "ea".repeat(32) }],
    },
    {
      type: "library",
      name: "@scope/name",
      version: "2.1.0",
      purl: "pkg:npm/%40scope/name@2.1.0",
      hashes: [{ alg: "SHA-512", content: "00ff" }],
    },
  ]);
});

Deno.test("cargoComponents() leaves wick itself out and joins licences with checksums", () => {
  const source = "registry+https://github.com/rust-lang/crates.io-index";
  const components = cargoComponents(
    {
      packages: [
        { name: "wick", version: "0.1.0", license: "MIT", source: null },
        { name: "half", version: "2.7.1", license: "MIT/Apache-2.0", source },
      ],
    },
    `[[package]]\nname = "half"\nversion = "2.7.1"\nsource = "${source}"\nchecksum = "${
      "0a".repeat(32)
    }"\n`,
  );
  assertEquals(components, [{
    type: "library",
    name: "half",
    version: "2.7.1",
    purl: "pkg:cargo/half@2.7.1",
    hashes: [{ alg: "SHA-256", content: "0a".repeat(32) }],
    licenses: [{ expression: "MIT OR Apache-2.0" }],
  }]);
});
