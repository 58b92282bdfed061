import type { JsonObject } from "../../incidents/canonical.js";
import type { StepOrder } from "../ports.js";
import { ConnectorError } from "./errors.js";
import type { Place, Places } from "./git-config.js";
import { isScalar, malformed, object, onlyFields, type Scalar } from "./params.js";

/** What an order asks for, read strictly; a plan's text never becomes a path, a ref or an option. */
export type Change = {
  readonly place: Place;
} & (
  | {
      readonly kind: "set";
      readonly members: Readonly<Record<string, Scalar>>;
      /** The commit that the plan was approved on; null where the plan names none. */
      readonly base: string | null;
    }
  /** `undoes` is the idempotency key of the step; null in a plan, which can't know it yet. */
  | { readonly kind: "revert"; readonly undoes: string | null }
);

/** @throws {ConnectorError} */
export function parseChange(
  places: Places,
  { action, targets, params }: Pick<StepOrder, "action" | "targets" | "params">,
): Change {
  const place = placeOf(places, targets);
  if (action === "set") return { kind: "set", place, ...parseSet(params) };
  if (action === "revert") return { kind: "revert", place, undoes: parseRevert(params) };
  throw new ConnectorError("ACTION_UNKNOWN", `expected set or revert, found ${action}`);
}

function placeOf(places: Places, targets: readonly string[]): Place {
  if (targets.length !== 1)
    throw new ConnectorError("ONE_TARGET", "a step changes exactly one target; give each target its own step");
  const place = places.get(targets[0]!);
  if (place) return place;
  throw new ConnectorError("TARGET_NOT_MAPPED", `no file is configured for target ${targets[0]}`);
}

function parseSet(params: JsonObject) {
  onlyFields(params, ["set", "expect"]);
  const members = object(params.set, "set");
  const entries = Object.entries(members);
  if (entries.length === 0 || entries.length > 50) throw malformed("expected set to have 1 to 50 members");
  for (const [key, value] of entries) requireMember(key, value);
  return { members: members as Readonly<Record<string, Scalar>>, base: parseExpect(params) };
}

function requireMember(key: string, value: unknown): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(key))
    throw malformed(`expected a plain key in set, found ${JSON.stringify(key)}`);
  if (!isScalar(value) || (typeof value === "string" && value.length > 4_096))
    throw malformed(`expected set.${key} to be a string of at most 4096 characters, a number, a boolean or null`);
}

function parseExpect(params: JsonObject): string | null {
  if (params.expect === undefined) return null;
  const expect = object(params.expect, "expect");
  const { commit } = expect;
  if (Object.keys(expect).length === 1 && typeof commit === "string" && /^[0-9a-f]{40}$/.test(commit)) return commit;
  throw malformed("expected expect to be {commit: 40 lowercase hex digits}");
}

function parseRevert(params: JsonObject): string | null {
  onlyFields(params, []);
  if (params.undoes === undefined) return null;
  if (typeof params.undoes === "string" && /^[0-9a-f]{64}$/.test(params.undoes)) return params.undoes;
  throw malformed("expected undoes to be a step's key");
}
