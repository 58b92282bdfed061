/** A plan with every field, to be edited. What a field may hold is checked by the API; see `POST …/plan` in docs/openapi.json. */
export const PLAN_EXAMPLE = `# A plan for \`countersign plan propose INC --file plan.yaml\`. JSON is taken too.
# What the approvers vote on is the meaning: steps, successCheck and risk. Any change there makes another plan and needs new votes.

title: Route checkout back to release 41
request: >-
  Release 42 leaks connections and p95 of checkout is above 2 s. Route traffic back to 41; expected: p95 below 500 ms in 5 minutes.

# low, medium or high: the policy may ask more of a higher risk.
risk: medium

# Who runs it: "system" starts by itself as soon as the gate is ready; a person (id or account) starts with \`countersign start INC\`.
executor: system

# Who wrote it, ids or accounts (default: whoever proposes it). Authors, requester and executor never approve.
# authors: [ana]

# What belongs to it elsewhere.
links:
  - https://wiki.example.com/runbooks/checkout-rollback

# In this order, one after another.
steps:
  - id: route-back # lowercase letters, digits and dashes
    connector: git # a signed commit to the target's environment branch
    action: set
    targets: [checkout-prod] # ids or names of the service catalogue
    params:
      set: { release: "41" } # members of the target's JSON file
    # How it is undone. Part of what is approved: it needs no second vote.
    rollback: { action: revert, params: {} }
    expectedMinutes: 5
    rollbackMinutes: 5

  - id: restart-workers
    connector: manual # somebody does it by hand, and confirms: countersign confirm INC --step restart-workers --outcome done
    action: instruct
    targets: [checkout-prod]
    params:
      instructions: Restart the checkout workers one by one, and wait until each is healthy.
    rollback: { none: A restarted worker needs no undoing. }
    expectedMinutes: 10
    rollbackMinutes: 0

# How it is seen that it worked: a probe, which the system runs,
successCheck:
  kind: probe
  url: https://checkout.example.com/health
  expectStatus: 200 # default
  expectJson: { release: "41" } # members of its JSON answer; optional
  consecutive: 3 # so many good answers in a row; default 2
  withinSeconds: 300 # default 60
  everySeconds: 10 # default 2
# or a named person:
# successCheck: { kind: person, person: sam, instructions: Look at p95 of checkout for five minutes. }
`;
