import type { Catalogue } from "../ports.js";
import { ApiProblem } from "../problems.js";

/** @throws {ApiProblem} PERSON_UNKNOWN, pointing at the member that names nobody. */
export async function personOf(catalogue: Catalogue, org: string, word: string, path: string): Promise<string> {
  const person = await catalogue.person(org, word);
  if (person !== null) return person.id;
  throw new ApiProblem("PERSON_UNKNOWN", undefined, [{ path, message: "expected the id or account of a known person" }]);
}

export const personOrNull = (catalogue: Catalogue, org: string, word: string | null | undefined, path: string): Promise<string | null> =>
  word === null || word === undefined ? Promise.resolve(null) : personOf(catalogue, org, word, path);
