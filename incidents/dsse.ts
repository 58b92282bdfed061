import { concat, utf8 } from "./bytes.js";

/**
 * DSSE v1 pre-authentication encoding: what a signature is made over, so that one kind of object can't be passed off as another.
 * @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export const pae = (payloadType: string, payload: Uint8Array): Uint8Array =>
  concat(utf8(`DSSEv1 ${utf8(payloadType).length} ${payloadType} ${payload.length} `), payload);
