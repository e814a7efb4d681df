import { assert, assertEquals } from "@std/assert";
import { smallData } from "./small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { killStudies, pause, startStudy, text } from "../torture/studies.ts";

Deno.test({
  name: "a study that is killed again and again, and its workers, ends as one left alone does",
  ignore: Deno.build.os === "windows",
  fn: async () => void await killStudies(3, 3),
});

Deno.test({
  name:
    "Control-C saves the runs of a study and says how to go on; a second process is refused or joins",
  ignore: Deno.build.os === "windows",
  async fn() {
    using parent = temporaryFolder();
    const data = smallData(parent.path);
    const first = startStudy(parent.path, data, "s", 300);
    const ended = first.output();
    /** How many processes work on the study. */
    const processes = () => {
      try {
        return [...Deno.readDirSync(`${parent.path}/s/.processes`)].length;
      } catch {
        return 0; // it has not begun
      }
    };
    const moment = () => pause(50).then(() => false);
    const until = async (count: number, output: Promise<unknown>) => {
      const isOver = output.then(() => true);
      while (processes() < count) {
        assert(!await Promise.race([isOver, moment()]), "it ended before it began");
      }
    };
    await until(1, ended);
    const refused = await startStudy(parent.path, data, "s", 300).output();
    assertEquals(refused.code, 1);
    assert(/is in use by process \d+.*or help it with --join\n$/.test(text(refused.stderr)));
    const second = startStudy(parent.path, data, "s", 300, "--join");
    const joined = second.output();
    await until(2, joined);
    first.kill("SIGINT");
    second.kill("SIGINT");
    for (const { code, stdout } of [await ended, await joined]) {
      assertEquals(code, 130, text(stdout));
      assert(/\nstopped by SIGINT; to go on: .* sweep --tpe 12 /.test(text(stdout)), text(stdout));
    }
  },
});
