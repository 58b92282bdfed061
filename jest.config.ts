import type { Config } from "jest";

const transform = {
  "^.+\\.ts$": [
    "@swc/jest",
    {
      jsc: {
        parser: { syntax: "typescript", decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: "es2023",
      },
      module: { type: "es6" },
    },
  ],
} satisfies Config["transform"];

const shared = {
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  testEnvironment: "node",
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.countersign/"],
  transform,
};

/** `unit` needs nothing but Node; `stack` runs on a real Temporal server, real Kafka brokers and a real Postgres. */
const config: Config = {
  // Generous, since a busy machine is no bug: whatever hangs is still found.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: [
        "<rootDir>/{incidents,policy,receipts,workflows,activities,services,infra}/**/*.test.ts",
        "<rootDir>/tests/architecture/*.test.ts",
      ],
    },
    { ...shared, displayName: "stack", testMatch: ["<rootDir>/tests/stack/**/*.test.ts"] },
  ],
};

export default config;
