import { publicAddress } from "./git-config.js";

describe("a repository's address for a record", () => {
  it.each([
    ["https://bot:secret@git.example.org/env.git?token=x#y", "https://git.example.org/env.git"],
    ["ssh://git@git.example.org:2222/env.git", "ssh://git.example.org:2222/env.git"],
    ["git@git.example.org:env.git", "git@git.example.org:env.git"],
    ["/srv/env.git", "/srv/env.git"],
  ])("holds no credentials: %s", (repo, shown) => expect(publicAddress(repo)).toBe(shown));
});
