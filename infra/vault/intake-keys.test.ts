import { newKey } from "../keys/make.js";
import { ROLES } from "../keys/roles.js";
import { keyStoreOf } from "../keys/store.js";
import { SealedValueDamaged } from "./errors.js";
import { intakeKeys } from "./intake-keys.js";

const keysOf = (org: string) =>
  keyStoreOf(
    ROLES.map((role) => newKey(role, org, new Date(0))),
    "memory",
  );
const intake = intakeKeys(keysOf("acme"));
const body = new Uint8Array(Buffer.from("canary-33a1"));

it("opens a body in its own delivery only", () => {
  const sealed = intake.sealBody("acme", "dlv_a", body);
  expect(intake.openBody("acme", "dlv_a", sealed)).toEqual(body);
  expect(Buffer.concat([sealed.key, sealed.body]).includes("canary-33a1")).toBe(false);
  expect(() => intake.openBody("acme", "dlv_b", sealed)).toThrow(SealedValueDamaged);
  expect(() => intakeKeys(keysOf("acme")).openBody("acme", "dlv_a", sealed)).toThrow(SealedValueDamaged);
});

it.each([0, 3, 4, 40])("calls a key of %i bytes damaged", (length) => {
  const { body: sealed, key } = intake.sealBody("acme", "dlv_a", body);
  expect(() => intake.openBody("acme", "dlv_a", { key: key.slice(0, length), body: sealed })).toThrow(
    SealedValueDamaged,
  );
});

it("gives equal MACs for equal texts of one purpose and key, and no others", () => {
  const mac = intake.mac("acme", "correlation", "text");
  expect(mac).toMatch(/^[0-9a-f]{64}$/);
  expect(intake.mac("acme", "correlation", "text")).toBe(mac);
  const others = [
    intake.mac("acme", "alert", "text"),
    intake.mac("acme", "correlation", "texu"),
    intakeKeys(keysOf("acme")).mac("acme", "correlation", "text"),
  ];
  expect(others).not.toContain(mac);
  expect(() => intake.mac("other", "alert", "text")).toThrow(expect.objectContaining({ code: "KEYS_OF_ANOTHER_ORG" }));
});
