import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };

/** The workflow with its payload converter: what the sandbox runs, and nothing that it must not. */
async function bundle(workflowInterceptorModules: string[]): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: here("../../workflows/index.js"),
    payloadConverterPath: here("../../workflows/payload-converter.js"),
    failureConverterPath: here("../../workflows/payload-converter.js"),
    workflowInterceptorModules,
    logger: quiet as never,
  });
  return code;
}

/** The build's; sources that run as they are (in tests) take those of `dist/`. */
const built = (name: string): string => here(import.meta.url.endsWith(".ts") ? `../../dist/${name}` : `../../${name}`);
export const WORKFLOW_BUNDLE = built("workflow-bundle.js");
export const REPLAY_BUNDLE = built("replay-bundle.js");

/** Part of the build. */
export async function writeBundles(): Promise<void> {
  await writeFile(WORKFLOW_BUNDLE, await bundle([]));
  await writeFile(REPLAY_BUNDLE, await bundle([here("../../workflows/replay-interceptors.js")]));
}
