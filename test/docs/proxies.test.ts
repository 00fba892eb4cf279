import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const read = (file: string): string => readFileSync(file, 'utf8');

/** What the repository shows of nginx: the site of the example of Compose, and the `location` of the guide. */
const SITES = {
  'deploy/nginx.conf': read('deploy/nginx.conf').replaceAll(/server replica-\d:/g, 'server 127.0.0.1:'),
  'docs/configuration.md': `server { listen 8080; ${/^```nginx\n([^]*?)^```$/m.exec(read('docs/configuration.md'))?.[1] ?? '!'} }`,
};

/** The variables of nginx's own that a configuration is most likely to define anew, which nginx refuses. */
const NGINX_VARIABLE =
  /^(?:args?|body_bytes_sent|bytes_sent|connection(?:_requests|_time)?|content_(?:length|type)|host(?:name)?|https?_\w+|https|is_args|limit_rate|msec|pid|pipe|query_string|remote_\w+|request(?:_\w+)?|scheme|server_\w+|status|time_\w+|upstream_\w+|uri)$/;

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((file) => existsSync(file));

describe.each(Object.entries(SITES))('what %s says to nginx', (_file, site) => {
  test('defines no variable that nginx has itself', () => {
    const defined = [...site.matchAll(/^\s*(?:map \S+|set) \$(\w+)/gm)].map(([, name = '']) => name);
    expect(defined.filter((name) => NGINX_VARIABLE.test(name))).toEqual([]);
  });

  test.skipIf(nginx === undefined)('is taken by nginx, where it is installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-nginx-'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
    const logs = `pid ${folder}/pid; error_log ${folder}/errors;`;
    writeFileSync(join(folder, 'nginx.conf'), `${logs} events {} http { access_log off; ${paths} ${site} }`);
    const { stderr } = await promisify(execFile)(nginx ?? '', ['-t', '-c', join(folder, 'nginx.conf')]);
    expect(stderr).toContain('test is successful');
    rmSync(folder, { recursive: true });
  });
});
