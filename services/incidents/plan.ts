import type { JsonObject } from "../../incidents/canonical.js";
import type { BodyOf } from "../../incidents/commands.js";
import { clearOfStep } from "../../incidents/plan.js";
import {
  int,
  list,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  type TypeOf,
  tagged,
  text,
} from "../../incidents/shape.js";
import * as v from "../../incidents/vocabulary.js";
import { type Asked, ask } from "./ask.js";
import { personOf } from "./names.js";

const minutes = int(0, 1_440);
const word = text(120);

const does = record({ action: v.slug, params: object });
const doesNothing = record({ none: text(2_000) });
/** `{action, params}`, or `{none: why}`: a plan says how it is undone, or that it can't be. */
const rollback: Shape<TypeOf<typeof does> | TypeOf<typeof doesNothing>> = {
  schema: { oneOf: [does.schema, doesNothing.schema] },
  check: (value, path, problems) => {
    const none = typeof value === "object" && value !== null && Object.hasOwn(value, "none");
    (none ? doesNothing : does).check(value, path, problems);
  },
};

const step = record({
  id: v.slug,
  connector: v.slug,
  action: v.slug,
  /** Ids or names of the service catalogue. */
  targets: list(word, 50, 1),
  params: object,
  rollback,
  expectedMinutes: minutes,
  rollbackMinutes: minutes,
});

const successCheck = tagged("kind", {
  probe: record({
    url: text(2_000),
    /** What counts as a good answer: the status (200 where absent), and members of its JSON. */
    expectStatus: optional(int(100, 599)),
    expectJson: optional(object),
    /** It passes after so many good answers in a row (2) within so many seconds (60), asked every so many (2). */
    consecutive: optional(int(1, 20)),
    withinSeconds: optional(int(1, 600)),
    everySeconds: optional(int(1, 60)),
  }),
  person: record({ person: word, instructions: text(4_000) }),
});

export const planBody = record({
  title: text(200),
  request: text(4_000),
  risk: v.risk,
  executor: word,
  authors: optional(list(word, 20, 1)),
  links: optional(list(text(2_000), 20)),
  steps: list(step, 50, 1),
  successCheck,
});
type PlanBody = TypeOf<typeof planBody>;

/** Stands for a target that the catalogue doesn't have, so that the refusal is made by the gate and goes on the record. */
const NO_TARGET = "tgt_00000000";

/** Names become ids, the meaning gets its blinded digest, and every word goes to the vault. */
export const proposePlan = ask({
  name: "propose-plan",
  shape: planBody,
  prepare: async (asked: Asked<PlanBody>) => {
    const { ports, org, inc, person, body } = asked;
    const unknown: string[] = [];
    const meaning = await meaningOf(asked, unknown);
    const { digest, blind } = await ports.vault.planDigest(org, inc, meaning as unknown as JsonObject);
    const people = (body.authors ?? [person]).map((author, i) =>
      personOf(ports.catalogue, org, author, `/authors/${i}`),
    );
    const command: BodyOf<"propose-plan"> = {
      type: "propose-plan",
      plan: digest,
      risk: body.risk,
      executor:
        body.executor === "system" ? "system" : await personOf(ports.catalogue, org, body.executor, "/executor"),
      authors: [...new Set(await Promise.all(people))],
      steps: meaning.steps.map(clearOfStep),
      successCheck: {
        kind: meaning.successCheck.kind,
        person: meaning.successCheck.kind === "person" ? meaning.successCheck.person : null,
      },
    };
    const words = {
      "/plan": meaning as unknown as JsonObject,
      "/planBlind": blind,
      "/title": body.title,
      "/request": body.request,
      "/links": body.links ?? null,
    };
    return {
      body: command,
      words,
      details: { TARGET_UNKNOWN: `Not in the service catalogue: ${unknown.join(", ")}.` },
    };
  },
});

type Step = PlanBody["steps"][number];
type Meaning = Pick<PlanBody, "risk" | "successCheck"> & { readonly steps: readonly Step[] };

/** What `planDigest` covers: steps, success check and risk, with ids for names. */
async function meaningOf({ ports, org, body }: Asked<PlanBody>, unknown: string[]): Promise<Meaning> {
  const { catalogue } = ports;
  const idOf = async (name: string): Promise<string> => {
    const target = await catalogue.target(org, name);
    if (target === null) unknown.push(name);
    return target?.id ?? NO_TARGET;
  };
  const steps = await Promise.all(
    body.steps.map(async (each) => ({ ...each, targets: [...new Set(await Promise.all(each.targets.map(idOf)))] })),
  );
  const check = body.successCheck;
  const named =
    check.kind === "person"
      ? { ...check, person: await personOf(catalogue, org, check.person, "/successCheck/person") }
      : check;
  return { risk: body.risk, steps, successCheck: named };
}

export const withdrawPlan = ask({
  name: "withdraw-plan",
  shape: record({ plan: v.digest, reason: optional(text(2_000)) }),
  prepare: ({ body }) => ({
    body: { type: "withdraw-plan", plan: body.plan },
    words: { "/reason": body.reason ?? null },
  }),
});

export const confirmStep = ask({
  name: "confirm-step",
  shape: record({
    plan: v.digest,
    step: v.slug,
    outcome: oneOf("done", "not-done", "failed"),
    comment: optional(text(4_000)),
    reference: optional(text(2_000)),
    digest: optional(v.digest),
  }),
  prepare: ({ body: { comment, reference, digest, ...body } }) => ({
    body: { type: "confirm-step", ...body },
    words: { "/comment": comment ?? null, "/reference": reference ?? null, "/digest": digest ?? null },
  }),
});
