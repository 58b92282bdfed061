import type { Command } from "commander";
import type { TriageItem } from "../../../services/alerts/ports.js";
import { type ClientOptions, group, leaf, print, wholeNumber, withApi } from "./command.js";
import { oneLine, relative, table } from "./text.js";

export const triageCommand = (): Command => group("triage", "alerts that a person must place", listCommand());

const listCommand = (): Command =>
  leaf("list", "alerts that a person must place, oldest first", { examples: ["triage list", "triage list --json"] })
    .option("--limit <count>", "how many, 1 to 100", wholeNumber(1, 100), 50)
    .action((options: ClientOptions & { limit: number }) =>
      withApi(options, async (api) => {
        const answer = await api.get(`/triage?limit=${options.limit}`);
        print(options, answer, () =>
          lines((answer as unknown as { readonly items: readonly TriageItem[] }).items, Date.now()),
        );
      }),
    );

function lines(items: readonly TriageItem[], now: number): readonly string[] {
  if (items.length === 0) return ["Nothing waits for triage."];
  return table(
    items.map(({ delivery, source, code, receivedAt, repeats }) => [
      delivery,
      oneLine(source),
      oneLine(code),
      relative(receivedAt, now),
      repeats > 0 ? `${repeats} repeats` : "",
    ]),
  );
}
