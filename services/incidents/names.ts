import { conforms } from "../../incidents/shape.js";
import { personId, sourceId } from "../../incidents/vocabulary.js";
import type { Catalogue } from "../ports.js";
import { ApiProblem } from "../problems.js";

/** @throws {ApiProblem} PERSON_UNKNOWN, pointing at the member that names nobody. */
export async function personOf(catalogue: Catalogue, org: string, word: string, path: string): Promise<string> {
  const person = await catalogue.person(org, word);
  if (person !== null) return person.id;
  throw new ApiProblem("PERSON_UNKNOWN", undefined, [
    { path, message: "expected the id or account of a known person" },
  ]);
}

export const personOrNull = (
  catalogue: Catalogue,
  org: string,
  word: string | null | undefined,
  path: string,
): Promise<string | null> =>
  word === null || word === undefined ? Promise.resolve(null) : personOf(catalogue, org, word, path);

/** Names by id, as the directory has them today: the record itself holds ids. */
export interface Names {
  readonly people: { readonly [id: string]: string };
  readonly sources: { readonly [id: string]: string };
}

/** The names behind every id of a person or of a source in an answer. Who isn't in the directory any more has none. */
export async function namesIn(catalogue: Catalogue, org: string, answer: unknown): Promise<Names> {
  const ids = [...new Set(wordsIn(answer))].sort();
  const people = ids.filter((id) => conforms(personId, id)).map((id) => catalogue.person(org, id));
  const sources = ids.filter((id) => conforms(sourceId, id)).map((id) => catalogue.source(org, id));
  return { people: byId(await Promise.all(people)), sources: byId(await Promise.all(sources)) };
}

const byId = (found: readonly ({ readonly id: string; readonly name: string } | null)[]): Names["people"] =>
  Object.fromEntries(found.filter((each) => each !== null).map(({ id, name }) => [id, name]));

function wordsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}
