import { z } from 'zod';
import { headerSecret, secret, withoutLineBreaks } from '../secret.ts';
import type { AuthType } from '../../http/settings.ts';
import type { VendorDefinition } from '../../vendors/connector.ts';

const tokenUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .optional()
  .describe('Token endpoint. Required if the vendor has no default one.');

/** `true` means `required`: a caller without credentials is refused, because the service's own credentials may see more. */
export const forwardSchema = z.union([z.boolean(), z.enum(['required', 'optional'])], {
  error: 'true, false, "required" or "optional"',
});

const forward = forwardSchema.optional().describe('Same as `forward` of the source.');

/** Headers that mean something to HTTP, to browsers or to this service. Their values are no keys. */
const OTHER_HEADERS =
  /^(accept(-.*)?|content-.*|host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|range|if-.*|cookie2?|set-cookie2?|proxy-.*|sec-.*|access-control-.*|origin|referer|user-agent|via|forwarded|x-forwarded-.*|traceparent|tracestate|baggage)$/i;

const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: 'expected the name of a header, such as X-Api-Key', abort: true })
  .refine((name) => !OTHER_HEADERS.test(name), {
    error: 'is a header with another meaning, which is no place for a key',
  })
  .overwrite((name) => name.toLowerCase())
  .describe('The header, such as X-Api-Key.');

const AUTH = {
  none: z.strictObject({ type: z.literal('none'), forward }),
  bearer: z.strictObject({ type: z.literal('bearer'), token: headerSecret('The token.'), forward }),
  basic: z.strictObject({
    type: z.literal('basic'),
    username: z
      .string()
      .overwrite(withoutLineBreaks)
      .min(1, { abort: true })
      .refine((name) => !name.includes(':'), { error: 'must not contain a colon, which ends the name in HTTP Basic' })
      .describe('User name.'),
    password: secret('The password.'),
    forward,
  }),
  header: z.strictObject({ type: z.literal('header'), name: headerName, value: headerSecret('The key.'), forward }),
  'oauth2-client-credentials': z.strictObject({
    type: z.literal('oauth2-client-credentials'),
    tokenUrl,
    clientId: z.string().overwrite(withoutLineBreaks).min(1).describe('Client id.'),
    clientSecret: secret("The client's secret. Not needed if `tls.certificate` identifies the client.").optional(),
    scope: z.string().min(1).optional().describe('Scopes to request, separated by spaces.'),
    forward,
  }),
  'api-key-exchange': z.strictObject({
    type: z.literal('api-key-exchange'),
    tokenUrl,
    apiKey: secret('API key that is exchanged for tokens.'),
    forward,
  }),
} as const satisfies Readonly<Record<AuthType, z.ZodObject>>;

/** Any kind of `auth`. */
export const anyAuth = z.discriminatedUnion('type', [
  AUTH.none,
  AUTH.bearer,
  AUTH.basic,
  AUTH.header,
  AUTH['oauth2-client-credentials'],
  AUTH['api-key-exchange'],
]);

export type AuthInput = z.output<typeof anyAuth>;

/**
 * The kinds of `auth` that one vendor understands, the usual one first. `none` is always allowed, for a source behind a
 * gateway or one that forwards credentials; it is the default if the vendor's own list includes it.
 */
export function authSchema(definition: VendorDefinition) {
  const kinds = new Set<AuthType>([...definition.auth, 'none']);
  const [first, ...others] = [...kinds].map((kind) => AUTH[kind]);
  if (first === undefined) throw new Error('A set with an element is empty.');
  const schema = z.discriminatedUnion('type', [first, ...others]).describe('How the source is authorised.');
  return definition.auth.includes('none') ? schema.prefault({ type: 'none' }) : schema;
}
