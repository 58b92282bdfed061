import { PERSON_COMMANDS } from "../../incidents/commands.js";
import { EVENTS } from "../../incidents/events.js";
import { alertWords, personWords } from "./slots.js";

const ANA = { name: "ana", address: "127.0.0.1" };

describe("sealed words", () => {
  it("fill every slot of the event that a command makes, absent ones with null", () => {
    const words = personWords("propose-plan", { "/title": "Roll back" }, ANA);
    expect(words.map(({ path }) => path)).toEqual([...EVENTS.PlanProposed.sealed, "/address", "/name"]);
    expect(words.filter(({ value }) => value !== null).map(({ value }) => value)).toEqual([
      "Roll back",
      "127.0.0.1",
      "ana",
    ]);
  });

  it("say of every command who acted and from where, since even a refusal does", () => {
    for (const type of PERSON_COMMANDS)
      expect(
        personWords(type, {}, ANA)
          .slice(-2)
          .map(({ value }) => value),
      ).toEqual(["127.0.0.1", "ana"]);
    expect(PERSON_COMMANDS.length).toBeGreaterThan(20);
  });

  it("of an alert serve whichever of three events it makes", () => {
    const paths = alertWords("alert-fired", {}).map(({ path }) => path);
    for (const slot of [
      ...EVENTS.IncidentOpened.sealed,
      ...EVENTS.AlertFired.sealed,
      ...EVENTS.IncidentReopened.sealed,
    ])
      expect(paths).toContain(slot);
  });

  it("never go to a slot that no event has", () => {
    expect(() => personWords("join", { "/comment": "hi" }, ANA)).toThrow("/comment");
  });
});
