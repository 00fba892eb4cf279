import type { Json } from '../../../../domain/json.ts';
import type { StreamBounds } from '../../../../http/settings.ts';
import type { FlatLine } from './flat-line.ts';

export type Path = readonly (string | number)[];

/** A value that was too large for memory and was skipped. */
export const TOO_LARGE = Symbol('too large');

export interface ScannerOptions {
  /** True if the scanner enters the container at the path and gives its members one by one. It always enters the root. */
  enters(path: Path, container: 'object' | 'array'): boolean;
  /** True if the object at the path may be a line. Such an object is not entered. Undefined: no object is a line. */
  mayBeLine?(path: Path): boolean;
  /** A line of the usual shape. It and its path are valid only during the call. */
  onLine?(path: Path, line: FlatLine): void;
  /** A value that was not entered. The path is only valid during the call. */
  onValue(path: Path, value: Json | typeof TOO_LARGE): void;
  /** An entered container has ended. */
  onEnd(path: Path): void;
  /** Values longer than `lineBytes` are passed over: no more of one is held. */
  readonly bounds: Pick<StreamBounds, 'lineBytes' | 'keyBytes' | 'members' | 'levels'>;
}
