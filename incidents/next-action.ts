import type { Opened } from "./state.js";

/** The one thing that must happen next, and who may do it. Never absent: a closed incident says so. */
export interface RequiredAction {
  readonly kind:
    | "take-ownership"
    | "propose-plan"
    | "satisfy-gate"
    | "start-execution"
    | "wait-for-system"
    | "confirm-step"
    | "settle-outcome"
    | "unblock-step"
    | "decide-after-failure"
    | "validate"
    | "resolve"
    | "close"
    | "none";
  /** "responder", "approver", "system" or a person's id. */
  readonly who: string;
  readonly text: string;
}

const action = (kind: RequiredAction["kind"], who: string, text: string): RequiredAction => ({ kind, who, text });

export function nextRequiredAction(state: Opened): RequiredAction {
  switch (state.phase) {
    case "open":
      return state.owner === null
        ? action("take-ownership", "responder", "Take ownership of the incident.")
        : action("propose-plan", "responder", "Propose a plan, or resolve with a reason if it recovered by itself.");
    case "planned":
      return inPlanned(state);
    case "executing":
      return inExecution(state);
    case "verifying":
      return inVerification(state);
    case "resolved":
      return action("close", "responder", "Close the incident, or reopen it if it isn't over.");
    case "closed":
    case "cancelled":
      return action("none", "nobody", `The incident is ${state.phase}; its receipt is final.`);
    default:
      return neverPhase(state);
  }
}

const neverPhase = (state: never): never => {
  throw new Error(`no required action for ${JSON.stringify(state)}`);
};

function inPlanned(state: Extract<Opened, { phase: "planned" }>): RequiredAction {
  if (state.plan.voided)
    return action(
      "propose-plan",
      "responder",
      "The approval is void, since the target moved or the execution was stopped: propose the plan again.",
    );
  if (state.gate?.verdict !== "ready") return action("satisfy-gate", "approver", "Give the gate what it asks for.");
  return state.plan.executor === "system"
    ? action("wait-for-system", "system", "The gate is open: execution is starting.")
    : action("start-execution", state.plan.executor, "The gate is open: start the execution.");
}

function inExecution(state: Extract<Opened, { phase: "executing" }>): RequiredAction {
  const { inFlight, held, steps } = state.run;
  if (inFlight?.unknown)
    return action("settle-outcome", "responder", `Look whether step ${inFlight.step} took effect, and confirm.`);
  if (inFlight) {
    const manual = state.plan.steps.find((step) => step.id === inFlight.step)?.connector === "manual";
    return manual
      ? action(
          "confirm-step",
          state.plan.executor === "system" ? "responder" : state.plan.executor,
          `Carry out step ${inFlight.step} and confirm it.`,
        )
      : action("wait-for-system", "system", `Step ${inFlight.step} is running.`);
  }
  if (held)
    return action(
      "unblock-step",
      "approver",
      `Step ${held.step} is held (${held.code}): give the gate what it asks for.`,
    );
  const failed = Object.values(steps).some((step) => step.status === "failed" || step.rollback === "failed");
  if (failed || state.plan.voided)
    return action("decide-after-failure", "responder", "A step failed: roll back, or propose another plan.");
  return action("wait-for-system", "system", "The next step is being prepared.");
}

function inVerification(state: Extract<Opened, { phase: "verifying" }>): RequiredAction {
  const { kind, person } = state.plan.successCheck;
  if (state.run.rollingBack)
    return action("propose-plan", "responder", "The plan was rolled back: propose another, or resolve with a reason.");
  if (state.validation === "passed")
    return action("resolve", "responder", "The success check passed: resolve the incident.");
  if (state.validation !== null)
    return action(
      "decide-after-failure",
      "responder",
      "The success check didn't pass: roll back, replan, or resolve with a reason.",
    );
  return kind === "probe"
    ? action("wait-for-system", "system", "The success check is running.")
    : action("validate", person ?? "responder", "Say whether the plan worked.");
}
