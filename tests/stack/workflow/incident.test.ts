import { cancel, factsOf, failing, opening, openWorkshop, plan } from "./desk.js";

let workshop: Awaited<ReturnType<typeof openWorkshop>>;
beforeAll(async () => {
  workshop = await openWorkshop();
}, 60_000);
afterAll(() => workshop.close());

const typesOf = (desk: { readonly events: readonly { readonly typ: string }[] }) => desk.events.map(({ typ }) => typ);

describe("the workflow", () => {
  it("decides no command twice that another run of the incident has recorded", async () => {
    const desk = await workshop.desk();
    desk.refuse = (request) => {
      if (request.drafts[0]!.typ !== "NoteAdded" || desk.events.length > 1) return;
      desk.events.push(...factsOf(request));
      throw failing("SequenceConflict");
    };
    await desk.say(opening);
    await desk.say({ type: "add-note" });
    await desk.say(cancel);
    expect(await desk.ended()).toMatchObject({ count: 3 });
    expect(desk.asked).toEqual(["command-1", "command-2", "command-3"]);
  }, 30_000);

  it("doesn't go round in circles where its events stand elsewhere in the chain already", async () => {
    const desk = await workshop.desk();
    desk.refuse = ({ drafts }) => {
      if (drafts[0]!.typ === "NoteAdded") throw failing("SequenceConflict");
    };
    await desk.say(opening);
    await desk.say({ type: "add-note" });
    await desk.say(cancel);
    expect(await desk.ended()).toMatchObject({ count: 2 });
    expect(desk.asked).toEqual(["command-1", "command-2", "command-3"]);
  }, 30_000);

  it("refuses a command whose event no log can hold, and goes on", async () => {
    const desk = await workshop.desk();
    desk.refuse = ({ drafts }) => {
      if (drafts[0]!.typ === "NoteAdded") throw failing("EventUnwritable");
    };
    await desk.say(opening);
    await desk.say({ type: "add-note" });
    await desk.say(cancel);
    await desk.ended();
    expect(typesOf(desk)).toEqual(["IncidentOpened", "CommandRefused", "IncidentCancelled"]);
    expect(desk.events[1]).toMatchObject({
      clear: { code: "EVENT_UNWRITABLE", command: "add-note" },
      actor: { kind: "person" },
    });
  }, 30_000);

  it("lets no forged envelope take a command's id", async () => {
    const desk = await workshop.desk();
    let forged = true;
    desk.refuse = ({ drafts }) => {
      if (drafts[0]!.typ !== "NoteAdded" || !forged) return;
      forged = false;
      throw failing("EnvelopeRefused");
    };
    await desk.say(opening);
    await desk.say({ type: "add-note" }, { commandId: "the-same-id", issuedAt: "2026-03-11T14:00:00.000Z" });
    await desk.say({ type: "add-note" }, { commandId: "the-same-id" });
    await desk.say(cancel);
    await desk.ended();
    expect(typesOf(desk)).toEqual(["IncidentOpened", "CommandRefused", "NoteAdded", "IncidentCancelled"]);
  }, 30_000);

  it("looks again at a gate that only facts block, records nothing while they do, and starts once they don't", async () => {
    const desk = await workshop.desk();
    await desk.say(opening);
    await desk.say(plan);
    await desk.recorded("GateEvaluated");
    desk.verdict = "ready";
    await desk.recorded("ExecutionStarted");
    expect(typesOf(desk).slice(0, 6)).toEqual([
      "IncidentOpened",
      "PlanProposed",
      "GateEvaluated",
      "GateEvaluated",
      "GateEvaluated",
      "ExecutionStarted",
    ]);
    await desk.terminate();
  }, 30_000);

  it("starts a plan that asks for nothing", async () => {
    const desk = await workshop.desk();
    desk.verdict = "ready";
    await desk.say(opening);
    await desk.say(plan);
    await desk.recorded("ExecutionStarted");
    await desk.terminate();
  }, 30_000);
});
