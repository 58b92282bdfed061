import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Decision } from "./decision.js";
import type { Policy } from "./document.js";
import { evaluate } from "./evaluate.js";
import type { Approval, Delegation, Inputs } from "./inputs.js";
import { instantOf, millis } from "./instants.js";
import { parsePolicy } from "./parse.js";
import { BASE_CASE, PLAN } from "./samples/base-case.js";

const policy = parsePolicy(readFileSync(new URL("./samples/base-case.policy.yaml", import.meta.url), "utf8"));
const NOW = millis(BASE_CASE.at);
const PEOPLE = [...Object.keys(BASE_CASE.directory.people), "nobody"];
const VOTED_ON = ["ops-approval", "duty-quorum", "security-approval"];
const GROUPS = ["sre", "security", "incident-commander", "service-owner", "duty-manager"];

const instant = fc.integer({ min: -300, max: 60 }).map((minutes) => instantOf(NOW + minutes * 60_000));
const person = fc.constantFrom(...PEOPLE);

const votes = (verdicts: readonly Approval["verdict"][]): fc.Arbitrary<Approval> =>
  fc.record({
    id: fc.uuid(),
    account: person,
    requirement: fc.constantFrom(...VOTED_ON),
    verdict: fc.constantFrom(...verdicts),
    at: instant,
    planDigest: fc.constantFrom(PLAN, PLAN, PLAN, PLAN, "0".repeat(64)),
    onBehalfOf: fc.option(person, { nil: undefined, freq: 3 }),
  });

const delegation: fc.Arbitrary<Delegation> = fc
  .record({ from: person, to: person, groups: fc.subarray(GROUPS, { minLength: 1 }), start: instant, end: instant })
  .map((each) => ({ ...each, start: instantOf(NOW - 3_600_000 * 4) }));

const usual = Object.values(BASE_CASE.directory.people).map(({ groups }) => [...groups]);
const membership = fc.oneof(fc.constant(usual), fc.array(fc.subarray(GROUPS), { minLength: 10, maxLength: 10 }));

const situation: fc.Arbitrary<Inputs> = fc
  .record({
    approvals: fc.array(votes(["approve", "approve", "approve", "approve", "revoke", "reject"]), { maxLength: 6 }),
    given: fc.subarray([...BASE_CASE.approvals]),
    ages: fc.array(instant, { minLength: 3, maxLength: 3 }),
    delegations: fc.array(delegation, { maxLength: 3 }),
    membership,
    exceptions: fc.array(
      fc.record({
        id: fc.uuid(),
        control: fc.constantFrom(...VOTED_ON),
        targets: fc.constant(["tgt_cart"]),
        from: instant,
        until: instant,
        approvedBy: person,
      }),
      { maxLength: 2 },
    ),
    fresh: fc.boolean(),
  })
  .map(({ approvals, given, ages, delegations, membership, exceptions, fresh }) => {
    const people = Object.entries(BASE_CASE.directory.people).map(([id, each], i) => [
      id,
      { ...each, groups: membership[i] ?? [] },
    ]);
    return {
      ...BASE_CASE,
      approvals: [...given, ...approvals],
      exceptions,
      evidence: BASE_CASE.evidence.map((piece, i) => (fresh ? piece : { ...piece, at: ages[i]! })),
      directory: { ...BASE_CASE.directory, people: Object.fromEntries(people), delegations },
    };
  });

/** Most situations are blocked by evidence; without that control votes alone decide. */
const votesOnly: Policy = { ...policy, controls: policy.controls.filter(({ id }) => id !== "evidence-availability") };
const BADNESS = { ready: 0, "needs-approval": 1, blocked: 2 } as const;

const votesMissing = ({ missing }: Decision): number =>
  missing.reduce((sum, each) => sum + (each.kind === "approval" ? each.count : 0), 0);

/** Votes could make it ready: what is missing is then the least that does. */
const isOpen = ({ verdict }: Decision): boolean => verdict !== "blocked";

const tally = new Map<string, number>();
const seen = ({ verdict }: Decision): void => void tally.set(verdict, (tally.get(verdict) ?? 0) + 1);

