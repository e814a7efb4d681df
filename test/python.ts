/** Whether the machine's `python3` can import all of these modules. */
export function pythonHas(...modules: readonly string[]): boolean {
  try {
    const args = ["-c", modules.map((name) => `import ${name}`).join("\n")];
    return new Deno.Command("python3", { args, stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What a Python program writes on standard output; throws with what it says on standard error. */
export async function python(program: URL, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [program.pathname, ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
