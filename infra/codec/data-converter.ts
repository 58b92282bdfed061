import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import type { KeyStore } from "../keys/store.js";
import { payloadCodec } from "./codec.js";

/**
 * What every client and worker must be given: without it, payloads and the messages of errors would stand readable in Temporal.
 * Both converters are loaded by path, since Temporal loads them into the workflow sandbox as well.
 */
export function dataConverterOf(keys: KeyStore): DataConverter {
  const path = converterPath();
  return { payloadCodecs: [payloadCodec(keys)], payloadConverterPath: path, failureConverterPath: path };
}

function converterPath(): string {
  const compiled = fileURLToPath(new URL("../../workflows/payload-converter.js", import.meta.url));
  return existsSync(compiled) ? compiled : compiled.replace(/\.js$/, ".ts");
}
