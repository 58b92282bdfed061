import { type Command, InvalidArgumentError } from "commander";
import { type ActOptions, act, acting } from "./act.js";
import { type ClientOptions, group, INC_HELP, leaf, print, withApi } from "./command.js";
import { eidOf, findInc, readIncident } from "./find.js";
import { namesOf } from "./names.js";
import { cut, table } from "./text.js";
import type { IncidentView } from "./view.js";

const TASK_HELP = `${INC_HELP}\nTASK is a task's id, or at least its first 4 digits, as \`task list\` prints them.`;

export const taskCommand = (): Command =>
  group(
    "task",
    "add, list, assign, complete and drop tasks",
    addCommand(),
    listCommand(),
    settling("assign", "give a task to somebody", "assign", ["task assign latest 3fa1c2d4 --to bo"], ({ to }) => ({
      owner: to,
    })).requiredOption("--to <person>", "id or account"),
    settling("done", "say that a task is done", "complete", ["task done latest 3fa1c2d4"], ({ comment }) => ({
      comment,
    })).option("--comment <text>", "what came of it"),
    settling(
      "drop",
      "drop a task, with a reason",
      "drop",
      ['task drop latest 3fa1c2d4 --reason "Not needed any more"'],
      ({ reason }) => ({ reason }),
    ).requiredOption("--reason <text>", "why"),
  );

type AddOptions = ActOptions & { readonly owner?: string; readonly due?: string };

const addCommand = (): Command =>
  acting("add", "add a task", {
    notes: INC_HELP,
    examples: ['task add latest "Write the review" --owner ana --due 2026-03-12T15:00:00Z'],
  })
    .argument("<INC>")
    .argument("<TITLE>")
    .option("--owner <person>", "id or account")
    .option("--due <time>", "with its zone, such as 2026-03-12T15:00:00Z", toInstant)
    .action((word: string, title: string, options: AddOptions) =>
      withApi(options, async (api) =>
        act(api, options, `/incidents/${await findInc(api, word)}/tasks`, {
          title,
          owner: options.owner,
          dueAt: options.due,
        }),
      ),
    );

/** A time without its zone would mean another instant on another machine. */
function toInstant(text: string): string {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError("expected a time with its zone, such as 2026-03-12T15:00:00Z");
  return new Date(ms).toISOString();
}

type SettleOptions = ActOptions & { readonly to?: string; readonly comment?: string; readonly reason?: string };

const settling = (
  name: string,
  description: string,
  path: string,
  examples: readonly string[],
  bodyOf: (options: SettleOptions) => object,
): Command =>
  acting(name, description, { notes: TASK_HELP, examples })
    .argument("<INC>")
    .argument("<TASK>")
    .action((word: string, task: string, options: SettleOptions) =>
      withApi(options, async (api) => {
        const { inc, tasks } = await readIncident(api, word);
        await act(api, options, `/incidents/${inc}/tasks/${eidOf("task", tasks, task)}/${path}`, bodyOf(options));
      }),
    );

const listCommand = (): Command =>
  leaf("list", "the tasks of an incident", {
    notes: INC_HELP,
    examples: ["task list latest", "task list latest --json"],
  })
    .argument("<INC>")
    .action((word: string, options: ClientOptions) =>
      withApi(options, async (api) => {
        const view = await readIncident(api, word);
        print(options, view.tasks, () => listLines(view));
      }),
    );

function listLines({ tasks, ...named }: IncidentView): readonly string[] {
  const name = namesOf(named);
  if (tasks.length === 0) return ["No task."];
  return table(
    tasks.map(({ eid, status, owner, dueAt, title }) => [
      eid.slice(0, 8),
      status,
      owner === null ? "nobody's" : name(owner),
      dueAt ?? "no due time",
      cut(title, 80),
    ]),
  );
}
