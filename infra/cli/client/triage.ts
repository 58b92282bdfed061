import type { Command } from "commander";
import type { TriageItem } from "../../../services/alerts/ports.js";
import { type ClientOptions, group, leaf, print, wholeNumber, withApi } from "./command.js";
import { type Named, namesOf } from "./names.js";
import { oneLine, relative, table } from "./text.js";

export const triageCommand = (): Command => group("triage", "alerts that a person must place", listCommand());

const listCommand = (): Command =>
  leaf("list", "alerts that a person must place, oldest first", { examples: ["triage list", "triage list --json"] })
    .option("--limit <count>", "how many, 1 to 100", wholeNumber(1, 100), 50)
    .action((options: ClientOptions & { limit: number }) =>
      withApi(options, async (api) => {
        const answer = (await api.get(`/triage?limit=${options.limit}`)) as unknown as Triage;
        print(options, answer, () => lines(answer, Date.now()));
      }),
    );

interface Triage extends Named {
  readonly items: readonly TriageItem[];
}

function lines({ items, ...named }: Triage, now: number): readonly string[] {
  const name = namesOf(named);
  if (items.length === 0) return ["Nothing waits for triage."];
  return table(
    items.map(({ delivery, source, code, receivedAt, repeats }) => [
      delivery,
      name(source),
      oneLine(code),
      relative(receivedAt, now),
      repeats > 0 ? `${repeats} repeats` : "",
    ]),
  );
}
