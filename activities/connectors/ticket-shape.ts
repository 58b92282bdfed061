import { ConnectorError } from "./errors.js";

/** A ticket as the system shows it. Its own URL isn't taken: where a ticket stands follows from our configuration. */
export interface Ticket {
  readonly id: string;
  readonly version: number;
  readonly marker: string | null;
  readonly title: string;
  readonly body: string;
  readonly status: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly comments: readonly {
    readonly marker: string;
    readonly text: string;
    readonly by: string;
    readonly at: string;
  }[];
  readonly changes: readonly {
    readonly marker: string;
    readonly status: string;
    readonly by: string;
    readonly at: string;
  }[];
}

/** @throws {ConnectorError} `ANSWER_MALFORMED` */
export function parseTicket(value: unknown): Ticket {
  const { id, version, marker, title, body, status, createdBy, createdAt, comments, changes } = fields(value);
  if (!Number.isSafeInteger(version)) throw malformed("a version that is no whole number");
  const words = {
    id: word(id),
    title: word(title),
    body: word(body),
    status: word(status),
    createdBy: word(createdBy),
    createdAt: word(createdAt),
  };
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/.test(words.id))
    throw malformed("an id that isn't of letters, digits and dashes");
  const notes = list(comments).map((each) => ({ ...stamp(each), text: word(each.text) }));
  const turns = list(changes).map((each) => ({ ...stamp(each), status: word(each.status) }));
  return {
    ...words,
    version: version as number,
    marker: marker === null ? null : word(marker),
    comments: notes,
    changes: turns,
  };
}

export const list = (value: unknown): readonly Record<string, unknown>[] => {
  if (Array.isArray(value)) return value.map(fields);
  throw malformed("no list where one was expected");
};

export function fields(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed("no object where one was expected");
}

const stamp = ({ marker, by, at }: Record<string, unknown>) => ({ marker: word(marker), by: word(by), at: word(at) });

function word(value: unknown): string {
  if (typeof value === "string" && value.isWellFormed()) return value;
  throw malformed("no text where one was expected");
}

export const malformed = (found: string): ConnectorError =>
  new ConnectorError("ANSWER_MALFORMED", `the ticket system's answer has ${found}`);
