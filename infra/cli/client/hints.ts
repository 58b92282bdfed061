import type { IncidentView } from "./view.js";

/** The command that does what must happen next, where one does; null where somebody must think first, or a system is at work. */
export function nextCommand(view: IncidentView): string | null {
  const { inc, run, plan, nextRequiredAction } = view;
  switch (nextRequiredAction.kind) {
    case "take-ownership":
      return `own ${inc}`;
    case "propose-plan":
      return `plan propose ${inc} --file plan.yaml`;
    case "satisfy-gate":
    case "unblock-step":
      return gateCommand(view);
    case "start-execution":
      return `start ${inc}`;
    case "confirm-step":
    case "settle-outcome":
      return `confirm ${inc} --step ${run?.inFlight?.step ?? plan?.steps[0]?.id} --outcome done`;
    case "decide-after-failure":
      return `rollback ${inc} --reason …`;
    case "validate":
      return `validate ${inc} --outcome passed --reason …`;
    case "resolve":
      return `resolve ${inc}`;
    case "close":
      return `close ${inc}`;
    case "wait-for-system":
      return `incident watch ${inc}`;
    default:
      return null;
  }
}

function gateCommand(view: IncidentView): string | null {
  const { inc, gate, nextRequiredAction } = view;
  const step = nextRequiredAction.gate ?? gate?.nextStep;
  const missing = gate?.missing ?? [];
  switch (step?.kind) {
    case "attach-evidence":
      return evidenceCommand(view);
    case "ask-approval": {
      const approval = missing.find(({ kind }) => kind === "approval");
      return approval?.kind === "approval" ? `approve ${inc} --requirement ${approval.requirement}` : `approve ${inc}`;
    }
    case "change-plan":
      return `plan propose ${inc} --file plan.yaml`;
    default:
      return null;
  }
}

function evidenceCommand({ inc, gate, evidence }: IncidentView): string {
  const wanted = gate?.missing?.find((each) => each.kind === "evidence");
  if (wanted?.kind !== "evidence") return `evidence add ${inc} --type … --file …`;
  const unverified = evidence.have.findLast(({ type, status }) => type === wanted.type && status === "unverified");
  if (wanted.condition === "unverified") return `evidence verify ${inc} ${unverified?.eid.slice(0, 8) ?? "EID"}`;
  return `evidence add ${inc} --type ${wanted.type} --file …${wanted.condition === "other-plan" ? " --for-plan" : ""}`;
}
