import { delimiter, dirname, join } from "node:path";

/** The repository that these tests stand in. */
export const repository = dirname(dirname(dirname(import.meta.dirname ?? "")));

/** How a command ended: its exit code, and its output without colours. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command finds around it: the search path behind the project's own programs, and more. */
export interface Surroundings {
  readonly path?: string;
  readonly env?: Record<string, string>;
}

/** A folder with the repository's set-up, a tiny native library, its own programs, and no JSR. */
export class Project implements Disposable {
  readonly root: string = Deno.makeTempDirSync({ prefix: "wick set-up " });
  #programs = join(this.root, "programs");

  constructor() {
    Deno.mkdirSync(this.#programs);
    for (
      const name of ["tasks/setup.ts", "tasks/build.ts", "src/cargo.ts", "src/errors.ts"]
        .concat("src/printable.ts")
    ) this.copy(name);
    for (const { name } of Deno.readDirSync(join(repository, "tasks/setup"))) {
      this.copy(`tasks/setup/${name}`);
    }
    this.write("native/Cargo.toml", '[package]\nname = "wick"\n');
    this.write("native/Cargo.lock", "version = 4\n");
    this.write("native/src/lib.rs", "pub mod ops;\n");
    this.write("native/src/ops/add.rs", "pub fn add() {}\n");
    const { tasks, permissions } = declared();
    this.write("deno.json", JSON.stringify({ imports: stdImports(), tasks, permissions }));
  }

  /** Copies a file of the repository to the same place in the project. */
  copy(name: string): void {
    this.write(name, Deno.readTextFileSync(join(repository, name)));
  }

  /** Writes a file of the project, with its folders. */
  write(name: string, text: string): void {
    Deno.mkdirSync(dirname(join(this.root, name)), { recursive: true });
    Deno.writeTextFileSync(join(this.root, name), text);
  }

  /** The text of a file of the project. */
  read(name: string): string {
    return Deno.readTextFileSync(join(this.root, name));
  }

  /** Puts a shell script of this name where the project's commands look for programs first. */
  program(name: string, script: string): void {
    const path = join(this.#programs, name);
    Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** A cargo that answers with `version` and, asked to build, notes that and leaves a library. */
  cargo({ version = "1.95.0", build = "", target = "" } = {}): void {
    this.program(
      "cargo",
      `if [ "$1" = --version ]; then echo "cargo ${version} (0000000 2026-01-01)"; exit 0; fi
      folder=native/target/${target}release
      if [ "$1" = clean ]; then rm -r $folder; exit 0; fi
      echo "$@" >> builds.txt
      ${build}
      mkdir -p $folder
      for name in libwick.so libwick.dylib; do
        echo "$@" > $folder/$name
        echo '{"reason":"compiler-artifact","filenames":["'"$PWD/$folder/$name"'"]}'
      done`,
    );
  }

  /** How often cargo was asked to build, with which arguments. */
  get builds(): string[] {
    try {
      return this.read("builds.txt").trim().split("\n");
    } catch {
      return [];
    }
  }

  /** Runs deno in the project. */
  async deno(args: string[], surroundings: Surroundings = {}): Promise<Outcome> {
    const { code, stdout, stderr } = await this.command(args, surroundings).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  /** The same, not yet started. */
  command(
    args: string[],
    { path = Deno.env.get("PATH"), env = {} }: Surroundings = {},
  ): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.root,
      env: {
        NO_COLOR: "1",
        JSR_URL: "http://127.0.0.1:1/",
        PATH: [this.#programs, path].join(delimiter),
        ...env,
      },
      stdout: "piped",
      stderr: "piped",
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** What the repository's deno.json declares. */
export function declared(): {
  imports: Record<string, string>;
  tasks: Record<string, { description?: string; command: string; dependencies?: string[] }>;
  permissions: Record<string, unknown>;
} {
  return JSON.parse(Deno.readTextFileSync(join(repository, "deno.json")));
}

function stdImports(): Record<string, string> {
  const { imports } = declared();
  return Object.fromEntries(
    Object.entries(imports).filter(([name]) => name.startsWith("@std/") || name === "deno-std"),
  );
}
