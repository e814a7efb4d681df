/** A CycloneDX component: one package that wick is built from. */
export interface Component {
  readonly type: "library";
  readonly name: string;
  readonly version: string;
  /** Its package URL, which is the same for everyone. */
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: "SHA-256" | "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly { readonly expression: string }[];
}

/** The part of a deno.lock (version 5) that names packages. */
export interface DenoLock {
  readonly jsr?: Readonly<Record<string, { readonly integrity: string }>>;
  readonly npm?: Readonly<Record<string, { readonly integrity: string }>>;
}

/** The part of `cargo metadata` that names packages. */
export interface CargoMetadata {
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    readonly source: string | null;
  }[];
}

/** The packages of deno.lock, JSR's first. */
export function denoComponents(lock: DenoLock): Component[] {
  const jsr = Object.entries(lock.jsr ?? {}).map(([key, { integrity }]) =>
    component("jsr", key, { alg: "SHA-256", content: integrity })
  );
  const npm = Object.entries(lock.npm ?? {}).map(([key, { integrity }]) => {
    const content = Uint8Array.fromBase64(integrity.replace("sha512-", "")).toHex();
    return component("npm", key, { alg: "SHA-512", content });
  });
  return [...jsr, ...npm];
}

/** The crates from a registry, with their licences and the checksums of Cargo.lock. */
export function cargoComponents({ packages }: CargoMetadata, cargoLock: string): Component[] {
  const checksums = lockedChecksums(cargoLock);
  return packages.filter(({ source }) => source !== null).map(({ name, version, license }) => {
    const checksum = checksums.get(`${name}@${version}`);
    return {
      type: "library",
      name,
      version,
      purl: `pkg:cargo/${name}@${version}`,
      hashes: checksum === undefined ? [] : [{ alg: "SHA-256", content: checksum }],
      licenses: license === null ? [] : [{ expression: license.replaceAll(/ ?\/ ?/g, " OR ") }],
    };
  });
}

/** `key` is a lock file's `name@version`, behind which npm notes peers after an underscore. */
function component(
  registry: "jsr" | "npm",
  key: string,
  hash: { alg: "SHA-256" | "SHA-512"; content: string },
): Component {
  const at = key.indexOf("@", 1);
  const name = key.slice(0, at);
  const version = key.slice(at + 1).split("_")[0];
  const purl = `pkg:${registry}/${name.replace("@", "%40")}@${version}`;
  return { type: "library", name, version, purl, hashes: [hash] };
}

function lockedChecksums(cargoLock: string): Map<string, string> {
  const entry = /name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "([0-9a-f]{64})"/g;
  return new Map(
    [...cargoLock.matchAll(entry)].map(([, name, version, sum]) => [`${name}@${version}`, sum]),
  );
}
