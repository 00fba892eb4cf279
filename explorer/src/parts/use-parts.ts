/** The parts of each job that is shown. Vendors are asked for them once a job, however many jobs join or leave. */
import { useEffect, useRef, useState } from 'react';
import { PartsReader } from './parts-reader.ts';
import type { JobParts } from './parts-reader.ts';

export function useParts(jobs: readonly string[]): readonly JobParts[] {
  const readers = useRef(new Map<string, PartsReader>());
  const [parts, setParts] = useState<readonly JobParts[]>([]);
  const key = jobs.join(' ');
  useEffect(() => {
    const wanted = key === '' ? [] : key.split(' ');
    const publish = (): void => {
      setParts([...readers.current.values()].map((reader) => reader.parts));
    };
    for (const [job, reader] of readers.current) {
      if (wanted.includes(job)) continue;
      reader.close();
      readers.current.delete(job);
    }
    for (const job of wanted) {
      if (!readers.current.has(job)) readers.current.set(job, new PartsReader(job, publish));
    }
    publish();
  }, [key]);
  useEffect(() => {
    const { current } = readers;
    return () => {
      for (const reader of current.values()) reader.close();
      current.clear();
    };
  }, []);
  return parts.filter(({ job }) => jobs.includes(job));
}
