import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { expect, test } from 'vitest';
import { boundConnections, shareConnections } from '../../../src/server/client/connections.ts';

class Connection extends EventEmitter {
  readonly remoteAddress: string;
  isOpen = true;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isOpen = false;
    this.emit('close');
  }
}

test('one caller may have half of the connections, other callers half of the rest, proxies and this machine all', () => {
  const server = new EventEmitter();
  shareConnections(server as unknown as Server, { most: () => 16, isProxy: (address) => address === '192.0.2.9' });
  const open = (address: string, count: number): readonly Connection[] => {
    const connections = Array.from({ length: count }, () => new Connection(address));
    for (const connection of connections) server.emit('connection', connection);
    return connections.filter(({ isOpen }) => isOpen);
  };
  const first = open('::ffff:192.0.2.1', 20);
  const second = open('2001:db8::1', 20);
  expect([first.length, second.length, open('2001:db8::2', 1).length]).toEqual([8, 4, 0]);
  for (const connection of [...first, ...second]) connection.destroy();
  expect([open('192.0.2.1', 20).length, open('127.0.0.1', 20).length, open('192.0.2.9', 20).length]).toEqual([
    8, 20, 20,
  ]);
});

test('a worker closes connections over its limit, which may change, and accepts new ones when others close', () => {
  const server = new EventEmitter();
  let most = 2;
  boundConnections(server as unknown as Server, () => most);
  const open = (count: number): readonly Connection[] => {
    const connections = Array.from({ length: count }, () => new Connection('127.0.0.1'));
    for (const connection of connections) server.emit('connection', connection);
    return connections.filter(({ isOpen }) => isOpen);
  };
  const [first] = open(4);
  expect(open(1)).toEqual([]);
  first?.destroy();
  expect(open(2)).toHaveLength(1);
  most = 4;
  expect(open(5)).toHaveLength(2);
});
