import { UserError } from "../../errors.ts";

/** Runs a command of Slurm's and returns what it prints; throws a UserError with its own reason. */
export async function slurm(name: string, ...args: readonly string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(name, { args: [...args], stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(`There is no ${name} here: give the command where Slurm is installed`);
  }
  const [printed, said] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  if (output.success) return printed;
  throw new UserError(`${name}: ${reasonIn(said) || `it ended with code ${output.code}`}`);
}

/** The sentence for which a command ended: the fatal one, or the first one. */
function reasonIn(said: string): string {
  const lines = said.split("\n");
  const line = lines.find((one) => /\bfatal: /.test(one)) ?? lines[0];
  return line.replace(/^\S+: (?:error|fatal): /, "").replace(/\.$/, "");
}
