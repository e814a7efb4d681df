/** What the shards of a batch give, a row each: numbers, then f32 values. */
export class ShardRows {
  /** All rows, one after the other. */
  readonly all: Float64Array<ArrayBuffer>;
  readonly #width: number;

  constructor(count: number, readonly numbersLength: number, readonly valuesLength: number) {
    this.#width = numbersLength + Math.ceil(valuesLength / 2);
    this.all = new Float64Array(count * this.#width);
  }

  numbers(shard: number): Float64Array<ArrayBuffer> {
    const from = shard * this.#width;
    return this.all.subarray(from, from + this.numbersLength);
  }

  values(shard: number): Float32Array<ArrayBuffer> {
    const from = shard * this.#width + this.numbersLength;
    return new Float32Array(this.all.buffer, from * 8, this.valuesLength);
  }
}
