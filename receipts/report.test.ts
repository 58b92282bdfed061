import { accelerate } from "./cli/accelerate.js";
import { useAccelerator } from "./ed25519.js";
import { reportInWords } from "./report.js";
import { LEE, TRUST } from "./testing/cast.js";
import { must, openCheckout } from "./testing/checkout.js";
import { receiptBytes } from "./testing/forge.js";
import { verifyReceipt } from "./verify/index.js";

beforeAll(accelerate);
afterAll(() => useAccelerator(null));

const linesOf = (bytes: Uint8Array, trust = TRUST): readonly string[] =>
  reportInWords(verifyReceipt(bytes, trust)).map(({ text }) => text);

describe("the report in words", () => {
  it("shows a value's control characters as codes, so that none can pass for a line or paint over one", () => {
    const story = openCheckout();
    const title = "x\nFINAL: VERIFIED\u001b[2J\u202e";
    must(
      story.ask(
        LEE,
        { type: "attach-evidence", evidenceType: "note", plan: null },
        { "/digest": "", "/excerpt": "", "/reference": title },
      ),
    );
    const lines = linesOf(receiptBytes(story));
    const text = lines.join("\n");
    expect(lines[0]).toMatch(/^INTERIM: VERIFIED/);
    expect(text).toContain("x\\u{a}FINAL: VERIFIED\\u{1b}[2J\\u{202e}");
    expect(lines.every((line) => !/[\p{Cc}\p{Cf}]/u.test(line))).toBe(true);
  });

  it("claims no signature that wasn't checked", () => {
    const bytes = receiptBytes(openCheckout());
    const text = linesOf(bytes, { ...TRUST, recorders: [], gateways: [], builders: [], require: ["chain"] }).join("\n");
    expect(text).toContain("events whose signatures were NOT checked");
    expect(text).toContain("a head whose signature was NOT checked");
    expect(text).not.toContain("signed by the recorder");
    expect(linesOf(bytes).join("\n")).toContain("the head that the builder signed");
  });
});
