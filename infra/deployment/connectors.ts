import { readFileSync } from "node:fs";
import { join } from "node:path";
import { httpEvidenceReader } from "../../activities/connectors/evidence.js";
import { gitConnector } from "../../activities/connectors/git.js";
import { manualConnector } from "../../activities/connectors/manual.js";
import { httpProbe } from "../../activities/connectors/probe.js";
import { ticketConnector } from "../../activities/connectors/ticket.js";
import type { Connector, EvidenceReader, Probe } from "../../activities/ports.js";
import type { Config } from "../config/config.js";
import { ConfigError } from "../config-error.js";
import type { Deployment } from "./deployment.js";

type Context = Pick<Deployment, "config" | "keys" | "paths">;

/** The connectors that the configuration names, and `manual`, which needs none. */
export function configuredConnectors(context: Context): readonly Connector[] {
  const { git, tickets } = context.config.connectors;
  return [manualConnector(), ...(git ? [gitOf(context, git)] : []), ...(tickets ? [ticketsOf(context, tickets)] : [])];
}

function gitOf({ config, keys, paths }: Context, git: NonNullable<Config["connectors"]["git"]>): Connector {
  const targets = config.targets.flatMap(({ id, env, git: place }) =>
    place ? [[id, { file: place.file, env }] as const] : [],
  );
  return gitConnector({
    sandbox: git.sandbox ?? false,
    repo: git.repo,
    branches: git.environments,
    targets: Object.fromEntries(targets),
    signingKey: git.signingKeyFile,
    author: { name: git.authorName, email: git.authorEmail },
    markerSecret: keys.current("connector").secret,
    workDir: join(paths.data, "git"),
  });
}

const ticketsOf = ({ keys }: Context, tickets: NonNullable<Config["connectors"]["tickets"]>): Connector =>
  ticketConnector({
    sandbox: tickets.sandbox,
    url: tickets.url,
    token: tokenOf(tickets),
    markerSecret: keys.current("connector").secret,
  });

/** @throws {ConfigError} `CONNECTOR_SECRET_MISSING` */
function tokenOf({ tokenFile, tokenEnv }: NonNullable<Config["connectors"]["tickets"]>): string {
  const token = tokenFile ? readFileSync(tokenFile, "utf8").trim() : process.env[tokenEnv ?? ""];
  if (token) return token;
  throw new ConfigError(
    "CONNECTOR_SECRET_MISSING",
    `connectors.tickets: no token in ${tokenFile ?? `the environment variable ${tokenEnv}`}`,
  );
}

export const probeOf = ({ connectors }: Config): Probe => httpProbe({ allow: connectors.probe?.allow ?? [] });

export const evidenceReaderOf = ({ connectors }: Config): EvidenceReader =>
  httpEvidenceReader({ allow: connectors.evidence?.allow ?? [] });
