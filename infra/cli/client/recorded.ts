import type { Command } from "commander";
import { type ActOptions, acting, type Recorded, recordedLines, settled } from "./act.js";
import { group, print, withApi } from "./command.js";

export const commandCommand = (): Command => group("command", "ask what became of a command", showCommand());

const showCommand = (): Command =>
  acting("show", "what became of a command whose answer was lost or not waited for", { examples: ["command show cli_0123456789abcdef", "command show cli_0123456789abcdef --wait 300"] })
    .argument("<ID>")
    .action((id: string, options: ActOptions) =>
      withApi(options, async (api) => {
        const first = await api.ask({ method: "GET", path: `/commands/${encodeURIComponent(id)}` });
        const { body } = await settled(api, first, options.wait);
        print(options, body, () => recordedLines(body as unknown as Recorded));
      }),
    );
