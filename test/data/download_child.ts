// Downloads the files of a JSON description into a folder, for a test that kills it on the way.
import { download } from "../../src/data/download.ts";

const { folder, source, files, below } = JSON.parse(Deno.args[0]);
await download(folder, { files, below, sources: [source] });
