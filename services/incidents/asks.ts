import { bool, list, nullable, oneOf, optional, record, text } from "../../incidents/shape.js";
import * as v from "../../incidents/vocabulary.js";
import { ApiProblem } from "../problems.js";
import { ask } from "./ask.js";
import { personOf, personOrNull } from "./names.js";

/** What people ask of an incident as a whole. Words end in the vault; a command holds ids, enums and numbers. */
const reason = text(4_000);
const nothing = record({});
const ofPlan = record({ plan: v.digest, reason: optional(reason) });
/** What goes on without a pass stands in the receipt for good: it says why. */
function requireReason(given: string | undefined, what: string): void {
  if (given === undefined) throw new ApiProblem("BODY_INVALID", `/reason: ${what} needs a reason`);
}

const taskOf = (params: { readonly [name: string]: string }): string => params.eid!;

export const openIncident = ask({
  name: "open-incident",
  opens: true,
  shape: record({
    title: text(200),
    request: reason,
    class: v.slug,
    severity: v.severity,
    urgency: optional(v.urgency),
    services: optional(list(text(120), 50)),
    drill: optional(bool),
  }),
  prepare: ({ body: { title, request, services, class: class_, severity, urgency, drill } }) => ({
    body: {
      type: "open-incident",
      class: class_,
      severity,
      urgency: urgency ?? "high",
      drill: drill ?? false,
      linkedTo: null,
    },
    words: { "/title": title, "/request": request, "/services": services ?? null },
  }),
});

export const changeClassification = ask({
  name: "change-classification",
  shape: record({ class: v.slug, severity: v.severity, reason }),
  prepare: ({ body: { reason, ...body } }) => ({
    body: { type: "change-classification", ...body },
    words: { "/reason": reason },
  }),
});

export const assignOwner = ask({
  name: "assign-owner",
  shape: record({ owner: optional(text(120)) }),
  prepare: async ({ ports, org, person, body }) => ({
    body: { type: "assign-owner", owner: (await personOrNull(ports.catalogue, org, body.owner, "/owner")) ?? person },
    words: {},
  }),
});

export const acknowledge = ask({
  name: "acknowledge",
  shape: nothing,
  prepare: () => ({ body: { type: "acknowledge" }, words: {} }),
});
export const join = ask({ name: "join", shape: nothing, prepare: () => ({ body: { type: "join" }, words: {} }) });
export const leave = ask({ name: "leave", shape: nothing, prepare: () => ({ body: { type: "leave" }, words: {} }) });

export const start = ask({
  name: "start",
  shape: record({ plan: v.digest }),
  prepare: ({ body }) => ({ body: { type: "start", plan: body.plan }, words: {} }),
});

export const stop = ask({
  name: "stop",
  shape: ofPlan,
  prepare: ({ body }) => ({ body: { type: "stop", plan: body.plan }, words: { "/reason": body.reason ?? null } }),
});

export const rollback = ask({
  name: "rollback",
  shape: ofPlan,
  prepare: ({ body }) => ({ body: { type: "rollback", plan: body.plan }, words: { "/reason": body.reason ?? null } }),
});

export const validate = ask({
  name: "validate",
  shape: record({
    plan: v.digest,
    outcome: oneOf("passed", "failed", "waived"),
    reason: optional(reason),
    result: optional(reason),
  }),
  prepare: ({ body: { reason, result, ...body } }) => {
    if (body.outcome === "waived") requireReason(reason, "waiving the success check");
    return { body: { type: "validate", ...body }, words: { "/reason": reason ?? null, "/result": result ?? null } };
  },
});

export const resolve = ask({
  name: "resolve",
  shape: record({ how: oneOf("validated", "waived", "recovered"), reason: optional(reason) }),
  prepare: ({ body: { how, reason } }) => {
    if (how !== "validated") requireReason(reason, `resolving as ${how}`);
    return { body: { type: "resolve", how }, words: { "/reason": reason ?? null } };
  },
});

export const reopen = ask({
  name: "reopen",
  shape: record({ reason }),
  prepare: ({ body }) => ({ body: { type: "reopen" }, words: { "/reason": body.reason } }),
});

export const close = ask({
  name: "close",
  shape: record({ summary: optional(text(8_000)) }),
  prepare: ({ body }) => ({ body: { type: "close" }, words: { "/summary": body.summary ?? null } }),
});

export const cancel = ask({
  name: "cancel",
  shape: record({
    why: oneOf("false-alarm", "duplicate-of", "merged-into", "drill-aborted"),
    other: optional(nullable(v.incidentId)),
    reason: optional(reason),
  }),
  prepare: ({ body }) => ({
    body: { type: "cancel", reason: body.why, other: body.other ?? null },
    words: { "/reason": body.reason ?? null },
  }),
});

export const addNote = ask({
  name: "add-note",
  shape: record({ text: text(8_000) }),
  prepare: ({ body }) => ({ body: { type: "add-note" }, words: { "/text": body.text } }),
});

export const addTask = ask({
  name: "add-task",
  shape: record({ title: text(400), owner: optional(nullable(text(120))), dueAt: optional(nullable(v.instant)) }),
  prepare: async ({ ports, org, body }) => ({
    body: {
      type: "add-task",
      owner: await personOrNull(ports.catalogue, org, body.owner, "/owner"),
      dueAt: body.dueAt ?? null,
    },
    words: { "/title": body.title },
  }),
});

export const assignTask = ask({
  name: "assign-task",
  shape: record({ owner: text(120) }),
  prepare: async ({ ports, org, body, params }) => ({
    body: {
      type: "assign-task",
      task: taskOf(params),
      owner: await personOf(ports.catalogue, org, body.owner, "/owner"),
    },
    words: {},
  }),
});

export const completeTask = ask({
  name: "complete-task",
  shape: record({ comment: optional(reason) }),
  prepare: ({ body, params }) => ({
    body: { type: "complete-task", task: taskOf(params) },
    words: { "/comment": body.comment ?? null },
  }),
});

export const dropTask = ask({
  name: "drop-task",
  shape: record({ reason }),
  prepare: ({ body, params }) => ({
    body: { type: "drop-task", task: taskOf(params) },
    words: { "/reason": body.reason },
  }),
});
