import type { Json, JsonObject } from "./canonical.js";

/** One place where a value isn't of its shape. */
export interface Problem {
  /** JSON Pointer (RFC 6901) of the member; "" is the whole value. */
  readonly path: string;
  readonly message: string;
}

/**
 * A closed shape: what it doesn't name is refused. The one mechanism behind event schemas, command bodies, API bodies and the
 * published JSON Schema, so that the four can't drift apart.
 */
export interface Shape<T> {
  readonly check: (value: unknown, path: string, problems: Problem[]) => void;
  readonly schema: JsonObject;
  readonly optional?: true;
  /** Never set: carries the type for `TypeOf`. */
  readonly type?: T;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

/** All problems of a value; none means that it is of the shape. */
export function problemsOf(shape: Shape<unknown>, value: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  shape.check(value, "", problems);
  return problems;
}

export const conforms = <T>(shape: Shape<T>, value: unknown): value is T => problemsOf(shape, value).length === 0;

const found = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : value === undefined ? "nothing" : typeof value;

const leaf = <T>(schema: JsonObject, expected: string, accepts: (value: unknown) => boolean): Shape<T> => ({
  schema,
  check: (value, path, problems) => {
    if (!accepts(value)) problems.push({ path, message: `expected ${expected}, found ${found(value)}` });
  },
});

export const pattern = (source: string, expected: string): Shape<string> => {
  const regexp = new RegExp(`^(?:${source})$`);
  return leaf({ type: "string", pattern: `^(?:${source})$` }, expected, (v) => typeof v === "string" && regexp.test(v));
};

export const text = (max: number, min = 1): Shape<string> =>
  leaf(
    { type: "string", minLength: min, maxLength: max },
    `${min} to ${max} characters`,
    (v) => typeof v === "string" && v.length >= min && v.length <= max && v.isWellFormed(),
  );

export const int = (min: number, max: number): Shape<number> =>
  leaf(
    { type: "integer", minimum: min, maximum: max },
    `a whole number from ${min} to ${max}`,
    (v) => Number.isSafeInteger(v) && !Object.is(v, -0) && (v as number) >= min && (v as number) <= max,
  );

export const bool: Shape<boolean> = leaf({ type: "boolean" }, "true or false", (v) => typeof v === "boolean");

export const oneOf = <const T extends string | number>(...values: readonly T[]): Shape<T> =>
  leaf({ enum: [...values] }, `one of ${values.join(", ")}`, (v) => values.includes(v as T));

export const nullable = <T>(shape: Shape<T>): Shape<T | null> => ({
  schema: { anyOf: [shape.schema, { type: "null" }] },
  check: (value, path, problems) => {
    if (value !== null) shape.check(value, path, problems);
  },
});

export const optional = <T>(shape: Shape<T>): Shape<T | undefined> & { readonly optional: true } => ({
  schema: shape.schema,
  optional: true,
  check: (value, path, problems) => {
    if (value !== undefined) shape.check(value, path, problems);
  },
});

export const list = <T>(item: Shape<T>, max: number, min = 0): Shape<readonly T[]> => ({
  schema: { type: "array", items: item.schema, minItems: min, maxItems: max },
  check: (value, path, problems) => {
    if (!Array.isArray(value)) return void problems.push({ path, message: `expected a list, found ${found(value)}` });
    if (value.length < min || value.length > max)
      return void problems.push({ path, message: `expected ${min} to ${max} items, found ${value.length}` });
    value.forEach((element, i) => {
      item.check(element, `${path}/${i}`, problems);
    });
  },
});

/** Any JSON object, for values that are sealed or passed to a connector as they are. */
export const object: Shape<JsonObject> = leaf(
  { type: "object" },
  "an object",
  (v) => typeof v === "object" && v !== null && !Array.isArray(v),
);

type Fields = Readonly<Record<string, Shape<unknown>>>;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];
type RecordOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: TypeOf<F[K]>;
};

/** A closed object: every field but the optional ones must be there, and nothing else may be. */
export const record = <F extends Fields>(fields: F): Shape<RecordOf<F>> => ({
  schema: recordSchema(fields),
  check: (value, path, problems) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return void problems.push({ path, message: `expected an object, found ${found(value)}` });
    for (const key of Object.keys(value))
      if (!Object.hasOwn(fields, key)) problems.push({ path: `${path}/${pointer(key)}`, message: "unknown field" });
    for (const [key, field] of Object.entries(fields))
      field.check((value as Record<string, unknown>)[key], `${path}/${key}`, problems);
  },
});

/** JSON Pointer escaping (RFC 6901 section 3); a hostile key is cut so that it can't flood an error message. */
const pointer = (key: string): string => key.slice(0, 60).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1");

const recordSchema = (fields: Fields): JsonObject => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(fields).filter((key) => !fields[key]!.optional),
  properties: Object.fromEntries(Object.entries(fields).map(([key, field]): [string, Json] => [key, field.schema])),
});

type Tagged<T extends string, V extends Readonly<Record<string, Shape<unknown>>>> = {
  [K in keyof V & string]: { readonly [P in T]: K } & TypeOf<V[K]>;
}[keyof V & string];

/** A union told apart by one member, whose value names the variant. */
export const tagged = <const T extends string, V extends Readonly<Record<string, Shape<unknown>>>>(
  tag: T,
  variants: V,
): Shape<Tagged<T, V>> => ({
  schema: { oneOf: Object.entries(variants).map(([name, shape]) => tagSchema(tag, name, shape.schema)) },
  check: (value, path, problems) => {
    const name = (value as Record<string, unknown> | null | undefined)?.[tag];
    if (typeof value !== "object" || typeof name !== "string" || !Object.hasOwn(variants, name))
      return void problems.push({
        path: `${path}/${tag}`,
        message: `expected one of ${Object.keys(variants).join(", ")}`,
      });
    const { [tag]: _, ...rest } = value as Record<string, unknown>;
    variants[name]!.check(rest, path, problems);
  },
});

const tagSchema = (tag: string, name: string, schema: JsonObject): JsonObject => ({
  ...schema,
  required: [tag, ...((schema.required as readonly string[] | undefined) ?? [])],
  properties: { [tag]: { const: name }, ...(schema.properties as JsonObject | undefined) },
});