describe("for any facts", () => {
  afterAll(() => expect([...tally.keys()].sort()).toEqual(["blocked", "needs-approval", "ready"]));

  it("more approvals never worsen a verdict, nor ask for more votes", () =>
    fc.assert(
      fc.property(situation, votes(["approve"]), (inputs, vote) => {
        const before = evaluate(votesOnly, inputs);
        const after = evaluate(votesOnly, { ...inputs, approvals: [...inputs.approvals, vote] });
        seen(before);
        expect(BADNESS[after.verdict]).toBeLessThanOrEqual(BADNESS[before.verdict]);
        if (isOpen(before)) expect(votesMissing(after)).toBeLessThanOrEqual(votesMissing(before));
      }),
      { numRuns: 400 },
    ));

  it("a vote by anyone named eligible brings it exactly one vote nearer", () => {
    let tried = 0;
    fc.assert(
      fc.property(situation, (any) => {
        // A reject at the very instant of the new vote would be the later word (facts.ts).
        const inputs = { ...any, approvals: any.approvals.filter(({ at }) => at !== any.at) };
        const before = evaluate(votesOnly, { ...inputs, directory: { ...inputs.directory, delegations: [] } });
        for (const missing of isOpen(before) ? before.missing : []) {
          if (missing.kind !== "approval") continue;
          for (const account of missing.eligible) {
            const vote: Approval = {
              id: "new",
              account,
              requirement: missing.requirement,
              verdict: "approve",
              at: inputs.at,
              planDigest: PLAN,
            };
            const given = {
              ...inputs,
              approvals: [...inputs.approvals, vote],
              directory: { ...inputs.directory, delegations: [] },
            };
            expect(votesMissing(evaluate(votesOnly, given))).toBe(votesMissing(before) - 1);
            tried++;
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(tried).toBeGreaterThan(50);
  });

  it("the order of the facts never matters", () =>
    fc.assert(
      fc.property(situation, fc.integer(), (inputs, seed) => {
        const order = <T>(list: readonly T[]): readonly T[] =>
          seed % 2 ? [...list].reverse() : [...list.slice(seed % 3), ...list.slice(0, seed % 3)];
        const people = Object.fromEntries(order(Object.entries(inputs.directory.people)));
        const shuffled: Inputs = {
          ...inputs,
          approvals: order(inputs.approvals),
          evidence: order(inputs.evidence),
          exceptions: order(inputs.exceptions),
          directory: { ...inputs.directory, people, delegations: order(inputs.directory.delegations) },
        };
        expect(meaning(evaluate(policy, shuffled))).toEqual(meaning(evaluate(policy, inputs)));
      }),
      { numRuns: 200 },
    ));

  it("the verdict is the same at every instant until validUntil", () =>
    fc.assert(
      fc.property(
        situation,
        fc.array(fc.integer({ min: 1, max: 600 * 60_000 }), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (inputs, offsets, all) => {
          const judging = all ? policy : votesOnly;
          const decision = evaluate(judging, inputs);
          seen(decision);
          const end = decision.validUntil === null ? Number.POSITIVE_INFINITY : millis(decision.validUntil);
          const last = Number.isFinite(end) ? [end - 1] : [];
          for (const now of [...offsets.map((offset) => NOW + offset), ...last].filter((instant) => instant < end))
            expect(evaluate(judging, { ...inputs, at: instantOf(now) }).verdict).toBe(decision.verdict);
          if (Number.isFinite(end))
            expect(evaluate(judging, { ...inputs, at: instantOf(end) }).verdict).not.toBe(decision.verdict);
        },
      ),
      { numRuns: 300 },
    ));

  it("a plan is ready only where different people can be found for all seats, by trying all", () =>
    fc.assert(
      fc.property(situation, (given) => {
        const inputs = {
          ...given,
          exceptions: [],
          directory: { ...given.directory, delegations: [] },
          approvals: given.approvals.filter(({ verdict }) => verdict === "approve"),
        };
        expect(evaluate(votesOnly, inputs).verdict === "ready").toBe(someSeating(inputs));
      }),
      { numRuns: 400 },
    ));

  it("counting each requirement on its own would accept plans that the assignment refuses", () => {
    const kim = VOTED_ON.slice(0, 1)
      .concat("security-approval")
      .map((requirement, i): Approval => ({ ...BASE_CASE.approvals[0]!, id: `${i}`, account: "kim", requirement }));
    const inputs = {
      ...BASE_CASE,
      approvals: [...BASE_CASE.approvals.filter(({ requirement }) => requirement === "duty-quorum"), ...kim],
    };
    const alone = policy.controls.map((control) => evaluate({ ...policy, controls: [control] }, inputs).verdict);
    expect(alone).toEqual(policy.controls.map(() => "ready"));
    expect(evaluate(policy, inputs).verdict).toBe("needs-approval");
  });
});

/** All that a decision means, without the digests of lists in the order given. */
const meaning = ({ inputsDigest: _i, sections: _s, decisionDigest: _d, ...rest }: Decision) => rest;

/** A second, plain opinion: tries every way to put valid voters on the seats. */
function someSeating(inputs: Inputs): boolean {
  const voters = (requirement: string, group: string): readonly string[] =>
    inputs.approvals
      .filter((vote) => isValid(vote, inputs) && vote.requirement === requirement)
      .map(({ account }) => account)
      .filter((account) => inputs.directory.people[account]!.groups.includes(group));
  const sre = voters("ops-approval", "sre");
  const security = voters("security-approval", "security");
  const quorum = ["incident-commander", "service-owner", "duty-manager"].map((group) => voters("duty-quorum", group));
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const;
  return sre.some((a) =>
    security.some((b) =>
      pairs.some(([i, j]) => quorum[i]!.some((c) => quorum[j]!.some((d) => new Set([a, b, c, d]).size === 4))),
    ),
  );
}

function isValid({ account, planDigest, at, requirement, onBehalfOf }: Approval, inputs: Inputs): boolean {
  const person = inputs.directory.people[account];
  const lasts = requirement === "security-approval" ? 2 : 4;
  const inTime = millis(at) <= NOW && NOW < millis(at) + lasts * 3_600_000;
  const direct = onBehalfOf === undefined || onBehalfOf === account;
  return (
    !!person &&
    person.active &&
    person.kind !== "service" &&
    account !== "ana" &&
    account !== "bo" &&
    planDigest === PLAN &&
    inTime &&
    direct
  );
}
