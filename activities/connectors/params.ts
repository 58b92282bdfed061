import type { Json, JsonObject } from "../../incidents/canonical.js";
import { ConnectorError } from "./errors.js";

/** A plan's params are somebody's words until they are read here. */
export const malformed = (message: string): ConnectorError => new ConnectorError("PARAMS_MALFORMED", message);

/** Rollback orders carry `undoes`, the idempotency key of the step that they undo; every action may be a rollback. */
export function onlyFields(params: JsonObject, fields: readonly string[]): void {
  const unknown = Object.keys(params).find((name) => name !== "undoes" && !fields.includes(name));
  if (unknown !== undefined) throw malformed(`unknown parameter ${unknown}; expected ${fields.join(", ") || "none"}`);
}

export function text(params: JsonObject, name: string, maxLength: number): string {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  if (typeof value === "string" && value.length > 0 && value.length <= maxLength) return value;
  throw malformed(`expected ${name} to be a string of 1 to ${maxLength} characters`);
}

export function object(value: Json | undefined, name: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw malformed(`expected ${name} to be an object`);
}

export type Scalar = string | number | boolean | null;

export const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
