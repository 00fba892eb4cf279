import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { AnswerRoom } from '../../http/room/answer-room.ts';

/** Adds metrics of the memory for large answers of sources, read each time the metrics are shown. */
export function countAnswers(registry: Registry, room: Pick<AnswerRoom, 'held' | 'waiting' | 'turnedAway'>): void {
  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      aggregator: 'sum',
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }

  gauge(
    'tributary_held_vendor_bytes',
    'Bytes that operations hold for large answers of sources, of limits.heldVendorBytes.',
    () => room.held,
  );
  gauge('tributary_vendor_answers_waiting', 'Large answers of sources that wait for room.', () => room.waiting);
  new Counter({
    name: 'tributary_vendor_answers_refused_total',
    help: 'Large answers of sources that were not read, because others took the room for them.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(room.turnedAway);
    },
  });
}
