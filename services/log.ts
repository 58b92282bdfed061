/** One line of the API's own log. Codes, routes and counts only: what a caller sent, and any token, stays out. */
export type Log = (line: { readonly event: string } & Readonly<Record<string, string | number | null>>) => void;

export const LOG = Symbol("services/log");
