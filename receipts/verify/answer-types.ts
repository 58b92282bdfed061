import type { ActionAnswer } from "./actions.js";

/** A sealed value as an answer shows it: its words where it is opened, null where the writer said nothing, or withheld. */
export interface Word {
  readonly text: string | null;
  readonly withheld: boolean;
}

/** Stage 14: the six questions, answered from proven events alone. `withheld` counts the sealed values that an answer rests on unseen. */
export interface Answers {
  readonly standing: string;
  readonly org: string;
  readonly inc: string;
  readonly drill: boolean;
  readonly phase: string;
  readonly openedAt: string;
  readonly lastAt: string;
  readonly count: number;
  readonly head: string;
  readonly request: {
    readonly by: string;
    readonly class: string;
    readonly severity: number;
    readonly title: Word;
    readonly request: Word;
    readonly plans: readonly PlanAnswer[];
    readonly withheld: number;
  };
  readonly approvals: {
    readonly votes: readonly VoteAnswer[];
    readonly refused: readonly RefusalAnswer[];
    readonly withheld: number;
  };
  readonly policy: {
    readonly policies: readonly PolicyAnswer[];
    readonly decisions: readonly DecisionAnswer[];
    readonly withheld: number;
  };
  readonly actions: { readonly steps: readonly ActionAnswer[]; readonly withheld: number };
  readonly support: {
    readonly evidence: readonly EvidenceAnswer[];
    readonly checks: readonly string[];
    readonly withheld: number;
  };
  readonly open: readonly string[];
}

export interface PlanAnswer {
  readonly seq: number;
  readonly digest: string;
  readonly by: string;
  readonly title: Word;
  readonly request: Word;
  /** Whether the words of the plan were held against the digest that was approved. */
  readonly text: "checked" | "not checked (withheld)";
}

export interface VoteAnswer {
  readonly seq: number;
  readonly by: string;
  readonly verdict: "approved" | "rejected" | "revoked";
  readonly requirement: string;
  readonly assurance: string;
  readonly at: string;
  readonly comment: Word;
}

export interface RefusalAnswer {
  readonly seq: number;
  readonly by: string;
  readonly command: string;
  readonly requirement: string | null;
  readonly code: string;
}

export interface PolicyAnswer {
  readonly digest: string;
  readonly name: string;
  readonly revision: number;
}

export interface DecisionAnswer {
  readonly seq: number;
  readonly gate: string;
  readonly step: string | null;
  readonly verdict: string;
  readonly at: string;
  readonly nextStep: string;
}

export interface EvidenceAnswer {
  readonly seq: number;
  readonly type: string;
  readonly status: string;
  readonly by: string;
  readonly reference: Word;
}
