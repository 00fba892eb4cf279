import { GraphQLError } from 'graphql';
import type { DocumentNode, SourceLocation } from 'graphql';
import { withoutStack } from '../../domain/errors.ts';

/**
 * Gives errors of compiled queries their place in the document's source, as graphql-js does. The compiler sets only
 * lines and columns, which yoga does not serialize.
 */
export function withPlaces(errors: readonly GraphQLError[], document: DocumentNode): readonly GraphQLError[] {
  const source = document.loc?.source;
  if (source === undefined) return errors;
  let starts: readonly number[] | null = null;
  return errors.map((error) => {
    const { message, locations = [], path, originalError } = error;
    if (locations.length === 0) return error;
    starts ??= startsOfLines(source.body);
    const positions = positionsOf(locations, starts);
    return withoutStack(() => new GraphQLError(message, { source, positions, path, originalError }));
  });
}

function positionsOf(locations: readonly SourceLocation[], starts: readonly number[]): readonly number[] {
  return locations.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1);
}

/** The offset of each line's start, by GraphQL's definition of a line. */
function startsOfLines(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|[\n\r]/g), ({ 0: end, index }) => index + end.length)];
}
