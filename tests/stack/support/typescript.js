import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/core";

// `node --import` of this file lets a child process run the sources as they are. Node's own type stripping would not do: it
// takes neither parameter properties nor decorators.
const jsc = {
  parser: { syntax: "typescript", decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true },
  target: "es2023",
};

registerHooks({
  resolve(specifier, context, nextResolve) {
    const ours = specifier.startsWith(".") && context.parentURL?.endsWith(".ts");
    const source = ours ? new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL) : undefined;
    return source && existsSync(source) ? nextResolve(source.href, context) : nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    if (!url.endsWith(".ts")) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, "utf8"), {
      filename,
      jsc,
      module: { type: "es6" },
      sourceMaps: "inline",
    });
    return { format: "module", source: code, shortCircuit: true };
  },
});
