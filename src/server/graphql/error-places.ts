import { GraphQLError } from 'graphql';
import type { DocumentNode, SourceLocation } from 'graphql';

/**
 * Errors that tell their place in a document as those of graphql-js do, by its source: the compiler knows only lines and columns, which
 * yoga does not write.
 */
export function withPlaces(errors: readonly GraphQLError[], document: DocumentNode): readonly GraphQLError[] {
  const source = document.loc?.source;
  if (source === undefined) return errors;
  let starts: readonly number[] | null = null;
  return errors.map((error) => {
    const { message, locations = [], path, originalError } = error;
    if (locations.length === 0) return error;
    starts ??= startsOfLines(source.body);
    return new GraphQLError(message, { source, positions: positionsOf(locations, starts), path, originalError });
  });
}

function positionsOf(locations: readonly SourceLocation[], starts: readonly number[]): readonly number[] {
  return locations.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1);
}

/** Where each line begins, by GraphQL's notion of lines. */
function startsOfLines(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|[\n\r]/g), ({ 0: end, index }) => index + end.length)];
}
