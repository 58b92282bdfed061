import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unb64u, utf8 } from "../../incidents/bytes.js";
import { keyIdOf, verifySignature } from "../../receipts/ed25519.js";
import { ensureKeys, newKey } from "./make.js";
import { ROLES, SIGNING_ROLES } from "./roles.js";
import { builderSigner, gatewayKeys, gatewaySigner, publicKeysOf, recorderKeys } from "./signers.js";
import { keyStoreOf, openKeyStore } from "./store.js";

const AT = new Date("2026-03-11T15:00:00.000Z");
let dir: string;
beforeEach(() => (dir = join(mkdtempSync(join(tmpdir(), "cs-keys-")), "keys")));
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const fileOf = (role: string): string => join(dir, readdirSync(dir).find((name) => name.startsWith(role))!);
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
};

describe("the key store", () => {
  it("has one current key of each role, readable to its owner alone", () => {
    const keys = ensureKeys(dir, "acme", AT);
    expect(readdirSync(dir)).toHaveLength(ROLES.length);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    for (const role of ROLES) expect(keys.current(role).kid).toMatch(new RegExp(`^${role}-[0-9a-f]{16}$`));
    expect(new Set(ROLES.map((role) => Buffer.from(keys.current(role).secret).toString("hex"))).size).toBe(
      ROLES.length,
    );
  });

  it("keeps its keys when asked to make them again, and makes only those that are missing", () => {
    const before = ensureKeys(dir, "acme", AT);
    rmSync(fileOf("gateway"));
    const after = ensureKeys(dir, "acme", AT);
    expect(after.current("master")).toEqual(before.current("master"));
    expect(after.current("gateway").kid).not.toBe(before.current("gateway").kid);
    expect(codeOf(() => ensureKeys(dir, "other", AT))).toBe("KEYS_OF_ANOTHER_ORG");
  });

  it.each([0o604, 0o640, 0o644])("refuses a key file of mode %o", (mode) => {
    ensureKeys(dir, "acme", AT);
    chmodSync(fileOf("recorder"), mode);
    expect(codeOf(() => openKeyStore(dir))).toBe("KEYS_EXPOSED");
  });

  it("refuses a folder that others may write to", () => {
    ensureKeys(dir, "acme", AT);
    chmodSync(dir, 0o770);
    expect(codeOf(() => openKeyStore(dir))).toBe("KEYS_EXPOSED");
  });

  it("refuses what isn't a key file, without quoting it", () => {
    ensureKeys(dir, "acme", AT);
    const path = fileOf("codec");
    const text = readFileSync(path, "utf8");
    const secret = /"secret":"([^"]+)"/.exec(text)![1]!;
    for (const bad of [
      "",
      "{",
      text.replace('"v":1', '"v":2'),
      text.replace('"kid"', '"kidd"'),
      text.replace(secret, `${secret}=`),
    ]) {
      writeFileSync(path, bad);
      expect(() => openKeyStore(dir)).toThrow(
        expect.objectContaining({ code: "BAD_KEY_FILE", message: expect.not.stringContaining(secret) }),
      );
    }
  });

  it("refuses a key under another key's id or role", () => {
    ensureKeys(dir, "acme", AT);
    const path = fileOf("builder");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"role":"builder"', '"role":"gateway"'));
    expect(codeOf(() => openKeyStore(dir))).toBe("BAD_KEY_FILE");
  });

  it("refuses one key in two roles, keys of two organisations, two current keys, and none", () => {
    const all = ROLES.map((role) => newKey(role, "acme", AT));
    const [first, ...others] = all;
    const twice = others.map((key) => (key.role === "gateway" ? { ...key, secret: first!.secret } : key));
    expect(codeOf(() => keyStoreOf([first!, ...twice], dir))).toBe("KEY_REUSED");
    expect(codeOf(() => keyStoreOf([{ ...first!, org: "other" }, ...others], dir))).toBe("KEYS_OF_TWO_ORGS");
    expect(codeOf(() => keyStoreOf([...all, newKey("codec", "acme", AT)], dir))).toBe("NO_CURRENT_KEY");
    expect(codeOf(() => keyStoreOf(others, dir))).toBe("NO_CURRENT_KEY");
    expect(codeOf(() => openKeyStore(join(dir, "nowhere")))).toBe("KEYS_NOT_FOUND");
  });

  it("refuses one key in two files", () => {
    ensureKeys(dir, "acme", AT);
    copyFileSync(fileOf("recorder"), join(dir, "recorder-0000000000000000.json"));
    expect(codeOf(() => openKeyStore(dir))).toBe("KEY_REUSED");
  });
});

describe("signing keys", () => {
  const message = utf8("a message");

  it("sign what their published halves verify", async () => {
    const keys = ensureKeys(dir, "acme", AT);
    const recorder = await recorderKeys(keys).current("acme");
    const signers = {
      recorder: { keyid: recorder.kid, sign: recorder.sign },
      gateway: gatewaySigner(keys),
      builder: builderSigner(keys),
    };
    for (const role of SIGNING_ROLES) {
      const [published] = publicKeysOf(keys, role);
      const bytes = unb64u(published!.publicKey);
      expect(published!.keyid).toBe(signers[role].keyid);
      expect(published!.keyid).toBe(keyIdOf(role, bytes));
      expect(verifySignature(bytes, message, signers[role].sign(message))).toBe(true);
    }
  });

  it("are found by id, retired ones too, each in its role and organisation only", async () => {
    const old = { ...newKey("recorder", "acme", AT), state: "retired" as const };
    const keys = keyStoreOf([...ROLES.map((role) => newKey(role, "acme", AT)), old], "memory");
    expect((await recorderKeys(keys).byId("acme", old.kid)).kid).toBe(old.kid);
    expect((await recorderKeys(keys).current("acme")).kid).not.toBe(old.kid);
    await expect(recorderKeys(keys).byId("acme", keys.current("gateway").kid)).rejects.toMatchObject({
      code: "KEY_UNKNOWN",
    });
    await expect(recorderKeys(keys).current("other")).rejects.toMatchObject({ code: "KEYS_OF_ANOTHER_ORG" });
    const { kid } = keys.current("gateway");
    expect(await gatewayKeys(keys).publicKey("acme", kid)).toHaveLength(32);
    expect(await gatewayKeys(keys).publicKey("other", kid)).toBeNull();
    expect(await gatewayKeys(keys).publicKey("acme", old.kid)).toBeNull();
  });
});
