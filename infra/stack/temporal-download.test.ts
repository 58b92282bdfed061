import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadTemporal } from "./temporal-download.js";

let dir: string;
let server: Server;
let base: string;
let asked: string[];
let info: unknown;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "download-"));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/archive.tar.gz") response.end(readFileSync(join(dir, "archive.tar.gz")));
    else if (info === null) response.writeHead(403).end();
    else response.end(JSON.stringify(info));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  info = { archiveUrl: `${base}/archive.tar.gz`, fileToExtract: "temporal" };
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

function archive(script: string): void {
  writeFileSync(join(dir, "temporal"), script, { mode: 0o644 });
  execFileSync("tar", ["-czf", join(dir, "archive.tar.gz"), "-C", dir, "temporal"]);
}

const download = () =>
  downloadTemporal({ cache: join(dir, "cache"), env: process.env, progress: () => undefined, base });

describe("the official download", () => {
  it("asks as the SDK does and keeps a binary that runs", async () => {
    archive("#!/bin/sh\necho temporal version 9\n");
    const file = await download();
    expect(execFileSync(file, { encoding: "utf8" })).toBe("temporal version 9\n");
    expect(asked[0]).toMatch(
      /^\/cli\/default\?arch=\w+&platform=\w+&format=tar\.gz&sdk-name=sdk-typescript&sdk-version=\d/,
    );
  });

  it.each([
    ["is refused", () => void (info = null)],
    ["names no archive", () => void (info = { archiveUrl: 1 })],
    ["names a file outside its archive", () => void (info = { ...(info as object), fileToExtract: "../temporal" })],
    [
      "names an archive over another protocol",
      () => void (info = { ...(info as object), archiveUrl: "file:///etc/passwd" }),
    ],
    ["brings a program that doesn't run", () => archive("#!/bin/sh\nexit 1\n")],
  ])("leaves nothing behind when it %s", async (_, set) => {
    archive("#!/bin/sh\n");
    set();
    await expect(download()).rejects.toThrow();
    expect(existsSync(join(dir, "cache", "temporal"))).toBe(false);
    if (existsSync(join(dir, "cache"))) expect(execFileSync("find", [join(dir, "cache"), "-type", "f"]).length).toBe(0);
  });
});
