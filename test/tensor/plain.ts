import type { Shape } from "../../src/tensor/mod.ts";

const product = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);

/** A strided view of numbers in an array: the definition of what a tensor does, without any care for speed. */
export class Plain {
  constructor(
    readonly memory: number[],
    readonly shape: Shape,
    readonly strides: readonly number[],
    readonly offset = 0,
  ) {}

  /** Numbers in row-major order. */
  static of(numbers: readonly number[], shape: Shape): Plain {
    return new Plain([...numbers], shape, shape.map((_, dim) => product(shape.slice(dim + 1))));
  }

  /** A tensor of this shape whose element at each place is `value(place)`. */
  static from(shape: Shape, value: (at: number[]) => number): Plain {
    return Plain.of(places(shape).map(value), shape);
  }

  at(place: readonly number[]): number {
    return this.memory[this.#index(place)]!;
  }

  set(place: readonly number[], value: number): void {
    this.memory[this.#index(place)] = value;
  }

  #index(place: readonly number[]): number {
    return place.reduce((index, i, dim) => index + i * this.strides[dim]!, this.offset);
  }

  numbers(): number[] {
    return places(this.shape).map((place) => this.at(place));
  }

  permute(order: readonly number[]): Plain {
    const picked = (of: readonly number[]) => order.map((dim) => of[dim]!);
    return new Plain(this.memory, picked(this.shape), picked(this.strides), this.offset);
  }

  /** A view; where `step` is not 1, a tensor is a copy there. */
  slice(dim: number, start: number, length: number, step = 1): Plain {
    const shape = this.shape.with(dim, length);
    const strides = this.strides.with(dim, this.strides[dim]! * step);
    return new Plain(this.memory, shape, strides, this.offset + start * this.strides[dim]!);
  }

  broadcastTo(shape: Shape): Plain {
    const added = shape.length - this.shape.length;
    const strides = shape.map((_, dim) =>
      dim < added || this.shape[dim - added] === 1 ? 0 : this.strides[dim - added]!
    );
    return new Plain(this.memory, shape, strides, this.offset);
  }

  copy(): Plain {
    return Plain.of(this.numbers(), this.shape);
  }

  assign(source: Plain): void {
    const values = source.numbers();
    places(this.shape).forEach((place, i) => this.set(place, values[i]!));
  }
}

/** All places of a shape in row-major order. */
export function places(shape: Shape): number[][] {
  return Array.from({ length: product(shape) }, (_, index) => {
    const place: number[] = new Array(shape.length);
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      place[dim] = index % shape[dim]!;
      index = Math.floor(index / shape[dim]!);
    }
    return place;
  });
}
