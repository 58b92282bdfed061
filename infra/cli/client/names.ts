import { oneLine } from "./text.js";

/** The part of an answer that names the people and sources of its ids. */
export interface Named {
  readonly people?: Readonly<Record<string, string>>;
  readonly sources?: Readonly<Record<string, string>>;
}

/** What a person reads in place of an id. Whatever isn't a known id stays as it is. */
export type NameOf = (id: string) => string;

/** Two of one name are told apart by their ids: whose vote it is must not be a guess. */
export function namesOf({ people = {}, sources = {} }: Named): NameOf {
  const all = new Map(Object.entries({ ...people, ...sources }));
  const shared = (name: string): boolean =>
    [...all.values()].filter((other) => oneLine(other) === oneLine(name)).length > 1;
  return (id) => {
    const name = all.get(id);
    if (name === undefined || oneLine(name) === "") return oneLine(id);
    return shared(name) ? `${oneLine(name)} (${id})` : oneLine(name);
  };
}
