import type { Command } from "commander";
import type { Health } from "../../../services/health/health.js";
import { orFail } from "../or-fail.js";
import { CliProblem } from "../problem.js";
import { answerOf } from "./api.js";
import { type ClientOptions, leaf, print } from "./command.js";
import { publicConnection } from "./connection.js";
import { send } from "./http.js";
import { oneLine, type Paint, paintFor, relative } from "./text.js";

export const healthCommand = (): Command =>
  leaf("health", "which part is down, since when, what still works, what waits, what to do; needs no token", {
    examples: ["health", "health --url https://countersign.example.com --json"],
    exits: "Exit codes: 0 all is up, 1 something is down, 2 wrong usage, 3 the API doesn't answer.",
  }).action((options: ClientOptions) =>
    orFail(options.json, async () => {
      const health = await readHealth(options);
      print(options, health, () => healthLines(health, paintFor(process.stdout)));
      if (health.status !== "up") process.exitCode = 1;
    }),
  );

/** With its store down the API answers 503, and says so in the same document. */
async function readHealth(options: ClientOptions): Promise<Health> {
  const connection = publicConnection(options, process.env);
  const { body } = answerOf(connection, await send(connection, { method: "GET", path: "/health" }));
  if (Array.isArray(body.parts)) return body as unknown as Health;
  throw new CliProblem(
    "NOT_THE_API",
    `What answers at ${connection.url} doesn't tell its health: check --url or COUNTERSIGN_URL.`,
    3,
  );
}

const healthLines = ({ status, at, parts }: Health, paint: Paint): readonly string[] => [
  `${paint(["bold", status === "up" ? "green" : "red"], status)} at ${at}`,
  ...parts.flatMap((part) => partLines(part, paint, Date.parse(at))),
];

function partLines(
  { part, state, since, waiting, detail, works, waits, remedy }: Health["parts"][number],
  paint: Paint,
  now: number,
): readonly string[] {
  const facts = [
    `since ${since} (${relative(since, now)})`,
    waiting === null ? "" : `${waiting} waiting`,
    detail === null ? "" : oneLine(detail),
  ];
  const rows = { "still works": works, waits, "what to do": remedy };
  return [
    `  ${part.padEnd(10)}  ${paint(state === "up" ? "green" : "red", state.padEnd(4))}  ${facts.filter(Boolean).join(", ")}`,
    ...Object.entries(rows).flatMap(([name, text]) =>
      text === undefined ? [] : [`              ${name}: ${oneLine(text)}`],
    ),
  ];
}
