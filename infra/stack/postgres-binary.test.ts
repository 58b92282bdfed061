import { findPostgres, type PostgresWays } from "./postgres-binary.js";

const postgres = { name: "postgres", uid: 101, gid: 104 };
const nobody = { name: "nobody", uid: 65534, gid: 65534 };
const asRoot = (...users: readonly { name: string; uid: number; gid: number }[]): PostgresWays => ({
  bin: () => "/bin",
  isRoot: () => true,
  user: async (name) => users.find((user) => user.name === name) ?? null,
});

describe("finding a Postgres server", () => {
  it("runs it as ourselves when we aren't root", async () => {
    const found = await findPostgres({ ...asRoot(postgres), isRoot: () => false });
    expect(found).toEqual({ program: { bin: "/bin", source: "local server" } });
  });

  it("runs it as postgres when we are root", async () =>
    expect(await findPostgres(asRoot(nobody, postgres))).toMatchObject({ program: { user: postgres } }));

  it("runs it as nobody when there is no such user", async () =>
    expect(await findPostgres(asRoot(nobody))).toMatchObject({ program: { user: nobody } }));

  it.each([
    ["there is nobody to run it as", asRoot()],
    ["there is no server", { ...asRoot(postgres), bin: () => null }],
  ])("says what is missing when %s", async (_, ways) =>
    expect(await findPostgres(ways)).toEqual({ missing: expect.stringMatching(/./) }),
  );
});
