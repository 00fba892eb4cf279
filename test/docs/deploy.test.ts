import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseText } from '../../src/config/load.ts';
import { parseConfiguration } from '../../src/config/parse.ts';
import { VENDORS } from '../../src/vendors/index.ts';
import { start } from '../server/start.ts';
import { hasPackages, ROOT } from '../support/folders.ts';

const ready = await hasPackages('test/tools');

const read = (file: string): string => readFileSync(file, 'utf8');

/** What a tool of test/tools has against files. */
async function findings(tool: string, ...files: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)('node', [`${ROOT}/test/tools/${tool}`, ...files]);
  return JSON.parse(stdout);
}

/** The variables that the example configuration reads, which the manifests have to set. */
const environment = {
  REDIS_URL: 'redis://redis:6379',
  TRIBUTARY_CURSOR_SECRET: 'a secret of some length',
  TRIBUTARY_KEY_SHA256: 'a'.repeat(64),
  TRIBUTARY_METRICS_KEY_SHA256: 'b'.repeat(64),
  NEMO_TOKEN: 'token',
};

describe('the Dockerfile', () => {
  const lines = read('Dockerfile')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  const all = (instruction: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

  test('copies files that exist and that .dockerignore lets through', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const copied = all('COPY')
      .filter((line) => !line.startsWith('--from'))
      .flatMap((line) => line.split(' ').slice(0, -1));
    expect(copied).toContain('src');
    for (const file of copied) {
      expect(existsSync(file), file).toBe(true);
      expect(kept).toContain(`!${file.replace(/^\.\//, '')}`);
    }
  });

  test.skipIf(!ready)('has nothing that a linter of Dockerfiles finds', async () => {
    expect(await findings('lint-dockerfile.js', `${ROOT}/Dockerfile`)).toEqual([]);
    expect(await findings('lint-dockerfile.js', `${ROOT}/deploy/compose.yaml`)).not.toEqual([]);
  });

  test('runs the program of the package on Node 24, and not as root', () => {
    const { bin } = z.object({ bin: z.object({ tributary: z.string() }) }).parse(JSON.parse(read('package.json')));
    expect(all('FROM').every((image) => image.startsWith('node:24-'))).toBe(true);
    expect(all('ENTRYPOINT')).toEqual([JSON.stringify(['node', bin.tributary]).replaceAll(',', ', ')]);
    expect(all('USER')).toEqual(['1000:1000']);
  });

  test('asks for the health of the service where it listens', async () => {
    const [check = ''] = all('HEALTHCHECK');
    const [, port, path] = /http:\/\/127\.0\.0\.1:(\d+)([\w/]+)/.exec(check) ?? [];
    expect(all('EXPOSE')).toEqual([port]);
    expect(all('CMD')[0]).toContain(`"--port", "${port}"`);
    const { paths } = await start();
    expect(paths.pages).toContain(path);
  });
});

test('the example configuration is valid, and sets what the manifests read', () => {
  const text = read('deploy/tributary.yaml');
  const { server, redis } = parseConfiguration(parseText(text, 'tributary.yaml'), {
    origin: 'deploy/tributary.yaml',
    vendors: VENDORS,
    environment,
  });
  expect(redis).not.toBeNull();
  expect(server.auth?.type).toBe('keys');
  const variables = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  expect(new Set(variables)).toEqual(new Set(Object.keys(environment)));
});

test('the example of Docker Compose has two read-only replicas, on Redis and behind a proxy', () => {
  const replica = z.object({
    command: z.array(z.string()),
    read_only: z.literal(true),
    depends_on: z.array(z.string()),
    environment: z.record(z.string(), z.string()),
    volumes: z.array(z.string()),
  });
  const { services } = z
    .object({
      services: z.object({
        'replica-1': replica,
        'replica-2': replica,
        redis: z.object({ image: z.string() }),
        proxy: z.object({ volumes: z.array(z.string()) }),
      }),
    })
    .parse(parse(read('deploy/compose.yaml'), { merge: true }));
  for (const name of ['replica-1', 'replica-2'] as const) {
    const { environment: set, command, volumes } = services[name];
    expect(Object.keys(set).toSorted()).toEqual(Object.keys(environment).toSorted());
    expect(volumes).toEqual([`./tributary.yaml:${command[command.indexOf('--config') + 1]}:ro`]);
    expect(read('deploy/nginx.conf')).toContain(`server ${name}:${command.at(-1)} `);
  }
  for (const [file = ''] of services.proxy.volumes.map((volume) => volume.split(':')))
    expect(existsSync(join('deploy', file)), file).toBe(true);
});

test.skipIf(!ready)('the example of Kubernetes has only fields and values that its API knows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-manifest-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const wrong = read('deploy/kubernetes.yaml')
    .replace('replicas: 2', 'replicas: two')
    .replace('periodSeconds', 'period');
  await writeFile(join(folder, 'wrong.yaml'), wrong);
  const [found, foundInWrong] = z
    .tuple([z.unknown(), z.unknown()])
    .parse(await findings('lint-kubernetes.js', `${ROOT}/deploy/kubernetes.yaml`, join(folder, 'wrong.yaml')));
  expect(found).toEqual([]);
  expect(foundInWrong).toEqual([
    'Deployment tributary: data/spec/replicas must be integer',
    "Type 'string' is not assignable to type 'number'.",
    expect.stringContaining(`'"period"' does not exist`) as string,
  ]);
});

test('the example of Kubernetes probes paths that exist, with limits, on two replicas and Redis', async () => {
  const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
  const kind = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }), spec: z.unknown() });
  const objects = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => kind.parse(document.toJS()));
  const specOf = (wanted: string, name: string): unknown =>
    objects.find((object) => object.kind === wanted && object.metadata.name === name)?.spec;
  const { replicas, template } = z
    .object({
      replicas: z.literal(2),
      template: z.object({
        spec: z.object({
          securityContext: z.object({ runAsNonRoot: z.literal(true) }),
          containers: z.tuple([
            z.object({
              args: z.array(z.string()),
              ports: z.tuple([z.object({ name: z.literal('http'), containerPort: z.number() })]),
              env: z.array(z.object({ name: z.string(), value: z.string() })),
              securityContext: z.object({
                readOnlyRootFilesystem: z.literal(true),
                allowPrivilegeEscalation: z.literal(false),
              }),
              resources: z.object({ limits: z.object({ memory: z.string() }) }),
              startupProbe: probe,
              livenessProbe: probe,
              readinessProbe: probe,
            }),
          ]),
        }),
      }),
    })
    .parse(specOf('Deployment', 'tributary'));
  const [container] = template.spec.containers;
  expect(replicas).toBe(2);
  expect(container.args.at(-1)).toBe(String(container.ports[0].containerPort));
  const { paths } = await start();
  for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe])
    expect(paths.pages).toContain(httpGet.path);
  const redis = new URL(container.env.find(({ name }) => name === 'REDIS_URL')?.value ?? '');
  expect(specOf('Service', redis.hostname)).toMatchObject({ ports: [{ port: Number(redis.port) }] });
  expect(specOf('Deployment', redis.hostname)).toBeDefined();
});
