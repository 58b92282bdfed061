import type { Command } from "commander";

/** The bodies of a page's fenced blocks of one language. */
export const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, found]) => found === language)
    .map(([, , body]) => body!);

/** Every line of a shell block, and everything between backticks outside the blocks. */
const snippets = (text: string): readonly string[] => [
  ...blocks(text, "sh").flatMap((block) => block.split("\n")),
  ...[...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!),
];

/** What a shell would pass on, as far as our examples go: quotes are kept together, comments and what follows a pipe are dropped. */
export const wordsOf = (snippet: string): readonly string[] =>
  (/^(?:[A-Z_]+=\S*\s+|npx\s+)*(countersign\b.*)/.exec(snippet.replace(/\$\([^)]*\)/g, "X").trim())?.[1] ?? "")
    .replace(/\s+(#|[|>]|&&).*$/, "")
    .match(/"[^"]*"|\S+/g)
    ?.slice(1) ?? [];

/** Each use of the program in a page, as the words after its name. */
export const usesIn = (text: string): readonly (readonly string[])[] =>
  snippets(text)
    .map(wordsOf)
    .filter((words) => words.length > 0 && words[0] !== "…");

/** Why the program wouldn't take these words, or null where it would. */
export function complaint(among: readonly Command[], words: readonly string[], above = "countersign"): string | null {
  const [name, ...rest] = words;
  const command = among.find((each) => each.name() === name);
  if (!command) return `${above} has no command ${name}`;
  if (command.commands.length > 0)
    return rest.length === 0 ? null : complaint(command.commands, rest, `${above} ${name}`);
  return complaintOfArguments(command, rest, `${above} ${name}`);
}

function complaintOfArguments(command: Command, words: readonly string[], named: string): string | null {
  let left = command.registeredArguments.length;
  for (let i = 0; i < words.length; i++) {
    if (!words[i]!.startsWith("-")) {
      if (--left < 0) return `${named} takes no argument ${words[i]}`;
      continue;
    }
    const option = command.options.find(({ long, short }) => long === words[i] || short === words[i]);
    if (!option && words[i] !== "--help") return `${named} has no option ${words[i]}`;
    if (option?.required && words[++i] === undefined) return `${named} ${option.long} lacks its value`;
  }
  return null;
}

/** Every command that does something, by its whole name. */
export const leaves = (among: readonly Command[], above = ""): readonly string[] =>
  among.flatMap((command) =>
    command.commands.length > 0
      ? leaves(command.commands, `${above}${command.name()} `)
      : [`${above}${command.name()}`],
  );
