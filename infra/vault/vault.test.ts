import { SealedValueMissing } from "../../activities/ports.js";
import { unb64u } from "../../incidents/bytes.js";
import { canonicalize, type Json } from "../../incidents/canonical.js";
import { blindedDigest } from "../../incidents/digest.js";
import type { SealedTriple } from "../../incidents/events.js";
import { commitmentOf } from "../../receipts/slots.js";
import { newKey } from "../keys/make.js";
import { ROLES } from "../keys/roles.js";
import { keyStoreOf } from "../keys/store.js";
import { migrate } from "../sql/migrate.js";
import { vault as vaultTables } from "../sql/migrations/vault.js";
import { openPglite } from "../sql/pglite.js";
import type { Sql } from "../sql/sql.js";
import { SealedValueDamaged } from "./errors.js";
import { openVault, type Vault } from "./vault.js";

const ORG = "acme";
const incOf = (digit: string): string => `inc_${digit.repeat(26)}`;
const INC = incOf("0");
const CANARY = "canary-7b02";

const all = ROLES.map((role) => newKey(role, ORG, new Date(0)));
let sql: Sql;
let vault: Vault;

beforeAll(async () => {
  sql = await openPglite();
  await migrate(sql, [vaultTables]);
  vault = openVault(sql, keyStoreOf(all, "memory"));
  await vault.mintIncidentKey(ORG, INC);
}, 30_000);
afterAll(() => sql.close());

const sealOne = async (value: Json, path = "/title", inc = INC): Promise<SealedTriple> =>
  (await vault.seal(ORG, inc, [{ path, value }]))[0]!;

describe("sealed values", () => {
  it("come back by their triples, in the order asked for", async () => {
    const values = [
      { path: "/title", value: "a" },
      { path: "/links", value: ["x", 1, null] },
      { path: "/reason", value: null },
    ];
    const triples = await vault.seal(ORG, INC, values);
    expect(triples.map(([path]) => path)).toEqual(["/title", "/links", "/reason"]);
    expect(await vault.open(ORG, INC, [...triples].reverse())).toEqual([null, ["x", 1, null], "a"]);
  });

  it("show nothing twice: the same value has another ref, commitment and ciphertext", async () => {
    const triples = [await sealOne("same"), await sealOne("same")];
    const [a, b] = await vault.ciphertexts(ORG, INC, triples);
    expect(triples[0]![1]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(triples.flatMap(([, ref, commitment]) => [ref, commitment])).size).toBe(4);
    expect(Buffer.from(a!).equals(Buffer.from(b!))).toBe(false);
  });

  it("stand in SQL only as ciphertext, and so do keys", async () => {
    await sealOne({ deep: [CANARY] });
    const [values] = await sql.query<{ text: string }>(
      "select string_agg(ref || path || commitment || encode(ciphertext, 'escape'), '') as text from sealed_values",
    );
    expect(values!.text.length).toBeGreaterThan(100);
    expect(values!.text).not.toContain(CANARY);
  });

  it("open a slot of a receipt: the salt and value give the commitment", async () => {
    const triple = await sealOne("evidence", "/reference");
    const [opening] = await vault.openings(ORG, INC, [triple]);
    expect(opening).toMatchObject({ path: "/reference", value: "evidence" });
    const place = { org: ORG, inc: INC, ref: triple[1], path: triple[0] };
    expect(commitmentOf(unb64u(opening!.salt), place, opening!.value)).toBe(triple[2]);
  });

  it("are none where none are asked for", async () => {
    expect(await vault.seal(ORG, INC, [])).toEqual([]);
    expect(await vault.ciphertexts(ORG, INC, [])).toEqual([]);
    expect(await vault.open(ORG, incOf("9"), [])).toEqual([]);
  });
});

