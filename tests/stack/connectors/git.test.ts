import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { markerOf } from "../../../activities/connectors/marker.js";
import type { StepOutcome } from "../../../activities/ports.js";
import { KEY, openWorkshop, order, secret } from "./change-repository.js";

let shop: ReturnType<typeof openWorkshop>;
beforeEach(() => {
  shop = openWorkshop();
});
afterEach(() => shop.remove());

function proofIn(outcome: StepOutcome | null) {
  if (outcome?.kind !== "succeeded") throw new Error(`expected success, found ${JSON.stringify(outcome)}`);
  return outcome.proof;
}

const next = { ...order, idempotencyKey: "b".repeat(64) };
const rollback = {
  ...order,
  action: "revert",
  params: { undoes: KEY },
  idempotencyKey: "c".repeat(64),
  rollback: true,
};
const marker = markerOf(secret, KEY);

describe("a change in Git", () => {
  it("is one signed commit with the step's marker, and is proven from the server", async () => {
    const first = shop.head();
    const proof = proofIn(await shop.connector().execute(order));
    expect(shop.content()).toEqual({ replicas: 5, minReplicas: 3 });
    expect(proof.reference).toEqual({
      system: "git",
      id: shop.head(),
      version: "env/prod",
      url: `${shop.repository}#${shop.head()}`,
      digest: createHash("sha256")
        .update(`${shop.git(["show", "env/prod:checkout.json"])}\n`)
        .digest("hex"),
    });
    expect(proof.before).toContain(`commit ${first}\n{\n  "replicas": 1`);
    expect(proof.after).toContain('"replicas": 5');
    expect(proof.excerpt).toContain('-  "replicas": 1,\n+  "replicas": 5,');
    expect(shop.git(["log", "-1", "--format=%an <%ae> %at %ct %P", "env/prod"])).toBe(
      `Countersign <countersign@example.org> 1773241200 1773241200 ${first}`,
    );
    expect(shop.git(["cat-file", "commit", "env/prod"])).toMatch(
      new RegExp(`gpgsig -----BEGIN SSH SIGNATURE[^]*\nCountersign-Step: ${marker}$`),
    );
  });

  it("leaves everything else as it was", async () => {
    await shop.connector().execute(order);
    expect(shop.git(["diff", "--name-status", "env/prod^", "env/prod"])).toBe("M\tcheckout.json");
  });

  it("is made once, whoever tries again", async () => {
    const proof = proofIn(await shop.connector().execute(order));
    const again = [await shop.connector().execute(order), await shop.connector().confirm(order)];
    expect(again.map((outcome) => proofIn(outcome))).toEqual([proof, proof]);
    expect(shop.commits()).toHaveLength(2);
  });

  it("has the same commit id when it is made again from nothing, in another folder", async () => {
    const first = shop.head();
    const ids = [];
    for (const workDir of ["one", "two", "three"]) {
      ids.push(proofIn(await shop.connector({ workDir: join(shop.dir, workDir) }).execute(order)).reference.id);
      shop.force(first);
    }
    expect(new Set(ids).size).toBe(1);
  });

  it("is still found under later commits", async () => {
    const { reference } = proofIn(await shop.connector().execute(order));
    await shop.connector().execute({ ...next, params: { set: { replicas: 7 } } });
    const proof = proofIn(await shop.connector().confirm(order));
    expect(proof.reference).toEqual(reference);
    expect(proof.result).toContain("is in the history of env/prod");
  });

  it("shows a diff beforehand and changes nothing by it", async () => {
    const first = shop.head();
    expect(await shop.connector().diff!(order)).toContain(
      '--- a/checkout.json\n+++ b/checkout.json\n@@ -1,4 +1,4 @@\n {\n-  "replicas": 1,\n+  "replicas": 5,',
    );
    expect(shop.head()).toBe(first);
  });

  it("has no trace before it is made", async () => {
    expect(await shop.connector().confirm(order)).toBeNull();
  });
});

