import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { download, type DownloadProgress, SourcesFailed } from "../../src/data/download.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { type Bytes, smallPair } from "./idx_files.ts";
import { filesUnder, inFolder, publish, rootSkip } from "./published.ts";

const images = await publish("images.gz", smallPair(200).images);
const labels = await publish("labels.gz", smallPair(200).labels);
const half = Math.floor(images.packed.length / 2);
const files = [images.file];
const patience = { answer: 2000, piece: 2000 };
const { below, sources: publicSources } = fashionMnist.publication;
const imagePath = `${below}/images.gz`;

interface Server extends AsyncDisposable {
  readonly url: string;
  /** The Range header of each request, in order. */
  readonly ranges: (string | null)[];
}

type Answer = (request: Request) => Response | Promise<Response>;

function serve(...answers: Answer[]): Server {
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    ranges.push(request.headers.get("range"));
    const answer =
      answers[ranges.length - 1 < answers.length ? ranges.length - 1 : answers.length - 1];
    return answer(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    ranges,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A well-behaved server of `bytes`, with ranges. */
const whole = (bytes: Bytes): Answer => (request) => {
  const range = request.headers.get("range")?.match(/^bytes=(\d+)-$/);
  if (!range) return new Response(bytes);
  const start = Number(range[1]);
  return new Response(bytes.slice(start), {
    status: 206,
    headers: { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
  });
};

const status = (code: number): Answer => () => new Response("no", { status: code });

/** Promises all of `bytes`, sends the first half and closes the connection. */
function serveBroken(bytes: Bytes): Server {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  const ranges: (string | null)[] = [];
  const done = (async () => {
    for await (const connection of listener) {
      const request = new Uint8Array(4096);
      const length = await connection.read(request) ?? 0;
      const text = new TextDecoder().decode(request.subarray(0, length));
      ranges.push(/^range: (.*)$/im.exec(text)?.[1].trim() ?? null);
      const writer = connection.writable.getWriter();
      await writer.write(new TextEncoder().encode(head));
      await writer.write(bytes.subarray(0, half));
      await writer.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    ranges,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await done;
    },
  };
}

/** A port where nobody listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

const childPath = fileURLToPath(new URL("./download_child.ts", import.meta.url));

async function failure(folder: string, ...urls: string[]): Promise<string> {
  const error = await assertRejects(
    () => download(folder, { files, below, sources: urls }, { patience }),
    SourcesFailed,
  );
  return error.message;
}

Deno.test("download() brings the files and reports how far it is", async () => {
  await using server = serve((request) =>
    whole(request.url.endsWith("/images.gz") ? images.packed : labels.packed)(request)
  );
  await inFolder(async (folder) => {
    const seen: DownloadProgress[] = [];
    const wanted = { files: [labels.file, images.file], below, sources: [server.url] };
    const onProgress = (progress: DownloadProgress) => seen.push(progress);
    const fetched = await download(folder, wanted, { onProgress });
    assertEquals(fetched, ["labels.gz", "images.gz"]);
    assertEquals(await filesUnder(folder), [imagePath, `${below}/labels.gz`]);
    assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
    const { file, received, total } = seen[seen.length - 1];
    assertEquals([file, received, total], ["images.gz", images.packed.length, total]);
  });
});

Deno.test("download() leaves alone what is there, packed or not", async () => {
  await using server = serve(status(500));
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/images`, images.unpacked);
    assertEquals(await download(folder, { files, below, sources: [server.url] }), []);
    assertEquals(server.ranges, []);
  });
});

Deno.test("download() refuses a damaged file on disk before asking any source", async () => {
  await using server = serve(whole(images.packed));
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/images.gz`, images.packed.subarray(9));
    await assertRejects(
      () => download(folder, { files, below, sources: [server.url] }),
      UserError,
      "it is truncated or another file. Remove it",
    );
    assertEquals(server.ranges, []);
  });
});

Deno.test("download() goes on where a broken connection stopped", async () => {
  const short: Answer = () => new Response(new Blob([images.packed.slice(0, half)]).stream());
  await using server = serve(short, whole(images.packed));
  await inFolder(async (folder) => {
    await download(folder, { files, below, sources: [server.url] }, { patience });
    assertEquals(server.ranges, [null, `bytes=${half}-`]);
    assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
  });
});

Deno.test("download() goes on in a later call, and with another source", async () => {
  await using broken = serveBroken(images.packed);
  await using good = serve(whole(images.packed));
  await inFolder(async (folder) => {
    const message = await failure(folder, broken.url);
    assertStringIncludes(message, `${broken.url}: `);
    assertEquals(broken.ranges.length > 0, true);
    assertEquals(await filesUnder(folder), [`${imagePath}.part`]);
    await download(folder, { files, below, sources: [good.url] });
    assertEquals(good.ranges, [`bytes=${half}-`]);
    assertEquals(await filesUnder(folder), [imagePath]);
  });
});

Deno.test("download() starts over where a server ignores the range", async () => {
  await using server = serve(() => new Response(images.packed));
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/${below}`, { recursive: true });
    await Deno.writeFile(`${folder}/${imagePath}.part`, images.packed.slice(0, half));
    await download(folder, { files, below, sources: [server.url] });
    assertEquals(server.ranges, [`bytes=${half}-`]);
    assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
  });
});

Deno.test("download() throws away a part that is of another file, or too long, and starts over", async () => {
  await using server = serve(whole(images.packed));
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/${below}`, { recursive: true });
    for (const length of [half, images.packed.length, images.packed.length + 7]) {
      await Deno.writeFile(`${folder}/${imagePath}.part`, new Uint8Array(length).fill(7));
      await download(folder, { files, below, sources: [server.url] });
      assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
      assertEquals(await filesUnder(folder), [imagePath]);
      await Deno.remove(`${folder}/${imagePath}`);
    }
  });
});

Deno.test("download() takes a part that is whole without asking again", async () => {
  await using server = serve(status(500));
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/${below}`, { recursive: true });
    await Deno.writeFile(`${folder}/${imagePath}.part`, images.packed);
    await download(folder, { files, below, sources: [server.url] });
    assertEquals(server.ranges, []);
    assertEquals(await filesUnder(folder), [imagePath]);
  });
});

Deno.test("download() tries every source, says what each did, and leaves nothing behind", async () => {
  const wrong = images.packed.slice();
  wrong[half] ^= 1;
  await using missing = serve(status(404));
  await using other = serve(whole(wrong));
  await using page = serve(() => new Response("<html>Please log in</html>"));
  const tooMuch = new Blob([wrong, new Uint8Array(9)]);
  await using longer = serve(() => new Response(tooMuch.stream()));
  await using shifted = serve(() =>
    new Response("x", { status: 206, headers: { "content-range": "bytes 5-5/6" } })
  );
  const closed = `http://127.0.0.1:${closedPort()}`;
  await inFolder(async (folder) => {
    const message = await failure(
      folder,
      missing.url,
      other.url,
      page.url,
      shifted.url,
      closed,
    );
    assertStringIncludes(message, "Cannot download images.gz. Tried:\n");
    assertStringIncludes(message, `${missing.url}: it answers HTTP 404 Not Found\n`);
    assertStringIncludes(message, `${other.url}: it sends another file (SHA-256 `);
    assertStringIncludes(message, `${page.url}: it sends 26 bytes, the published file has `);
    assertStringIncludes(message, `${shifted.url}: it sends the range 'bytes 5-5/6'\n`);
    assertStringIncludes(message, `${closed}: tcp connect error: `);
    assertStringIncludes(message, `copy the files from another machine to ${folder}/`);
    assertStringIncludes(message, "--data synthetic");
    assertEquals(await filesUnder(folder), []);
    assertStringIncludes(await failure(folder, longer.url), `${longer.url}: it sends `);
    assertEquals((await filesUnder(folder)).includes(imagePath), false);
  });
});

Deno.test("download() gives up on a source that keeps silent", async () => {
  const late: Answer = () =>
    new Promise((resolve) => setTimeout(() => resolve(new Response()), 400));
  const stuck: Answer = () => {
    let timer: ReturnType<typeof setTimeout>;
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(images.packed.slice(0, half));
          timer = setTimeout(() => controller.close(), 400);
        },
        cancel: () => clearTimeout(timer),
      }),
    );
  };
  await using first = serve(late);
  await using second = serve(stuck, late);
  await inFolder(async (folder) => {
    const error = await assertRejects(
      () =>
        download(folder, { files, below, sources: [first.url, second.url] }, {
          patience: { answer: 100, piece: 100 },
        }),
      SourcesFailed,
    );
    assertStringIncludes(error.message, `${first.url}: it kept silent for 0.1 s`);
    assertStringIncludes(error.message, `${second.url}: it kept silent for 0.1 s`);
    assertEquals(second.ranges, [null, `bytes=${half}-`]);
  });
});

Deno.test("download() asks the source that delivered first for the next file", async () => {
  await using dead = serve(status(503));
  await using good = serve((request) =>
    whole(request.url.endsWith("/images.gz") ? images.packed : labels.packed)(request)
  );
  await inFolder(async (folder) => {
    const both = [labels.file, images.file];
    await download(folder, { files: both, below, sources: [dead.url, good.url] });
    assertEquals([dead.ranges.length, good.ranges.length], [1, 2]);
  });
});

Deno.test("download() killed at 12 moments leaves no half file, and is gone on with", async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 3));
  let asked = Promise.withResolvers<void>();
  const slowly: Answer = async (request) => {
    asked.resolve();
    const answer = await whole(images.packed)(request);
    const bytes = await answer.bytes();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (let start = 0; start < bytes.length; start += 2048) {
          controller.enqueue(bytes.subarray(start, start + 2048));
          await pause();
        }
        controller.close();
      },
    });
    return new Response(body, answer);
  };
  await using server = serve(slowly);
  await inFolder(async (folder) => {
    const job = JSON.stringify({ folder, source: server.url, files, below });
    for (let i = 0; i < 12; i++) {
      asked = Promise.withResolvers();
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-lock", "-RW", "--allow-net=127.0.0.1", childPath, job],
        stderr: "null",
      }).spawn();
      // Counted from its first question: a busy machine takes long to start a process.
      await Promise.race([asked.promise, child.status]);
      const timer = setTimeout(() => child.kill("SIGKILL"), 10 * i);
      await child.status;
      clearTimeout(timer);
      const found = await filesUnder(folder);
      if (found.includes(imagePath)) {
        assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
        await Deno.remove(`${folder}/${imagePath}`);
      } else {
        assertEquals(found.every((path) => path === `${imagePath}.part`), true);
      }
    }
    assertEquals(server.ranges.some((range) => range !== null), true, "no child went on");
    await download(folder, { files, below, sources: [server.url] });
    assertEquals(await filesUnder(folder), [imagePath]);
    assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
  });
});

Deno.test("download() by two at once fetches the file once", async () => {
  await using server = serve(whole(images.packed));
  await inFolder(async (folder) => {
    const options = { files, below, sources: [server.url] };
    await Promise.all([download(folder, options), download(folder, options)]);
    assertEquals(server.ranges.length, 1);
    assertEquals(await filesUnder(folder), [imagePath]);
    assertEquals(await Deno.readFile(`${folder}/${imagePath}`), images.packed);
  });
});

Deno.test({
  name: "download() writes through no link, and waits for no pipe" +
    (Deno.build.os === "windows" ? " (skipped: needs mkfifo)" : ""),
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      await using server = serve(whole(images.packed));
      const [victim, part] = [`${folder}/victim`, `${folder}/${imagePath}.part`];
      await Deno.mkdir(`${folder}/${below}`, { recursive: true });
      await Deno.writeTextFile(victim, "precious");
      const plants = [
        () => Deno.symlink(victim, part),
        () => Deno.symlink(`${folder}/nothing`, part),
        () => Deno.link(victim, part),
        () => new Deno.Command("mkfifo", { args: [part] }).output(),
        () => Deno.mkdir(part),
      ];
      for (const plant of plants) {
        await plant();
        await assertRejects(
          () => download(folder, { files, below, sources: [server.url] }),
          UserError,
          "images.gz.part is a link, or no file: remove it and download again.",
        );
        await Deno.remove(part);
      }
      assertEquals(await Deno.readTextFile(victim), "precious");
      assertEquals(await filesUnder(folder), ["victim"]);
      assertEquals(server.ranges, []);
    }),
});

Deno.test("download() says so where it cannot make its folder", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/FashionMNIST`, "in the way");
    await assertRejects(
      () => download(folder, { files, below, sources: ["http://127.0.0.1:1"] }),
      UserError,
      "Cannot look at",
    );
  });
});

Deno.test("download() says so where its folder leads nowhere", async () => {
  await inFolder(async (folder) => {
    await Deno.symlink(`${folder}/missing/elsewhere`, `${folder}/FashionMNIST`);
    await assertRejects(
      () => download(folder, { files, below, sources: [] }),
      UserError,
      `Cannot write to ${folder}/${below}: `,
    );
  });
});

Deno.test({
  name: `download() says so where it may not write${rootSkip}`,
  ignore: rootSkip !== "",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.chmod(folder, 0o500);
      await assertRejects(
        () => download(folder, { files, below, sources: ["http://127.0.0.1:1"] }),
        UserError,
        `Cannot write to ${folder}/${below}: Permission denied`,
      );
      await Deno.chmod(folder, 0o700);
    }),
});

Deno.test("the public sources are folders of TLS hosts, and one plain address", () => {
  assertEquals(publicSources.map((source) => new URL(source).protocol), [
    "https:",
    "https:",
    "http:",
  ]);
  assertEquals(publicSources.some((source) => source.endsWith("/")), false);
});