describe("a sealed value that isn't there", () => {
  it.each([
    ["another path", ([, ref, commitment]: SealedTriple) => ["/other", ref, commitment]],
    ["another ref", ([path, , commitment]: SealedTriple) => [path, "0".repeat(32), commitment]],
    ["another commitment", ([path, ref]: SealedTriple) => [path, ref, "0".repeat(64)]],
  ] as [string, (triple: SealedTriple) => SealedTriple][])("is missing under %s", async (_, change) => {
    const triple = change(await sealOne("x"));
    await expect(vault.ciphertexts(ORG, INC, [triple])).rejects.toThrow(SealedValueMissing);
    await expect(vault.open(ORG, INC, [triple])).rejects.toThrow(SealedValueMissing);
  });

  it("is missing in another incident and in another organisation", async () => {
    const triple = await sealOne("x");
    await vault.mintIncidentKey(ORG, incOf("1"));
    await expect(vault.open(ORG, incOf("1"), [triple])).rejects.toThrow(SealedValueMissing);
    await expect(vault.ciphertexts("other", INC, [triple])).rejects.toThrow(SealedValueMissing);
  });

  it("can't be sealed before the incident has a key", async () =>
    expect(sealOne("x", "/title", incOf("2"))).rejects.toThrow(SealedValueMissing));

  it("is damaged when its bytes were changed", async () => {
    const [path, ref, commitment] = await sealOne("x");
    await sql.query(
      "update sealed_values set ciphertext = set_byte(ciphertext, 0, 255 - get_byte(ciphertext, 0)) where ref = $1",
      [ref],
    );
    await expect(vault.open(ORG, INC, [[path, ref, commitment]])).rejects.toThrow(SealedValueDamaged);
  });
});

describe("the key of an incident", () => {
  it("is made once, by whoever is first", async () => {
    const inc = incOf("3");
    await Promise.all([1, 2, 3].map(() => vault.mintIncidentKey(ORG, inc)));
    const triple = await sealOne("kept", "/title", inc);
    await vault.mintIncidentKey(ORG, inc);
    expect(await vault.open(ORG, inc, [triple])).toEqual(["kept"]);
  });

  it("doesn't open in another incident's row", async () => {
    const [mine, other] = [incOf("4"), incOf("5")];
    await vault.mintIncidentKey(ORG, mine);
    await sql.query("insert into incident_keys select org, $1, kid, wrapped from incident_keys where inc = $2", [
      other,
      mine,
    ]);
    await expect(sealOne("x", "/title", other)).rejects.toThrow(SealedValueDamaged);
  });

  it("opens under a retired master key, and not without it", async () => {
    const triple = await sealOne("old");
    const others = all.filter(({ role }) => role !== "master");
    const fresh = newKey("master", ORG, new Date(1));
    const retired = { ...all.find(({ role }) => role === "master")!, state: "retired" as const };
    const rotated = openVault(sql, keyStoreOf([...others, fresh, retired], "memory"));
    expect(await rotated.open(ORG, INC, [triple])).toEqual(["old"]);
    const lost = openVault(sql, keyStoreOf([...others, fresh], "memory"));
    await expect(lost.open(ORG, INC, [triple])).rejects.toThrow(SealedValueDamaged);
  });
});

describe("the digest of a plan", () => {
  const meaning = { steps: [{ id: "one", params: { version: "1.2.4" } }], risk: "low" };

  it("is that of its bytes under its blind", async () => {
    const { digest, blind } = await vault.planDigest(ORG, INC, meaning);
    expect(unb64u(blind)).toHaveLength(32);
    expect(blindedDigest("plan", unb64u(blind), canonicalize(meaning))).toBe(digest);
  });

  it("is the same for the same meaning, whatever the order of members, in one incident only", async () => {
    await vault.mintIncidentKey(ORG, incOf("6"));
    const here = await vault.planDigest(ORG, INC, meaning);
    expect(await vault.planDigest(ORG, INC, { risk: "low", steps: meaning.steps })).toEqual(here);
    expect((await vault.planDigest(ORG, INC, { ...meaning, risk: "high" })).digest).not.toBe(here.digest);
    expect((await vault.planDigest(ORG, incOf("6"), meaning)).digest).not.toBe(here.digest);
    expect((await vault.displayDigest(ORG, INC, meaning)).digest).not.toBe(here.digest);
  });
});