describe("a rollback in Git", () => {
  it("restores the file as it was before the step", async () => {
    await shop.connector().execute(order);
    const proof = proofIn(await shop.connector().execute(rollback));
    expect(shop.content()).toEqual({ replicas: 1, minReplicas: 3 });
    expect(proofIn(await shop.connector().confirm(rollback))).toEqual(proof);
    expect(shop.commits()).toHaveLength(3);
  });

  it("leaves later changes of other files alone", async () => {
    await shop.connector().execute(order);
    await shop.connector().execute({ ...next, targets: ["tgt_payments"] });
    await shop.connector().execute(rollback);
    expect([shop.content().replicas, shop.content("payments.json").replicas]).toEqual([1, 5]);
  });

  it("doesn't wipe out a later change of the same file", async () => {
    await shop.connector().execute(order);
    await shop.connector().execute({ ...next, params: { set: { replicas: 7 } } });
    expect(await shop.connector().execute(rollback)).toMatchObject({
      kind: "failed",
      code: "CHANGED_SINCE",
      voidsApprovals: false,
    });
    expect(shop.content().replicas).toBe(7);
  });

  it("has nothing to undo where the step never took effect", async () => {
    expect(await shop.connector().execute(rollback)).toMatchObject({ kind: "failed", code: "NOTHING_TO_UNDO" });
  });

  it("isn't led by a copy of the step's marker", async () => {
    shop.force(shop.commit(shop.head(), "checkout.json", { replicas: 9 }, `x\n\nCountersign-Step: ${marker}`));
    expect(await shop.connector().execute(rollback)).toMatchObject({ kind: "failed", code: "MARKER_NOT_OURS" });
  });
});

describe("a branch that moved", () => {
  it("voids the approvals where the plan names the commit that it changes", async () => {
    const params = { ...order.params, expect: { commit: shop.head() } };
    await shop.connector().execute({ ...next, targets: ["tgt_payments"] });
    const outcome = await shop.connector().execute({ ...order, params });
    expect(outcome).toMatchObject({ kind: "failed", code: "NON_FAST_FORWARD", voidsApprovals: true });
    expect(shop.content().replicas).toBe(1);
  });

  it("takes the change where the branch is still at that commit", async () => {
    const params = { ...order.params, expect: { commit: shop.head() } };
    expect(proofIn(await shop.connector().execute({ ...order, params })).reference.id).toBe(shop.head());
  });

  it("voids the approvals where it moves during the push", async () => {
    const other = shop.commit(shop.head(), "payments.json", { replicas: 4 }, "another change");
    shop.preReceive(`unset GIT_QUARANTINE_PATH; git update-ref refs/heads/env/prod ${other}`);
    const outcome = await shop.connector().execute(order);
    expect(outcome).toMatchObject({ kind: "failed", code: "NON_FAST_FORWARD", voidsApprovals: true });
    expect(shop.head()).toBe(other);
  });
});

describe("a push that gets no answer", () => {
  it("has succeeded where the server shows the commit", async () => {
    shop.postReceive("sleep 3");
    const proof = proofIn(await shop.connector({ timeoutMs: 1_000 }).execute(order));
    expect(proof.reference.id).toBe(shop.head());
  });

  it("is unknown where the server doesn't show it, and is found when it lands late", async () => {
    shop.preReceive("sleep 3");
    const connector = shop.connector({ timeoutMs: 1_000 });
    expect(await connector.execute(order)).toMatchObject({ kind: "unknown", code: "NO_ANSWER" });
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    // The server may or may not have carried on without us: that is why the outcome was unknown.
    const later = await connector.confirm(order);
    expect(later === null || later.kind === "succeeded").toBe(true);
    expect(shop.commits()).toHaveLength(later === null ? 1 : 2);
  });

  it("is unknown where the server can't be read afterwards, and found once it can", async () => {
    shop.postReceive(`mv "$PWD" "$PWD.away"; exit 1`);
    const connector = shop.connector({ timeoutMs: 3_000 });
    expect(await connector.execute(order)).toMatchObject({ kind: "unknown", code: "UNREACHABLE" });
    renameSync(`${shop.repository}.away`, shop.repository);
    expect(proofIn(await connector.confirm(order)).reference.id).toBe(shop.head());
    expect(proofIn(await connector.execute(order)).reference.id).toBe(shop.head());
    expect(shop.commits()).toHaveLength(2);
  });

  it("was a failure where the server was away before", async () => {
    renameSync(shop.repository, `${shop.repository}.away`);
    const connector = shop.connector();
    expect(await connector.execute(order)).toMatchObject({
      kind: "failed",
      code: "UNREACHABLE",
      voidsApprovals: false,
    });
    expect(await connector.confirm(order)).toMatchObject({ kind: "unknown", code: "UNREACHABLE" });
    renameSync(`${shop.repository}.away`, shop.repository);
    expect(await connector.confirm(order)).toBeNull();
    proofIn(await connector.execute(order));
  });
});

