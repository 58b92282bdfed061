import type { Command } from "commander";
import { type ActOptions, act, acting } from "./act.js";
import {
  type ClientOptions,
  collect,
  group,
  INC_HELP,
  leaf,
  oneOf,
  patternOf,
  print,
  wholeNumber,
  withApi,
} from "./command.js";
import { findInc, listIncidents } from "./find.js";
import { namesOf } from "./names.js";
import { incidentLines } from "./show.js";
import { cut, type Paint, paintFor, relative, table } from "./text.js";
import type { IncidentList, IncidentView } from "./view.js";
import { watchCommand } from "./watch.js";

export const incidentCommand = (): Command =>
  group(
    "incident",
    "list, show, follow and open incidents",
    listCommand(),
    showCommand(),
    watchCommand(),
    openCommand(),
  );

const listCommand = (): Command =>
  leaf("list", "the latest incidents, newest first", { examples: ["incident list", "incident list --limit 5 --json"] })
    .option("--limit <count>", "how many, 1 to 500", wholeNumber(1, 500), 20)
    .action((options: ClientOptions & { limit: number }) =>
      withApi(options, async (api) => {
        const answer = await listIncidents(api, options.limit);
        print(options, answer, () => listLines(answer, paintFor(process.stdout), Date.now()));
      }),
    );

function listLines({ incidents, ...named }: IncidentList, paint: Paint, now: number): readonly string[] {
  const name = namesOf(named);
  if (incidents.length === 0) return ["No incident yet."];
  const rows = incidents.map(({ inc, phase, severity, owner, openedAt, drill, title, ...rest }) => [
    inc,
    phase,
    `SEV-${severity}`,
    relative(openedAt, now),
    owner === null ? "no owner" : name(owner),
    `${drill ? "DRILL " : ""}${cut(title ?? rest.class, 60)}`,
    cut(rest.nextRequiredAction.text, 60),
  ]);
  return table(rows).map((line, i) =>
    ["closed", "cancelled"].includes(incidents[i]!.phase) ? paint("dim", line) : line,
  );
}

const showCommand = (): Command =>
  leaf("show", "one incident on one screen, with the next required action", {
    notes: INC_HELP,
    examples: ["incident show latest", "incident show inc_4k2v9x --json"],
  })
    .argument("<INC>")
    .action((word: string, options: ClientOptions) =>
      withApi(options, async (api) => {
        const view = await api.get(`/incidents/${await findInc(api, word)}`);
        print(options, view, () =>
          incidentLines(view as unknown as IncidentView, paintFor(process.stdout), Date.now()),
        );
      }),
    );

interface OpenOptions extends ActOptions {
  readonly title: string;
  readonly request: string;
  readonly class: string;
  readonly severity: number;
  readonly urgency?: string;
  readonly service?: readonly string[];
  readonly drill?: boolean;
}

const openCommand = (): Command =>
  acting("open", "open an incident by hand", {
    examples: [
      'incident open --title "Checkout is slow" --request "Find out why and bring p95 below 2 s" --severity 1 --service checkout',
    ],
  })
    .requiredOption("--title <text>", "one line")
    .requiredOption("--request <text>", "what is asked, why, and the expected result")
    .requiredOption("--severity <1-5>", "1 is the worst", wholeNumber(1, 5))
    .option(
      "--class <name>",
      "kind of incident",
      patternOf(/^[a-z0-9][a-z0-9-]{0,39}$/, "lowercase letters, digits and dashes"),
      "availability",
    )
    .option("--urgency <how>", "high or low (default: high)", oneOf("high", "low"))
    .option("--service <name>", "a service concerned; may be given several times", collect)
    .option("--drill", "a drill: sandbox connectors only, marked everywhere")
    .action((options: OpenOptions) => withApi(options, (api) => act(api, options, "/incidents", openBody(options))));

const openBody = ({ title, request, severity, urgency, service, drill, class: class_ }: OpenOptions) => ({
  title,
  request,
  class: class_,
  severity,
  urgency,
  services: service,
  drill,
});
