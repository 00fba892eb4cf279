import type { z } from 'zod';
import { describeIssue } from './describe-issue.ts';
import type { IssueContext } from './describe-issue.ts';
import { substituteReferences } from './environment.ts';
import type { Environment } from './environment.ts';
import { childOf, configurationJsonSchema, keysAt } from './schema/json-schema.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { keyOf } from './problems.ts';
import type { Problem } from './problems.ts';
import { configurationSchema } from './schema/schema.ts';
import type { ReadText } from './text-file.ts';
import type { VendorDefinition } from '../vendors/connector.ts';

export type Validated =
  | {
      readonly ok: true;
      /** As written, with variables and files substituted. */
      readonly input: unknown;
      /** Decoded: with defaults, and durations in milliseconds. */
      readonly sources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Substitutes variables and files and checks everything. Reports all problems at once. */
export function validate(
  value: unknown,
  vendors: readonly VendorDefinition[],
  environment: Environment,
  readText: ReadText,
): Validated {
  const { value: substituted, fromOutside, problems } = substituteReferences(value, environment, readText);
  const schema = configurationSchema(vendors);
  let input = substituted;
  let result = schema.safeParse(input);
  if (!result.success) {
    input = result.error.issues.reduce((changed, issue) => readTyped(changed, issue, fromOutside), input);
    result = schema.safeParse(input);
  }
  if (result.success && problems.length === 0) return { ok: true, input, sources: result.data.sources ?? {} };
  const around = surroundingsOf(input, vendors, fromOutside);
  const unset = new Set(problems.map(({ key }) => key));
  const found = (result.error?.issues ?? []).flatMap((issue) => describeIssue(issue, around));
  return { ok: false, problems: [...problems, ...found.filter(({ key }) => !unset.has(key))] };
}

/** A variable or a file is always text: if a number or a boolean is expected, its text is parsed as one. */
function readTyped(value: unknown, issue: z.core.$ZodIssue, fromOutside: ReadonlySet<string>): unknown {
  if (!fromOutside.has(keyOf(issue.path)) || !mayBeScalar(issue)) return value;
  const text = issue.path.reduce(childOf, value);
  const typed = typeof text === 'string' ? scalarOf(text) : undefined;
  return typed === undefined ? value : replaceAt(value, issue.path, typed);
}

/** True if a number or a boolean is expected, or is one of several expected types. */
function mayBeScalar(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.flat().some((each) => each.path.length === 0 && mayBeScalar(each));
  return issue.code === 'invalid_type' && ['number', 'int', 'boolean'].includes(issue.expected);
}

function scalarOf(text: string): number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function replaceAt(value: unknown, path: readonly PropertyKey[], replacement: unknown): unknown {
  const [head, ...tail] = path;
  if (head === undefined) return replacement;
  const child = replaceAt(childOf(value, head), tail, replacement);
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === head ? child : item));
  return typeof value === 'object' && value !== null ? { ...value, [head]: child } : value;
}

function surroundingsOf(
  input: unknown,
  vendors: readonly VendorDefinition[],
  fromOutside: ReadonlySet<string>,
): IssueContext {
  // Zod's own JSON Schema of a configuration: we only read keywords that every JSON Schema may have.
  const schema = configurationJsonSchema(vendors) as JsonSchema;
  return {
    valueAt: (path) => path.reduce(childOf, input),
    keysAt: (path) => keysAt(schema, input, path),
    mayShow: (path) => !fromOutside.has(keyOf(path)),
  };
}
