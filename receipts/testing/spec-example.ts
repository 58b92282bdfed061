import { hex, unb64u } from "../../incidents/bytes.js";
import { decodeUtf8 } from "../../incidents/canonical.js";
import { eventHash, genesisHash } from "../../incidents/digest.js";
import { parseEnvelope } from "../../incidents/envelope.js";
import { EVENT_PAYLOAD_TYPE, parseEvent } from "../../incidents/event.js";
import { type Receipt, receiptId } from "../format.js";
import { issueReceipt } from "../serve.js";
import { statementToSign } from "../statement.js";
import { BUILDER, GATEWAY, INC, ORG, RECORDER } from "./cast.js";
import { openCheckout, statementOf } from "./checkout.js";

/** SPEC.md's example: the first three events of the tests' incident, by keys whose seeds are public. Never a real one's. */
export function specExample(): string {
  const story = openCheckout();
  const statement = statementOf(story);
  const receipt = JSON.parse(decodeUtf8(issueReceipt(story.records, statement, story.openings.slice(0, 1)))) as Receipt;
  const [first, second] = story.records.map(({ event, signature }) => ({ event, signature, body: parseEvent(event) }));
  const envelope = parseEnvelope(unb64u(receipt.core.envelopes[0]!));
  const opening = receipt.openings[0]!;
  const [path, ref, commitment] = first!.body.sealed[0]!;
  const lines: readonly (readonly [string, string])[] = [
    ["recorder", `${RECORDER.keyid} = ${hex(RECORDER.publicKey)}`],
    ["gateway", `${GATEWAY.keyid} = ${hex(GATEWAY.publicKey)}`],
    ["builder", `${BUILDER.keyid} = ${hex(BUILDER.publicKey)}`],
    ["event 0, bytes", decodeUtf8(first!.event)],
    [
      "event 0, prev",
      `SHA-256("countersign/genesis/v1" ‖ 00 ‖ ${lpText(ORG)} ‖ ${lpText(INC)}) = ${genesisHash(ORG, INC)}`,
    ],
    [
      "event 0, eid",
      `first 16 bytes of SHA-256("countersign/eid/v1" ‖ 00 ‖ ${lpText(INC)} ‖ ${lpText(envelope.command.commandId)} ‖ 00000000) = ${first!.body.eid}`,
    ],
    ["event 0, hash", `SHA-256(00 ‖ bytes) = ${eventHash(first!.event)}`],
    ["event 1, prev", second!.body.prev],
    ["event 0, signed", `"DSSEv1 ${EVENT_PAYLOAD_TYPE.length} ${EVENT_PAYLOAD_TYPE} ${first!.event.length} " ‖ bytes`],
    ["event 0, signature", hex(first!.signature)],
    ["command, bytes", decodeUtf8(envelope.signed).replace(/^DSSEv1 \d+ \S+ \d+ /, "")],
    ["command, envelope digest", `SHA-256("countersign/envelope/v1" ‖ 00 ‖ envelope bytes) = ${envelope.digest}`],
    ["slot, opening", JSON.stringify(opening)],
    [
      "slot, commitment",
      `SHA-256("countersign/field/v1" ‖ 00 ‖ 00000020 ${hex(unb64u(opening.salt))} ‖ ${lpText(ORG)} ‖ ${lpText(INC)} ‖ ${lpText(ref)} ‖ ${lpText(path)} ‖ ${lpText(JSON.stringify(opening.value))}) = ${commitment}`,
    ],
    ["statement, bytes", decodeUtf8(statement.payload)],
    ["statement, signed", `"${decodeUtf8(statementToSign(statement.payload)).split("{")[0]}" ‖ bytes`],
    ["statement, signature", hex(statement.signature)],
    ["receipt id", `SHA-256("countersign/core/v1" ‖ 00 ‖ canonical core) = ${receiptId(receipt.core)}`],
  ];
  return ["```text", ...lines.map(([name, value]) => `${name}:\n  ${value}`), "```"].join("\n");
}

/** lp() of a short text: its length, then the text in quotes. */
const lpText = (text: string): string => `${text.length.toString(16).padStart(8, "0")} "${text}"`;
