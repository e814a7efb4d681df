import type { EpochMetrics } from "../train/mod.ts";
import { protobuf } from "../storage/mod.ts";
import { record, records } from "./record.ts";

const { boolean, bytes, double, float, integer, joined, Message, message } = protobuf;
type Field = protobuf.Field;

/**
 * What TensorBoard is told of a run, as bytes for its event file. The messages are defined by
 * tensorboard/compat/proto/{event,summary}.proto and plugins/hparams/plugin_data.proto; a time is
 * in seconds since 1970.
 */
export type Events = Uint8Array<ArrayBuffer>;

/** The events an event file begins with: its version, and the settings of the run. */
export function beginning(settings: Readonly<Record<string, unknown>>, time: number): Events {
  const version = record(joined([double(1, time), bytes(3, "brain.Event:2")]));
  const started = message(3, ...Object.entries(settings).map(setting), double(5, time));
  return joined([version, event(time, 0, hyperparameters("session_start_info", started))]);
}

/** The fields of an event by which this module knows it again. */
enum EventField {
  Time = 1,
  Step = 2,
  SessionLog = 7,
}

/** A process begins again at an epoch: a reader drops what it has of this and later epochs. */
export function restart(epoch: number, time: number): Events {
  const start = 1;
  const log = message(EventField.SessionLog, integer(1, start));
  return record(joined([double(EventField.Time, time), integer(EventField.Step, epoch), log]));
}

/** What a file of events holds. */
export interface EventsSoFar {
  /** Bytes of its whole records. */
  readonly length: number;
  /** The last epoch in it, 0 where there is no epoch. */
  readonly epoch: number;
  /** Time of the last event. */
  readonly time: number;
}

/** Reads a file that this module wrote, up to a record that a crash cut short. */
export function readEvents(file: Uint8Array): EventsSoFar {
  let [length, epoch, time] = [0, 0, 0];
  for (const { data, end } of records(file)) {
    const fields = new Message(data);
    const [step = 0] = fields.numbers(EventField.Step);
    const [at = time] = fields.numbers(EventField.Time);
    if (fields.bytes(EventField.SessionLog).length > 0) epoch = step - 1;
    else if (step > 0) epoch = step;
    [length, time] = [end, at];
  }
  return { length, epoch, time };
}

/** One epoch's figures, under the names that they have everywhere. */
export function epochEvents({ epoch, step: _, ...figures }: EpochMetrics, time: number): Events {
  return scalars(figures, epoch, time);
}

/** Figures of one epoch; those that are undefined are left out. */
export function scalars(
  figures: Readonly<Record<string, number | undefined>>,
  epoch: number,
  time: number,
): Events {
  const values = Object.entries(figures).flatMap(([name, figure]) =>
    figure === undefined ? [] : [message(1, bytes(1, name), float(2, figure))]
  );
  return event(time, epoch, ...values);
}

/** A picture. */
export interface Image {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** A picture that belongs to an epoch. */
export function image({ name, width, height, png }: Image, epoch: number, time: number): Events {
  const rgb = 3;
  const picture = [integer(1, height), integer(2, width), integer(3, rgb), bytes(4, png)];
  return event(time, epoch, message(1, bytes(1, name), message(4, ...picture)));
}

/** Text in Markdown that belongs to an epoch: what TensorFlow's `tf.summary.text` writes. */
export function text(name: string, content: string, epoch: number, time: number): Events {
  const string = 7;
  const tensor = message(8, integer(1, string), message(2), bytes(8, content));
  const plugin = message(9, message(1, bytes(1, "text")));
  return event(time, epoch, message(1, bytes(1, name), tensor, plugin));
}

/** The run is finished. */
export function ending(time: number): Events {
  const success = 1;
  const ended = message(4, integer(1, success), double(2, time));
  return event(time, 0, hyperparameters("session_end_info", ended));
}

function event(time: number, step: number, ...values: readonly Field[]): Events {
  const fields = [double(1, time), ...(step === 0 ? [] : [integer(2, step)])]; // 0 is left out
  return record(joined([...fields, message(5, ...values)]));
}

function hyperparameters(name: string, content: Field): Field {
  const plugin = message(1, bytes(1, "hparams"), bytes(2, content));
  return message(1, bytes(1, `_hparams_/${name}`), message(9, plugin));
}

/** An entry of the map from names to google.protobuf.Value. */
function setting([name, value]: readonly [string, unknown]): Field {
  const held = typeof value === "number"
    ? double(2, value)
    : typeof value === "boolean"
    ? boolean(4, value)
    : bytes(3, String(value));
  return message(1, bytes(1, name), message(2, held));
}
