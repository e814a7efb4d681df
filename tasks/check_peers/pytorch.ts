import { fileURLToPath } from "node:url";
import { UserError } from "../../src/errors.ts";
import { ifThere } from "../setup/state.ts";

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const environment = place("../../.wick/peers/python"); // the bench's is the same
const python = Deno.build.os === "windows"
  ? `${environment}/Scripts/python.exe`
  : `${environment}/bin/python`;

/**
 * The order of PyTorch's sums depends on the processor. With AVX-512 its own logits are up to 1.2e-5 from exact, more
 * than this check allows between two programs; AVX2 is what nearly every x86-64 processor has.
 */
const avx2 = {
  ATEN_CPU_CAPABILITY: "avx2",
  MKL_CBWR: "AVX2",
  ONEDNN_MAX_CPU_ISA: "AVX2",
};

/** Runs `exchange.py` with these arguments; returns what it prints. */
export type PyTorch = (...args: string[]) => Promise<string>;

/** Installs what `requirements.txt` pins, unless it is there. */
export async function preparePyTorch(): Promise<PyTorch> {
  if (ifThere(() => Deno.statSync(python)) === undefined) {
    await run("python3", ["-m", "venv", environment]);
  }
  const pip = ["-m", "pip", "install", "-q", "--require-hashes"];
  await run(python, [...pip, "-r", place("requirements.txt")]);
  return async (...args) => (await run(python, [place("exchange.py"), ...args], avx2)).trim();
}

async function run(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const command = new Deno.Command(program, { args, env, stdin: "null", stderr: "inherit" });
  const { code, stdout } = await command.output().catch((error) => {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`${program} was not found: PyTorch needs Python 3.11 or newer`);
    }
    throw error;
  });
  if (code !== 0) {
    throw new UserError(`${program} ${args[0]} failed (exit code ${code}): see above`);
  }
  return new TextDecoder().decode(stdout);
}
