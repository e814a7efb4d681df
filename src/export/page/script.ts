import * as nodeModule from "node:module";
import { UserError } from "../../errors.ts";
import { heatMapSource, preparationSources } from "../../image/mod.ts";
import convolution from "./convolution.js" with { type: "text" };
import exact from "./exact.js" with { type: "text" };
import forward from "./forward.js" with { type: "text" };
import functions from "./functions.js" with { type: "text" };
import layers from "./layers.js" with { type: "text" };
import normalization from "./normalization.js" with { type: "text" };
import gradient from "./gradient.js" with { type: "text" };
import modelView from "./model_view.js" with { type: "text" };
import classifier from "./classifier.js" with { type: "text" };
import tiles from "./tiles.js" with { type: "text" };
import windows from "./windows.js" with { type: "text" };
import winograd from "./winograd.js" with { type: "text" };

/** The modules of a page by their names, each after those that it imports. */
const modules: Readonly<Record<string, string>> = {
  ...preparationSources,
  ...{
    exact,
    functions,
    windows,
    tiles,
    winograd,
    convolution,
    normalization,
    forward,
    gradient,
    layers,
  },
  ...{ heat_map: heatMapSource, model_view: modelView, classifier },
};

/** Takes the types out of a module; Deno has it since 2.9. */
const { stripTypeScriptTypes }: { stripTypeScriptTypes?: (text: string) => string } = nodeModule;

/** Whether this Deno can make pages. */
export const makesPages: boolean = stripTypeScriptTypes !== undefined;

/**
 * The modules of a page as one script: a block each, with what it takes from those before it. Throws
 * a UserError where this Deno cannot make pages.
 */
export function pageScript(): string {
  if (stripTypeScriptTypes === undefined) {
    throw new UserError(`A page needs Deno 2.9 or newer; this is ${Deno.version.deno}`);
  }
  const blocks = Object.entries(modules).map(([name, text]) =>
    block(name, stripTypeScriptTypes(text))
  );
  return ['"use strict";\nconst modules = {};', ...blocks].join("\n");
}

function block(name: string, text: string): string {
  const exported: string[] = [];
  const code = text
    .replace(/^import\s*\{([^}]*)\}\s*from\s*"[^"]*?(\w+)\.[jt]s";/gm, "const {$1} = modules.$2;")
    .replace(/^export ((?:const|function) (\w+))/gm, (_, declaration, own) => {
      exported.push(own);
      return declaration;
    })
    .replace(/\/\*\*[^]*?\*\//g, "")
    .replace(/^\s*\n/gm, "");
  return `{ // ${name}\n${code}modules.${name} = { ${exported.join(", ")} };\n}`;
}
