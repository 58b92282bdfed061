import { resolve } from "node:path";
import { bundleWorkflowCode } from "@temporalio/worker";

const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn() {}, error: console.error };

describe("the workflow bundle", () => {
  it("builds, with neither policy, receipts nor anything of Node in it", async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: resolve("workflows/index.ts"),
      payloadConverterPath: resolve("workflows/payload-converter.ts"),
      logger: quiet as never,
    });
    const modules = [
      ...new Set(
        [
          ...code.matchAll(/"?\.\/((?:incidents|policy|receipts|activities|services|infra)\/[a-z-/]+)\.(?:ts|js)"?/g),
        ].map((m) => m[1]!),
      ),
    ];
    expect(modules).toContain("incidents/decide");
    expect(modules.filter((name) => !name.startsWith("incidents/"))).toEqual([]);
  }, 120_000);
});
