import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const MAX_GZIP_BYTES = 80_000;

describe("the verifier for browsers", () => {
  it("bundles with nothing of Node in it, and stays small", async () => {
    const { outputFiles, warnings } = await build({
      entryPoints: ["receipts/verify/index.ts"],
      bundle: true,
      platform: "browser",
      format: "esm",
      target: "es2022",
      minify: true,
      write: false,
    });
    expect(warnings).toEqual([]);
    expect(outputFiles).toHaveLength(1);
    const { contents, text } = outputFiles[0]!;
    expect(text).not.toMatch(/node:|require\(|process\.env|\bBuffer\b/);
    expect(gzipSync(contents).length).toBeLessThan(MAX_GZIP_BYTES);
    console.info(`verifier bundle: ${contents.length} bytes, ${gzipSync(contents).length} gzipped`);
  });
});
