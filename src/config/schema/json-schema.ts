import { z } from 'zod';
import { configurationSchema } from './schema.ts';
import type { VendorDefinition } from '../../vendors/connector.ts';

/** The parts of a JSON Schema that we read. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly additionalProperties?: JsonSchema | boolean | undefined;
  readonly propertyNames?: { readonly enum?: readonly string[] | undefined } | undefined;
  readonly items?: JsonSchema | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
  readonly const?: unknown;
}

/** Any text that reads a variable or a file. Editors accept it in place of a number, a choice or a pattern. */
const FROM_ENVIRONMENT: { readonly type: 'string'; readonly pattern: string } = {
  type: 'string',
  pattern: String.raw`\$\{(?:[A-Za-z_][A-Za-z0-9_]*|file:[^{}]+)\}`,
};

/** The JSON Schema (draft 2020-12) of the configuration file as it is written, for editors. */
export function configurationJsonSchema(vendors: readonly VendorDefinition[]): Record<string, unknown> {
  return z.toJSONSchema(configurationSchema(vendors), {
    io: 'input',
    override({ jsonSchema, path }) {
      if (path.includes('propertyNames')) return;
      const {
        type,
        const: constant,
        pattern,
        format,
        enum: choices,
        description,
        default: initial,
        ...rest
      } = jsonSchema;
      const constrained = pattern !== undefined || format !== undefined || choices !== undefined;
      const scalar =
        type === 'number' || type === 'integer' || type === 'boolean' || (type === 'string' && constrained);
      if (!scalar || constant !== undefined) return;
      const own = Object.fromEntries(
        Object.entries({ type, pattern, format, enum: choices, ...rest }).filter(([, value]) => value !== undefined),
      );
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      if (initial !== undefined) jsonSchema.default = initial;
      if (description !== undefined) jsonSchema.description = description;
      jsonSchema.anyOf = [own, FROM_ENVIRONMENT];
    },
  });
}

/** The text of the committed file. */
export function printConfigurationJsonSchema(vendors: readonly VendorDefinition[]): string {
  return `${JSON.stringify(configurationJsonSchema(vendors), null, 2)}\n`;
}

/** The keys that the object at a path of `value` may have; empty if the schema does not know them. */
export function keysAt(schema: JsonSchema, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  const chosen = chooseOption(schema, value);
  const [head, ...tail] = path;
  if (head === undefined) return chosen.propertyNames?.enum ?? Object.keys(chosen.properties ?? {});
  const next = typeof head === 'number' ? chosen.items : propertyOf(chosen, String(head));
  return next === undefined ? [] : keysAt(next, childOf(value, head), tail);
}

/** The value under a key; undefined if there is none. */
export function childOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  // An own property of an object: reading it is safe for any type.
  return (value as Record<PropertyKey, unknown>)[key];
}

function propertyOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const own = schema.properties;
  if (own !== undefined && Object.hasOwn(own, key)) return own[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** Among alternatives that a constant tells apart (`vendor`, `type`), the one that the value selects. */
function chooseOption(schema: JsonSchema, value: unknown): JsonSchema {
  const option = schema.oneOf?.find((candidate) =>
    Object.entries(candidate.properties ?? {}).every(
      ([key, property]) => property.const === undefined || property.const === childOf(value, key),
    ),
  );
  return option ?? schema;
}
