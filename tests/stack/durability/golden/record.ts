import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deploy } from "../../support/deployment.js";
import { httpOf } from "../../support/http.js";
import { recordingOf, writeRecording } from "../recording.js";
import { richLife } from "../rich-life.js";

// Records the workflow's behaviour at a release, once; see README.md in this folder.
const { version } = JSON.parse(readFileSync(new URL("../../../../package.json", import.meta.url), "utf8")) as { version: string };
const file = fileURLToPath(new URL(`history-${process.argv[2] ?? version}.json.gz`, import.meta.url));
if (existsSync(file)) throw new Error(`${file} is recorded: what was released is never recorded again`);

const deployment = await deploy();
try {
  const http = httpOf(deployment, await deployment.start("up"));
  writeRecording(file, await recordingOf(deployment, await richLife(deployment, http)));
  process.stdout.write(`${file}\n`);
} finally {
  await deployment.dispose();
}
process.exit(0);
