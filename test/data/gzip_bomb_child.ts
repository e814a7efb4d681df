// Unpacks the file it is given and prints the error and how far resident memory had to grow.
import { resourceUsage } from "node:process";
import { gunzip } from "../../src/data/gzip.ts";

const bomb = Deno.readFileSync(Deno.args[0]);
const before = resourceUsage().maxRSS;
try {
  gunzip(bomb, "bomb", 1 << 24);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
console.log((resourceUsage().maxRSS - before) * 1024);
