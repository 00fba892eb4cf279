import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createAssistantServer } from '../../src/assistant/server.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from '../cli/command-line.ts';
import { fakeFederation } from '../resolvers/fake-federation.ts';
import { start as startServer } from '../server/start.ts';

const guide = readFileSync('docs/assistants.md', 'utf8');

test('the guide for assistants lists all tools, in their order', async () => {
  const client = new Client({ name: 'test', version: '1' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([createAssistantServer(fakeFederation()).connect(theirs), client.connect(ours)]);
  const { tools } = await client.listTools();
  const documented = [...guide.matchAll(/^\| `([a-z_]+)`\s*\|/gm)].map(([, name]) => name);
  expect(documented).toEqual(tools.map(({ name }) => name));
  await client.close();
});

test('the command that the guide gives an assistant exists', async () => {
  const block = /^```json\n([^]*?)^```$/m.exec(guide)?.[1] ?? '';
  const { mcpServers } = JSON.parse(block) as { mcpServers: { logs: { command: string; args: string[] } } };
  const [offline, prefix, folder, program, ...args] = mcpServers.logs.args;
  const begun = [mcpServers.logs.command, offline, prefix, folder, program];
  expect(begun).toEqual(['npx', '--no-install', '--prefix', expect.stringMatching(/^\//), 'tributary']);
  expect(args.at(-1)).toMatch(/^\/.*\.yaml$/);
  const help = start([...args, '--help']);
  expect(await help.done).toBe(0);
  expect(help.output()).toContain('Model Context Protocol');
});

test('the address that the guide gives an assistant is a path of the service', async () => {
  const [, block = ''] = [...guide.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  const { mcpServers } = JSON.parse(block) as {
    mcpServers: { logs: { type: string; url: string; headers: { Authorization: string } } };
  };
  const { type, url, headers } = mcpServers.logs;
  expect([type, headers.Authorization]).toEqual(['http', expect.stringMatching(/^Bearer /)]);
  const { paths } = await startServer(undefined, { mcp: true });
  expect([...paths.pages, ...paths.data]).toContain(new URL(url).pathname);
});

test('the setting of the guide serves the tools over HTTP', () => {
  const setting = /^```yaml\n([^]*?)^```$/m.exec(guide)?.[1] ?? '';
  const { server } = parseConfiguration(parse(setting), { origin: 'guide', vendors: VENDORS, environment: {} });
  expect(server.mcp).toBe(true);
});
