import { styleText } from "node:util";

/** Tells the demo to somebody who knows nothing of the project. Progress goes to standard error, the story to standard output. */
export interface Narrator {
  stage(title: string, about: string): void;
  /** What somebody did, or what happened. */
  line(text: string): void;
  /** Lines as they are, indented. */
  quote(text: string): void;
  progress(text: string): void;
}

export const STAGES = [
  "Trigger",
  "Policy check",
  "Approval",
  "Execution",
  "Evidence",
  "Receipt",
  "Verification",
] as const;

export function narrator(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Narrator {
  const colour = stdout.isTTY && !process.env.NO_COLOR;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  // The story's own clock: what came before was setting the stage.
  let startedAt: number | null = null;
  const clock = (): string => `${((Date.now() - (startedAt ?? Date.now())) / 1000).toFixed(1).padStart(6)} s`;
  let n = 0;
  return {
    stage: (title, about) => {
      startedAt ??= Date.now();
      stdout.write(`\n${paint("bold", `${++n}. ${title}`)}  ${paint("dim", about)}\n`);
    },
    line: (text) => void stdout.write(`   ${paint("dim", clock())}  ${text}\n`),
    quote: (text) =>
      void stdout.write(
        `${text
          .trimEnd()
          .split("\n")
          .map((each) => `             ${paint("cyan", "│")} ${each}`)
          .join("\n")}\n`,
      ),
    progress: (text) => void stderr.write(`${paint("dim", `   ${text}`)}\n`),
  };
}
