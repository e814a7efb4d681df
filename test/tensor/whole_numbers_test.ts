import { assertEquals, assertThrows } from "@std/assert";
import { type DType, liveTensors, scope, Tensor } from "../../src/tensor/mod.ts";

const comparisons = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

/** What NumPy 2.3 gives for an array and a number: eq, ne, lt, le, gt, ge. */
const compared: [dtype: DType, values: number[], number: number, masks: string][] = [
  ["u8", [0, 1, 255], -1, "000 111 000 000 111 111"],
  ["u8", [0, 1, 255], 256, "000 111 111 111 000 000"],
  ["u8", [0, 1, 255], 300, "000 111 111 111 000 000"],
  ["u8", [0, 1, 255], 0.5, "000 111 100 100 011 011"],
  ["u8", [0, 1, 255], -0.5, "000 111 000 000 111 111"],
  ["u8", [0, 1, 255], 255.5, "000 111 111 111 000 000"],
  ["u8", [0, 1, 255], 255, "001 110 110 111 000 001"],
  ["u8", [0, 1, 255], NaN, "000 111 000 000 000 000"],
  ["u8", [0, 1, 255], Infinity, "000 111 111 111 000 000"],
  ["u32", [0, 1, 4294967295], 4294967296, "000 111 111 111 000 000"],
  ["u32", [0, 1, 4294967295], -Infinity, "000 111 000 000 111 111"],
  ["i64", [-3, 2, 3], 2.7, "000 111 110 110 001 001"],
  ["i64", [-3, -2, 3], -2.5, "000 111 100 100 011 011"],
  ["i64", [-3, 2, 3], 1e30, "000 111 111 111 000 000"],
  ["i64", [-3, 2, 3], -1e30, "000 111 000 000 111 111"],
  ["f32", [0, 0.1, 1], 0.1, "010 101 100 110 001 011"],
  ["f32", [-1, 0, 1], NaN, "000 111 000 000 000 000"],
];

Deno.test("numbers are compared as NumPy compares them", () => {
  for (const [dtype, values, number, masks] of compared) {
    scope(() => {
      const x = Tensor.from(values, [3], { dtype });
      const found = comparisons.map((name) => x[name](number).numbers().join(""));
      assertEquals(found.join(" "), masks, `${dtype} [${values}] and ${number}`);
    });
  }
});

Deno.test("a number that a dtype cannot hold is refused, wherever it comes from", () => {
  const before = liveTensors();
  const unheld: [DType, number][] = [
    ["u8", 256],
    ["u8", -1],
    ["u8", 0.5],
    ["u8", NaN],
    ["u32", 4294967296],
    ["u32", -1],
    ["i64", 2 ** 63],
    ["i64", Infinity],
    ["i64", 0.1],
  ];
  for (const [dtype, value] of unheld) {
    using one = Tensor.full([1], 1, { dtype });
    const refuse = (work: () => unknown) =>
      assertThrows(
        work,
        RangeError,
        `A ${dtype} tensor cannot hold ${value}: it takes whole numbers`,
      );
    refuse(() => Tensor.from([1, value], undefined, { dtype }));
    refuse(() => Tensor.from([[value]], undefined, { dtype }));
    refuse(() => Tensor.from(Float64Array.of(value), undefined, { dtype }));
    refuse(() => Tensor.full([2], value, { dtype }));
    refuse(() => one.maximum(value));
    refuse(() => one.minimum(value));
    const message = `Cannot divide a ${dtype} tensor by a number: cast it to f32`;
    assertThrows(() => one.div(value), TypeError, message);
    assertThrows(() => one.div(1), TypeError, message);
  }
  assertThrows(() => Tensor.from(BigInt64Array.of(-1n), undefined, { dtype: "u8" }), RangeError);
  assertEquals(liveTensors(), before);
});

Deno.test("the greatest and least numbers of each dtype are held", () => {
  for (
    const [dtype, least, most] of [
      ["u8", 0, 255],
      ["u32", 0, 4294967295],
      ["i64", -(2 ** 63), 2 ** 63 - 1024],
      ["f64", -1e308, 1e308],
    ] as const
  ) {
    scope(() => {
      assertEquals(Tensor.from([least, most], [2], { dtype }).numbers(), [least, most]);
      assertEquals(Tensor.full([1], most, { dtype }).item(), most);
      assertEquals(Tensor.from(Float64Array.of(least, most), [2], { dtype }).numbers(), [
        least,
        most,
      ]);
    });
  }
});
