import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { httpEvidenceReader } from "./evidence.js";
import { createHttpCall } from "./http-call.js";

let server: Server;
let hits: string[];
let answer: RequestListener;
let host: string;
beforeEach(async () => {
  hits = [];
  server = createServer((request, response) => {
    hits.push(request.url!);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const get = (url: string, allow: readonly string[] = [host]) =>
  createHttpCall(allow)({ method: "GET", url, timeoutMs: 300, maxBytes: 10 });

describe("a call", () => {
  it("gives status and body", async () => {
    answer = (_, response) => void response.writeHead(503).end("down");
    expect(await get(`http://${host}/a`)).toEqual({ status: 503, body: Buffer.from("down") });
  });

  it("doesn't follow a redirect", async () => {
    answer = (_, response) => void response.writeHead(302, { location: "/b" }).end();
    expect((await get(`http://${host}/a`)).status).toBe(302);
    expect(hits).toEqual(["/a"]);
  });

  it("is sent once, though the connection breaks", async () => {
    answer = (request) => void request.socket.destroy();
    await expect(get(`http://${host}/a`)).rejects.toThrow(expect.objectContaining({ code: "NO_ANSWER" }));
    expect(hits).toEqual(["/a"]);
  });

  it.each<[string, string, RequestListener]>([
    ["NO_ANSWER", "an answer that doesn't come", () => {}],
    ["NO_ANSWER", "a body that doesn't end", (_, response) => void response.writeHead(200).write("a")],
    ["ANSWER_TOO_LARGE", "a body over the limit", (_, response) => void response.end("x".repeat(11))],
  ])("ends with %s on %s", async (code, _, listener) => {
    answer = listener;
    await expect(get(`http://${host}/`)).rejects.toThrow(expect.objectContaining({ code }));
  });
});

describe("an address", () => {
  const port = () => host.split(":")[1];
  it.each([
    ["a loopback address", () => `http://127.0.0.1:${port()}/`],
    ["a loopback address in other words", () => `http://0x7f.1:${port()}/`],
    ["a name that resolves to loopback", () => `http://localhost:${port()}/`],
    ["IPv6 loopback", () => `http://[::1]:${port()}/`],
    ["IPv4 in IPv6", () => `http://[::ffff:127.0.0.1]:${port()}/`],
    ["a metadata address", () => "http://169.254.169.254/latest/meta-data/"],
    ["a private address", () => "https://10.0.0.1/"],
  ])("is refused before anything is sent: %s", async (_, url) => {
    await expect(get(url(), [])).rejects.toThrow(expect.objectContaining({ code: "ADDRESS_REFUSED" }));
    expect(hits).toEqual([]);
  });

  it("is allowed by its very port", async () => {
    await expect(get(`http://${host}/`, ["127.0.0.1:1"])).rejects.toThrow(
      expect.objectContaining({ code: "ADDRESS_REFUSED" }),
    );
  });

  it.each(["file:///etc/passwd", "ftp://example.org/", "http://a:b@example.org/", "nonsense"])(
    "is refused: %s",
    (url) => expect(get(url)).rejects.toThrow(expect.objectContaining({ code: "URL_REFUSED" })),
  );
});

describe("evidence over HTTP", () => {
  const digestOf = (reference: string) => httpEvidenceReader({ allow: [host] }).digestOf(reference);

  it("is read as the digest of its bytes", async () => {
    answer = (_, response) => void response.end("abc");
    expect(await digestOf(`http://${host}/graph.png`)).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it.each([404, 302, 500])("isn't what comes with status %i", async (status) => {
    answer = (_, response) => void response.writeHead(status).end("abc");
    expect(await digestOf(`http://${host}/`)).toBeNull();
  });

  it("isn't half a document", async () => {
    answer = (_, response) =>
      void response.writeHead(200, { "content-length": 6 }).write("abc", () => response.destroy());
    expect(await digestOf(`http://${host}/`)).toBeNull();
  });

  it.each(["https://example.org/x", "ticket SANDBOX-1", "http://127.0.0.1:1/x"])(
    "isn't asked for elsewhere: %s",
    async (reference) => {
      expect(await digestOf(reference)).toBeNull();
      expect(hits).toEqual([]);
    },
  );
});
