import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Short files that take minutes. Vitest begins with large files: one of these would be the last, with the other workers idle. */
const LONG = /\/test\/vendors\/contract(\/merged)?\.test\.ts$/;

export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): number => Number(LONG.test(moduleId));
    return (await super.sort(files)).toSorted((a, b) => isLong(b) - isLong(a));
  }
}
