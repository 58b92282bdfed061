import { PolicyInputError } from "./errors.js";

const INSTANT = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;
/** 9999-12-31T23:59:59.999Z: what a four-digit year can still write. */
const LAST_MS = 253_402_300_799_999;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0);

/**
 * Milliseconds since 1970 of exactly `YYYY-MM-DDTHH:MM:SS.mmmZ`. Written out, so that nothing here has a clock to reach for.
 * @throws {PolicyInputError} `BAD_TIME` on any other text, and on a date that no calendar has.
 */
export function millis(text: string): number {
  const [year, month, day, hour, minute, second, ms] = (INSTANT.exec(text) ?? []).slice(1).map(Number);
  if (year === undefined || day! < 1 || day! > daysInMonth(year, month!) || hour! > 23 || minute! > 59 || second! > 59)
    throw new PolicyInputError(
      "BAD_TIME",
      `expected YYYY-MM-DDTHH:MM:SS.mmmZ, found ${JSON.stringify(text.slice(0, 40))}`,
    );
  return daysOf(year, month!, day!) * DAY_MS + ((hour! * 60 + minute!) * 60 + second!) * 1000 + ms!;
}

/** Inverse of `millis`; an instant past the year 9999 is written as its last millisecond. */
export function instantOf(ms: number): string {
  const clipped = Math.min(ms, LAST_MS);
  const { year, month, day } = dateOf(Math.floor(clipped / DAY_MS));
  const rest = clipped - Math.floor(clipped / DAY_MS) * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((n) => pad(n, 2));
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time.join(":")}.${pad(rest % 1000, 3)}Z`;
}

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

/** Days since 1970-01-01 in the proleptic Gregorian calendar: years run from March, so that the leap day comes last. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const yearOfEra = y - era * 400;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const shifted = Math.floor((5 * doy + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yoe + era * 400 + (month <= 2 ? 1 : 0), month, day: doy - Math.floor((153 * shifted + 2) / 5) + 1 };
}

const UNITS = [
  ["d", DAY_MS],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** Milliseconds of `30s`, `30m`, `4h` or `2d`, at most 366 days; undefined where the text is no duration. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9][0-9]{0,7})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS.find(([name]) => name === unit)?.[1] ?? Number.NaN);
  return ms <= 366 * DAY_MS ? ms : undefined;
}

/** One spelling per duration: the largest unit that divides it. */
export function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? UNITS[3];
  return `${ms / size}${unit}`;
}
