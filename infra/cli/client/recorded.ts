import type { Command } from "commander";
import { type Recorded, recordedLines, settled } from "./act.js";
import { type ClientOptions, group, leaf, print, wholeNumber, withApi } from "./command.js";

export const commandCommand = (): Command => group("command", "ask what became of a command", showCommand());

const showCommand = (): Command =>
  leaf("show", "what became of a command whose answer was lost or not waited for", {
    examples: ["command show cli_0123456789abcdef", "command show cli_0123456789abcdef --wait 300"],
    exits: "Exit codes: 0 recorded, 1 refused, 2 wrong usage, 3 could not run, or still not recorded.",
  })
    .argument("<ID>")
    .option("--wait <seconds>", "how long to wait until it is on the record", wholeNumber(0, 3_600), 0)
    .action((id: string, options: ClientOptions & { wait: number }) =>
      withApi(options, async (api) => {
        const first = await api.ask({ method: "GET", path: `/commands/${encodeURIComponent(id)}` });
        const { body } = await settled(api, first, options.wait);
        print(options, body, () => recordedLines(body as unknown as Recorded));
      }),
    );
