import { foreignEnding } from "./formats.ts";

/** Names that are taken for pictures in a folder: PNG, JPEG under all its endings, IDX. */
const pictureName = /(\.a?png|\.jpe?g|\.jpe|\.jfif|\.jfi|\.jif|idx3-ubyte(\.gz)?)$/i;

/** What is in a folder and those below it. */
export interface PictureFolder {
  /** Paths of files by whose names they are pictures, in order of names. */
  readonly pictures: readonly string[];
  /** Pictures that are not read, by their names, and links to folders. */
  readonly leftOut: readonly string[];
  /** Folders that could not be listed, and why. */
  readonly unreadable: readonly (readonly [path: string, error: unknown])[];
}

/** Goes through a folder and those below it; what begins with a dot is hidden from it. */
export async function picturesIn(path: string): Promise<PictureFolder> {
  const found = {
    pictures: [] as string[],
    leftOut: [] as string[],
    unreadable: [] as [string, unknown][],
  };
  const walk = async (folder: string) => {
    const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error: unknown) => {
      found.unreadable.push([folder, error]);
      return [];
    });
    for (
      const { name, isDirectory, isSymlink } of entries.sort((a, b) => a.name < b.name ? -1 : 1)
    ) {
      if (name.startsWith(".")) continue;
      const inner = `${folder.replace(/\/$/, "")}/${name}`;
      if (isDirectory) await walk(inner);
      else if (isSymlink && await isFolder(inner)) found.leftOut.push(inner);
      else if (pictureName.test(name)) found.pictures.push(inner);
      else if (foreignEnding.test(name)) found.leftOut.push(inner);
    }
  };
  await walk(path);
  return found;
}

/** Whether a link leads to a folder; one that leads nowhere does not. */
const isFolder = async (path: string): Promise<boolean> =>
  await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
