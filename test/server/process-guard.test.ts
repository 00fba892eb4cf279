import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { MAIN } from '../support/folders.ts';

test('errors that nothing handles are logged without secrets and counted, and the service goes on', async () => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', './test/support/break-on-signal.ts', 'src/cli/main.ts', 'serve', '--port', '0'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TRIBUTARY_CONFIG: '' } },
  );
  const exit = once(child, 'exit');
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [ready] = (await once(child.stdout, 'data')) as [Buffer];
  const url = ready.toString().slice('ready at '.length).trim();
  const metrics = async () => (await fetch(new URL('/metrics', url))).text();
  expect(await metrics()).toContain('tributary_unhandled_errors_total{kind="rejection"} 0');

  child.kill('SIGUSR2');
  await vi.waitFor(() => {
    expect(log.match(/an error that nothing handled/g)).toHaveLength(2);
  });
  expect(log).toContain('GET [url] with Bearer [secret]');
  expect(log).toContain('nobody catches this');
  expect(log).toContain('break-on-signal.ts');
  expect(log).not.toMatch(/t0p|s3cr3t|b0dy|vendor\.example/);
  expect(await metrics()).toContain('tributary_unhandled_errors_total{kind="rejection"} 1');
  expect(await metrics()).toContain('tributary_unhandled_errors_total{kind="exception"} 1');
  expect((await fetch(`${url}?query={__typename}`)).status).toBe(200);

  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('a service whose log nobody reads any more goes on, and does not log forever that it cannot log', async () => {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TRIBUTARY_CONFIG: '' },
  });
  const exit = once(child, 'exit');
  const [ready] = (await once(child.stdout, 'data')) as [Buffer];
  const url = ready.toString().slice('ready at '.length).trim();
  child.stderr.destroy();
  child.stdout.destroy();

  // It is logged.
  child.kill('SIGHUP');
  await vi.waitFor(async () => {
    const metrics = await (await fetch(new URL('/metrics', url))).text();
    expect(metrics).toMatch(/tributary_config_reloads_total\{outcome="[a-z]+"\} 1/);
  });
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  expect(metrics).toContain('tributary_unhandled_errors_total{kind="exception"} 0');
  expect((await fetch(`${url}?query={__typename}`)).status).toBe(200);

  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});
