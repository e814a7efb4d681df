import { dirname, relative, resolve, sep as separator } from "node:path";

/** Members of Math whose results ECMAScript defines to the last bit, and its constants. */
const exactMath = new Set([
  ..."abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" "),
  ..."E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
]);

/** Members of crypto that draw from the machine's own entropy. */
const entropy = new Set(["getRandomValues", "randomUUID"]);

/** Parts of src/ that only show results: drawings may round as they like. */
const presentation = ["report", "serve"];

/**
 * Keeps a run a pure function of its config: chance comes from a passed `Random` alone, and what
 * decides a result is never computed by operations whose bits differ between machines.
 */
const plugin: Deno.lint.Plugin = {
  name: "wick",
  rules: {
    "no-ambient-chance": {
      create: (context) => ({
        MemberExpression(node) {
          const name = memberName(node);
          if (isGlobal(node.object, "Math") && name === "random") {
            report(context, node, "Math.random cannot be reproduced", "draw from a passed Random");
          }
          if (isGlobal(node.object, "crypto") && name !== undefined && entropy.has(name)) {
            report(
              context,
              node,
              `crypto.${name} cannot be reproduced`,
              "draw from a passed Random",
            );
          }
        },
      }),
    },
    "no-inexact-math": {
      create: (context) => decidesResults(context.filename) ? inexactMath(context) : {},
    },
  },
};

export default plugin;

function inexactMath(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const instead = "call the native functions in src/tensor/scalar.ts";
  const power = (node: Deno.lint.Node & { operator: string }) => {
    if (node.operator.startsWith("**")) {
      report(context, node, `The bits of ${node.operator} differ between engines`, instead);
    }
  };
  return {
    Identifier(node) {
      if (node.name !== "Math" || isPropertyName(node)) return;
      const name = node.parent.type === "MemberExpression" ? memberName(node.parent) : undefined;
      if (name !== undefined && (exactMath.has(name) || name === "random")) return;
      const what = name === undefined ? "an unnamed member of Math" : `Math.${name}`;
      report(context, node, `The bits of ${what} differ between engines`, instead);
    },
    BinaryExpression: power,
    AssignmentExpression: power,
  };
}

/** Whether a file is part of the source whose arithmetic decides results. */
export function decidesResults(path: string): boolean {
  const [top, folder] = relative(root, resolve(root, path)).split(separator);
  return top === "src" && !presentation.includes(folder);
}

const root = dirname(import.meta.dirname ?? ".");

function memberName(node: Deno.lint.MemberExpression): string | undefined {
  const { property } = node;
  if (!node.computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" ? String(property.value) : undefined;
}

const isGlobal = (node: Deno.lint.Node, name: string) =>
  node.type === "Identifier" && node.name === name ||
  node.type === "MemberExpression" && memberName(node) === name;

const isPropertyName = (node: Deno.lint.Identifier) =>
  node.parent.type === "MemberExpression" && node.parent.property === node && !node.parent.computed;

const report = (
  context: Deno.lint.RuleContext,
  node: Deno.lint.Node,
  message: string,
  hint: string,
) => context.report({ node, message, hint });
