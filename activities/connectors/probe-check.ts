import type { JsonObject } from "../../incidents/canonical.js";
import { ConnectorError } from "./errors.js";
import { parseUrl } from "./http-call.js";
import { isScalar, object, type Scalar } from "./params.js";

/** A plan's success check as it is run. */
export interface HttpCheck {
  readonly url: string;
  readonly status: number;
  readonly members: Readonly<Record<string, Scalar>>;
  readonly withinMs: number;
  readonly everyMs: number;
  readonly consecutive: number;
}

const FIELDS = [
  "kind",
  "url",
  "expectStatus",
  "expectJson",
  "withinSeconds",
  "everySeconds",
  "consecutive",
  "person",
  "description",
];

/** @throws {ConnectorError} `CHECK_MALFORMED`, `URL_REFUSED` */
export function parseCheck(check: JsonObject): HttpCheck {
  const stranger = Object.keys(check).find((name) => !FIELDS.includes(name));
  if (stranger !== undefined) throw malformed(`unknown field ${stranger}`);
  if (check.kind !== "probe" || typeof check.url !== "string") throw malformed("expected kind probe with a url");
  return {
    url: parseUrl(check.url).href,
    status: whole(check, "expectStatus", 200, 100, 599),
    members: membersOf(check),
    withinMs: whole(check, "withinSeconds", 60, 1, 600) * 1_000,
    everyMs: whole(check, "everySeconds", 2, 1, 60) * 1_000,
    consecutive: whole(check, "consecutive", 2, 1, 20),
  };
}

const malformed = (message: string): ConnectorError => new ConnectorError("CHECK_MALFORMED", message);

function whole(check: JsonObject, name: string, otherwise: number, min: number, max: number): number {
  const value = check[name] ?? otherwise;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw malformed(`expected ${name} to be a whole number from ${min} to ${max}`);
}

function membersOf(check: JsonObject): Readonly<Record<string, Scalar>> {
  const members = check.expectJson === undefined ? {} : object(check.expectJson, "expectJson");
  if (Object.values(members).every(isScalar)) return members as Readonly<Record<string, Scalar>>;
  throw malformed("expected the members of expectJson to be strings, numbers, booleans or null");
}
