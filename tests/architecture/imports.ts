import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export interface Import {
  /** Path from the project's root. */
  readonly file: string;
  /** A path from the root for ours, a specifier for others'. */
  readonly target: string;
  readonly ours: boolean;
  readonly typeOnly: boolean;
}

const STATEMENT = /^(?:import|export)\s+(?:(type)\s+)?(?:([^;"']*?)\s+from\s+)?["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

export function sourcesUnder(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** The imports of one file; `import { type A, type B }` counts as type-only, as the compiler drops it. */
export function importsOf(root: string, file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = [...text.matchAll(STATEMENT)].map(([, type, names, target]) => ({
    target: target!,
    typeOnly: type !== undefined || onlyTypes(names),
  }));
  const dynamic = [...text.matchAll(DYNAMIC)].map(([, target]) => ({ target: target!, typeOnly: false }));
  return [...found, ...dynamic].map((each) => placed(root, file, each));
}

const onlyTypes = (names: string | undefined): boolean => {
  const inner = /^\{([\s\S]*)\}$/.exec(names?.trim() ?? "")?.[1];
  const parts =
    inner
      ?.split(",")
      .map((part) => part.trim())
      .filter(Boolean) ?? [];
  return parts.length > 0 && parts.every((part) => part.startsWith("type "));
};

function placed(root: string, file: string, { target, typeOnly }: { target: string; typeOnly: boolean }): Import {
  const ours = target.startsWith(".");
  return { file, ours, typeOnly, target: ours ? relative(root, resolve(root, dirname(file), target)) : target };
}
