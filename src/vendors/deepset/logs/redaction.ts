import type { Json, JsonObject } from '../../../domain/json.ts';

/**
 * Keys of `extra_fields` that identify a person or a customer, or may hold a secret. Compared without case and
 * punctuation, both as a whole key and as the end of a dotted key (`usr.id`, `request.userId`).
 */
const REDACTED: ReadonlySet<string> = new Set([
  'userid',
  'username',
  'useremail',
  'usrid',
  'usrname',
  'usremail',
  'email',
  'givenname',
  'familyname',
  'createdby',
  'lasteditedby',
  'organizationid',
  'organizationname',
  'orgid',
  'orgname',
  'workspaceid',
  'tokenorigin',
  'clientip',
  'remoteaddr',
  'token',
  'accesstoken',
  'apikey',
  'authorization',
  'cookie',
  'password',
  'secret',
]);

/**
 * The object without members that identify people or customers, at any depth; null if nothing is left. Other keys are
 * unchanged.
 */
export function redact(fields: JsonObject): JsonObject | null {
  const kept = Object.entries(fields).filter(([key]) => !isRedacted(key));
  if (kept.length === 0) return null;
  // `fromEntries` defines own properties, so a key named `__proto__` stays data.
  return Object.fromEntries(kept.map(([key, value]) => [key, redactValue(value)]));
}

function redactValue(value: Json): Json {
  if (isList(value)) return value.map(redactValue);
  return typeof value === 'object' && value !== null ? (redact(value) ?? {}) : value;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isRedacted(key: string): boolean {
  const parts = key.split('.');
  return parts.some((_, index) => REDACTED.has(bare(parts.slice(index).join(''))));
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
