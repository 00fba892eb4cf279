import type { SourceHealth, SourceInfo } from '../src/federation/api.ts';
import { encodeNodeId } from '../src/federation/node-id.ts';
import type { GraphContext } from './context.ts';

export function sourceId(source: SourceInfo): string {
  return encodeNodeId('Source', source.name);
}

/** `Query.sources`. */
export function sources(_root: unknown, _args: object, { federation }: GraphContext): readonly SourceInfo[] {
  return federation.sources;
}

/** `Query.source`: null if no source has that name. */
export function source(
  _root: unknown,
  { name }: { readonly name: string },
  { federation }: GraphContext,
): SourceInfo | null {
  return federation.source(name);
}

export function sourceHealth(
  { name }: SourceInfo,
  _args: object,
  { federation, call }: GraphContext,
): Promise<SourceHealth> {
  return federation.health(name, call);
}
