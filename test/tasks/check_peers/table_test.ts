import { assertEquals, assertMatch } from "@std/assert";
import type { Exchange } from "../../../tasks/check_peers/exchange.ts";
import { faults, table } from "../../../tasks/check_peers/table.ts";

const good: Exchange = {
  model: "linear",
  trainedIn: "wick",
  correct: { wick: 8300, pytorch: 8300 },
  count: 10000,
  difference: 7.6e-6,
  rounding: { wick: 1e-5, pytorch: 2e-6 },
  largest: 15,
  version: "PyTorch 2.15.0",
};

Deno.test("the table has a line for each exchange", () => {
  const lines = table([good, { ...good, trainedIn: "pytorch" }]).split("\n");
  assertEquals(lines.filter((line) => /^linear +(wick|pytorch) +8300\/10000/.test(line)).length, 2);
});

Deno.test("another count and a logit too far away are faults, rounding is none", () => {
  assertEquals(faults([good]), []);
  const [count] = faults([{ ...good, correct: { wick: 8300, pytorch: 8299 } }]);
  assertMatch(count, /linear trained in wick has 8300 right here and 8299 in PyTorch/);
  assertEquals(faults([{ ...good, difference: 1.4e-5 }]), []);
  assertEquals(faults([{ ...good, difference: 1.4e-5, largest: 2 }]).length, 1);
  const [logit] = faults([{ ...good, difference: 1.6e-5 }]);
  assertMatch(
    logit,
    /a logit differs by 0.000016, more than 0.000015; .* wick's is 0.00001, of PyTorch's .* 0.000002$/,
  );
});
