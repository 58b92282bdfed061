import { createRequire } from "node:module";

/** What this file needs of kafkajs's private request queue (kafkajs 2.2.4, src/network/requestQueue/index.js). */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Milliseconds since 1970; -1 when the broker doesn't throttle us. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

const CHECK_MS = 10;

/**
 * Puts kafkajs's request queue right.
 *
 * Unthrottled, it computes its delay as -1 minus the time of day and sets a timer with it even when nothing waits. Node turns a
 * negative delay into 1 ms, and Node 24 also warns (TimeoutNegativeWarning), so each connection checks an empty queue a thousand
 * times a second. kafkajs has had no release since 2023. Nothing waiting needs no timer: `push` and each answer ask anew.
 */
export function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const delayMs = Math.max(this.throttledUntil - Date.now(), CHECK_MS);
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, delayMs);
}

/** Corrects the class for the whole process; once is enough, twice is harmless. Throws when kafkajs isn't the one that was read. */
export function correctKafkajsTimer(): void {
  const require = createRequire(import.meta.url);
  const queue = require("kafkajs/src/network/requestQueue/index.js") as { prototype: RequestQueue };
  if (typeof queue.prototype?.scheduleCheckPendingRequests !== "function") {
    throw new Error(
      "kafkajs has changed: its request queue no longer schedules as infra/event-log/kafkajs-timer.ts expects",
    );
  }
  queue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}
