import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { openApiDocument, openApiText } from "./openapi.js";
import { PROBLEMS } from "./problems.js";

const FILE = new URL("../docs/openapi.json", import.meta.url);

describe("the OpenAPI document", () => {
  it("is the one in docs/ (UPDATE_OPENAPI=1 writes it anew)", async () => {
    const text = openApiText(await openApiDocument());
    if (process.env.UPDATE_OPENAPI === "1") writeFileSync(FILE, text);
    expect(existsSync(FILE) ? readFileSync(FILE, "utf8") : null).toBe(text);
  });

  it("has an answer with codes for every way to fail, and a body for every way to act", async () => {
    const { paths } = await openApiDocument();
    const acting = Object.values(paths).flatMap(({ post }) => (post ? [post] : []));
    expect(acting.length).toBeGreaterThan(20);
    for (const { requestBody, responses } of acting) {
      expect(requestBody).toBeDefined();
      expect(JSON.stringify(responses)).toContain("BODY_INVALID");
    }
  });

  it("names no code that the table of problems hasn't got", async () => {
    const text = openApiText(await openApiDocument());
    const named = new Set(
      [...text.matchAll(/"description": "([A-Z_]+(?:, [A-Z_]+)*)"/g)].flatMap(([, codes]) => codes!.split(", ")),
    );
    expect([...named].filter((code) => !(code in PROBLEMS))).toEqual([]);
    expect(named.size).toBeGreaterThan(15);
  });
});
