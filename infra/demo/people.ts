import { randomBytes } from "node:crypto";
import type { JsonObject } from "../../incidents/canonical.js";
import { settled } from "../cli/client/act.js";
import { type Api, openApi } from "../cli/client/api.js";
import { CliProblem } from "../cli/problem.js";

/** One person of the demo at their keyboard: everything goes through the API, with their own token. */
export interface Actor {
  readonly name: string;
  readonly api: Api;
  /** Does something by hand; counted. @throws {CliProblem} where it is refused. */
  does(path: string, body?: object): Promise<JsonObject>;
  /** Does something that must be refused; answers why. */
  isRefused(path: string, body: object): Promise<{ readonly code: string; readonly message: string }>;
}

export interface Cast {
  readonly actor: (name: string) => Actor;
  /** Steps that people took by hand so far. */
  readonly steps: () => number;
}

export function castOf(url: string, org: string, tokens: { readonly [name: string]: string }): Cast {
  let count = 0;
  const actor = (name: string): Actor => {
    const api = openApi({ url, org, token: tokens[name]! });
    const post = async (path: string, body: object): Promise<JsonObject> => {
      count++;
      const first = await api.ask({ method: "POST", path, body, key: `demo_${randomBytes(12).toString("hex")}` });
      return (await settled(api, first, 60)).body;
    };
    return {
      name,
      api,
      does: (path, body = {}) => post(path, body),
      isRefused: (path, body) => refusalOf(post(path, body)),
    };
  };
  return { actor, steps: () => count };
}

async function refusalOf(asked: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof CliProblem) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("this should have been refused, and wasn't");
}
