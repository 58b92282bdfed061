import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the workflow with its payload converter: what the sandbox runs, and nothing that it must not. */
export async function bundleWorkflow(): Promise<string> {
  const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: here("../../workflows/index.js"),
    payloadConverterPath: here("../../workflows/payload-converter.js"),
    logger: quiet as never,
  });
  return code;
}

/** Part of the build: writes `dist/workflow-bundle.js`. */
export const writeWorkflowBundle = async (): Promise<void> => writeFile(here("../../workflow-bundle.js"), await bundleWorkflow());
