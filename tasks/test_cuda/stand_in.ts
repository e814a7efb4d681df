import { UserError } from "../../src/errors.ts";

/** Where everything of the CUDA form is built: its PTX is empty and must not be taken for real. */
export const folder = "native/target/cuda";
/** The built library. */
export const library = `${folder}/release/libwick.so`;
/** CUDA's own libraries, of which this folder has empty ones. */
export const libraries = `${folder}/libraries`;

const names = ["cuda", "nvrtc", "curand", "cublas", "cublasLt", "cudart"];

/** Builds the library with the cuda feature, by a stand-in for nvcc and empty CUDA libraries. */
export async function buildForCuda(): Promise<void> {
  await Deno.mkdir(libraries, { recursive: true });
  for (const name of names) await shared(name, "");
  const path = `${Deno.cwd()}/tasks/test_cuda`;
  await run("cargo", [
    "build",
    "--release",
    "--locked",
    "--features=cuda",
    "--manifest-path=native/Cargo.toml",
    `--target-dir=${folder}`,
  ], {
    PATH: `${path}:${Deno.env.get("PATH")}`,
    NVCC: `${path}/nvcc`,
    CUDA_COMPUTE_CAP: "90",
    CUDARC_CUDA_VERSION: "13000",
    RUSTFLAGS: `-L native=${Deno.cwd()}/${libraries}`,
  });
  await shared("cuda", await withoutDevice());
}

/** C functions of all that the library asks of CUDA: each answers that there is no device. */
async function withoutDevice(): Promise<string> {
  const symbols = await run("nm", ["-D", "--undefined-only", library]);
  const functions = symbols.split(/\s+/).filter((name) =>
    /^(cu[A-Z]|cublas|curand|nvrtc)/.test(name)
  );
  if (functions.length === 0) throw new UserError(`${library} asks nothing of CUDA`);
  const noDevice = 100; // CUDA_ERROR_NO_DEVICE
  return functions.map((name) => `int ${name}(void) { return ${noDevice}; }`).join("\n");
}

/** Makes `libNAME.so` of C source. */
async function shared(name: string, source: string): Promise<void> {
  const file = `${libraries}/${name}.c`;
  await Deno.writeTextFile(file, source);
  await run("cc", ["-shared", "-fPIC", "-o", `${libraries}/lib${name}.so`, file]);
}

async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout } = await new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new UserError(`${program} failed (exit code ${code}): see above`);
  return new TextDecoder().decode(stdout);
}
