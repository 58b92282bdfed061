import { fakes, ORG, PEOPLE, SOURCE } from "../testing/fakes.js";
import { namesIn } from "./names.js";

const { catalogue } = fakes().ports;
const namesOf = (answer: unknown) => namesIn(catalogue, ORG, answer);

describe("the names of an answer", () => {
  it("are those of every person and source in it, however deep, once", async () => {
    const { ana, bo } = PEOPLE;
    const answer = {
      owner: ana.id,
      votes: [{ person: bo.id }, { person: bo.id }],
      alerts: [{ source: SOURCE }],
      roles: { scribe: ana.id },
    };
    expect(await namesOf(answer)).toEqual({
      people: { [ana.id]: "ana", [bo.id]: "bo" },
      sources: { [SOURCE]: "alertmanager" },
    });
  });

  it("leave out who isn't in the directory, and words that only hold an id or name an account", async () => {
    expect(await namesOf(["per_gone0000", "src_gone0000", `see ${PEOPLE.ana.id}`, "ana", null, 7])).toEqual({
      people: {},
      sources: {},
    });
  });
});
