import { connect } from "node:net";

const METADATA_V1 = 1;

/**
 * Asks one broker for the cluster's metadata and throws unless it knows `brokerCount` brokers (null: at least one). Spoken by hand,
 * 30 bytes each way, since a client library would bring its own retries and connection pool to a question asked five times a second.
 */
export async function probeKafka(address: string, brokerCount: number | null): Promise<void> {
  const known = countBrokers(await ask(address, metadataRequest()));
  const enough = brokerCount === null ? known > 0 : known === brokerCount;
  if (!enough) throw new Error(`${address} knows ${known} brokers of ${brokerCount ?? "at least 1"}`);
}

/** Header: size, api key 3, version, correlation id, null client id; body: an empty list of topics. */
function metadataRequest(): Buffer {
  const request = Buffer.alloc(18);
  request.writeInt32BE(14, 0);
  request.writeInt16BE(3, 4);
  request.writeInt16BE(METADATA_V1, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(-1, 12);
  request.writeInt32BE(0, 14);
  return request;
}

/** After size and correlation id comes the length of the list of brokers. */
function countBrokers(response: Buffer): number {
  return response.readInt32BE(8);
}

function ask(address: string, request: Buffer): Promise<Buffer> {
  const colon = address.lastIndexOf(":");
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), timeout: 3_000 });
  const answer = new Promise<Buffer>((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 12) resolve(received);
    });
    socket.once("error", reject);
    socket.once("timeout", () => reject(new Error(`${address} didn't answer within 3 s`)));
    socket.once("close", () => reject(new Error(`${address} closed the connection`)));
  });
  socket.write(request);
  return answer.finally(() => socket.destroy());
}
