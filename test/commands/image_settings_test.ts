import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  normalizeProblem,
  refuseForImages,
  withFigures,
} from "../../src/commands/image_settings.ts";
import {
  completeConfig,
  configText,
  figuresOfText,
  figuresText,
  parseConfig,
} from "../../src/config/mod.ts";
import { normalizeSchema } from "../../src/config/normalize.ts";
import { contradiction } from "../../src/config/contradiction.ts";
import { imageSet } from "../../src/data/mod.ts";
import { UsageError, UserError } from "../../src/errors.ts";
import { findWeights, loadModel } from "../../src/run/weights_source.ts";
import { Run } from "../../src/run/run.ts";
import { builtIn, evaluate, lossOf, modelOf } from "../../src/train/mod.ts";
import { config, data, environment, trainTo } from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const settings = { model: "linear", normalize: "train" } as const;

Deno.test("--normalize train becomes the figures of the training images, which config.json has", () => {
  const known = withFigures(settings, data.train);
  const complete = completeConfig(known, "synthetic");
  const figures = figuresOfText(complete.normalize)!;
  const pixels = [...data.train.images].map((pixel) => pixel / 255);
  const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
  const variance = pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / pixels.length;
  assertEquals(
    [figures.mean[0], figures.std[0]].map((value) => value.toFixed(9)),
    [mean, Math.sqrt(variance)].map((value) => value.toFixed(9)),
  );
  assertEquals(figuresText(figures), complete.normalize);
  assertEquals(parseConfig(configText(complete), "config.json"), complete);
  assertEquals(withFigures({ model: "linear" }, data.train), { model: "linear" });
});

Deno.test("settings of images are refused in one sentence where they have no meaning", () => {
  const black = imageSet("black", new Uint8Array(1568), Uint8Array.of(0, 1), data.train);
  assertThrows(() => withFigures(settings, black), UserError, "a channel of black has one value");
  const refused = (more: object, message: string) => {
    const given = completeConfig({ model: "linear", ...more }, "synthetic");
    const refuse = () => refuseForImages(given, builtIn(given), data.train);
    assertThrows(refuse, UsageError, message);
  };
  assertEquals(
    normalizeProblem("0.5:0.2", 3),
    "--normalize 0.5:0.2 has the figures of 1 channel, and the images have 3: " +
      "MEAN:STD/MEAN:STD/MEAN:STD",
  );
  assertEquals([normalizeProblem("none", 3), normalizeProblem("0:1", 1)], [undefined, undefined]);
  const batches = Math.ceil(data.train.count / 32);
  refused(
    { accumulate: 1000 },
    `--accumulate 1000 is more than the ${batches} batches of an epoch`,
  );
  refused({ overfitBatches: 2, accumulate: 3 }, "--accumulate 3 is more than the 2 batches of an");
  refused(
    { overfitBatches: batches + 1 },
    `--overfit-batches ${batches + 1} is more than the ${batches} batches of an epoch`,
  );
  refused(
    { lookaheadSteps: 10 * batches + 1 },
    `--lookahead-steps ${10 * batches + 1} is more than the ${10 * batches} steps of the run`,
  );
  refused({ mixup: 0.2, batchSize: 1 }, "--mixup mixes the images of a batch, of which");
  refused({ saturation: 0.5 }, "saturation is for images of 3 channels, not of 1");
  const [example] = /0\.49\S+/.exec(normalizeSchema.unwrap().description ?? "") ?? [];
  assertEquals(figuresOfText(normalizeSchema.parse(example?.slice(0, -1)))?.std.length, 3);
  for (const normalize of ["0.5", "0.5:0", "a:b", "0.5:0.2/"]) {
    assertThrows(() => completeConfig({ model: "linear", normalize }, "synthetic"), Error);
  }
  assertEquals(
    contradiction({ model: "linear", hflip: true, alternatingFlip: true }),
    "--alternating-flip flips by itself: leave out --hflip, or turn it off with --no-hflip",
  );
});

Deno.test("a run with standardized and mirrored images is evaluated with them", async () => {
  using parent = temporaryFolder();
  const given = config({ normalize: "0.286:0.353", tta: "mirror" });
  using run = Run.create(given, environment, parent.path);
  const { history } = await trainTo(run, Infinity, undefined, modelOf(given));
  const source = await findWeights(run.folder);
  using model = loadModel(source);
  const loss = lossOf(given, source.model);
  const best = history.find(({ epoch }) => epoch === source.epoch)!;
  const found = evaluate(model, data.validation!, { loss });
  assertEquals([found.accuracy, found.loss], [best.val_acc, best.val_loss]);
  using plain = loadModel({ ...source, config: { ...given, normalize: "none" } });
  assertNotEquals(evaluate(plain, data.validation!, { loss }).loss, found.loss);
  using once = loadModel({ ...source, config: { ...given, tta: "none" } });
  assertNotEquals(evaluate(once, data.validation!, { loss }).loss, found.loss);
});
