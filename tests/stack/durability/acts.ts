import type { Deployment } from "../support/deployment.js";
import { type Http, planBody } from "../support/http.js";
import { settled } from "./life.js";
import { effectsOutside, headCommit } from "./proof.js";

/** Opens an incident by hand: its title is its name. */
export async function open(http: Http, name: string): Promise<string> {
  const body = { title: name, request: "Please look.", class: "availability", severity: 1 };
  return (await settled(http, http.post("ana", "/incidents", body))).body.incident;
}

/** A change in Git on what stands there now, and a ticket that bears the incident's name. */
export function checkoutPlan(deployment: Deployment, name: string): object {
  const [scale, ticket] = planBody(deployment).steps;
  const params = { set: { replicas: 6, note: name }, expect: { commit: headCommit(deployment) } };
  const steps = [
    { ...scale, params },
    { ...ticket, params: { title: name, body: "Scaled." } },
  ];
  return planBody(deployment, { steps });
}

/** A ticket only, on a target of its own. */
export function labPlan(deployment: Deployment, name: string, target: string): object {
  const [, ticket] = planBody(deployment).steps;
  return planBody(deployment, { steps: [{ ...ticket, targets: [target], params: { title: name, body: "Looked." } }] });
}

/** What a person says of a step of unknown outcome, after a look at the systems themselves. */
export const look = (deployment: Deployment, name: string, commitsBefore: number) => async (step: string) => {
  const { commits, tickets } = effectsOutside(deployment);
  return (step === "scale" ? commits > commitsBefore : tickets.includes(name)) ? "done" : "not-done";
};
