import type { IncidentReader } from "../ports.js";
import { type Client, listening } from "../testing/client.js";
import { ORG, PEOPLE } from "../testing/fakes.js";
import { findIncident } from "./load.js";

let api: Client;
beforeAll(async () => {
  api = await listening();
});
afterAll(() => api.close());

const open = async (): Promise<string> =>
  (
    await api.post("ana", "/incidents", {
      title: "Checkout is down",
      request: "Bring it back",
      class: "availability",
      severity: 1,
    })
  ).body.incident;
const note = (inc: string) => api.post("bo", `/incidents/${inc}/notes`, { text: "looking" });

/** A reader that can be set back, and says what it was asked. */
function counting() {
  const reads: { readonly from: number; readonly records: number }[] = [];
  let upTo = Number.POSITIVE_INFINITY;
  const reader: IncidentReader = {
    ...api.workflows,
    records: async (org, inc, from) => {
      const records = (await api.workflows.records(org, inc, 0)).slice(from, upTo);
      reads.push({ from, records: records.length });
      return records;
    },
  };
  return { reader, reads, setBackTo: (count: number) => void (upTo = count) };
}

describe("an incident that was folded before", () => {
  it("is grown by the records since, and is the very same where there are none", async () => {
    const { reader, reads } = counting();
    const inc = await open();
    const first = await findIncident(reader, ORG, inc);
    expect(await findIncident(reader, ORG, inc)).toBe(first);
    await note(inc);
    await note(inc);
    const grown = (await findIncident(reader, ORG, inc))!;
    expect(grown.events.map(({ typ }) => typ)).toEqual(["IncidentOpened", "NoteAdded", "NoteAdded"]);
    expect(grown).toEqual(await findIncident(api.workflows, ORG, inc));
    expect(reads).toEqual([
      { from: 0, records: 1 },
      { from: 0, records: 1 },
      { from: 0, records: 3 },
    ]);
    await findIncident(reader, ORG, inc);
    expect(reads.at(-1)).toEqual({ from: 2, records: 1 });
  });

  it("isn't asked for where the caller knows its head", async () => {
    const { reader, reads } = counting();
    const inc = await open();
    const first = (await findIncident(reader, ORG, inc))!;
    expect(await findIncident(reader, ORG, inc, first.state.head)).toBe(first);
    expect(reads).toHaveLength(1);
    await note(inc);
    expect((await findIncident(reader, ORG, inc, api.workflows.stateOf(inc)!.head))!.state.seq).toBe(2);
  });

  it("is forgotten where the store was set back", async () => {
    const { reader, setBackTo } = counting();
    const inc = await open();
    await note(inc);
    expect((await findIncident(reader, ORG, inc))!.state.seq).toBe(2);
    setBackTo(1);
    expect((await findIncident(reader, ORG, inc))!.state.seq).toBe(1);
    setBackTo(0);
    expect(await findIncident(reader, ORG, inc)).toBeNull();
  });

  it("is opened, judged and folded once for a list, however often that is asked for", async () => {
    const inc = await open();
    await api.get("ana", "/incidents");
    const { records } = api.ports.incidents;
    const { open: openWords } = api.ports.vault;
    const asked: string[] = [];
    const noting =
      <A extends readonly unknown[], R>(what: string, call: (...of: A) => R) =>
      (...of: A): R => {
        asked.push(what);
        return call(...of);
      };
    Object.assign(api.ports.incidents, { records: noting("records", records) });
    Object.assign(api.ports.vault, { open: noting("words", openWords) });
    const row = async () =>
      (await api.get("ana", "/incidents")).body.incidents.find((each: { inc: string }) => each.inc === inc);
    const before = await row();
    expect(asked).toEqual([]);
    await api.post("bo", `/incidents/${inc}/owner`, {});
    asked.length = 0;
    expect(await row()).toMatchObject({
      ...before,
      owner: PEOPLE.bo.id,
      head: expect.not.stringMatching(before.head),
      count: 2,
      lastEventAt: expect.any(String),
      nextRequiredAction: { kind: "propose-plan" },
    });
    expect(asked).toEqual(["records", "words"]);
    Object.assign(api.ports.incidents, { records });
    Object.assign(api.ports.vault, { open: openWords });
  });
});
