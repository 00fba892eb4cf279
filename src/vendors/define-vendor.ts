import { z } from 'zod';
import type { Connector, ConnectorOptions, VendorDefinition } from './connector.ts';

/** A vendor as defined by a module of the user. `create` gets its options with the types that its schema gives them. */
export type OwnVendor<Schema extends z.ZodType = z.ZodType> = Omit<
  VendorDefinition,
  'tokenUrl' | 'options' | 'create'
> &
  Partial<Pick<VendorDefinition, 'tokenUrl'>> & {
    readonly options: Schema;
    create(options: ConnectorOptions<z.output<Schema>>): Connector;
  };

const NATIVE_PAGINATION = ['PAGE_TOKEN', 'OFFSET', 'RECORD_KEYSET', 'TIME_KEYSET', 'WHOLE_RESPONSE'] as const;

const AUTH_TYPES = ['none', 'bearer', 'basic', 'header', 'oauth2-client-credentials', 'api-key-exchange'] as const;

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** The members that a definition must have. Their details are checked by the author's type checker. */
const definitionSchema = z.object(
  {
    vendor: z
      .string({ error: 'a text: the value of `vendor` in the configuration' })
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'up to 64 small letters, digits and "-"' }),
    title: z.string({ error: "a text: the product's name" }).min(1, { error: 'a text that is not empty' }),
    options: z.custom((value) => value instanceof z.ZodObject, {
      error: 'a zod object: the keys that only its sources have, such as z.strictObject({})',
    }),
    auth: z
      .array(z.enum(AUTH_TYPES, { error: `one of ${AUTH_TYPES.join(', ')}` }), {
        error: 'a list of kinds of authorisation',
      })
      .min(1, { error: `one or more of ${AUTH_TYPES.join(', ')}` }),
    tokenUrl: z.custom(isFunction, { error: 'a function, or nothing' }).optional(),
    classifyError: z.custom(isFunction, { error: 'a function, or nothing' }).optional(),
    paceAfter: z.custom(isFunction, { error: 'a function, or nothing' }).optional(),
    create: z.custom(isFunction, { error: 'a function that makes a connector' }),
  },
  { error: 'an object: what `defineVendor` gives' },
);

/** What is wrong with a definition; null: nothing. */
export function faultOf(value: unknown): string | null {
  const [issue] = definitionSchema.safeParse(value).error?.issues ?? [];
  if (issue === undefined) return null;
  const path = issue.path.join('.');
  return path === '' ? `expected ${issue.message}` : `\`${path}\`: expected ${issue.message}`;
}

const aFunction = z.custom(isFunction, { error: 'a function' });
const aText = z.string({ error: 'a text' });
const aFlag = z.boolean({ error: 'true or false' });
const aList = z.array(z.unknown(), { error: 'a list' });

/** The members that a connector must have before it is used. */
const connectorSchema = z.object(
  {
    vendor: aText,
    capabilities: z.object(
      {
        attempts: aFlag,
        steps: aFlag,
        tasks: aFlag,
        nativePagination: z.enum(NATIVE_PAGINATION, { error: `one of ${NATIVE_PAGINATION.join(', ')}` }),
        maxPageSize: z.int({ error: 'a whole number, or null' }).nullable(),
        totalCount: aFlag,
        pushdown: aList,
      },
      { error: 'an object: what the vendor can do' },
    ),
    jobLists: z.array(
      z.object(
        { key: aText, pageSize: z.int({ error: 'a whole number' }), isNewestFirst: aFunction, page: aFunction },
        { error: 'an object: a list of jobs' },
      ),
      { error: 'a list of the lists of jobs' },
    ),
    probe: aFunction,
    getJobs: aFunction,
    parts: z.record(z.string(), z.unknown(), { error: 'an object: {} where jobs have no parts' }),
    logs: aFunction,
    follow: aFunction.optional(),
  },
  { error: 'an object' },
);

/** What is wrong with the result of a module's `create`; null: nothing. */
export function faultOfConnector(value: unknown): string | null {
  const [issue] = connectorSchema.safeParse(value).error?.issues ?? [];
  return issue === undefined ? null : `${['connector', ...issue.path].join('.')}: expected ${issue.message}`;
}

/** Always the same function, so that a definition that is read again equals itself. */
const nowhere = (): null => null;

/**
 * Defines a vendor, for the module that `plugins` of the configuration names. Throws if the definition lacks something.
 */
export function defineVendor<Schema extends z.ZodType>(definition: OwnVendor<Schema>): VendorDefinition {
  const fault = faultOf(definition);
  if (fault !== null) throw new TypeError(`defineVendor: ${fault}`);
  return { ...definition, tokenUrl: definition.tokenUrl ?? nowhere };
}