describe("the repository's hook refuses", () => {
  const refused = { kind: "failed", code: "REFUSED_BY_SERVER", voidsApprovals: false };

  it("a commit without a signature, in its own words", async () => {
    const outcome = await shop.connector({ signingKey: undefined }).execute(order);
    expect(outcome).toMatchObject({
      ...refused,
      result: expect.stringMatching(/^refused: commit [0-9a-f]{40} isn't signed by an authorised signer$/),
    });
    expect(shop.commits()).toHaveLength(1);
  });

  it("a commit signed by another key", async () => {
    const other = openWorkshop();
    const outcome = await shop.connector({ signingKey: other.signingKey }).execute(order);
    other.remove();
    expect(outcome).toMatchObject({
      ...refused,
      result: expect.stringContaining("isn't signed by an authorised signer"),
    });
  });

  it.each([
    ["a signed commit without a step", "HEAD:refs/heads/env/prod", "names no Countersign-Step"],
    ["another branch", "HEAD:refs/heads/env/other", "only env/prod takes commits here"],
    ["a deletion", ":refs/heads/env/prod", "may not be deleted"],
    ["rewritten history", "+side:refs/heads/env/prod", "no fast-forward"],
  ])("%s", (_, refspec, words) => {
    const clone = join(shop.dir, "clone");
    const signing = ["-c", "gpg.format=ssh", "-c", `user.signingKey=${shop.signingKey}`];
    const at = (args: readonly string[]) =>
      shop.git([`--git-dir=${clone}/.git`, `--work-tree=${clone}`, ...signing, ...args]);
    shop.git(["clone", "--quiet", "--branch", "env/prod", shop.repository, clone]);
    at(["commit", "--quiet", "--allow-empty", "-S", "-m", "no step"]);
    at(["branch", "side", at(["commit-tree", "-S", "HEAD^{tree}", "-m", `x\n\nCountersign-Step: ${marker}`])]);
    expect(() => at(["push", shop.repository, refspec])).toThrow(words);
  });
});

describe("a marker", () => {
  it("that somebody planted isn't taken for ours", async () => {
    const before = shop.head();
    shop.force(
      shop.commit(before, "checkout.json", { replicas: 5, minReplicas: 3 }, `x\n\nCountersign-Step: ${marker}`),
    );
    for (const outcome of [await shop.connector().execute(order), await shop.connector().confirm(order)])
      expect(outcome).toMatchObject({ kind: "unknown", code: "MARKER_NOT_OURS" });
    expect(shop.commits()).toHaveLength(2);
  });

  it("doesn't count in the middle of a message", async () => {
    shop.force(shop.commit(shop.head(), "payments.json", {}, `see "Countersign-Step: ${marker}"`));
    expect(await shop.connector().confirm(order)).toBeNull();
  });

  it("of our commit with another order's content is not that order's effect", async () => {
    await shop.connector().execute(order);
    const other = await shop.connector().confirm({ ...order, params: { set: { replicas: 6 } } });
    expect(other).toMatchObject({ kind: "unknown", code: "MARKER_NOT_OURS" });
  });
});

describe("the connector's own copies", () => {
  it("of killed processes are removed", async () => {
    const orphan = join(shop.dir, "work", "mirror-999999999-abc");
    mkdirSync(orphan, { recursive: true });
    await shop.connector().confirm(order);
    expect(existsSync(orphan)).toBe(false);
  });

  it("are made anew when they are lost", async () => {
    const connector = shop.connector();
    await connector.confirm(order);
    for (const name of readdirSync(join(shop.dir, "work"))) rmSync(join(shop.dir, "work", name), { recursive: true });
    expect(await connector.confirm(order)).toMatchObject({ kind: "unknown" });
    expect(await connector.confirm(order)).toBeNull();
  });
});

it("serves several orders at once, one after another", async () => {
  const connector = shop.connector();
  const orders = [order, { ...next, targets: ["tgt_payments"] }];
  const outcomes = await Promise.all(orders.map((each) => connector.execute(each)));
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(["succeeded", "succeeded"]);
});

it.each([
  ["changes nothing", { set: { replicas: 1 } }, "NOTHING_TO_CHANGE"],
  ["names a base that isn't there", { set: { replicas: 5 }, expect: { commit: "0".repeat(40) } }, "NON_FAST_FORWARD"],
])("fails with a code where the plan %s", async (_, params, code) => {
  expect(await shop.connector().execute({ ...order, params })).toMatchObject({ kind: "failed", code });
  expect(shop.commits()).toHaveLength(1);
});
