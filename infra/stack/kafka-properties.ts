/** Ports of one broker on 127.0.0.1. */
export interface BrokerPorts {
  readonly broker: number;
  readonly controller: number;
}

/**
 * `server.properties` of broker `nodeId` (from 1): broker and controller in one process. The voters are listed in the file rather
 * than kept in the metadata log (`--standalone`), so that a start on other ports than the last one still finds its quorum.
 */
export function serverProperties(nodeId: number, all: readonly BrokerPorts[], logDir: string): string {
  const own = all[nodeId - 1]!;
  const copies = Math.min(3, all.length);
  return `${Object.entries({
    "process.roles": "broker,controller",
    "node.id": nodeId,
    "controller.quorum.voters": all.map((ports, index) => `${index + 1}@127.0.0.1:${ports.controller}`).join(","),
    listeners: `BROKER://127.0.0.1:${own.broker},CONTROLLER://127.0.0.1:${own.controller}`,
    "advertised.listeners": `BROKER://127.0.0.1:${own.broker}`,
    "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "BROKER",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": logDir,
    "auto.create.topics.enable": false,
    "unclean.leader.election.enable": false,
    "offsets.topic.replication.factor": copies,
    // One incident builder needs no fifty partitions of offsets, each a folder to open at start.
    "offsets.topic.num.partitions": 3,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": Math.max(1, copies - 1),
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": Math.max(1, copies - 1),
    "group.initial.rebalance.delay.ms": 0,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join("\n")}\n`;
}

/** Warnings to standard output, which the stack sends to the broker's log file. */
export const LOG4J_PROPERTIES = `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %c: %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;
